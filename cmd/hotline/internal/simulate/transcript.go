package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A transcript writes down a call and what comes of it, for people or one JSON object a line.
type transcript struct {
	mu   sync.Mutex
	keys simulator.Event // keys pressed one after the other, not yet written
	ids  []int64         // callbacks that were booked
	// when something happened last; the simulator's clock may have run on to a time-out of no interest
	last time.Time
	out  io.Writer
	line *ivr.Line
	json bool
	err  error
}

// productEvent is an event of the product in the form of the simulator's, with what only the product knows.
type productEvent struct {
	simulator.Event
	Line      string     `json:"line,omitempty"`
	Desk      string     `json:"desk,omitempty"`
	Topic     string     `json:"topic,omitempty"`
	Reference string     `json:"reference,omitempty"`
	Kind      string     `json:"kind,omitempty"`
	Urgent    bool       `json:"urgent,omitempty"`
	Due       *time.Time `json:"due,omitempty"`
	State     string     `json:"state,omitempty"`
}

func newTranscript(out io.Writer, line *ivr.Line, asJSON bool) *transcript {
	return &transcript{out: out, line: line, json: asJSON}
}

func (t *transcript) begin(at time.Time, from string) {
	if t.json {
		return
	}
	zone := t.line.Hours.Zone()
	when := at.In(zone).Format("Monday 2 January 2006, 15:04")
	fmt.Fprintf(t.out, "%s (%s), %s rings %s\n", when, zone, terminal.Printable(from), t.line.ID)
}

// end closes a call: with a limit reached, or a rule of the provider broken, it was no good one.
func (t *transcript) end(err error, violations []string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flush()
	err = errors.Join(err, t.err)
	for _, violation := range violations {
		err = errors.Join(err, fmt.Errorf("the provider simulator objects: %s", violation))
	}
	if err == nil && !t.json {
		fmt.Fprintln(t.out, "Nothing is outstanding.")
	}
	return err
}

func (t *transcript) simulatorEvent(e simulator.Event) {
	t.mu.Lock()
	t.last = e.At
	t.mu.Unlock()
	if t.json {
		t.object(e)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Event == simulator.EventPress && t.keys.Leg == e.Leg {
		t.keys.Digits += e.Digits
		return
	}
	words := spokenOf(e)
	if words == "" {
		return
	}
	t.flush()
	if e.Event == simulator.EventPress {
		t.keys = e
		return
	}
	t.row(e.At, roleOf(e), words)
}

// flush writes the keys that were pressed: a number is one row, not one for each digit.
func (t *transcript) flush() {
	if keys := t.keys; keys.Digits != "" {
		t.keys = simulator.Event{}
		t.row(keys.At, roleOf(keys), spokenOf(keys))
	}
}

// mark writes where a call was otherwise than expected, right behind what happened last.
func (t *transcript) mark(d calltest.Difference) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flush()
	_, err := fmt.Fprintf(t.out, "> %s\n> want %s\n> got  %s\n", d.Source, d.Want, d.Got)
	t.err = errors.Join(t.err, err)
}

// close writes what is not yet written.
func (t *transcript) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flush()
}

// callbacks lists what was booked so far, and when something happened last.
func (t *transcript) callbacks() ([]int64, time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.ids), t.last
}

func (t *transcript) productEvent(at time.Time, h twilio.Event) {
	t.mu.Lock()
	if h.Name == "book" && !slices.Contains(t.ids, h.Callback.ID) {
		t.ids = append(t.ids, h.Callback.ID)
	}
	t.mu.Unlock()
	if t.json {
		n := productEvent{
			Event: simulator.Event{At: at.UTC(), Event: h.Name, Leg: h.CallSID},
			Line:  h.Line, Desk: h.Desk, Topic: h.Topic, Reference: h.Reference,
		}
		if h.Callback.ID != 0 {
			due := h.Callback.Due.UTC()
			n.Due, n.Kind, n.Urgent, n.State =
				&due, string(h.Callback.Kind), h.Callback.Urgent, string(h.Callback.State)
		}
		t.object(n)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flush()
	t.row(at, "hotline", t.wordsOf(h))
}

func (t *transcript) wordsOf(h twilio.Event) string {
	due := h.Callback.Due.In(t.line.Hours.Zone()).Format("Mon 2 Jan 15:04")
	switch h.Name {
	case "book", "move":
		kind := string(h.Callback.Kind)
		if h.Callback.Urgent {
			kind = "urgent"
		}
		verb := map[string]string{"book": "writes down", "move": "moves"}[h.Name]
		return fmt.Sprintf("%s callback %s by desk %s, %s, due %s", verb, h.Reference, h.Desk, kind, due)
	case "cancel":
		return "cancels callback " + h.Reference
	case "callback":
		return fmt.Sprintf("callback %s is %s", h.Reference, h.Callback.State)
	case "message":
		return "writes down message " + h.Reference
	case "contact":
		return "writes down call " + h.Reference + " for desk " + h.Desk
	case "note":
		return "keeps the note for the agent"
	case "taken":
		return "notes that an agent pressed 1 and took it"
	case "disowned":
		return "notes that the customer did not ask for this call"
	case "reached":
		return "notes that the customer pressed 1 and was reached"
	}
	return h.Name
}

func roleOf(e simulator.Event) string {
	if e.Role == "" {
		return "simulator"
	}
	return e.Role
}

// spokenOf puts an event into words; empty for what a reader of a call need not see.
func spokenOf(e simulator.Event) string {
	switch e.Event {
	case simulator.EventSay:
		return "hears    " + e.Text
	case simulator.EventPlay:
		if e.Text != "" {
			return "hears    (recorded) " + e.Text
		}
	case simulator.EventPress:
		return "presses  " + e.Digits
	case simulator.EventSilence:
		return "is silent"
	case simulator.EventRing:
		return "rings"
	case simulator.EventAnswer:
		return "picks up"
	case simulator.EventMeanwhile:
		return map[string]string{"ringing": "still hears ringing", "silence": "hears silence"}[e.Detail]
	case simulator.EventBridge:
		return "is connected with " + e.Target
	case simulator.EventRecord:
		return fmt.Sprintf("speaks for %.0f s", e.Seconds)
	case simulator.EventPlaceCall:
		return "call placed to " + e.To
	case simulator.EventDialEnd:
		return "dial ended: " + e.Status
	case simulator.EventHangup:
		return "hangs up"
	case simulator.EventViolation, simulator.EventWebhookFailed, simulator.EventFallback:
		return e.Event + ": " + e.Detail
	}
	return ""
}

// row writes one line. The caller holds mu.
func (t *transcript) row(at time.Time, who, what string) {
	_, err := fmt.Fprintf(t.out, "%s  %-12s %s\n", at.In(t.line.Hours.Zone()).Format("Mon 15:04:05"), who,
		terminal.Printable(what))
	t.err = errors.Join(t.err, err)
}

func (t *transcript) object(v any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	encoder := json.NewEncoder(t.out)
	encoder.SetEscapeHTML(false)
	t.err = errors.Join(t.err, encoder.Encode(v))
}

// SpeechSeconds is how long the simulated voice of a locale takes to say a text.
func SpeechSeconds(locale, text string) float64 {
	return float64(utf8.RuneCountInString(text)) / simulator.SpeechRate(locale)
}
