package simulator

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var recordingEndpoints = []endpoint{
	{"GET /Recordings.json", listFields(fields{"CallSid": someText(34), "DateCreated": date(), "DateCreated<": date(),
		"DateCreated>": date()}),
		(*Simulator).listRecordings},
	{"GET /Calls/{sid}/Recordings.json", listFields(nil), (*Simulator).listRecordings},
	{"GET /Recordings/{recording}", fields{"Download": boolean(), "RequestedChannels": integer(1, 2)},
		(*Simulator).fetchRecording},
	{"DELETE /Recordings/{recording}", fields{}, (*Simulator).deleteRecording},
}

// recordingOf finds a recording that can be fetched already and was not deleted. For a moment after its end there
// is none, as with the provider.
func (c *Simulator) recordingOf(r request) (*recording, *restError) {
	sid, _, _ := strings.Cut(r.path("recording"), ".")
	for _, rec := range c.recordings {
		if rec.sid == sid && !rec.deleted && rec.status == recordingCompleted && !c.clock.Now().Before(rec.ready) {
			return rec, nil
		}
	}
	return nil, refuse(http.StatusNotFound, codeNotFound, "Recording %s was not found", sid)
}

// fetchRecording answers with the resource, or with sound of the right length: the simulator's callers are silent.
func (c *Simulator) fetchRecording(r request) (reply, *restError) {
	rec, no := c.recordingOf(r)
	if no != nil {
		return reply{}, no
	}
	switch {
	case strings.HasSuffix(r.raw("recording"), ".json"):
		return reply{value: c.recordingJSON(rec)}, nil
	case strings.HasSuffix(r.raw("recording"), ".mp3"):
		return reply{media: silentMP3(rec.length), kind: "audio/mpeg"}, nil
	}
	return reply{media: silentWAV(rec.length), kind: "audio/x-wav"}, nil
}

func (c *Simulator) deleteRecording(r request) (reply, *restError) {
	rec, no := c.recordingOf(r)
	if no != nil {
		return reply{}, no
	}
	rec.deleted = true
	return reply{status: http.StatusNoContent}, nil
}

func (c *Simulator) listRecordings(r request) (reply, *restError) {
	call := r.form.Get("CallSid")
	uri := c.accountPath() + "/Recordings.json"
	if sid := r.path("sid"); sid != "" {
		call, uri = sid, c.accountPath()+"/Calls/"+sid+"/Recordings.json"
	}
	var items []any
	for _, rec := range slices.Backward(c.recordings) {
		if !rec.deleted && (call == "" || rec.callSID == call) && rec.within(r) {
			items = append(items, c.recordingJSON(rec))
		}
	}
	return page(r, uri, "recordings", items), nil
}

// within applies the filters by day.
func (rec *recording) within(r request) bool {
	day := rec.created.Truncate(24 * time.Hour)
	for name, holds := range map[string]func(time.Time) bool{
		"DateCreated":  day.Equal,
		"DateCreated<": func(t time.Time) bool { return !day.After(t) },
		"DateCreated>": func(t time.Time) bool { return !day.Before(t) },
	} {
		if wanted, err := parseDay(r.form.Get(name)); err == nil && !holds(wanted) {
			return false
		}
	}
	return true
}

func (c *Simulator) recordingJSON(r *recording) map[string]any {
	uri := c.accountPath() + "/Recordings/" + r.sid
	return map[string]any{"sid": r.sid, "account_sid": c.opts.AccountSID, "call_sid": r.callSID, "conference_sid": nil,
		"api_version": apiVersion, "date_created": rfcDate(r.created), "date_updated": rfcDate(r.updated),
		"start_time": rfcDate(r.started), "duration": strconv.Itoa(int(r.length.Round(time.Second) / time.Second)),
		"status": r.status, "channels": 1, "source": "RecordVerb", "error_code": nil, "price": nil, "price_unit": "USD",
		"uri": uri + ".json", "media_url": apiOrigin + uri, "encryption_details": nil}
}

// silentWAV is a WAV file of silence: one channel, 8,000 samples of 8 bits a second.
func silentWAV(d time.Duration) []byte {
	const rate = 8000
	samples := int(d.Seconds() * rate)
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	put(uint32(36 + samples))
	b.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{1, 1}) // PCM, one channel
	put([]uint32{rate, rate})
	put([]uint16{1, 8}) // bytes a sample, bits a sample
	b.WriteString("data")
	put(uint32(samples))
	b.Write(bytes.Repeat([]byte{0x80}, samples))
	return b.Bytes()
}

// silentMP3 is an MPEG-1 layer III stream of silence: frames of 1,152 samples at 44.1 kHz, 32 kbit/s, one channel,
// whose side information is zero.
func silentMP3(d time.Duration) []byte {
	const frameBytes, samples, rate = 104, 1152, 44100
	frame := make([]byte, frameBytes)
	copy(frame, []byte{0xFF, 0xFB, 0x10, 0xC0})
	return bytes.Repeat(frame, max(1, int(d.Seconds()*rate/samples)))
}
