package callbacks

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// AlertPause is the least time between two alerts of a line.
const AlertPause = 10 * time.Minute

// An AlertKind is what a line's people are told of.
type AlertKind string

const (
	// UrgentCallUnanswered: nobody at the desk took an urgent call.
	UrgentCallUnanswered AlertKind = "nobody took an urgent call"
	// UrgentCallbackUnanswered: an urgent callback was tried as often and as long as it may be, or its number is
	// refused.
	UrgentCallbackUnanswered AlertKind = "an urgent callback was not kept: ring the customer by hand"
	// CallbackNotKept: an ordinary callback was not kept because of the desk, and is left to a person.
	CallbackNotKept AlertKind = "the desk did not keep a callback: ring the customer by hand"
)

// look is the command that shows what an alert is about.
func (k AlertKind) look(line string) string {
	state := map[AlertKind]string{UrgentCallbackUnanswered: " --state task", CallbackNotKept: " --state task"}[k]
	return "hotline callbacks list --line " + line + state
}

// An Alert is an SMS to a line's own people: nobody took something urgent.
type Alert struct {
	// Key names what happened: the same key again sends nothing.
	Key        string
	Line, Desk string
	Kind       AlertKind
	// Number is the customer's, masked; empty: it is not known.
	Number string
	// At is when it happened, in the zone in which it is told.
	At time.Time
}

// NewAlert is an alert about a callback, or about a call for which there may be one.
func (p Plan) NewAlert(key string, kind AlertKind, c Callback, now time.Time) Alert {
	zone := time.UTC
	if p.Hours != nil {
		zone = p.Hours.Zone()
	}
	a := Alert{Key: key, Line: c.Line, Desk: c.Desk, Kind: kind, At: now.In(zone)}
	a.Number = ending(c.Number)
	return a
}

// ending is a number, masked. One "…" would halve what fits into an SMS.
func ending(number string) string { return strings.TrimLeft(Mask(number), "…") }

const numberEnding = "number ending in "

// AlertMention is how an [Alert.Body] names a number: as others that end alike.
func AlertMention(number string) string { return numberEnding + ending(number) + ". " }

// Body is what is sent: the latest of so many alerts.
func (a Alert) Body(count int) string {
	before, number := "", "no number"
	if count > 1 {
		before = fmt.Sprintf("%d times, the last: ", count)
	}
	if a.Number != "" {
		number = numberEnding + a.Number
	}
	return fmt.Sprintf("%s, desk %s: %s%s. %s, %s. %s", a.Line, a.Desk, before, a.Kind,
		a.At.Format("Mon 2 Jan 2006, 15:04 MST"), number, a.Kind.look(a.Line))
}

// Alert logs that nobody took an urgent call, and has the line's alert number told. key names the call and how often
// its desk has been rung; caller is E.164, or empty.
func (s *Service) Alert(ctx context.Context, key, line, desk, caller string) error {
	s.log.ErrorContext(ctx, "nobody took an urgent call", "call", key, "line", line, "desk", desk, "number", Mask(caller))
	plan := s.plan(line, desk)
	if plan.Alert == "" {
		return nil
	}
	c := Callback{Line: line, Desk: desk, Number: caller}
	err := s.store.Alert(ctx, plan.NewAlert("call/"+key, UrgentCallUnanswered, c, s.now()))
	s.signal.Raise()
	return err
}
