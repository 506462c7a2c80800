package compare

import (
	"fmt"
	"strings"

	"github.com/hotline-ivr/hotline/config/problem"
)

// String tells the changes to people: a paragraph for each line; lines of which the same can be told share one. It is
// empty when nothing is different.
func (c Changes) String() string {
	var bodies []string
	lines := map[string][]string{}
	for _, one := range c.Each {
		body := one.body()
		if lines[body] == nil {
			bodies = append(bodies, body)
		}
		lines[body] = append(lines[body], one.Line)
	}
	var b strings.Builder
	for i, body := range bodies {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s\n%s", lineNamesOf(lines[body]), body)
	}
	return b.String()
}

// mostNamed is how many lines are named that share a paragraph.
const mostNamed = 12

func lineNamesOf(ids []string) string {
	if len(ids) > mostNamed {
		return fmt.Sprintf("%s and %d more lines", strings.Join(ids[:mostNamed], ", "), len(ids)-mostNamed)
	}
	return strings.Join(ids, ", ")
}

// body is what is told of a line, without its name.
func (c LineChanges) body() string {
	switch c.Change {
	case added:
		return "  a new line, " + strings.Join(c.Numbers, ", ") + "\n"
	case removed:
		return "  removed; nobody answers " + strings.Join(c.Numbers, ", ") + " any more\n"
	}
	var b strings.Builder
	for _, h := range c.Hours {
		b.WriteString(h.body())
	}
	var rows [][]string
	for _, change := range c.Others {
		rows = append(rows, []string{change.About, change.Text})
	}
	b.WriteString(problem.Aligned(rows, "  "))
	return b.String()
}

func (h HoursChanges) body() string {
	what := "hours"
	switch {
	case h.Peak:
		what = "peak hours"
	case h.Desk != "":
		what = "hours of desk " + h.Desk
	}
	var rows [][]string
	for _, d := range h.Days {
		rows = append(rows, d.row(h.Peak))
	}
	zone := h.Zone
	if h.Before != zone {
		zone += ", also what was on that of " + h.Before
	}
	text := fmt.Sprintf("  %s, on the clock of %s\n%s", what, zone, problem.Aligned(rows, "    "))
	if h.Later == nil {
		return text
	}
	later := "later, too; the first of it:"
	if len(h.Days) == 0 {
		later = "nothing in the days that were compared, but later; the first of it:"
	}
	return text + "    " + later + "\n" + problem.Aligned([][]string{h.Later.row(h.Peak)}, "    ")
}

func (d DayChange) row(peak bool) []string {
	opens, closes := "opens ", "closes "
	if peak {
		opens, closes = "peak ", "no peak "
	}
	var what []string
	if len(d.Closes) > 0 {
		what = append(what, closes+strings.Join(d.Closes, " "))
	}
	if len(d.Opens) > 0 {
		what = append(what, opens+strings.Join(d.Opens, " "))
	}
	before := fmt.Sprintf("(was %s, now %s)", orClosed(d.Was, peak), orClosed(d.Now, peak))
	return []string{d.When, strings.Join(what, ", "), before, strings.TrimSpace(d.Source + " " + d.Why)}
}

func orClosed(spans []string, peak bool) string {
	switch {
	case len(spans) > 0:
		return strings.Join(spans, " ")
	case peak:
		return "none"
	}
	return "closed"
}
