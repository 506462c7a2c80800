package twilio

import (
	"context"
	"errors"
	"fmt"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/twilio/twilio-go/twiml"
)

// The telephones that we ring: an agent's for a caller, and the two of a callback. Package ivr decides; here is who may
// say what, and what is written.

// leg is what travels in the URLs of a leg. Call is the leg that the URL was given to, where a Dial made it; empty
// until its first webhook.
type leg struct {
	ivr.State
	Call string `json:"leg,omitempty"`
}

var errNoLine = errors.New("the line is no longer configured")

// A side says which of an attempt's two telephones a webhook has to come from.
type side int

const (
	rungFirst  side = iota // its call is the attempt's own
	rungBehind             // a Dial of that call made it
)

// firstLeg is the leg of the attempt that was rung first, as far as this webhook may speak for it: its own call, or
// the one whose Dial made it. Empty when it may not: it comes from the other side, or from another leg than the one
// asked before.
func (w webhook) firstLeg(l leg, from side) string {
	switch {
	case from == rungBehind && (l.Call == "" || l.Call == w.call().SID):
		return w.parent()
	case from == rungFirst && w.form.Get("ParentCallSid") == "":
		return w.call().SID
	}
	return ""
}

// openLeg opens what a leg carries. An agent's leg for a caller belongs to the call whose Dial made it, and once it has
// been spoken to, to itself. Whose an attempt's leg is, the dispatcher says.
func (s *Server) openLeg(w webhook, r *legRoute) (l leg, line *ivr.Line, err error) {
	if r.step != ivr.StepAgentLeg {
		err = s.Sealer.open("attempt", "", w.sealed, &l)
		l.Step = r.step
		return l, s.Lines.Find(l.Line, ""), err
	}
	if err := s.Sealer.open("whisper", w.parent(), w.sealed, &l); err != nil {
		return l, nil, err
	}
	if l.Call != "" && l.Call != w.call().SID {
		return l, nil, dispatch.ErrForeignCall
	}
	l.Call, l.Step = w.call().SID, r.step
	line, err = s.lineOf(l.State)
	return l, line, err
}

// event is what a webhook of a leg reports.
func (r *legRoute) event(w webhook) ivr.Event {
	switch r.kind {
	case keyed:
		return ivr.Keys{Digits: w.form.Get("Digits")}
	case dialEnded:
		return ivr.DialEnded{Status: w.form.Get("DialCallStatus"), Bridged: w.form.Get("DialBridged")}
	}
	return ivr.Start{}
}

// again is what a leg begins again with after a fault: every answer can be given twice, and a key is asked for once
// more.
func (r *legRoute) again(w webhook) ivr.Event {
	if r.kind == dialEnded {
		return r.event(w)
	}
	return ivr.Failure{}
}

// leg answers a webhook of a leg. With an error there is a document all the same, an apology or a request to wait,
// unless not even the line is known.
func (s *Server) leg(ctx context.Context, w webhook, r *legRoute, event ivr.Event) (*document, error) {
	l, line, err := s.openLeg(w, r)
	switch {
	case err != nil && r.step == ivr.StepAgentLeg:
		return hangup(), err
	case err != nil:
		return nil, err
	}
	var response ivr.Response
	for range 10 {
		l.State, response = ivr.Advance(line, s.Now(), w.callFrom(l.Caller), l.State, event)
		perform, ok := response.Action.(ivr.Perform)
		if !ok {
			doc, fault := s.legDocument(w, line, l, response)
			return doc, errors.Join(err, fault)
		}
		switch effect := perform.Effect.(type) {
		case ivr.MarkTaken:
			event, err = s.markTaken(ctx, w, effect), nil
		case ivr.ReadAttempt:
			if line, event, err = s.readAttempt(ctx, w, r, &l, effect); line == nil {
				return nil, err
			}
		case ivr.Move:
			event, err = s.perform(ctx, w, effect), nil
		}
	}
	return nil, fmt.Errorf("step %q wants one thing after another done and never speaks", l.Step)
}

// markTaken writes that an agent took a call, and holds a callback that would fall due while they are talking. Neither
// keeps the two from being connected.
func (s *Server) markTaken(ctx context.Context, w webhook, taken ivr.MarkTaken) ivr.Event {
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	if err := s.Callbacks.MarkTaken(ctx, w.parent(), taken.Dial, taken.Target); err != nil {
		s.Log.Error("cannot note that an agent took a call", "call", w.parent(), "error", err)
	}
	if err := s.Callbacks.HoldFor(ctx, taken.Line, taken.Desk, taken.Caller); err != nil {
		s.Log.Warn("cannot hold the callback of a caller who got through", "call", w.parent(), "error", err)
	}
	s.Metrics.taken.WithLabelValues(taken.Line).Inc()
	s.observe(Event{Name: "taken", CallSID: w.call().SID, Line: taken.Line, Desk: taken.Desk, Topic: taken.Topic})
	return ivr.Done{}
}

