package hours

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// A Calendar answers when somebody is there. It is immutable and may be used by many goroutines at once.
//
// It knows the years 1 to 9999 of its zone; an instant outside is answered like the nearest inside.
type Calendar struct {
	rules *ruleset
	// and is set for an intersection, which is open when both are.
	and    *Calendar
	blocks *blocks
}

// A ruleset is rules made ready for asking.
type ruleset struct {
	Rules       // as handed in, but with Holidays in order
	always bool // made by Always

	week      [7]day
	dated     []datedDay  // in order of date, never two on one date
	recurring []recurring // the higher rank first
	overrides []override  // in order, never two at one instant
	beneath   []override  // those over which others rule, see WithOverrides; only Explain asks for them
	// first and last are the days between which lies everything that has a date, counted from 1970-01-01.
	first, last int64
}

// A datedDay is a special day, or a run of them, counted from 1970-01-01, both included.
type datedDay struct {
	first, last int64
	day         day
}

// An override counts Unix seconds, until not included.
type override struct {
	from, until int64
	rule        *rule
}

// forever is later than every instant that is asked for.
const forever = math.MaxInt64

// New makes a calendar of a week and special days: [Build] without anything else.
func New(zone *time.Location, week Week, special []Special) (*Calendar, error) {
	return Build(Rules{Zone: zone, Week: week, Special: special})
}

// Build makes a calendar of rules. All mistakes are returned at once, joined, each a [*Mistake].
//
// Spans of one day, or of a weekday and the next, must not overlap; to touch is fine. A special day beside a span that
// runs past midnight may: the desk is open while either is.
func Build(r Rules) (*Calendar, error) {
	if r.Zone == nil {
		return nil, &Mistake{Path: "zone", Message: "is missing; name a zone, for example Asia/Jakarta"}
	}
	special, mistakes := checkSpecial(r.Special)
	mistakes = slices.Concat(checkWeek(r.Week), mistakes, checkHolidays(r.Holidays), checkMakeUp(r.MakeUp), checkOverrides(r.Overrides))
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return newCalendar(compile(r, special)), nil
}

func newCalendar(rules *ruleset) *Calendar { return &Calendar{rules: rules, blocks: new(blocks)} }

// compile makes checked rules ready. The rrules are those of the special days, at the same positions.
func compile(r Rules, rrules []*rrule) *ruleset {
	set := &ruleset{Rules: r, first: math.MaxInt64, last: math.MinInt64}
	for d, spans := range r.Week {
		set.week[d] = compileWeekday(time.Weekday(d), spans, r.WeekSource[d], "")
	}
	for i, s := range r.Special {
		compiled := compileSpecial(s, r.Week)
		switch {
		case s.Yearly != nil || s.Nth != nil || s.RRule != "":
			set.recurring = append(set.recurring, recurring{yearly: s.Yearly, nth: s.Nth, rrule: rrules[i], day: compiled})
			if rrules[i] != nil {
				set.reach(rrules[i].start, rrules[i].start)
			}
		default:
			d := datedDay{first: s.From.number(), last: s.last().number(), day: compiled}
			set.dated = append(set.dated, d)
			set.reach(d.first, d.last)
		}
	}
	slices.SortFunc(set.dated, func(a, b datedDay) int { return cmp.Compare(a.first, b.first) })
	slices.SortStableFunc(set.recurring, func(a, b recurring) int { return a.before(&b) })
	set.Holidays = inOrder(r.Holidays)
	for _, h := range set.Holidays {
		set.reach(h.From.number(), h.To.number())
		if len(h.Days) > 0 {
			set.reach(h.Days[0].Date.number(), h.Days[len(h.Days)-1].Date.number())
		}
	}
	for _, o := range r.Overrides {
		compiled := compileOverride(o, r.Zone)
		set.overrides = append(set.overrides, compiled)
		set.reachOverride(compiled)
	}
	slices.SortFunc(set.overrides, func(a, b override) int { return cmp.Compare(a.from, b.from) })
	return set
}

// reach widens what has a date.
func (r *ruleset) reach(first, last int64) { r.first, r.last = min(r.first, first), max(r.last, last) }

func (r *ruleset) reachOverride(o override) {
	for _, at := range []int64{o.from, o.until} {
		if at != forever {
			r.reach(floorDiv(at, secondsPerDay)-1, floorDiv(at, secondsPerDay)+1)
		}
	}
}

// inOrder sorts sets by name and days by date. What is in order already is shared and not copied.
func inOrder(sets []HolidaySet) []HolidaySet {
	sets = slices.SortedFunc(slices.Values(sets), func(a, b HolidaySet) int { return cmp.Compare(a.Name, b.Name) })
	for i := range sets {
		if !slices.IsSortedFunc(sets[i].Days, compareHolidays) {
			sets[i].Days = slices.SortedFunc(slices.Values(sets[i].Days), compareHolidays)
		}
	}
	return sets
}

