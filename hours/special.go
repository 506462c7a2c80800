package hours

import (
	"fmt"
	"slices"
	"time"
)

// A Special is a day, or a run of days, that does not follow the week.
//
// Its days are given in exactly one way: From (and To), Yearly, Nth, or RRule with From. Its hours are given by exactly
// one of Closed, Open and As. Two specials with dates must not share a date. Of two recurring ones on one
// date Yearly ranks before Nth and Nth before RRule; an Nth of one month before that of every month, counted from the
// start of the month before counted from its end; of two RRules the one that begins later. Two of the same days are a
// mistake.
type Special struct {
	// From and To are the first and the last day. A zero To means a single day.
	From, To Date
	// Yearly is a day of every year.
	Yearly *Yearly
	// Nth is a weekday counted within its month.
	Nth *Nth
	// RRule is a recurrence rule of RFC 5545, section 3.3.10, without "RRULE:". It begins with From and counts days:
	// parts of a day (FREQ=HOURLY, BYHOUR …) are a mistake. It is followed to the end of the year 2200.
	RRule string
	// Closed is set for days on which no span starts. A span of the evening before runs to its end.
	Closed bool
	// Open lists the spans of these days.
	Open []Span
	// As is the weekday whose hours these days have.
	As *time.Weekday
	// Name is what the day is called, for example "Year-end".
	Name string
	// Source is where the rule is written, for example "gopay.yaml:14". It may be empty.
	Source string
}

// Last is the last of its days, when it has dates.
func (s Special) Last() Date {
	if s.To == (Date{}) {
		return s.From
	}
	return s.To
}

// Ways are the ways in which it gives its hours: closed, open, as.
func (s Special) Ways() (ways []string) {
	if s.Closed {
		ways = append(ways, "closed")
	}
	if len(s.Open) > 0 {
		ways = append(ways, "open")
	}
	if s.As != nil {
		ways = append(ways, "as")
	}
	return ways
}

// checkSpecial finds special days that are incomplete, contradict themselves, or share a date. It returns the parsed
// recurrence rules, at the positions of their special days.
func checkSpecial(special []Special) (rrules []*rrule, out []error) {
	rrules = make([]*rrule, len(special))
	var dated []int
	days := taken{special: special, seen: map[string]int{}}
	for i, s := range special {
		path := fmt.Sprintf("special[%d]", i)
		before := len(out)
		out = append(out, s.checkDays(path)...)
		if len(out) == before {
			switch {
			case s.Yearly != nil:
				out = append(out, days.yearly(i)...)
			case s.Nth != nil:
				out = append(out, days.claim(i, fmt.Sprintf("nth %+v", *s.Nth), "the same weekday")...)
			case s.RRule != "":
				var mistakes []error
				rrules[i], mistakes = s.checkRRule(path)
				if out = append(out, mistakes...); rrules[i] != nil {
					out = append(out, days.claim(i, s.From.String()+rrules[i].text, "the same rule")...)
				}
			default:
				dated = append(dated, i)
			}
		}
		out = append(out, s.checkHours(path)...)
	}
	return rrules, append(out, checkTwice(special, dated)...)
}

// checkTwice finds dates that two special days share. The special days with dates are given by their positions.
func checkTwice(special []Special, dated []int) (out []error) {
	slices.SortStableFunc(dated, func(a, b int) int { return special[a].From.Compare(special[b].From) })
	reach := -1 // position of the special day that reaches furthest so far
	for _, i := range dated {
		if reach >= 0 && special[reach].Last().Compare(special[i].From) >= 0 {
			out = append(out, twice(special, min(i, reach), max(i, reach)))
		}
		if reach < 0 || special[reach].Last().Compare(special[i].Last()) < 0 {
			reach = i
		}
	}
	return out
}

// twice reports a date that two special days share. The later entry is named.
func twice(special []Special, first, second int) error {
	date := special[second].From
	if special[first].From.Compare(date) > 0 {
		date = special[first].From
	}
	return &Mistake{fmt.Sprintf("special[%d]", second),
		fmt.Sprintf("%s is a special day already, in %s; keep one of the two", date, whereSpecial(special, first))}
}