// readAttempt puts a question about the attempt that a webhook carries, in the name of its first leg.
func (s *Server) readAttempt(
	ctx context.Context, w webhook, r *legRoute, l *leg, ask ivr.ReadAttempt,
) (*ivr.Line, ivr.Event, error) {
	asking, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	callback, verdict, err := s.ask(asking, l.Attempt, w.firstLeg(*l, r.from), ask)
	read := ivr.AttemptRead{ReadAttempt: ask, Callback: callback, Verdict: verdict}
	if err == nil {
		read.RingsAgain = s.Legs.RingsAgain(callback)
	}
	if errors.Is(err, dispatch.ErrForeignCall) {
		s.foreign(w, err)
		read.Foreign, read.Verdict, err = true, callbacks.Gone, nil
	}
	line := s.Lines.Find(callback.Line, "")
	if err == nil && line == nil {
		err = fmt.Errorf("%w: %q", errNoLine, callback.Line)
	}
	if err != nil {
		refused := ivr.Refused{Why: ivr.Lasting, Ask: ask.Ask}
		if worthAnother(err) {
			refused.Why = ivr.Failed
		}
		return s.Lines.Find(l.Line, ""), refused, err
	}
	if r.from == rungBehind {
		l.Call = w.call().SID
	}
	if read.Verdict == callbacks.Proceed && !read.Foreign {
		s.observeAttempt(w, read)
		read.Playable = ask.Note && s.playable(ctx, callback.Note.SID)
	}
	return line, read, nil
}

// ask puts a question to the dispatcher.
func (s *Server) ask(
	ctx context.Context, attempt, leg string, ask ivr.ReadAttempt,
) (callback callbacks.Callback, verdict callbacks.Verdict, err error) {
	defer recovered(&err)
	switch ask.Ask {
	case ivr.Answered:
		return s.Legs.Answered(ctx, attempt, leg)
	case ivr.AgentTakes, ivr.AgentTook:
		return s.Legs.AgentTook(ctx, attempt, leg)
	case ivr.CustomerTakes, ivr.CustomerTook:
		return s.Legs.CustomerTook(ctx, attempt, leg)
	case ivr.Disowns:
		return s.Legs.Disown(ctx, attempt, leg)
	case ivr.AgentEnded:
		callback, err = s.Legs.AgentEnded(ctx, attempt, leg, ask.Status, ask.NotBridged, ask.HasNext)
	case ivr.CustomerEnded:
		callback, err = s.Legs.CustomerEnded(ctx, attempt, leg, ask.Status, ask.NotBridged)
	}
	return callback, callbacks.Proceed, err
}

// observeAttempt tells what has just happened to a callback.
func (s *Server) observeAttempt(w webhook, read ivr.AttemptRead) {
	name := map[ivr.Question]string{ivr.AgentTakes: "taken", ivr.CustomerTakes: "reached",
		ivr.Disowns: "disowned"}[read.Ask]
	if name != "" {
		s.observe(Event{Name: name, CallSID: w.call().SID, Callback: read.Callback})
	}
}

// legDocument puts the answer on a leg into TwiML.
func (s *Server) legDocument(w webhook, line *ivr.Line, l leg, response ivr.Response) (*document, error) {
	doc := s.document(line)
	if response.Play != "" {
		note, err := s.recordingURL(response.Play)
		if err != nil {
			return nil, err
		}
		doc.add(&twiml.VoicePlay{Url: note})
	}
	switch action := response.Action.(type) {
	case ivr.AskTwice:
		url, err := s.legURL(w, l, keyed)
		doc.askTwice(response.Say, url, action.Else)
		return doc, err
	case ivr.Gather:
		url, err := s.legURL(w, l, keyed)
		doc.gather(response.Say, action, url)
		return doc, err
	case ivr.Connect:
		doc.add(doc.says(response.Say)...)
		return doc, s.connectLeg(doc, w, l, action)
	case ivr.Retry:
		url, err := s.legURL(w, l, dialEnded)
		doc.add(doc.says(response.Say)...)
		doc.add(&twiml.VoicePause{Length: seconds(action.After)}, &twiml.VoiceRedirect{Url: url, Method: "POST"})
		return doc, err
	case ivr.Bridge: // the end of the document lets the provider connect the two
		doc.add(doc.says(response.Say)...)
		return doc, nil
	}
	doc.add(doc.says(response.Say)...)
	doc.add(&twiml.VoiceHangup{})
	return doc, nil
}

// connectLeg puts another telephone behind this leg.
func (s *Server) connectLeg(doc *document, w webhook, l leg, connect ivr.Connect) error {
	ended, err := s.legURL(w, l, dialEnded)
	if err != nil {
		return err
	}
	behind := leg{State: l.LegBehind(connect)}
	begins, err := s.legURL(w, behind, pickedUp)
	if err != nil {
		return err
	}
	doc.dial(connect.Ring, ended, connect.Target.Kind, connect.Target.Address, begins)
	return nil
}

// legURL is where an event of a leg comes in.
func (s *Server) legURL(w webhook, l leg, kind legEvent) (string, error) {
	purpose, owner := "attempt", ""
	if l.Step == ivr.StepAgentLeg {
		purpose, owner = "whisper", w.parent()
	}
	return s.sealedURL(s.legPath(l.Step, kind), purpose, owner, l)
}

// worthAnother reports whether the store may take later what it did not take now.
func worthAnother(err error) bool {
	if err == nil {
		return false
	}
	for _, lasting := range []error{
		errSeal, errNoLine, errRecording, callbacks.ErrNotFound, callbacks.ErrNotOpen, callbacks.ErrTransition,
		dispatch.ErrForeignCall,
	} {
		if errors.Is(err, lasting) {
			return false
		}
	}
	return true
}

// attemptStatus hears how the first leg of an attempt fares.
func (s *Server) attemptStatus(ctx context.Context, w webhook) error {
	seq := -1 // none
	if w.form.Has("SequenceNumber") {
		seq = atoi(w.form.Get("SequenceNumber"))
	}
	var l leg
	if err := s.Sealer.open("attempt", "", w.sealed, &l); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	return s.Legs.LegStatus(ctx, l.Attempt, w.firstLeg(l, rungFirst), w.form.Get("CallStatus"), seq)
}
