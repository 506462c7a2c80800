package holidays

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// Merge is the set with what another one knows put over it: within the days that the other covers, only its days
// count. Comment, country and sources are kept, new sources added. It is an error when days between the two would be
// covered by neither.
func (s *Set) Merge(other *Set) (*Set, error) {
	out := *s
	if following(s.To).Compare(other.From) < 0 || following(other.To).Compare(s.From) < 0 {
		return nil, fmt.Errorf("set %s covers %s to %s and the file %s to %s; what is between would be covered by "+
			"neither, so import that first",
			s.Name, s.From, s.To, other.From, other.To)
	}
	out.Days = slices.Clone(other.Days)
	for _, d := range s.Days {
		if !other.covers(d.Date) {
			out.Days = append(out.Days, d)
		}
	}
	slices.SortFunc(out.Days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	if len(out.Days) > schema.MostHolidays {
		return nil, fmt.Errorf("set %s would have %d days; at most %d are supported", s.Name, len(out.Days),
			schema.MostHolidays)
	}
	if other.From.Compare(s.From) < 0 {
		out.From = other.From
	}
	if s.To.Compare(other.To) < 0 {
		out.To = other.To
	}
	out.Sources = slices.Clone(s.Sources)
	for _, source := range other.Sources {
		if !slices.Contains(out.Sources, source) {
			out.Sources = append(out.Sources, source)
		}
	}
	return &out, nil
}

// following is the day after.
func following(d hours.Date) hours.Date { return dateOf(numberOf(d) + 1) }

// Diff shows line by line what a set becomes: lines that go begin with "-", those that come with "+". A nil set is a
// file that does not exist. Nothing differs: it is empty.
func Diff(before, after *Set) string {
	old, now := lines(before), lines(after)
	var b strings.Builder
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(old) > 0 && len(now) > 0 && old[0] == now[0]:
			old, now = old[1:], now[1:]
		case len(now) == 0 || len(old) > 0 && goesFirst(old, now):
			b.WriteString("- " + old[0].text + "\n")
			old = old[1:]
		default:
			b.WriteString("+ " + now[0].text + "\n")
			now = now[1:]
		}
	}
	return b.String()
}

// A diffLine is a line of a set with what it is sorted by.
type diffLine struct{ key, text string }

// goesFirst reports whether the first old line comes before the first new one: by key, and what goes before what comes.
func goesFirst(old, now []diffLine) bool {
	if old[0].key != now[0].key {
		return old[0].key < now[0].key
	}
	return !slices.Contains(old[1:], now[0])
}

func lines(s *Set) []diffLine {
	if s == nil {
		return nil
	}
	out := []diffLine{{"1", "name: " + s.Name}}
	if s.Country != "" {
		out = append(out, diffLine{"2", "country: " + s.Country})
	}
	out = append(out, diffLine{"3", fmt.Sprintf("covers: %s to %s", s.From, s.To)})
	for _, source := range s.Sources {
		out = append(out, diffLine{"4", "source: " + source})
	}
	for _, d := range s.Days {
		out = append(out, diffLine{"5" + d.Date.String(),
			fmt.Sprintf("%s %s %-10s %s", d.Date, d.Date.Weekday().String()[:3], d.Kind, d.Name)})
	}
	return out
}
