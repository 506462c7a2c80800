package hours

import (
	"fmt"
	"slices"
	"time"
)

// An Explanation says why a calendar is open or closed at an instant.
type Explanation struct {
	State State
	// Considered are the rules about the instant, highest rank first. Exactly one decides. Of an intersection they are
	// the rules of both calendars, and one of each decides.
	Considered []Considered
	// Otherwise is the rule that would decide without the one that does.
	Otherwise Considered
}

// Considered is a rule about one instant.
type Considered struct {
	Layer Layer
	// Date is the day that the rule is about: the day before, for a span that began then. It is zero for overrides.
	Date Date
	// Kind is that of a holiday.
	Kind HolidayKind
	// Decides is set for the rule that won.
	Decides bool
	// Applies is false for a set that has no such day or does not cover it, and for collective leave on which the line
	// works. Note says why.
	Applies bool
	// Open is what the rule says about the instant, if it applies.
	Open bool
	// Rule, Reason and Source are as in [State]. Why is the reason without the word open or closed.
	Rule, Reason, Source, Why string
	// Note says why a rule does not apply, or that its span began the evening before. Otherwise it is empty.
	Note string
}

// Explain says why the calendar is open or closed at an instant: all rules in order of rank, and the one that would
// decide otherwise. It is slow; [Calendar.At] is fast.
func (c *Calendar) Explain(t time.Time) Explanation {
	out := Explanation{State: c.At(t)}
	var closing bool
	for part := c; part != nil; part = part.and {
		considered := part.rules.consider(clamp(t.Unix()))
		decides := slices.IndexFunc(considered, func(r Considered) bool { return r.Decides })
		// Of an intersection the first that is closed gives the reason; of two that are open, the first.
		if part == c || !closing && !considered[decides].Open {
			out.Otherwise = Considered{}
			applies := func(r Considered) bool { return r.Applies }
			if next := slices.IndexFunc(considered[decides+1:], applies); next >= 0 {
				out.Otherwise = considered[decides+1+next]
			}
		}
		closing = closing || !considered[decides].Open
		out.Considered = append(out.Considered, considered...)
	}
	return out
}

// consider lists every rule for one instant and marks the first that applies as the one that decides.
func (r *ruleset) consider(at int64) (out []Considered) {
	offset, _ := r.offset(at)
	number := floorDiv(at+offset, secondsPerDay)
	minute := int(floorMod(at+offset, secondsPerDay) / 60)
	for _, o := range r.overrides {
		if o.from <= at && at < o.until {
			out = append(out, applies(Date{}, o.rule))
		}
	}
	for _, o := range r.overruled {
		// Pieces of it may still be in force; then it is listed already.
		again := slices.ContainsFunc(out, func(c Considered) bool {
			return c.Rule == o.rule.id && c.Source == o.rule.source
		})
		if o.from <= at && at < o.until && !again {
			out = append(out, applies(Date{}, o.rule))
		}
	}
	days := &resolver{ruleset: r}
	before := days.day(number - 1)
	if rule, tail := before.tail(); minute < tail {
		began := applies(dateOf(number-1), rule)
		began.Note = "It began the evening before."
		out = append(out, began)
	}
	out = append(out, days.considerDay(number, minute)...)
	for i := range out {
		if out[i].Applies {
			out[i].Decides = true
			break
		}
	}
	return out
}

// considerDay lists the rules of one day.
func (r *resolver) considerDay(number int64, minute int) (out []Considered) {
	date := dateOf(number)
	if d := r.datedOn(number); d != nil {
		out = append(out, applies(date, d.at(minute)))
	}
	for i := range r.recurring {
		if r.recurring[i].on(date, number) {
			out = append(out, applies(date, r.recurring[i].day.at(minute)))
		}
	}
	out = append(out, r.considerHolidays(date, minute)...)
	return append(out, applies(date, r.weekOn(date).at(minute)))
}

// considerHolidays lists the holidays of a date by kind, then the sets that have none.
func (r *ruleset) considerHolidays(date Date, minute int) (out []Considered) {
	var silent []Considered
	for kind := PublicHoliday; kind <= MakeUp; kind++ {
		for i := range r.Holidays {
			for h := range r.Holidays[i].on(date) {
				if h.Kind != kind {
					continue
				}
				d := r.compileHoliday(r.Holidays[i].Name, *h)
				c := applies(date, d.at(minute))
				if !r.rests(h) {
					c.Applies, c.Reason, c.Why = false, "", ""
					c.Note = fmt.Sprintf("%s is collective leave, on which this line works.", h.Name)
				}
				out = append(out, c)
			}
		}
	}
	for i := range r.Holidays {
		s := &r.Holidays[i]
		none := true
		for range s.on(date) {
			none = false
		}
		note := fmt.Sprintf("Set %s has no holiday on %s.", s.Name, date)
		if !s.covers(date) {
			note = s.gap(date)
		}
		if none {
			silent = append(silent, Considered{
				Layer: LayerHoliday, Date: date, Rule: "holiday " + s.Name, Source: s.Source, Note: note,
			})
		}
	}
	return append(out, silent...)
}

func applies(date Date, r *rule) Considered {
	return Considered{
		Layer: r.layer, Date: date, Kind: r.kind, Applies: true, Open: r.open, Rule: r.id, Reason: r.reason,
		Source: r.source, Why: r.why,
	}
}
