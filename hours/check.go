package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// checkSpecial finds special days that are incomplete, contradict themselves, or name a date twice. It returns the
// recurrence rules at the positions of their special days.
func checkSpecial(special []Special) (rrules []*rrule, out []error) {
	rrules = make([]*rrule, len(special))
	var dated []int
	first := firstOf{special: special, seen: map[string]int{}}
	for i, s := range special {
		path := fmt.Sprintf("special[%d]", i)
		before := len(out)
		out = append(out, s.checkDays(path)...)
		if len(out) == before {
			switch {
			case s.Yearly != nil:
				out = append(out, first.yearly(i)...)
			case s.Nth != nil:
				out = append(out, first.claim(i, fmt.Sprintf("nth %+v", *s.Nth), "the same weekday")...)
			case s.RRule != "":
				var mistakes []error
				rrules[i], mistakes = s.checkRRule(path)
				if out = append(out, mistakes...); rrules[i] != nil {
					out = append(out, first.claim(i, s.From.String()+rrules[i].text, "the same rule")...)
				}
			default:
				dated = append(dated, i)
			}
		}
		out = append(out, s.checkHours(path)...)
	}
	return rrules, append(out, checkTwice(special, dated)...)
}

// checkTwice finds dates that stand in two special days, which are given by their positions.
func checkTwice(special []Special, dated []int) (out []error) {
	slices.SortStableFunc(dated, func(a, b int) int { return special[a].From.Compare(special[b].From) })
	reach := -1 // the position in special of the run that reaches furthest so far
	for _, i := range dated {
		if reach >= 0 && special[reach].last().Compare(special[i].From) >= 0 {
			out = append(out, twice(special, min(i, reach), max(i, reach)))
		}
		if reach < 0 || special[reach].last().Compare(special[i].last()) < 0 {
			reach = i
		}
	}
	return out
}

// twice says that a date stands in two special days; the later entry is named.
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

// firstOf remembers which recurring days are taken, and by which special day.
type firstOf struct {
	special []Special
	seen    map[string]int
	days    map[int]int // by slot
}

func (f *firstOf) claim(i int, key, what string) []error {
	if first, taken := f.seen[key]; taken {
		return []error{&Mistake{fmt.Sprintf("special[%d]", i),
			fmt.Sprintf("is %s as in %s; keep one of the two", what, whereSpecial(f.special, first))}}
	}
	f.seen[key] = i
	return nil
}

// yearly claims every day of a yearly run.
func (f *firstOf) yearly(i int) []error {
	if f.days == nil {
		f.days = map[int]int{}
	}
	y := f.special[i].Yearly
	for at := (Date{2000, y.Month, y.Day}).number(); ; at++ {
		d := dateOf(at)
		if !y.on(d) {
			return nil
		}
		key := slot(d.Month, d.Day)
		first, taken := f.days[key]
		switch {
		case taken && first == i:
			return nil // once around the year
		case taken:
			return []error{&Mistake{fmt.Sprintf("special[%d]", i),
				fmt.Sprintf("%02d-%02d is a special day of every year already, in %s; keep one of the two", int(d.Month), d.Day, whereSpecial(f.special, first))}}
		}
		f.days[key] = i
	}
}

// checkDays looks at how the days of a special day are given.
func (s Special) checkDays(path string) (out []error) {
	ways := 0
	for _, b := range []bool{s.Yearly != nil, s.Nth != nil, s.RRule != ""} {
		if b {
			ways++
		}
	}
	if ways > 1 || (s.Yearly != nil || s.Nth != nil) && (s.From != Date{} || s.To != Date{}) {
		return []error{&Mistake{path, "gives its days in two ways; keep one of date (or from and to), yearly, nth and rrule"}}
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
	case !s.last().Valid():
		out = append(out, &Mistake{path, "has no valid last day; correct to, or leave it out for a single day"})
	case s.last().Compare(s.From) < 0:
		out = append(out, &Mistake{path, fmt.Sprintf("ends on %s, before it begins on %s; exchange the two", s.last(), s.From)})
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

func (s Special) last() Date {
	if s.To == (Date{}) {
		return s.From
	}
	return s.To
}

// checkHours looks at what happens on the special day.
func (s Special) checkHours(path string) (out []error) {
	set := 0
	for _, b := range []bool{s.Closed, len(s.Open) > 0, s.As != nil} {
		if b {
			set++
		}
	}
	if set != 1 {
		out = append(out, &Mistake{path, "needs exactly one of closed: true, open: [hours] and as: weekday"})
	}
	if s.As != nil && (*s.As < time.Sunday || *s.As > time.Saturday) {
		out = append(out, &Mistake{path + ".as", "is no weekday; write one of mon, tue, wed, thu, fri, sat, sun"})
	}
	_, mistakes := checkSpans(path+".open", s.Open)
	return append(out, mistakes...)
}

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
			out = append(out, &Mistake{path, fmt.Sprintf("set %s does not say which days it covers; give the first and the last", s.Name)})
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
			out = append(out, &Mistake{fmt.Sprintf("%s.days[%d]", path, i), "has no valid date; write it as YYYY-MM-DD"})
		case h.Kind < PublicHoliday || h.Kind > MakeUp:
			out = append(out, &Mistake{fmt.Sprintf("%s.days[%d]", path, i), "has no kind; write one of holiday, collective, make-up"})
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

// checkOverrides finds overrides that are incomplete or overlap.
func checkOverrides(overrides []Override) (out []error) {
	var good []int
	for i, o := range overrides {
		path := fmt.Sprintf("overrides[%d]", i)
		before := len(out)
		if o.From.IsZero() {
			out = append(out, &Mistake{path, "has no first instant; give from"})
		}
		if !o.Until.IsZero() && ceilSecond(o.Until) <= ceilSecond(o.From) {
			out = append(out, &Mistake{path, "ends before it begins; exchange from and until"})
		}
		if len(out) == before {
			good = append(good, i)
		}
		if strings.TrimSpace(o.Reason) == "" {
			out = append(out, &Mistake{path, "has no reason; say why, for whoever finds it"})
		}
	}
	slices.SortStableFunc(good, func(a, b int) int { return overrides[a].From.Compare(overrides[b].From) })
	for k := 1; k < len(good); k++ {
		first, second := good[k-1], good[k]
		if until := overrides[first].Until; until.IsZero() || ceilSecond(until) > ceilSecond(overrides[second].From) {
			blamed, other := max(first, second), min(first, second)
			where := overrides[other].Source
			if where == "" {
				where = fmt.Sprintf("overrides[%d]", other)
			}
			out = append(out, &Mistake{fmt.Sprintf("overrides[%d]", blamed),
				fmt.Sprintf("rules at the same time as %s; end the first before the second begins", where)})
			if until.IsZero() {
				break
			}
		}
	}
	return out
}
