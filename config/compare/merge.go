package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// A change that comes back every week, or lasts for days, is told once.

// merge puts days together on which the same happens. The days compared are from first to last.
func merge(days []DayChange, first, last hours.Date) []DayChange {
	weekly, rest := mergeWeekly(days, first, last)
	out := append(mergeWeekdays(weekly), mergeRuns(rest)...)
	for i := range out {
		out[i].When = out[i].when()
	}
	return out
}

// mergeWeekly puts together what comes back on a weekday; the rest is returned as it was.
func mergeWeekly(days []DayChange, first, last hours.Date) (weekly, rest []DayChange) {
	taken := make([]bool, len(days))
	for i, d := range days {
		if taken[i] {
			continue
		}
		group := []int{i}
		for j := i + 1; j < len(days); j++ {
			if !taken[j] && days[j].First.Weekday() == d.First.Weekday() && days[j].alike(d) {
				group = append(group, j)
			}
		}
		end := days[group[len(group)-1]].First
		weeks := first.DaysUntil(end)/7 - first.DaysUntil(d.First)/7 + 1
		if !d.weekly || len(group) < 2 {
			rest = append(rest, d)
			continue
		}
		d.Last, d.Weekdays, d.Changed = end, []Weekday{Weekday(d.First.Weekday())}, nil
		d.Whole = first.DaysUntil(d.First) < 7 && end.DaysUntil(last) < 7
		concerned := map[hours.Date]bool{}
		for _, j := range group {
			taken[j], concerned[days[j].First] = true, true
			d.Changed = append(d.Changed, days[j].Changed...)
		}
		for w := range weeks {
			if day := d.First.AddDays(7 * w); !concerned[day] {
				d.Except = append(d.Except, day)
			}
		}
		weekly = append(weekly, d)
	}
	return weekly, rest
}

// mergeWeekdays puts weekdays together on which the same happens in the same weeks.
func mergeWeekdays(weekly []DayChange) []DayChange {
	out := []DayChange{}
	slices.SortStableFunc(weekly, func(a, b DayChange) int { return cmp.Compare(fromMonday(a), fromMonday(b)) })
	for _, d := range weekly {
		i := slices.IndexFunc(out, func(o DayChange) bool {
			return o.Whole && d.Whole && len(o.Except)+len(d.Except) == 0 && o.alike(d)
		})
		if i < 0 {
			out = append(out, d)
			continue
		}
		o := &out[i]
		if d.First.Compare(o.First) < 0 {
			o.First = d.First
		}
		if d.Last.Compare(o.Last) > 0 {
			o.Last = d.Last
		}
		o.Weekdays, o.Changed = append(o.Weekdays, d.Weekdays...), append(o.Changed, d.Changed...)
		o.Source = mergeSources(o.Source, d.Source)
	}
	for i := range out {
		slices.SortFunc(out[i].Changed, func(a, b ChangedSpan) int { return a.From.Compare(b.From) })
	}
	return out
}

func fromMonday(d DayChange) int { return int(d.First.Weekday()+6) % 7 }

// mergeRuns puts days together that follow each other.
func mergeRuns(days []DayChange) (out []DayChange) {
	slices.SortStableFunc(days, func(a, b DayChange) int { return a.First.Compare(b.First) })
	for _, d := range days {
		if n := len(out); n > 0 && out[n-1].alike(d) && out[n-1].Last.DaysUntil(d.First) == 1 {
			o := &out[n-1]
			o.Last, o.Changed = d.Last, append(o.Changed, d.Changed...)
			o.Source = mergeSources(o.Source, d.Source)
			continue
		}
		out = append(out, d)
	}
	return out
}

// mergeSources is one line of a file and another: "hours/gopay.yaml:13-17".
func mergeSources(a, b string) string {
	file, from, ok := strings.Cut(a, ":")
	other, to, ok2 := strings.Cut(b, ":")
	if a == b || !ok || !ok2 || file != other || strings.ContainsAny(from+to, ", ") {
		return strings.Join(appendNew([]string{a}, b), ", ")
	}
	from, _, _ = strings.Cut(from, "-")
	return fmt.Sprintf("%s:%s-%s", file, from, to)
}

// when says which days are concerned.
func (d DayChange) when() string {
	if len(d.Weekdays) == 0 {
		text := dayWords(d.First)
		if d.Last != d.First {
			text += " to " + dayWords(d.Last)
		}
		return text
	}
	text := weekdayWords(d.Weekdays)
	if len(d.Except) > mostExceptions {
		return text + " " + dateList(d.dates())
	}
	if !d.Whole {
		text += fmt.Sprintf(" from %s to %s", d.First, d.Last)
	}
	if len(d.Except) > 0 {
		text += " but " + dateList(d.Except)
	}
	return text
}

// mostExceptions is how many days are named that are not concerned, rather than those that are.
const mostExceptions = 2

// dates are the days concerned of a single weekday.
func (d DayChange) dates() (dates []hours.Date) {
	for day := d.First; day.Compare(d.Last) <= 0; day = day.AddDays(7) {
		if !slices.Contains(d.Except, day) {
			dates = append(dates, day)
		}
	}
	return dates
}

func dateList(dates []hours.Date) string {
	return strings.Join(idsOf(dates, hours.Date.String), ", ")
}

func dayWords(d hours.Date) string { return d.Weekday().String()[:3] + " " + d.String() }

// weekdayWords writes weekdays that are in order from Monday.
func weekdayWords(days []Weekday) string {
	n := len(days)
	adjacent := int(days[n-1]+6)%7-int(days[0]+6)%7 == n-1
	switch {
	case n == 7:
		return "every day"
	case n > 2 && adjacent:
		return plural(days[0]) + " to " + plural(days[n-1])
	}
	return strings.Join(idsOf(days, plural), ", ")
}

func plural(day Weekday) string { return time.Weekday(day).String() + "s" }
