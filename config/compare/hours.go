package compare

import (
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// Hours are compared as what they come to: by instants, day by day on the new calendar's clock. A zone, a set of
// holidays or an override that was changed shows as what it does.

// HoursChanges are how a line, or one of its desks, opens and closes otherwise than before.
type HoursChanges struct {
	// Desk has hours that differ from the line's; empty is the line itself, with the desks that keep its hours. Peak is
	// set for the hours in which many people ring: what opens are peak hours then.
	Desk string `json:"desk,omitempty"`
	Peak bool   `json:"peak,omitempty"`
	// Zone is whose clock the times are on, the old hours included; Before is the zone that the old ones were written
	// for.
	Zone   string `json:"zone"`
	Before string `json:"-"`
	// Days are the changes, those of a weekday first, then by date.
	Days []DayChange `json:"days"`
	// Later is the first change later than the days that were compared; nil if there is none, or if it is what was told
	// already about a weekday.
	Later *DayChange `json:"later,omitempty"`
}

// A DayChange is what opens and closes on one day, or in the same way on several.
type DayChange struct {
	// When says which days are concerned: "Fri 2026-11-27", "Mondays to Fridays from 2026-12-07".
	When string `json:"when"`
	// First and Last are the first and the last day concerned.
	First hours.Date `json:"first"`
	Last  hours.Date `json:"last"`
	// Weekdays, if there are any, are those of the days from First to Last that are concerned; otherwise all are. Whole
	// is set when these are all such weekdays that were compared, so that it is the week that has changed. Except are
	// days that would be concerned, and are not.
	Weekdays []Weekday    `json:"weekdays,omitempty"`
	Whole    bool         `json:"-"`
	Except   []hours.Date `json:"except,omitempty"`
	// Opens and Closes are stretches of the day, as "17:00-19:00"; Was and Now is when somebody was there, and will be.
	// None of them runs past midnight.
	Opens  []string `json:"opens,omitempty"`
	Closes []string `json:"closes,omitempty"`
	Was    []string `json:"was"`
	Now    []string `json:"now"`
	// Why names the special day, the holiday or the override that makes the difference, and Source is where the rule is
	// written; either may be empty.
	Why    string `json:"why,omitempty"`
	Source string `json:"source,omitempty"`
	// Changed are the same as instants, UTC, for all days concerned.
	Changed []ChangedSpan `json:"spans"`

	weekly bool
}

// A ChangedSpan is a stretch of time that is open now and was not, or the other way round.
type ChangedSpan struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Open bool      `json:"open"`
}

// A Weekday is written as in files of hours: mon.
type Weekday time.Weekday

// MarshalText writes the first three letters.
func (w Weekday) MarshalText() ([]byte, error) {
	return []byte(strings.ToLower(time.Weekday(w).String()[:3])), nil
}

// farthest is how many days ahead later changes are looked for.
const farthest = 400

// compareHours compares the line, its peak hours, and each desk whose hours are not the line's in both configurations.
func (l *lineComparison) compareHours() {
	l.compareCalendars(HoursChanges{}, l.old.Hours, l.new.Hours)
	l.compareCalendars(HoursChanges{Peak: true}, orNever(l.old.Peak, l.old), orNever(l.new.Peak, l.new))
	for _, new := range desksOf(l.new) {
		old := l.old.Desks[new.ID]
		if old != nil && (old.Hours != l.old.Hours || new.Hours != l.new.Hours) {
			l.compareCalendars(HoursChanges{Desk: new.ID}, old.Hours, new.Hours)
		}
	}
}

// orNever is a calendar that is never open in the place of none.
func orNever(c *hours.Calendar, line *ivr.Line) *hours.Calendar {
	if c != nil || line.Hours == nil {
		return c
	}
	never, err := hours.New(line.Hours.Zone(), hours.Week{}, nil)
	if err != nil {
		return nil // an empty week has no mistake
	}
	return never
}

