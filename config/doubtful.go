package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// Times that are lawful and can hardly be meant are warned of, in the words of the desk. Each warning says how to write
// the same so that nobody asks.

const (
	noon, midnight, weekMinutes = 12 * 60, 24 * 60, 7 * 24 * 60
	// longShift is longer than a desk works at a stretch, in minutes.
	longShift = 16 * 60
	// longOverride and longSpecial are longer than a power cut, or holidays.
	longSpecial, longOverride, longAnnouncement = 31, 31 * day, 92 * day
)

// doubtWeek warns of weekdays that are not written, and of one that differs from the others by a slip.
func doubtWeek(week yamlnode.Mapping, spans hours.Week) {
	var absent []string
	for i := range schema.Weekdays {
		if name := schema.Weekdays[(i+1)%7]; !week.Get(name).Present() { // from Monday on
			absent = append(absent, name)
		}
	}
	switch {
	case len(absent) == 1:
		week.Warn("%s is not written, so nobody is there; write %s: [] to say that", absent[0], absent[0])
	case len(absent) > 1:
		week.Warn("%s are not written, so nobody is there; write %s: [], and so on, to say that",
			strings.Join(absent, ", "), absent[0])
	}
	for d, name := range schema.Weekdays {
		for _, usual := range spans {
			n := 0
			for _, other := range spans {
				if slices.Equal(other, usual) {
					n++
				}
			}
			if n >= 3 && swapped(fmt.Sprint(spans[d]), fmt.Sprint(usual)) {
				week.Get(name).Warn("is %s, while %d other days have %s; are two digits exchanged?",
					hours.SpellSpans(spans[d]), n, hours.SpellSpans(usual))
				break
			}
		}
	}
}

