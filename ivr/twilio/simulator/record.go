package simulator

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	recordingInProgress = "in-progress"
	recordingCompleted  = "completed"
	// recordingDelay is how long after its end a recording can be fetched and is reported.
	recordingDelay = 3 * time.Second
	// lastWords is what Digits says of a recording that ended because the caller hung up.
	lastWords = "hangup"
)

// A recording is what a Record made.
type recording struct {
	sid, callSID     string
	started, ready   time.Time
	length           time.Duration
	status           string
	deleted          bool
	updated, created time.Time
}

// A RecordingRecord is a recording as the provider knows it.
type RecordingRecord struct {
	SID, CallSID string
	// Started is a virtual time; Length is without the silence at its end.
	Started time.Time
	Length  time.Duration
	// Status is "in-progress" or "completed".
	Status string
	// Deleted is set once it was deleted by REST.
	Deleted bool
}

// Recordings lists every recording in the order in which they began.
func (c *Simulator) Recordings() []RecordingRecord {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]RecordingRecord, len(c.recordings))
	for i, r := range c.recordings {
		out[i] = RecordingRecord{SID: r.sid, CallSID: r.callSID, Started: r.started, Length: r.length,
			Status: r.status, Deleted: r.deleted}
	}
	return out
}

// record takes down a message. Silence throughout leads to the next verb; everything else, hanging up included, is
// told to the action.
func (l *leg) record(doc *document, v *element) (flow, source) {
	timeout := wholeSeconds(v.attr("timeout", ""), 5)
	limit := wholeSeconds(v.attr("maxLength", ""), 3600)
	in := &input{finish: v.attr("finishOnKey", "1234567890*#"), eager: true}
	reply := l.ask(Prompt{Verb: "Record", FinishOnKey: in.finish, Timeout: timeout})
	defer func() { l.input = nil; l.heard = nil }()
	if l.interrupted() {
		return quit, source{}
	}
	l.input = in
	spoken := l.spoken(reply)
	if spoken == 0 && reply.Digits == "" && !reply.HangUp {
		l.pass(min(timeout, limit))
		l.emit(Event{Event: EventSilence, Detail: "nothing was recorded"})
		return goOn, source{}
	}
	r := &recording{sid: l.c.newSID("RE"), callSID: l.sid, started: l.now(), created: l.now(),
		status: recordingInProgress}
	l.c.recordings = append(l.c.recordings, r)
	if reply.Digits != "" || reply.HangUp {
		l.typeKeys(in, reply.Digits, spoken, reply.HangUp)
		l.wait(l.now().Add(limit), func() bool { return in.ended })
	} else {
		l.wait(l.now().Add(min(spoken+timeout, limit)), func() bool { return in.ended })
	}
	return l.recorded(doc, v, in, r, min(spoken, limit))
}

// spoken is how long somebody talks in answer to a Record.
func (l *leg) spoken(r Reply) time.Duration {
	switch {
	case r.Silence:
		return 0
	case l.party.Answer == Voicemail:
		return machineHangsUp
	case r.Speak > 0:
		return r.Speak
	}
	return defaultMessage
}

func (l *leg) recorded(doc *document, v *element, in *input, r *recording, spoken time.Duration) (flow, source) {
	r.length = min(l.now().Sub(r.started), spoken)
	r.status, r.updated, r.ready = recordingCompleted, l.now(), l.now().Add(recordingDelay)
	digits := in.byKey
	if l.over() {
		digits = lastWords
	}
	l.emit(Event{Event: EventRecord, Digits: digits, Detail: r.sid, Seconds: r.length.Seconds()})
	l.announce(doc, v, r)
	if l.diverted != nil {
		return quit, source{}
	}
	form := merged(l.c.recordingForm(r), url.Values{"Digits": {digits}})
	if l.c.opts.RecordingSID {
		form.Set("RecordingSid", r.sid)
	}
	return l.conclude(doc, v, KindRecord, form)
}

// announce sends the recording's status callback when the recording can be fetched.
func (l *leg) announce(doc *document, v *element, r *recording) {
	ref := v.attr("recordingStatusCallback", "")
	if ref == "" {
		return
	}
	events := strings.Fields(v.attr("recordingStatusCallbackEvent", recordingCompleted))
	target, err := resolve(doc.url, ref)
	if err != nil {
		l.c.violation(l, "<Record> recordingStatusCallback: %v", err)
		return
	}
	if !slices.Contains(events, recordingCompleted) {
		return
	}
	form := merged(l.c.recordingForm(r), url.Values{
		"AccountSid":         {l.c.opts.AccountSID},
		"CallSid":            {l.sid},
		"RecordingSid":       {r.sid},
		"RecordingStatus":    {recordingCompleted},
		"RecordingChannels":  {"1"},
		"RecordingSource":    {"RecordVerb"},
		"RecordingStartTime": {r.started.Format(time.RFC1123Z)},
		"ErrorCode":          {"0"},
	})
	l.c.at(r.ready, func() {
		l.c.notify(l, KindRecording, v.attr("recordingStatusCallbackMethod", methodPost), target, form)
	})
}

// recordingForm is what the action of a Record and the recording's status callback are both documented with.
func (c *Simulator) recordingForm(r *recording) url.Values {
	return url.Values{
		"RecordingUrl":      {apiOrigin + c.accountPath() + "/Recordings/" + r.sid},
		"RecordingDuration": {strconv.Itoa(int(r.length.Round(time.Second) / time.Second))},
	}
}
