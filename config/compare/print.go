package compare

import (
	"fmt"
	"strings"

	"github.com/hotline-ivr/hotline/config/problem"
)

// String tells the changes to people: a paragraph for each line; lines of which the same is said share one. It is empty
// when nothing is different.
func (c Changes) String() string {
	var b strings.Builder
	for i, p := range c.paragraphs() {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s\n%s", lineNamesOf(p.lines), p.body)
	}
	return b.String()
}

// longestSummary is how many characters of the first change a summary has.
const longestSummary = 70

// Summary is the first change in one line, and how many more there are. It is empty when nothing is different.
func (c Changes) Summary() string {
	first, more := "", -1
	for _, p := range c.paragraphs() {
		rows := p.of.rows()
		if more += len(rows); first == "" {
			first = lineNamesOf(p.lines) + ": " + strings.Join(strings.Fields(strings.Join(rows[0], " ")), " ")
		}
	}
	if runes := []rune(first); len(runes) > longestSummary {
		first = string(runes[:longestSummary-1]) + "…"
	}
	if more > 0 {
		first += fmt.Sprintf(" (and %d more)", more)
	}
	return first
}

// A paragraph is what is said of lines that change alike.
type paragraph struct {
	lines []string
	of    LineChanges
	body  string
}

func (c Changes) paragraphs() (all []*paragraph) {
	byBody := map[string]*paragraph{}
	for _, one := range c.Each {
		body := one.body()
		if byBody[body] == nil {
			byBody[body] = &paragraph{of: one, body: body}
			all = append(all, byBody[body])
		}
		byBody[body].lines = append(byBody[body].lines, one.Line)
	}
	return all
}

// mostNamed is how many lines are named that share a paragraph.
const mostNamed = 12

func lineNamesOf(ids []string) string {
	if len(ids) > mostNamed {
		return fmt.Sprintf("%s and %d more lines", strings.Join(ids[:mostNamed], ", "), len(ids)-mostNamed)
	}
	return strings.Join(ids, ", ")
}

// body is what is said of a line, without its name.
func (c LineChanges) body() string {
	if c.Change == added || c.Change == removed {
		return problem.Aligned(c.rows(), "  ")
	}
	var b strings.Builder
	for _, h := range c.Hours {
		b.WriteString(h.body())
	}
	b.WriteString(problem.Aligned(c.otherRows(), "  "))
	return b.String()
}

// rows are the changes, a row each.
func (c LineChanges) rows() (rows [][]string) {
	switch c.Change {
	case added:
		return [][]string{{"a new line, " + strings.Join(c.Numbers, ", ")}}
	case removed:
		return [][]string{{"removed; nobody answers " + strings.Join(c.Numbers, ", ") + " any more"}}
	}
	for _, h := range c.Hours {
		for _, d := range h.Days {
			rows = append(rows, d.row(h.Peak))
		}
		if h.Later != nil {
			rows = append(rows, h.Later.row(h.Peak))
		}
	}
	return append(rows, c.otherRows()...)
}

func (c LineChanges) otherRows() (rows [][]string) {
	for _, change := range c.Others {
		rows = append(rows, []string{change.About, change.Text})
	}
	return rows
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
