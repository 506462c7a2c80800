package hours

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// lastYear bounds recurrence rules; firstYear keeps them from counting through centuries that nobody asks about.
const (
	firstYear = 1900
	lastYear  = 2200
)

// An rrule is a recurrence rule of RFC 5545 that counts days. It is unrolled as far as it has been asked for: never
// beyond [lastYear], so that a rule without days comes to its end too.
type rrule struct {
	text     string
	start    int64 // day of DTSTART, counted from 1970-01-01
	freq     string
	interval int
	count    int   // 0: without
	until    int64 // last day that counts
	wkst     time.Weekday

	months, monthDays, yearDays, weekNumbers, positions []int
	weekdays                                            []nthWeekday

	mu     sync.Mutex
	days   []int32 // sorted
	period int     // the next one to unroll
	known  int64   // days before this one are unrolled
}

// nthWeekday is a weekday of BYDAY; n 0 is every one of them.
type nthWeekday struct {
	n   int
	day time.Weekday
}

// on reports whether a day belongs to the rule.
func (r *rrule) on(number int64) bool {
	if number < r.start || number > r.until {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.known <= number && r.unroll() {
	}
	_, found := slices.BinarySearch(r.days, int32(number))
	return found
}

// unroll adds the days of one period; false when there are no more.
func (r *rrule) unroll() bool {
	first, last := r.bounds(r.period)
	if first > r.until || r.count > 0 && len(r.days) >= r.count {
		r.known = r.until + 1
		return false
	}
	var set []int64
	for n := first; n <= last; n++ {
		if r.matches(n) {
			set = append(set, n)
		}
	}
	for _, n := range r.pick(set) {
		if n >= r.start && n <= r.until && (r.count == 0 || len(r.days) < r.count) {
			r.days = append(r.days, int32(n))
		}
	}
	r.period++
	r.known = last + 1
	return true
}

// bounds are the first and the last day of a period.
func (r *rrule) bounds(period int) (first, last int64) {
	step := int64(period) * int64(r.interval)
	begin := dateOf(r.start)
	switch r.freq {
	case "YEARLY":
		year := begin.Year + int(step)
		return Date{year, time.January, 1}.number(), Date{year, time.December, 31}.number()
	case "MONTHLY":
		months := int64(begin.Month) - 1 + step
		year, month := begin.Year+int(months/12), time.Month(months%12)+1
		return Date{year, month, 1}.number(), Date{year, month, daysIn(year, month)}.number()
	case "WEEKLY":
		first = r.start - floorMod(int64(weekday(r.start)-r.wkst), 7) + 7*step
		return first, first + 6
	}
	return r.start + step, r.start + step
}

// matches looks at the parts that name days; all that are given have to agree.
func (r *rrule) matches(number int64) bool {
	d := dateOf(number)
	if len(r.months) > 0 && !slices.Contains(r.months, int(d.Month)) {
		return false
	}
	if len(r.monthDays) > 0 {
		size := daysIn(d.Year, d.Month)
		if !slices.Contains(r.monthDays, d.Day) && !slices.Contains(r.monthDays, d.Day-size-1) {
			return false
		}
	}
	if len(r.yearDays) > 0 {
		day := int(number-Date{d.Year, time.January, 1}.number()) + 1
		size := int(Date{d.Year + 1, time.January, 1}.number() - Date{d.Year, time.January, 1}.number())
		if !slices.Contains(r.yearDays, day) && !slices.Contains(r.yearDays, day-size-1) {
			return false
		}
	}
	if len(r.weekNumbers) > 0 {
		week, weeks := r.weekNumber(number)
		if !slices.Contains(r.weekNumbers, week) && !slices.Contains(r.weekNumbers, week-weeks-1) {
			return false
		}
	}
	return len(r.weekdays) == 0 || slices.ContainsFunc(r.weekdays, func(w nthWeekday) bool { return r.isNth(w, d, number) })
}

// isNth counts a weekday within its month, or within its year when the rule is yearly and names no months.
func (r *rrule) isNth(w nthWeekday, d Date, number int64) bool {
	if weekday(number) != w.day {
		return false
	}
	if w.n == 0 {
		return true
	}
	first, last := Date{d.Year, d.Month, 1}.number(), Date{d.Year, d.Month, daysIn(d.Year, d.Month)}.number()
	if r.freq == "YEARLY" && len(r.months) == 0 {
		first, last = Date{d.Year, time.January, 1}.number(), Date{d.Year, time.December, 31}.number()
	}
	if w.n > 0 {
		return int(number-first)/7+1 == w.n
	}
	return int(last-number)/7+1 == -w.n
}

// weekNumber is the week of the year as in ISO 8601, but with weeks that begin on WKST, and how many that year has.
func (r *rrule) weekNumber(number int64) (week, weeks int) {
	begin := func(n int64) int64 { return n - floorMod(int64(weekday(n)-r.wkst), 7) }
	year := dateOf(begin(number) + 3).Year
	one, next := begin(Date{year, time.January, 4}.number()), begin(Date{year + 1, time.January, 4}.number())
	return int(begin(number)-one)/7 + 1, int(next-one) / 7
}

// pick applies BYSETPOS to the days of one period.
func (r *rrule) pick(set []int64) []int64 {
	if len(r.positions) == 0 {
		return set
	}
	var out []int64
	for i, n := range set {
		if slices.Contains(r.positions, i+1) || slices.Contains(r.positions, i-len(set)) {
			out = append(out, n)
		}
	}
	return out
}

// parseRRule reads a rule that begins on a valid date.
func parseRRule(text string, from Date) (*rrule, error) {
	if from.Year < firstYear || from.Year > lastYear {
		return nil, fmt.Errorf("begins in %d; let it begin in a year from %d to %d", from.Year, firstYear, lastYear)
	}
	if len(text) > 1000 {
		return nil, fmt.Errorf("is %d characters long; a rule has at most 1000", len(text))
	}
	r := &rrule{text: strings.ToUpper(strings.TrimSpace(text)), start: from.number(), known: from.number(), interval: 1, wkst: time.Monday,
		until: Date{lastYear, time.December, 31}.number()}
	r.text = strings.TrimPrefix(r.text, "RRULE:")
	seen := map[string]bool{}
	for part := range strings.SplitSeq(r.text, ";") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return nil, fmt.Errorf("%s is not a part of a rule; write NAME=VALUE, for example FREQ=YEARLY", quote(part))
		}
		if seen[key] {
			return nil, fmt.Errorf("%s is given twice; keep one", key)
		}
		seen[key] = true
		if err := r.set(key, value); err != nil {
			return nil, err
		}
	}
	if err := r.check(seen); err != nil {
		return nil, err
	}
	r.complete(from)
	return r, nil
}

