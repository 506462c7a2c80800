//go:build conformance

package campaign

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What callers are told of their callbacks: number, time and reference, held against the store.

// announcement are what a caller was told in one call.
type announcement struct {
	customer  string // who rings
	offered   string // the number in the latest offer, E.164
	number    string // the number of what was noted, E.164
	reference string
	when      string // the sentence that says when
	before    bool   // it was noted before, and the answer to that was lost
	pressed   int    // keys since that sentence
}

const (
	sayOffer  = "We would call you on "
	sayYours  = "We can call you back on your number ending in "
	sayNoted  = "Your callback is booked. "
	sayAuto   = "Sorry, no agent could take your call. Our account security team will call this number "
	sayBefore = "A callback to "
	sayStands = "Your callback is still booked. "
	sayNow    = "We are calling you now."
	sayMoved  = "Your callback has been moved. "
)

// tells reports whether a caller hears something that the oracle looks at.
func tells(e simulator.Event) bool {
	if e.Event != simulator.EventSay || e.Role != simulate.RoleCaller {
		return false
	}
	for _, beginning := range []string{sayOffer, sayYours, sayNoted, sayAuto, sayBefore, sayStands, sayNow, sayMoved} {
		if strings.HasPrefix(e.Text, beginning) {
			return true
		}
	}
	return false
}

// hears takes a sentence.
func (t *announcement) hears(e simulator.Event) {
	t.customer, t.pressed = e.From, 0
	switch {
	case e.Digits != "":
		t.reference = e.Digits
	case strings.HasPrefix(e.Text, sayOffer):
		t.offered = numberIn(e.Text)
	case strings.HasPrefix(e.Text, sayYours):
		t.offered = t.customer
	case strings.HasPrefix(e.Text, sayNoted):
		t.number, t.when = t.offered, e.Text
	case strings.HasPrefix(e.Text, sayAuto):
		t.number, t.when = t.customer, e.Text
	case strings.HasPrefix(e.Text, sayBefore):
		t.number, t.when, t.before = numberIn(e.Text), "", true
	default:
		t.when = e.Text
	}
}

// presses takes a key: by the second one after a time was told, the caller has chosen another time, and knows of none
// until they are told.
func (t *announcement) presses() {
	if t.pressed++; t.reference != "" && t.pressed == 2 {
		t.when = ""
	}
}

// numberIn is a number of the lines' country as it is read out, E.164.
func numberIn(text string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	return "+62" + strings.TrimPrefix(digits, "0")
}

// differs says how what the caller was told differs from a callback of the store; empty: it does not. rings are the
// rings of the callback's number.
func (t *announcement) differs(c callbacks.Callback, rings []*recordedLeg) string {
	switch {
	case c.Caller != t.customer:
		return "it is " + c.Caller + "'s"
	case c.Number != t.number:
		return "it is to " + c.Number
	case t.when == "", strings.HasPrefix(t.when, sayNow):
		return ""
	case strings.Contains(t.when, "security team") && !c.Urgent, strings.HasPrefix(t.when, sayNoted) &&
		!strings.Contains(t.when, "security team") && c.Urgent:
		return fmt.Sprintf("urgent is %t", c.Urgent)
	case strings.Contains(t.when, " between "):
		return differsFrom(c, t.when)
	case strings.Contains(t.when, "From ") && len(rings) > 0 &&
		rings[0].rang.Add(clockError).Before(fromIn(t.when, c.Called)):
		return "it was rung at " + rings[0].rang.Format(time.TimeOnly)
	case c.Kind == callbacks.Slot && !strings.HasPrefix(t.when, sayStands): // a slot that has passed is told like that
		return "it is for a slot"
	}
	return ""
}

var (
	betweenClocks = regexp.MustCompile(`between (.+?) and (noon|midnight|[0-9:]+ [ap]\.m\.)`)
	fromClock     = regexp.MustCompile(`From .*?(noon|midnight|[0-9:]+ [ap]\.m\.)`)
)

// differsFrom compares the slot that was told, which lasts five minutes.
func differsFrom(c callbacks.Callback, text string) string {
	found := betweenClocks.FindStringSubmatch(text)
	if found == nil || c.Kind != callbacks.Slot {
		return "it is " + string(c.Kind)
	}
	end := c.SlotEnd.In(campaignZone)
	if clockIn(found[2], "") != end.Hour()*60+end.Minute() ||
		(clockIn(found[2], "")-clockIn(found[1], found[2])+24*60)%(24*60) != 5 {
		return "its slot ends at " + end.Format("15:04")
	}
	return ""
}

// fromIn is the next instant after called at which the clocks show what was told.
func fromIn(text string, called time.Time) time.Time {
	found := fromClock.FindStringSubmatch(text)
	if found == nil {
		return time.Time{}
	}
	local := called.In(campaignZone)
	at := time.Date(local.Year(), local.Month(), local.Day(), 0, clockIn(found[1], ""), 0, 0, campaignZone)
	if at.Before(local.Truncate(time.Minute)) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// clockIn is a reading of the clock in minutes after midnight. The half of the day may be told by another reading.
func clockIn(text, half string) int {
	switch text {
	case "noon":
		return 12 * 60
	case "midnight":
		return 0
	}
	clock, own, ok := strings.Cut(text, " ")
	if !ok {
		own = strings.TrimLeft(half, "0123456789: ")
	}
	hour, minute, _ := strings.Cut(clock, ":")
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	if h %= 12; own == "p.m." {
		h += 12
	}
	return h*60 + m
}

// campaignZone is where the lines are.
var campaignZone = time.FixedZone("Jakarta", 7*60*60)