func whereSpecial(special []Special, i int) string {
	if special[i].Source != "" {
		return special[i].Source
	}
	return fmt.Sprintf("special[%d]", i)
}

// checkDays checks how the days are given.
func (s Special) checkDays(path string) (out []error) {
	ways := 0
	for _, b := range []bool{s.Yearly != nil, s.Nth != nil, s.RRule != ""} {
		if b {
			ways++
		}
	}
	if ways > 1 || (s.Yearly != nil || s.Nth != nil) && (s.From != Date{} || s.To != Date{}) {
		const message = "gives its days in two ways; keep one of date (or from and to), yearly, nth and rrule"
		return []error{&Mistake{path, message}}
	}
	switch {
	case s.Yearly != nil:
		return s.Yearly.check(path + ".yearly")
	case s.Nth != nil:
		return s.Nth.check(path + ".nth")
	case s.RRule != "" && !s.From.Valid():
		return []error{&Mistake{path, "has no valid first day; give from, the day on which the rule begins"}}
	case s.RRule != "" && s.To != Date{}:
		return []error{&Mistake{path, "has a rule and a last day; leave to out, and write UNTIL into the rule"}}
	case !s.From.Valid():
		out = append(out, &Mistake{path, "has no valid date; give a date, or from and to"})
	case !s.Last().Valid():
		out = append(out, &Mistake{path, "has no valid last day; correct to, or leave it out for a single day"})
	case s.Last().Compare(s.From) < 0:
		message := fmt.Sprintf("ends on %s, before it begins on %s; exchange the two", s.Last(), s.From)
		out = append(out, &Mistake{path, message})
	}
	return out
}

func (s Special) checkRRule(path string) (*rrule, []error) {
	r, err := parseRRule(s.RRule, s.From)
	if err != nil {
		return nil, []error{&Mistake{path + ".rrule", err.Error()}}
	}
	return r, nil
}

// checkHours checks what the special day says about its hours.
func (s Special) checkHours(path string) (out []error) {
	if len(s.Ways()) != 1 {
		out = append(out, &Mistake{path, "needs exactly one of closed: true, open: [hours] and as: weekday"})
	}
	if s.As != nil && (*s.As < time.Sunday || *s.As > time.Saturday) {
		out = append(out, &Mistake{path + ".as", "is no weekday; write one of mon, tue, wed, thu, fri, sat, sun"})
	}
	_, mistakes := checkSpans(path+".open", s.Open)
	return append(out, mistakes...)
}

func compileSpecial(s Special, week Week) day {
	key, when := s.Days()
	id, name := "special "+key, "special day"
	if s.Name != "" {
		id, name = id+" "+s.Name, s.Name
	}
	label, spans := fmt.Sprintf("%s (%s)", name, when), s.Open
	if s.As != nil {
		spans = week[*s.As]
		label += fmt.Sprintf(", by %s's hours", *s.As)
	}
	out := compileDay(rule{
		layer: LayerSpecial, recurring: s.RRule != "", name: name, id: id, source: s.Source,
	}, label, spans)
	out.name = s.Name
	return out
}

// Recurs reports whether it comes back.
func (s Special) Recurs() bool { return s.Yearly != nil || s.Nth != nil || s.RRule != "" }

// Days names the days: key for the rule's name, when for a sentence.
func (s Special) Days() (key, when string) {
	switch last := s.Last(); {
	case s.Yearly != nil:
		return s.Yearly.describe()
	case s.Nth != nil:
		return s.Nth.describe()
	case s.RRule != "":
		return "rrule " + s.RRule, s.RRule + " from " + s.From.String()
	case last != s.From:
		return s.From.String() + ".." + last.String(), s.From.String() + " to " + last.String()
	}
	return s.From.String(), s.From.String()
}

// A datedDay is a special day, or a run of them, counted from 1970-01-01, both included.
type datedDay struct {
	first, last int64
	day         day
}