func (l *lineComparison) compareCalendars(h HoursChanges, old, new *hours.Calendar) {
	if old == new || old == nil || new == nil {
		return
	}
	h.Zone, h.Before = new.Zone().String(), old.Zone().String()
	p := calendarPair{old: old, new: new, first: hours.DateOf(l.from.In(new.Zone()))}
	p.read(max(l.days, farthest))
	if len(p.changed) == 0 {
		return
	}
	h.Days = merge(p.days(0, l.days), p.date(0), p.date(l.days-1))
	h.Later = p.later(h.Days, l.days, farthest)
	if len(h.Days) > 0 || h.Later != nil {
		l.out.Hours = append(l.out.Hours, h)
	}
}

// A calendarPair is two calendars, read for a number of days.
type calendarPair struct {
	old, new *hours.Calendar
	first    hours.Date
	// was and is are when they are open, changed where they differ; in order.
	was, is []hours.Interval
	changed []ChangedSpan
}

// midnight is when the day begins on the new calendar's clock.
func (p *calendarPair) midnight(day int) time.Time {
	return p.date(day).Midnight(p.new.Zone())
}

func (p *calendarPair) date(day int) hours.Date {
	return p.first.AddDays(day)
}

// read asks both calendars for some days.
func (p *calendarPair) read(days int) {
	begin, end := p.midnight(0), p.midnight(days)
	p.was = slices.Collect(p.old.Spans(begin, end))
	p.is = slices.Collect(p.new.Spans(begin, end))
	for _, i := range without(p.is, p.was) {
		p.changed = append(p.changed, ChangedSpan{i.From, i.To, true})
	}
	for _, i := range without(p.was, p.is) {
		p.changed = append(p.changed, ChangedSpan{i.From, i.To, false})
	}
	slices.SortFunc(p.changed, func(a, b ChangedSpan) int { return a.From.Compare(b.From) })
}

// without are the parts of a that are in none of b. Both are in order and do not overlap.
func without(a, b []hours.Interval) (out []hours.Interval) {
	for _, i := range a {
		for len(b) > 0 && !b[0].To.After(i.From) {
			b = b[1:]
		}
		for _, hole := range b {
			if !hole.From.Before(i.To) {
				break
			}
			if i.From.Before(hole.From) {
				out = append(out, hours.Interval{From: i.From, To: hole.From})
			}
			i.From = hole.To
		}
		if i.From.Before(i.To) {
			out = append(out, i)
		}
	}
	return out
}

// within are the parts of some intervals between two instants.
func within(all []hours.Interval, from, to time.Time) (out []hours.Interval) {
	i, _ := slices.BinarySearchFunc(all, from, func(i hours.Interval, at time.Time) int {
		if i.To.After(at) {
			return 1
		}
		return -1
	})
	for ; i < len(all) && all[i].From.Before(to); i++ {
		part := all[i]
		if part.From.Before(from) {
			part.From = from
		}
		if part.To.After(to) {
			part.To = to
		}
		out = append(out, part)
	}
	return out
}

// days are the changes of each day from one to another, the second not included. Days without a change are left out.
func (p *calendarPair) days(from, to int) (out []DayChange) {
	changed := p.changed
	for day := from; day < to && len(changed) > 0; day++ {
		begin, end := p.midnight(day), p.midnight(day+1)
		for len(changed) > 0 && !changed[0].To.After(begin) {
			changed = changed[1:]
		}
		if d := p.day(day, begin, end, changed); len(d.Changed) > 0 {
			out = append(out, d)
		}
	}
	return out
}

