package simulator

import (
	"fmt"
	"time"
)

// An Event is one thing that happened, as Options.Observe sees it. Fields that do not apply are zero.
type Event struct {
	// At is the virtual time, UTC.
	At time.Time `json:"at"`
	// Event is one of the Event… names.
	Event string `json:"event"`
	// Leg is the call SID; Role is "caller" for an inbound leg, else the party's name or its address.
	Leg  string `json:"leg,omitempty"`
	Role string `json:"role,omitempty"`
	// From and To are the addresses of the leg.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Text is what was said, the URL that was played, or the body of a message.
	Text     string `json:"text,omitempty"`
	Language string `json:"language,omitempty"`
	Voice    string `json:"voice,omitempty"`
	// Digits are the keys that were pressed.
	Digits string `json:"digits,omitempty"`
	URL    string `json:"url,omitempty"`
	// Status is a call status, or for EventDialEnd the DialCallStatus.
	Status string `json:"status,omitempty"`
	// Target is the other leg's role: whom was dialled, who was connected.
	Target string `json:"target,omitempty"`
	// Queue is the name of the queue.
	Queue string `json:"queue,omitempty"`
	// Detail says more in words, for people.
	Detail string `json:"detail,omitempty"`
	// Chars counts the characters of Text; Seconds is how long the thing takes.
	Chars   int     `json:"chars,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`
}

// Names of events.
const (
	EventRing    = "ring"     // a telephone begins to ring
	EventAnswer  = "answer"   // somebody, or a machine, picks up
	EventSay     = "say"      // speech begins
	EventPlay    = "play"     // a sound or keys are played
	EventPause   = "pause"    // silence on purpose
	EventGather  = "gather"   // the line asks for keys
	EventPress   = "press"    // a key is pressed
	EventSilence = "silence"  // a Gather or Record ended with nothing
	EventDial    = "dial"     // a Dial begins
	EventDialEnd = "dial-end" // a Dial is over
	EventWhisper = "whisper"  // a document is played to the one who picked up
	// what the one who waits hears while a whisper runs: Detail is "ringing" or "silence"
	EventMeanwhile     = "meanwhile"
	EventBridge        = "bridge"         // two people are connected
	EventUnbridge      = "unbridge"       // and are no longer
	EventEnqueue       = "enqueue"        // a caller begins to wait
	EventLeave         = "leave"          // a caller has left the queue
	EventRecord        = "record"         // a recording was made
	EventPlaceCall     = "place-call"     // a call was asked for by REST
	EventStatus        = "status"         // a leg's status changed
	EventRedirect      = "redirect"       // the call goes on with another document
	EventReject        = "reject"         // an inbound call was turned away
	EventHangup        = "hangup"         // a leg is over
	EventMessage       = "message"        // a text message was sent
	EventViolation     = "violation"      // a rule of the provider was broken
	EventWebhookFailed = "webhook-failed" // a webhook was not answered as it should
	EventFallback      = "fallback"       // the fallback URL is tried
)

// emit writes an event down. The simulator is locked; the observer hears of it from deliver, when it is not.
func (c *Simulator) emit(e Event) {
	e.At = c.clock.Now()
	c.undelivered = append(c.undelivered, e)
}

// deliver hands events to the observer, in order.
func (c *Simulator) deliver() {
	for len(c.undelivered) > 0 {
		batch := c.undelivered
		c.undelivered = nil
		if c.opts.Observe == nil {
			continue
		}
		c.unlocked(func() {
			for _, e := range batch {
				c.opts.Observe(e)
			}
		})
	}
}

// violation records that a rule of the provider was broken. leg may be nil.
func (c *Simulator) violation(l *leg, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	e := Event{Event: EventViolation, Detail: text}
	if l != nil {
		e = l.event(e)
		text = fmt.Sprintf("%s (%s): %s", l.sid, l.role, text)
	}
	c.violations = append(c.violations, text)
	c.emit(e)
}
