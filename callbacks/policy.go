package callbacks

import (
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// A Policy is a line's rules for callbacks. Zero durations and counts stand for the defaults named below.
type Policy struct {
	// SlotLength is how long a slot is; default 30 minutes.
	SlotLength time.Duration
	// SlotCount is how many slots are offered, 2 to 4; default 3.
	SlotCount int
	// SlotCapacity is how many callbacks one slot of a desk may hold; 0 is no limit.
	SlotCapacity int
	// MinNotice: a slot starts at least this much after now. Default 0.
	MinNotice time.Duration
	// MaxAttempts is how often the customer is rung; default 3.
	MaxAttempts int
	// MaxDeskAttempts is how often the desk's targets are all tried without success; default 6.
	MaxDeskAttempts int
	// RetryAfter is the pause before another desk attempt, or before the customer is tried again; default 10 minutes.
	RetryAfter time.Duration
	// RetryBusy, RetryNoAnswer and RetryMachine are the pauses after the customer was busy, did not pick up, or picked
	// up and pressed no 1, as machines do. Zero is RetryAfter.
	RetryBusy, RetryNoAnswer, RetryMachine time.Duration
	// Limits bound what callers ask for; defaults are in [DefaultCallerLimits].
	Limits CallerLimits
	// MaxOpen is how many callbacks of the line may be open, urgent ones not counted; 0 is no limit.
	MaxOpen int
	// ASAPCutoff is how long before the desk closes "as soon as possible" starts to mean its next opening. Default 0.
	ASAPCutoff time.Duration
	// OpeningDelay is how long after an opening the callbacks of the night begin, which leaves agents to the callers
	// who have waited for it. Default 0.
	OpeningDelay time.Duration
	// OpeningSpacing is the least distance between the callbacks that fall due at an opening; 0 lets them all fall due
	// at once.
	OpeningSpacing time.Duration
	// ExpiresAfter is how long after Due a callback is given up; default 72 hours.
	ExpiresAfter time.Duration
	// Countries are those whose numbers are called and texted, ISO 3166-1 alpha-2; nil is any. [Policy.Refusal] decides
	// by it, in number.go.
	Countries []string
	// Blocked lists prefixes that are never called, whatever the country.
	Blocked []Blocked
	// Ours are the numbers of all lines and agents of the configuration, E.164: no customer has one.
	Ours map[string]bool
	// Routes lead to prefixes that the provider alone does not reach.
	Routes []Route
	// Unreachable lists E.164 prefixes that need a route.
	Unreachable []string
	// Retention is how long after its end a callback keeps its numbers; default 30 days.
	Retention time.Duration
	// CallingHours is the part of the day in which a customer may be rung, on the clock of the zone of their own
	// number; it does not run past midnight. Urgent callbacks are kept at any hour, and so are all when it is the zero
	// Span.
	CallingHours hours.Span
}

// A Route is a way to the numbers that begin with Prefix.
type Route struct {
	// Prefix is E.164, for example "+86".
	Prefix string
	// Byoc is the provider's name of the trunk.
	Byoc string
}

// An Offer is what a caller can choose from.
type Offer struct {
	// ASAP is when "as soon as possible" would be, UTC. Zero: not within a month, so nothing is booked.
	ASAP time.Time
	// Slots are stretches of open time. Empty for an urgent callback.
	Slots []hours.Interval
}

// Route is the one of the longest fitting prefix for a number; the zero Route is the provider's own network.
func (p Policy) Route(e164 string) (best Route) {
	for _, r := range p.Routes {
		if r.Prefix != "" && strings.HasPrefix(e164, r.Prefix) && len(r.Prefix) > len(best.Prefix) {
			best = r
		}
	}
	return best
}

// OfferTo says when a callback on this number, E.164, could come: within the calling hours there. For any other text
// they are those of the calendar's own zone. An urgent one comes now, whatever the hour. Slots that begin at an instant
// of full are left out.
func (p Policy) OfferTo(number string, cal *hours.Calendar, now time.Time, urgent bool, full ...time.Time) Offer {
	p = p.WithDefaults()
	now = now.UTC()
	if urgent || cal == nil {
		return Offer{ASAP: now}
	}
	cal = p.within(cal, number)
	var o Offer
	if at, ok := p.soonest(cal, now); ok && at.Sub(now) <= farthestSlot {
		o.ASAP = at
	}
	from := now.Add(p.MinNotice)
	if o.ASAP.After(from) {
		from = o.ASAP // as soon as possible is never later than a time that can be chosen
	}
	for _, s := range cal.Slots(from, p.SlotLength, p.SlotCount+len(full)) {
		if len(o.Slots) == p.SlotCount || s.From.Sub(now) > farthestSlot || slices.ContainsFunc(full, s.From.Equal) {
			continue
		}
		o.Slots = append(o.Slots, hours.Interval{From: s.From.UTC(), To: s.To.UTC()})
	}
	return o
}

// farthestSlot is how far ahead a time is offered: nobody waits by the telephone for next season.
const farthestSlot = 31 * 24 * time.Hour

// Expires is when a callback that is due then is given up.
func (p Policy) Expires(due time.Time) time.Time { return due.Add(p.WithDefaults().ExpiresAfter) }

// WithDefaults fills in what is zero.
func (p Policy) WithDefaults() Policy {
	or := func(d *time.Duration, fallback time.Duration) {
		if *d <= 0 {
			*d = fallback
		}
	}
	or(&p.SlotLength, 30*time.Minute)
	or(&p.RetryAfter, 10*time.Minute)
	or(&p.ExpiresAfter, 72*time.Hour)
	or(&p.Retention, 30*24*time.Hour)
	p.Limits = p.Limits.withDefaults()
	if p.SlotCount <= 0 {
		p.SlotCount = 3
	}
	if p.MaxAttempts <= 0 {
		p.MaxAttempts = 3
	}
	if p.MaxDeskAttempts <= 0 {
		p.MaxDeskAttempts = 6
	}
	return p
}

// Who is rung at an opening: the callbacks of the night neither come all at once nor before those who ring just then.

const (
	// night is how long a desk has to be closed for its opening to be one at which callbacks have gathered. A lunch
	// break is shorter.
	night = 3 * time.Hour
	// longestSpacing bounds how late a callback of the night may fall due after the opening.
	longestSpacing = 4 * time.Hour
)

// soonest is when a callback as soon as possible would come: now while the desk is open and not about to close, else at
// its next opening, the morning's delay behind it. false: it never opens again.
func (p Policy) soonest(cal *hours.Calendar, now time.Time) (time.Time, bool) {
	from := now
	if closing, ok := cal.NextClosing(now); ok && cal.IsOpen(now) && p.ASAPCutoff > 0 &&
		closing.Sub(now) <= p.ASAPCutoff {
		from = closing
	}
	at, ok := cal.NextOpening(from)
	if !ok || at.Equal(now) {
		return at.UTC(), ok
	}
	if late := at.Add(p.OpeningDelay); gathered(cal, at) && cal.IsOpen(late) {
		at = late
	}
	return at.UTC(), true
}

// gathered reports whether the desk was closed for a night before an opening.
func gathered(cal *hours.Calendar, opening time.Time) bool {
	before := cal.At(opening.Add(-time.Second))
	return !before.Open && (before.Since.IsZero() || opening.Sub(before.Since) >= night)
}