func (p *calendarPair) day(day int, begin, end time.Time, changed []ChangedSpan) DayChange {
	d := DayChange{First: p.date(day), Last: p.date(day), weekly: true}
	var why, sources []string
	for _, c := range changed {
		if !c.From.Before(end) {
			break
		}
		parts := within([]hours.Interval{{From: c.From, To: c.To}}, begin, end)
		if len(parts) == 0 { // the zone left this day out
			continue
		}
		part := parts[0]
		d.Changed = append(d.Changed, ChangedSpan{part.From.UTC(), part.To.UTC(), c.Open})
		into := &d.Closes
		if c.Open {
			into = &d.Opens
		}
		*into = append(*into, onTheWall(part, p.new.Zone()))
		cause := causeOf(p.old.At(part.From), p.new.At(part.From))
		d.weekly = d.weekly && cause.weekly
		why, sources = appendNew(why, cause.why), appendNew(sources, cause.source)
	}
	d.Why, d.Source = strings.Join(why, "; "), strings.Join(sources, ", ")
	if len(d.Changed) > 0 {
		d.Was, d.Now = p.spelled(p.was, begin, end), p.spelled(p.is, begin, end)
	}
	return d
}

func (p *calendarPair) spelled(all []hours.Interval, begin, end time.Time) []string {
	out := []string{}
	for _, i := range within(all, begin, end) {
		out = append(out, onTheWall(i, p.new.Zone()))
	}
	return out
}

func appendNew(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// onTheWall writes an interval within a day as the clock on the wall shows it. Where a clock that is set forward or
// back would make that unclear, each time has its offset from UTC.
func onTheWall(i hours.Interval, zone *time.Location) string {
	from, to := i.From.In(zone), i.To.In(zone)
	layout := "15:04"
	if from.Second() != 0 || to.Second() != 0 {
		layout = "15:04:05"
	}
	_, before := from.Zone()
	_, after := to.Add(-time.Second).Zone()
	if before != after || twice(from) || twice(to) {
		return from.Format(layout+"-07:00") + " to " + to.Format(layout+"-07:00")
	}
	until := to.Format(layout)
	if hours.DateOf(from) != hours.DateOf(to) {
		until = "24:00"
	}
	return from.Format(layout) + "-" + until
}

// twice reports whether the clock of an instant's zone shows its time twice, as when it is set back.
func twice(at time.Time) bool {
	_, here := at.Zone()
	shows := func(neighbour time.Time, there func(time.Time) bool) bool {
		_, offset := neighbour.Zone()
		return there(at.Add(time.Duration(here-offset) * time.Second))
	}
	start, end := at.ZoneBounds()
	return !end.IsZero() && shows(end, func(t time.Time) bool { return !t.Before(end) }) ||
		!start.IsZero() && shows(start.Add(-time.Second), func(t time.Time) bool { return t.Before(start) })
}

// A cause is which rule makes the difference at an instant.
type cause struct {
	why, source string
	// weekly is set for what comes back every week.
	weekly bool
}

// causeOf names the rule of the higher rank: a special day that was removed, not the week that counts again.
func causeOf(old, new hours.State) cause {
	if old.Layer < new.Layer {
		return cause{why: "no longer " + old.Name, weekly: comesBack(old)}
	}
	return cause{why: new.Name, source: new.Source, weekly: comesBack(new)}
}

// comesBack reports whether the rule that decided may decide every week.
func comesBack(s hours.State) bool {
	return s.Layer == hours.LayerWeek || s.Recurring
}

// later is the first change that is later than the days compared and not told already about a weekday.
func (p *calendarPair) later(told []DayChange, from, to int) *DayChange {
	for _, d := range p.days(from, to) {
		known := slices.ContainsFunc(told, func(t DayChange) bool {
			return t.Whole && slices.Contains(t.Weekdays, Weekday(d.First.Weekday())) && t.alike(d)
		})
		if !known {
			d.When = d.when()
			return &d
		}
	}
	return nil
}

// alike reports whether the same happens on both days.
func (d DayChange) alike(o DayChange) bool {
	return slices.Equal(d.Opens, o.Opens) && slices.Equal(d.Closes, o.Closes) && slices.Equal(d.Was, o.Was) &&
		slices.Equal(d.Now, o.Now) && d.Why == o.Why && d.weekly == o.weekly
}
