package hours

import (
	"cmp"
	"fmt"
	"time"
)

// Yearly is a day of every year, or a run of days from Month and Day to ToMonth and ToDay (zero: a single day). A run
// may pass the end of the year: 24 December to 2 January. 29 February occurs in leap years only.
type Yearly struct {
	Month   time.Month
	Day     int
	ToMonth time.Month
	ToDay   int
}

// Nth is the N-th Weekday of a Month; Month 0 is every month. N is 1 to 5, or -1 (the last) to -5.
type Nth struct {
	Month   time.Month
	Weekday time.Weekday
	N       int
}

// A recurring is a special day that comes back. Exactly one of yearly, nth and rrule is set.
type recurring struct {
	yearly *Yearly
	nth    *Nth
	rrule  *rrule
	day    day
}

// on reports whether the date is one of its days.
func (r *recurring) on(d Date, number int64) bool {
	switch {
	case r.yearly != nil:
		return r.yearly.on(d)
	case r.nth != nil:
		return r.nth.on(d)
	}
	return r.rrule.on(number)
}

// before orders recurring days by rank, the more specific first, as documented at [Special].
func (r *recurring) before(o *recurring) int {
	if c := cmp.Compare(r.class(), o.class()); c != 0 || r.yearly != nil {
		return c
	}
	if r.nth != nil {
		return cmp.Or(-cmp.Compare(min(r.nth.Month, 1), min(o.nth.Month, 1)), -cmp.Compare(r.nth.N, o.nth.N))
	}
	return cmp.Or(-cmp.Compare(r.rrule.start, o.rrule.start), cmp.Compare(r.rrule.text, o.rrule.text))
}

func (r *recurring) class() int {
	switch {
	case r.yearly != nil:
		return 0
	case r.nth != nil:
		return 1
	}
	return 2
}

func (y *Yearly) last() (time.Month, int) {
	if y.ToMonth == 0 && y.ToDay == 0 {
		return y.Month, y.Day
	}
	return y.ToMonth, y.ToDay
}

func (y *Yearly) on(d Date) bool {
	from, to, at := slot(y.Month, y.Day), slot(y.last()), slot(d.Month, d.Day)
	if from <= to {
		return from <= at && at <= to
	}
	return at >= from || at <= to
}

// slot numbers the days of a leap year, so that a run compares the same in every year.
func slot(m time.Month, d int) int { return int(m)*32 + d }

// ParseMonthDay reads a day of every year written as MM-DD.
func ParseMonthDay(text string) (Yearly, error) {
	d, err := ParseDate(fmt.Sprintf("%d-%s", leapYear, text))
	switch meant := monthDayMeant(text); {
	case err == nil && len(text) == len("12-24"):
		return Yearly{Month: d.Month, Day: d.Day}, nil
	case meant != "":
		return Yearly{}, fmt.Errorf("%s is not a month and a day; write %s", quote(text), meant)
	case monthAndDay.MatchString(text):
		return Yearly{}, fmt.Errorf("%s is not a day of the calendar; correct the month or the day", quote(text))
	}
	return Yearly{}, fmt.Errorf("%s is not a month and a day; write them as MM-DD, for example 12-24", quote(text))
}

// leapYear has every day that a year may have.
const leapYear = 2000

func (y *Yearly) check(path string) (out []error) {
	leap := func(m time.Month, d int) bool { return Date{Year: leapYear, Month: m, Day: d}.Valid() }
	if !leap(y.Month, y.Day) {
		out = append(out, &Mistake{path,
			fmt.Sprintf("%02d-%02d is not a day of any year; write month and day, for example 12-25", int(y.Month),
				y.Day)})
	}
	if m, d := y.last(); !leap(m, d) {
		out = append(out, &Mistake{path,
			fmt.Sprintf("ends on %02d-%02d, which is not a day of any year; write month and day, for example 12-25",
				int(m), d)})
	}
	return out
}

func (y *Yearly) describe() (key, when string) {
	m, d := y.last()
	if m == y.Month && d == y.Day {
		return fmt.Sprintf("yearly %02d-%02d", int(m), d), fmt.Sprintf("every %d %s", d, m)
	}
	return fmt.Sprintf("yearly %02d-%02d..%02d-%02d", int(y.Month), y.Day, int(m), d),
		fmt.Sprintf("every %d %s to %d %s", y.Day, y.Month, d, m)
}

func (n *Nth) on(d Date) bool {
	if n.Month != 0 && n.Month != d.Month || d.Weekday() != n.Weekday {
		return false
	}
	if n.N > 0 {
		return (d.Day-1)/7+1 == n.N
	}
	return (daysIn(d.Year, d.Month)-d.Day)/7+1 == -n.N
}

func (n *Nth) check(path string) (out []error) {
	if n.Month < 0 || n.Month > time.December {
		out = append(out, &Mistake{path, "has no such month; write 1 to 12, or leave it out for every month"})
	}
	if n.Weekday < time.Sunday || n.Weekday > time.Saturday {
		out = append(out, &Mistake{path, "is no weekday; write one of mon, tue, wed, thu, fri, sat, sun"})
	}
	if n.N == 0 || n.N < -5 || n.N > 5 {
		out = append(out, &Mistake{path,
			fmt.Sprintf("%d does not count a weekday in its month; write 1 to 5, or -1 for the last", n.N)})
	}
	return out
}

func (n *Nth) describe() (key, when string) {
	month := "every month"
	key = fmt.Sprintf("nth %d %s", n.N, shortDay(n.Weekday))
	if n.Month != 0 {
		month = n.Month.String()
		key += fmt.Sprintf(" %02d", int(n.Month))
	}
	count := [...]string{"", "first", "second", "third", "fourth", "fifth"}
	switch {
	case n.N == -1:
		return key, fmt.Sprintf("last %s of %s", n.Weekday, month)
	case n.N < 0:
		return key, fmt.Sprintf("%s last %s of %s", count[-n.N], n.Weekday, month)
	}
	return key, fmt.Sprintf("%s %s of %s", count[n.N], n.Weekday, month)
}

// A taken remembers which recurring days are taken, and by which special day. It finds special days with the same days.
type taken struct {
	special []Special
	seen    map[string]int
	days    map[int]int // by slot
}

func (f *taken) claim(i int, key, what string) []error {
	if first, ok := f.seen[key]; ok {
		return []error{&Mistake{fmt.Sprintf("special[%d]", i),
			fmt.Sprintf("is %s as in %s; keep one of the two", what, whereSpecial(f.special, first))}}
	}
	f.seen[key] = i
	return nil
}

// yearly claims every day of a yearly run.
func (f *taken) yearly(i int) []error {
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
		first, ok := f.days[key]
		switch {
		case ok && first == i:
			return nil // once around the year
		case ok:
			return []error{&Mistake{fmt.Sprintf("special[%d]", i),
				fmt.Sprintf("%02d-%02d is a special day of every year already, in %s; keep one of the two",
					int(d.Month), d.Day, whereSpecial(f.special, first))}}
		}
		f.days[key] = i
	}
}