// set reads one part of the rule.
func (r *rrule) set(key, value string) (err error) {
	switch key {
	case "FREQ":
		switch value {
		case "YEARLY", "MONTHLY", "WEEKLY", "DAILY":
			r.freq = value
			return nil
		case "HOURLY", "MINUTELY", "SECONDLY":
			return fmt.Errorf("FREQ=%s comes back within a day; a special day is a whole day: use DAILY, WEEKLY, MONTHLY or YEARLY, and write the hours with open", value)
		}
		return fmt.Errorf("FREQ=%s is unknown; use DAILY, WEEKLY, MONTHLY or YEARLY", quote(value))
	case "BYHOUR", "BYMINUTE", "BYSECOND":
		return fmt.Errorf("%s counts within a day; a special day is a whole day: leave it out, and write the hours with open", key)
	case "INTERVAL":
		r.interval, err = oneNumber(key, value, 1, 9999)
	case "COUNT":
		r.count, err = oneNumber(key, value, 1, 100_000)
	case "UNTIL":
		return r.setUntil(value)
	case "WKST":
		var w nthWeekday
		if w, err = parseWeekday(value); err == nil && w.n != 0 {
			err = fmt.Errorf("WKST=%s is no weekday; write one of MO, TU, WE, TH, FR, SA, SU", quote(value))
		}
		r.wkst = w.day
	case "BYMONTH":
		r.months, err = numbers(key, value, 1, 12, false)
	case "BYMONTHDAY":
		r.monthDays, err = numbers(key, value, 1, 31, true)
	case "BYYEARDAY":
		r.yearDays, err = numbers(key, value, 1, 366, true)
	case "BYWEEKNO":
		r.weekNumbers, err = numbers(key, value, 1, 53, true)
	case "BYSETPOS":
		r.positions, err = numbers(key, value, 1, 366, true)
	case "BYDAY":
		for item := range strings.SplitSeq(value, ",") {
			w, err := parseWeekday(item)
			if err != nil {
				return err
			}
			r.weekdays = append(r.weekdays, w)
		}
	default:
		return fmt.Errorf("%s is not a part of a recurrence rule; see RFC 5545, section 3.3.10", quote(key))
	}
	return err
}

