package hours

import (
	"slices"
	"sync"
	"time"
)

// firstYear and lastYear bound recurrence rules, so that they do not count through centuries.
const (
	firstYear = 1900
	lastYear  = 2200
)

// An rrule is a recurrence rule of RFC 5545 that counts days. It is unrolled on demand, up to [lastYear], so that a
// rule without days ends too.
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

// unroll adds the days of one period. It is false if there are no more.
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

// matches compares a day with the parts that name days. All of them have to agree.
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
	return len(r.weekdays) == 0 ||
		slices.ContainsFunc(r.weekdays, func(w nthWeekday) bool { return r.isNth(w, d, number) })
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
