package hours

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A HolidaySet is what is known about the holidays of a country or a trade. Days outside its covered range are unknown,
// which is not the same as no holidays: [State.Reason], [Calendar.Explain] and [Calendar.Uncovered] report them.
type HolidaySet struct {
	// Name is the short name, for example "cn".
	Name string
	// From and To are the first and the last day covered.
	From, To Date
	// Days may be in any order. If they are in order of date they are kept, not copied.
	Days []Holiday
	// Source is where the covered range is written, for example "holidays/cn.yaml:3". It may be empty.
	Source string
}

// A Holiday is one day of a [HolidaySet].
type Holiday struct {
	Date Date
	Kind HolidayKind
	Name string
	// Source is where the day is written, for example "holidays/cn.yaml:41". It may be empty.
	Source string
}

// A HolidayKind says what a day of a holiday set is.
type HolidayKind int

const (
	// PublicHoliday is a day on which no span starts.
	PublicHoliday HolidayKind = iota
	// Collective is a day of collective leave (cuti bersama). [Rules.Collective] says whether the line rests on it.
	Collective
	// MakeUp is a working day that makes up for a holiday (调休补班), usually on a weekend. [Rules.MakeUp] says which
	// hours it has.
	MakeUp
)

// String is "holiday", "collective" or "make-up", as in files.
func (k HolidayKind) String() string {
	switch k {
	case PublicHoliday:
		return "holiday"
	case Collective:
		return "collective"
	case MakeUp:
		return "make-up"
	}
	return "unknown"
}

// OwnDay is a value of [Rules.MakeUp]: a make-up working day has the hours of its own weekday.
const OwnDay = time.Weekday(-1)

// checkHolidays finds sets that are incomplete or contradict themselves.
func checkHolidays(sets []HolidaySet) (out []error) {
	seen := map[string]bool{}
	for i, s := range sets {
		path := fmt.Sprintf("holidays[%d]", i)
		switch {
		case s.Name == "":
			out = append(out, &Mistake{path, "has no name; give the set a name, for example cn"})
		case seen[s.Name]:
			out = append(out, &Mistake{path, fmt.Sprintf("set %s is named already; leave it out", s.Name)})
		}
		seen[s.Name] = true
		if !s.From.Valid() || !s.To.Valid() || s.To.Compare(s.From) < 0 {
			out = append(out, &Mistake{path,
				fmt.Sprintf("set %s does not say which days it covers; give the first and the last", s.Name)})
		}
		out = append(out, s.checkDays(path)...)
	}
	return out
}

func (s *HolidaySet) checkDays(path string) (out []error) {
	days := s.Days
	if !slices.IsSortedFunc(days, compareHolidays) {
		days = slices.SortedFunc(slices.Values(days), compareHolidays)
	}
	for i, h := range s.Days {
		switch {
		case !h.Date.Valid():
			out = append(out, &Mistake{fmt.Sprintf("%s.days[%d]", path, i),
				"has no valid date; write it as YYYY-MM-DD"})
		case h.Kind < PublicHoliday || h.Kind > MakeUp:
			out = append(out, &Mistake{fmt.Sprintf("%s.days[%d]", path, i),
				"has no kind; write one of holiday, collective, make-up"})
		}
	}
	for i := 1; i < len(days); i++ {
		if a, b := days[i-1], days[i]; a.Date == b.Date && a.Kind != MakeUp && b.Kind == MakeUp {
			out = append(out, &Mistake{fmt.Sprintf("%s.days[%d]", path, slices.Index(s.Days, b)),
				fmt.Sprintf("%s is both a day off and a make-up working day; keep one of the two", b.Date)})
		}
	}
	return out
}

func checkMakeUp(d *time.Weekday) []error {
	if d == nil || *d == OwnDay || *d >= time.Sunday && *d <= time.Saturday {
		return nil
	}
	return []error{&Mistake{"make_up", "is no weekday; write one of mon, tue, wed, thu, fri, sat, sun, or rest"}}
}

// inOrder sorts sets by name and days by date. Days that are in order already are shared, not copied.
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

func (s *HolidaySet) covers(d Date) bool { return s.From.Compare(d) <= 0 && d.Compare(s.To) <= 0 }

// gap is the sentence that says that a date is not covered.
func (s *HolidaySet) gap(d Date) string {
	what := fmt.Sprint(d.Year)
	if s.From.Year <= d.Year && d.Year <= s.To.Year {
		what = "this day of " + what
	}
	return fmt.Sprintf("Holidays are not known: set %s does not cover %s (only %s to %s).", s.Name, what, s.From, s.To)
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

// rests reports whether the holiday applies. Collective leave on which the line works does not.
func (r *Rules) rests(h *Holiday) bool { return h.Kind != Collective || r.Collective }

// compileHoliday makes the day of a holiday on which the line rests, or of a make-up working day.
func (r *Rules) compileHoliday(set string, h Holiday) day {
	name := h.Name
	if name == "" {
		name = "holiday"
	}
	id := fmt.Sprintf("holiday %s %s", set, h.Date)
	if h.Name != "" {
		id += " " + h.Name
	}
	label := fmt.Sprintf("%s (%s, set %s)", name, h.Date, set)
	var spans []Span
	switch {
	case h.Kind == Collective:
		label = fmt.Sprintf("%s (%s, collective leave, set %s)", name, h.Date, set)
	case h.Kind == MakeUp && r.MakeUp == nil:
		label = fmt.Sprintf("%s (%s, make-up working day, set %s), on which this line rests", name, h.Date, set)
	case h.Kind == MakeUp:
		as := *r.MakeUp
		if as == OwnDay {
			as = h.Date.Weekday()
		}
		spans = r.Week[as]
		label = fmt.Sprintf("%s (%s, make-up working day, set %s), by %s's hours", name, h.Date, set, as)
	}
	out := compileDay(rule{layer: LayerHoliday, kind: h.Kind, name: name, id: id, source: h.Source}, label, spans)
	out.name = h.Name
	return out
}

// A Gap is a run of days that a holiday set of a calendar does not cover.
type Gap struct {
	// Set and Source are those of the [HolidaySet].
	Set, Source string
	// From and To are the first and the last day that is not covered, within the range asked for.
	From, To Date
}

// Uncovered lists the days from one date to another, both included, that a holiday set of the calendar does not cover,
// by set and date.
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