// setUntil reads the last day; of a date with a time the date counts.
func (r *rrule) setUntil(value string) error {
	day, clock, timed := strings.Cut(value, "T")
	if timed {
		clock = strings.TrimSuffix(clock, "Z")
		if _, ok := digits(clock); !ok || len(clock) != 6 {
			day = ""
		}
	}
	if len(day) != 8 {
		return fmt.Errorf("UNTIL=%s is no date; write it as YYYYMMDD", quote(value))
	}
	d, err := ParseDate(day[:4] + "-" + day[4:6] + "-" + day[6:])
	if err != nil {
		return fmt.Errorf("UNTIL=%s is no date; write it as YYYYMMDD", quote(value))
	}
	r.until = min(r.until, d.number())
	return nil
}

// check finds parts that are missing, or that RFC 5545 does not allow together.
func (r *rrule) check(seen map[string]bool) error {
	counted := slices.ContainsFunc(r.weekdays, func(w nthWeekday) bool { return w.n != 0 })
	by := len(r.months) + len(r.monthDays) + len(r.yearDays) + len(r.weekNumbers) + len(r.weekdays)
	switch {
	case r.freq == "":
		return fmt.Errorf("has no FREQ; begin it with FREQ=YEARLY, MONTHLY, WEEKLY or DAILY")
	case seen["COUNT"] && seen["UNTIL"]:
		return fmt.Errorf("has both COUNT and UNTIL; keep one")
	case counted && r.freq != "MONTHLY" && r.freq != "YEARLY":
		return fmt.Errorf("counts weekdays in BYDAY, which only FREQ=MONTHLY and FREQ=YEARLY allow; leave the numbers out")
	case counted && len(r.weekNumbers) > 0:
		return fmt.Errorf("counts weekdays in BYDAY beside BYWEEKNO; leave the numbers out")
	case len(r.weekNumbers) > 0 && r.freq != "YEARLY":
		return fmt.Errorf("has BYWEEKNO, which only FREQ=YEARLY allows")
	case len(r.yearDays) > 0 && r.freq != "YEARLY":
		return fmt.Errorf("has BYYEARDAY, which only FREQ=YEARLY allows")
	case len(r.monthDays) > 0 && r.freq == "WEEKLY":
		return fmt.Errorf("has BYMONTHDAY, which FREQ=WEEKLY does not allow")
	case len(r.positions) > 0 && by == 0:
		return fmt.Errorf("has BYSETPOS and nothing to choose from; add BYDAY, BYMONTHDAY, BYMONTH, BYYEARDAY or BYWEEKNO")
	}
	return nil
}

// complete takes from the first day what the rule leaves open.
func (r *rrule) complete(from Date) {
	own := []nthWeekday{{day: from.Weekday()}}
	if len(r.weekNumbers) > 0 && len(r.weekdays)+len(r.monthDays)+len(r.yearDays) == 0 {
		r.weekdays = own
		return
	}
	if len(r.weekNumbers)+len(r.weekdays)+len(r.monthDays)+len(r.yearDays) > 0 {
		return
	}
	switch r.freq {
	case "YEARLY":
		if len(r.months) == 0 {
			r.months = []int{int(from.Month)}
		}
		r.monthDays = []int{from.Day}
	case "MONTHLY":
		r.monthDays = []int{from.Day}
	case "WEEKLY":
		r.weekdays = own
	}
}

// numbers reads a list of BY…; signed ones may count from the end.
func numbers(key, value string, least, most int, signed bool) (out []int, err error) {
	for item := range strings.SplitSeq(value, ",") {
		sign := 1
		if signed {
			if rest, ok := strings.CutPrefix(item, "-"); ok {
				sign, item = -1, rest
			} else {
				item = strings.TrimPrefix(item, "+")
			}
		}
		n, err := oneNumber(key, item, least, most)
		if err != nil {
			return nil, err
		}
		out = append(out, sign*n)
	}
	return out, nil
}

func oneNumber(key, value string, least, most int) (int, error) {
	n, ok := digits(value)
	if !ok || value == "" || len(value) > 6 || n < least || n > most {
		return 0, fmt.Errorf("%s=%s is out of bounds; write %d to %d", key, quote(value), least, most)
	}
	return n, nil
}

// parseWeekday reads MO, 2MO or -1MO.
func parseWeekday(text string) (nthWeekday, error) {
	wrong := fmt.Errorf("%s is no weekday of a rule; write MO, TU, WE, TH, FR, SA or SU, counted as in 2MO or -1FR", quote(text))
	if len(text) < 2 {
		return nthWeekday{}, wrong
	}
	day := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, text[len(text)-2:])
	if day < 0 {
		return nthWeekday{}, wrong
	}
	w := nthWeekday{day: time.Weekday(day)}
	if count := text[:len(text)-2]; count != "" {
		n, err := numbers("BYDAY", count, 1, 53, true)
		if err != nil || len(n) != 1 {
			return nthWeekday{}, wrong
		}
		w.n = n[0]
	}
	return w, nil
}