// swapped reports whether one text is the other with two neighbours exchanged.
func swapped(a, b string) bool {
	if len(a) != len(b) || a == b {
		return false
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// specialDay stands for the weekday of a special day.
const specialDay time.Weekday = -1

// doubtSpan warns of hours that open the night, and of minutes that are a slip.
func doubtSpan(at yamlnode.Value, s hours.Span, day time.Weekday) {
	meant, slip := s.Meant()
	words, length := inWords(s, day), length(s)
	first, last := hours.Span{From: s.From, To: midnight}, hours.Span{To: s.To}
	switch {
	case slip && (length >= longShift || s.To < noon && s.To+noon > s.From):
		at.Warn("is %s; did you mean %s? If not, write %s, and %s on the next day", words, meant, first, last)
	case s.Overnight() && length >= longShift:
		at.Warn("is %s; correct it, or write %s, and %s on the next day", words, first, last)
	case !s.Overnight() && length > longShift && s.To < midnight:
		at.Warn("is %s; correct it, or write two spans, one behind the other", words)
	case s.To%60 == 59:
		at.Warn("leaves out the minute from %s: hours end just before their second time; write %s", clock(s.To),
			hours.Span{From: s.From, To: s.To + 1})
	default:
		doubtMinutes(at, s)
	}
}

// doubtMinutes warns of 11:03, which is 11:30 with two digits exchanged.
func doubtMinutes(at yamlnode.Value, s hours.Span) {
	for _, minutes := range []int{s.From, s.To} {
		if m := minutes % 60; m%5 != 0 && (m%10*10+m/10)%5 == 0 && m%10 < 6 {
			at.Warn("has %s; did you mean %s?", clock(minutes), clock(minutes-m+m%10*10+m/10))
			return
		}
	}
}

// length is how many minutes a span lasts.
func length(s hours.Span) int {
	if s.To > s.From {
		return s.To - s.From
	}
	return s.To - s.From + midnight
}

// inWords says a span: "Monday 08:00 to Tuesday 05:00, 21 hours".
func inWords(s hours.Span, day time.Weekday) string {
	first, next := "the day", "the next day"
	if day != specialDay {
		first, next = day.String(), ((day + 1) % 7).String()
	}
	if !s.Overnight() {
		next = first
	}
	return fmt.Sprintf("%s %s to %s %s, %s hours", first, clock(s.From), next, clock(s.To),
		strings.TrimSuffix(fmt.Sprintf("%.1f", float64(length(s))/60), ".0"))
}

// clock writes minutes after midnight as HH:MM.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// doubtPeak warns of peak hours in which the week is closed: nobody hears of them.
func doubtPeak(peak, week yamlnode.Value) {
	open, peaks := readAgain(week), readAgain(peak)
	var opens [weekMinutes]bool
	for d, spans := range open.Week {
		for _, s := range spans {
			for i := range length(s) {
				opens[(d*midnight+s.From+i)%weekMinutes] = true
			}
		}
	}
	for d, spans := range peaks.Week {
		for n, s := range spans {
			inside := 0
			for i := range length(s) {
				if opens[(d*midnight+s.From+i)%weekMinutes] {
					inside++
				}
			}
			if inside == length(s) {
				continue
			}
			at, how := peaks.places[fmt.Sprintf("week.%s[%d]", schema.Weekdays[d], n)], "partly"
			if inside == 0 {
				how = "wholly"
			}
			at.Warnings = peak.Warnings
			at.Warn("lies %s outside the hours of %s (%s), where nobody hears of it; correct one of the two", how,
				time.Weekday(d), hours.SpellSpans(open.Week[d]))
		}
	}
}

// readAgain reads a week whose mistakes and warnings have been told.
func readAgain(week yamlnode.Value) rules {
	r := rules{places: map[string]yamlnode.Value{}}
	week.Problems, week.Warnings = new(Problems), nil
	r.readWeek(week)
	return r
}

// A dated rule is a special day, an override or an announcement, from its first to its last day.
type dated struct {
	at          yamlnode.Value
	first, last hours.Date // last is zero for a rule without an end
	once        bool       // an override or announcement: of no use once it is over
}

// datedSpecial are the days of a special day. A rule that comes back has no last one.
func datedSpecial(at yamlnode.Value, s hours.Special) dated {
	d := dated{at: at, first: s.From, last: s.To}
	switch {
	case s.RRule != "":
		d.last = hours.Date{}
	case s.To == hours.Date{}:
		d.last = s.From
	case s.From.DaysUntil(s.To) >= longSpecial:
		at.Warn("lasts %d days, from %s to %s; correct one of the two unless that is meant", s.From.DaysUntil(s.To)+1,
			s.From, s.To)
	}
	return d
}

// note remembers a rule with dates, for warnings that depend on the day.
func (r *expiring) note(at yamlnode.Value, from, to time.Time, zone *time.Location, long time.Duration) {
	if zone == nil {
		return // reported
	}
	d := dated{at: at, first: hours.DateOf(from.In(zone)), once: true}
	if lasts := to.Sub(from); !to.IsZero() && lasts > long {
		at.Warn("lasts %d days; correct its dates unless that is meant", int(lasts/day))
	}
	if !to.IsZero() {
		d.last = hours.DateOf(to.In(zone).Add(-time.Nanosecond))
	}
	r.dated = append(r.dated, d)
}

// Special days of this year stay as they are when they are over, and some weeks longer; and plans are made for two
// years.
const (
	overFor  = 90
	plansFor = 2 * 366
)

// misdated are rules of years ago, or of years to come: the year is mistyped, or they are of no use any more. Those
// that are over are told together.
func (r dependency) misdated(now time.Time) (out []Warning) {
	today := hours.DateOf(now.In(r.calendar.Zone()))
	warn := func(at yamlnode.Value, text string) {
		out = append(out, Warning{Line: r.line, Desk: r.desk, Undated: true,
			Problem: Problem{File: at.File, Line: at.Line, Key: at.Key, Message: text}})
	}
	var over []dated
	for _, d := range r.dated {
		switch years := today.DaysUntil(d.first) / 365; {
		case d.last != hours.Date{} && (d.once && d.last.DaysUntil(today) > 0 ||
			d.last.Year < today.Year && d.last.DaysUntil(today) > overFor):
			over = append(over, d)
		case today.DaysUntil(d.first) > plansFor:
			warn(d.at, fmt.Sprintf("begins on %s, which is in %d years; correct the year unless that is meant", d.first,
				years))
		}
	}
	if len(over) == 0 {
		return out
	}
	var others []string
	for _, d := range over[1:] {
		others = append(others, fmt.Sprint(d.at.Line))
	}
	text := fmt.Sprintf("ended on %s; remove it, or correct its dates", over[0].last)
	if len(others) > 0 {
		text += "; so are those on the lines " + strings.Join(others, ", ")
	}
	warn(over[0].at, text)
	return out
}
