package holidays

import (
	"regexp"
	"strings"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

const largestFile = 1 << 20 // bytes

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// Parse reads a set strictly. The error is of type [Problems] and holds every mistake; there is no set then.
func Parse(file string, data []byte) (*Set, error) {
	var problems Problems
	table := schema.Table("holidays")
	set := &Set{File: file, Comment: comment(data)}
	if len(data) > largestFile {
		yamlnode.Value{File: file, Problems: &problems}.Fail("has %d bytes; at most %d are supported", len(data),
			largestFile)
	} else {
		set.read(yamlnode.Document(file, data, yamlnode.Table{Schema: table, Definitions: table.Definitions}, &problems,
			unknownKey))
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return set, nil
}

// unknownKey is what is said of a key that is not known, and which key is meant, if one is near.
// It never repeats what stands behind it.
func unknownKey(_ yamlnode.Value, key string, known []string) (message, meant string) {
	if advice, ok := problem.Secret(key); ok {
		return advice, ""
	}
	meant, _ = problem.Nearest(key, known)
	return "unknown key; " + problem.Hint(key, known), meant
}

func (s *Set) read(document yamlnode.Value) {
	root, ok := document.Mapping()
	if !ok {
		return
	}
	s.Name, _ = root.Need("name", "name the set, for example name: cn").ID("cn")
	if at := root.Get("country"); at.Present() {
		if s.Country = line(at, "CN"); s.Country != "" && !country.MatchString(s.Country) {
			at.Fail("%q is no country; write its two capital letters (ISO 3166-1), for example CN",
				problem.Short(s.Country))
		}
	}
	covers := root.Need("covers", "say which days the set knows, for example "+
		"covers: {from: 2026-01-01, to: 2026-12-31}")
	s.readCovers(covers)
	sources := root.Need("sources", `say who fixed the days, for example sources: ["State Council"]`)
	for _, source := range sources.List(`["State Council"]`) {
		s.Sources = append(s.Sources, line(source, "State Council"))
	}
	if sources.EmptyList() {
		sources.Fail("names nobody; write who fixed the days")
	}
	days := root.Need("days", "list them; write days: [] if there are none")
	for _, at := range days.List("{date: 2026-12-25, kind: holiday, name: Christmas}") {
		s.readDay(at)
	}
}

func (s *Set) readCovers(at yamlnode.Value) {
	s.CoversLine = at.Line
	covers, ok := at.Mapping()
	if !ok {
		return
	}
	var from, to bool
	s.From, from = covers.Need("from", "write the first day, for example 2026-01-01").Date()
	s.To, to = covers.Need("to", "write the last day, for example 2026-12-31").Date()
	if from && to && s.To.Compare(s.From) < 0 {
		at.Fail("ends before it begins; exchange from and to, or correct one of them")
		s.To = hours.Date{}
	}
}

// readDay reads a day and holds it against what the set covers and against the day before.
func (s *Set) readDay(at yamlnode.Value) {
	entry, ok := at.Mapping()
	if !ok {
		return
	}
	date, ok := entry.Need("date", "write for example date: 2026-12-31").Date()
	kind, known := entry.Need("kind", "write for example kind: holiday").OneOf()
	name := line(entry.Need("name", "write what the day is called"), "New Year")
	if !ok || !known || name == "" {
		return
	}
	day := Day{Date: date, Kind: Kind(kind), Name: name, Line: at.Line}
	at.Key = "days"
	if s.From.Valid() && s.To.Valid() && !s.covers(date) {
		at.Fail("%s is outside of what the set covers, %s to %s; correct the date or covers", date, s.From, s.To)
	}
	if n := len(s.Days); n > 0 {
		switch before := s.Days[n-1]; {
		case date == before.Date:
			at.Fail("%s is written twice, first on line %d; keep one of the two", date, before.Line)
		case date.Compare(before.Date) < 0:
			at.Fail("%s comes after %s; sort the days by date", date, before.Date)
		}
	}
	s.Days = append(s.Days, day)
}

// line is a text of one line without anything hidden in it; empty after a report.
func line(v yamlnode.Value, example string) string {
	text, ok := v.Text(example)
	switch {
	case !ok:
		return ""
	case len(text) > schema.LongestHolidayText:
		v.Fail("is longer than %d bytes", schema.LongestHolidayText)
		return ""
	case strings.ContainsFunc(text, unprintable):
		v.Fail("holds characters that cannot be printed, or several lines; write it on one line")
		return ""
	}
	return text
}

// comment is the text above the first key.
func comment(data []byte) string {
	var out []string
	for line := range strings.Lines(string(data)) {
		text, ok := strings.CutPrefix(strings.TrimRight(line, " \t\r\n"), "#")
		if !ok {
			break
		}
		out = append(out, strings.TrimPrefix(text, " "))
	}
	return strings.Join(out, "\n")
}