func compareHolidays(a, b Holiday) int {
	return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// Always is a calendar that never closes. A nil zone is UTC.
func Always(zone *time.Location) *Calendar {
	if zone == nil {
		zone = time.UTC
	}
	all := []Span{{From: 0, To: minutesPerDay}}
	set := compile(Rules{Zone: zone, Week: Week{all, all, all, all, all, all, all}}, nil)
	set.always = true
	r := rule{open: true, id: "always", reason: "Open at all hours."}
	for d := range set.week {
		set.week[d] = day{layer: LayerWeek, spans: []daySpan{{from: 0, to: minutesPerDay, rule: r}}, closed: r}
	}
	return newCalendar(set)
}

// Always reports whether the calendar is one that never closes, made by [Always].
func (c *Calendar) Always() bool { return c.rules.always && c.and == nil }

// Intersect is open when both calendars are. Its zone, what [Calendar.Day] says and the cutting of slots are those of
// a; while a is closed, a's rule is the one that is named.
func Intersect(a, b *Calendar) *Calendar {
	c := newCalendar(a.rules)
	if a.and != nil {
		b = Intersect(a.and, b)
	}
	c.and = b
	return c
}

// Zone is the zone of the wall clock.
func (c *Calendar) Zone() *time.Location { return c.rules.Zone }

// Day is what is written for the date: the spans that start on it, in order, and the name of the special day or the
// holiday if it is one. No spans means that nothing starts on that day; a span of the evening before may still run.
// Overrides are not days and do not show.
func (c *Calendar) Day(d Date) (spans []Span, name string) {
	found := (&resolver{ruleset: c.rules}).day(d.number())
	for _, s := range found.spans {
		to := s.to
		if to > minutesPerDay {
			to -= minutesPerDay
		}
		spans = append(spans, Span{From: s.from, To: to})
	}
	return spans, found.name
}

// Uncovered lists the days from one date to another, both included, that a holiday set of the calendar does not cover,
// by set and date. There are none without holiday sets.
func (c *Calendar) Uncovered(from, to Date) (gaps []Gap) {
	for _, s := range c.rules.Holidays {
		add := func(first, last int64) {
			if first <= last {
				gaps = append(gaps, Gap{Set: s.Name, Source: s.Source, From: dateOf(first), To: dateOf(last)})
			}
		}
		add(from.number(), min(to.number(), s.From.number()-1))
		add(max(from.number(), s.To.number()+1), to.number())
	}
	if c.and != nil {
		gaps = append(gaps, c.and.Uncovered(from, to)...)
	}
	return gaps
}

// A resolver decides days. It keeps what it has compiled for days that a set does not cover, and is used by one
// goroutine for one question.
type resolver struct {
	*ruleset
	week    [7]day // what the week says where sets do not cover it:
	year    int    // in this year,
	missing []int  // by these sets
	buffer  []int
}

// day is the rule of a day counted from 1970-01-01. This is where precedence is decided, see [Rules]; only overrides,
// which know no days, come on top.
func (r *resolver) day(number int64) *day {
	if d := r.datedOn(number); d != nil {
		return d
	}
	if len(r.recurring) == 0 && len(r.Holidays) == 0 {
		return &r.ruleset.week[weekday(number)]
	}
	date := dateOf(number)
	for i := range r.recurring {
		if r.recurring[i].on(date, number) {
			return &r.recurring[i].day
		}
	}
	if set, h := r.holidayOn(date); h != nil {
		d := r.compileHoliday(set, *h)
		return &d
	}
	return r.weekOn(date)
}

func (r *ruleset) datedOn(number int64) *day {
	i, found := slices.BinarySearchFunc(r.dated, number, func(s datedDay, n int64) int {
		switch {
		case s.last < n:
			return -1
		case s.first > n:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return &r.dated[i].day
}

// holidayOn is the holiday that decides a date: the first kind of [HolidayKind], then the first set by name.
func (r *ruleset) holidayOn(date Date) (set string, best *Holiday) {
	for i := range r.Holidays {
		for h := range r.Holidays[i].on(date) {
			if r.rests(h) && (best == nil || h.Kind < best.Kind) {
				set, best = r.Holidays[i].Name, h
			}
		}
	}
	return set, best
}

// rests is false for collective leave on which the line works.
func (r *Rules) rests(h *Holiday) bool { return h.Kind != Collective || r.Collective }

// on yields the set's entries for a date.
func (s *HolidaySet) on(date Date) func(yield func(*Holiday) bool) {
	return func(yield func(*Holiday) bool) {
		i, _ := slices.BinarySearchFunc(s.Days, date, func(h Holiday, d Date) int { return h.Date.Compare(d) })
		for ; i < len(s.Days) && s.Days[i].Date == date; i++ {
			if !yield(&s.Days[i]) {
				return
			}
		}
	}
}

// weekOn is what the week says about a date, with a word on the sets that do not cover it.
func (r *resolver) weekOn(date Date) *day {
	missing := r.buffer[:0]
	for i := range r.Holidays {
		if !r.Holidays[i].covers(date) {
			missing = append(missing, i)
		}
	}
	r.buffer = missing
	d := date.Weekday()
	if len(missing) == 0 {
		return &r.ruleset.week[d]
	}
	if date.Year != r.year || !slices.Equal(missing, r.missing) {
		r.year, r.missing, r.week = date.Year, slices.Clone(missing), [7]day{}
	}
	if r.week[d].layer == "" {
		var notes []string
		for _, i := range missing {
			notes = append(notes, r.Holidays[i].gap(date))
		}
		r.week[d] = compileWeekday(d, r.Week[d], r.WeekSource[d], strings.Join(notes, " "))
	}
	found := r.week[d]
	return &found
}

func (s *HolidaySet) covers(d Date) bool { return s.From.Compare(d) <= 0 && d.Compare(s.To) <= 0 }

// gap says that a date is not covered.
func (s *HolidaySet) gap(d Date) string {
	what := fmt.Sprint(d.Year)
	if s.From.Year <= d.Year && d.Year <= s.To.Year {
		what = "this day of " + what
	}
	return fmt.Sprintf("Holidays are not known: set %s does not cover %s (only %s to %s).", s.Name, what, s.From, s.To)
}

// shortDay is the name of a weekday in files: "mon".
func shortDay(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }
