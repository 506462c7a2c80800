package holidays

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// A jsonValue is a value of a file and the line that it begins on.
type jsonValue struct {
	raw  json.RawMessage
	line int
}

// each calls yield with what an array or an object holds; keys are those of an object. The text is valid JSON.
func (v jsonValue) each(yield func(key string, value jsonValue) error) error {
	d := json.NewDecoder(bytes.NewReader(v.raw))
	open, err := d.Token()
	if err != nil || open != json.Delim('{') && open != json.Delim('[') {
		return errors.New("neither a list nor an object")
	}
	at, line := 0, v.line
	for d.More() {
		key := ""
		if open == json.Delim('{') {
			token, err := d.Token()
			if err != nil {
				return err
			}
			key, _ = token.(string)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		start := int(d.InputOffset()) - len(raw)
		line += bytes.Count(v.raw[at:start], []byte("\n"))
		at = start
		if err := yield(key, jsonValue{raw, line}); err != nil {
			return err
		}
	}
	return nil
}

// members are those of an object; nil if it is none.
func (v jsonValue) members() map[string]jsonValue {
	if !bytes.HasPrefix(v.raw, []byte("{")) {
		return nil
	}
	out := map[string]jsonValue{}
	_ = v.each(func(key string, value jsonValue) error {
		out[key] = value
		return nil
	})
	return out
}

// elements are those of an array, bounded so that a file of millions does not fill the memory.
func (v jsonValue) elements() (out []jsonValue, err error) {
	if !bytes.HasPrefix(v.raw, []byte("[")) {
		return nil, errors.New("a list has to be in square brackets")
	}
	err = v.each(func(_ string, value jsonValue) error {
		if len(out) == mostRepeats {
			return fmt.Errorf("a list has more than %d entries", mostRepeats)
		}
		out = append(out, value)
		return nil
	})
	return out, err
}

// A jsonYear is what holiday-cn has in one file; of other forms it is all days.
type jsonYear struct {
	year   int
	papers []jsonValue
	days   []jsonValue
}

// json reads a year of holiday-cn, an array of such years, or an array of days in one of the forms that [readDay]
// knows.
func (im *importer) json(data []byte) {
	all, ok := im.syntax(data)
	if !ok {
		return
	}
	years, err := jsonYears(all)
	if err != nil {
		im.refuse(all.line, "", "cannot be read as holiday JSON: %v", err)
		return
	}
	if !im.known(all, years) {
		return
	}
	for i, year := range years {
		path := ""
		if len(years) > 1 {
			path = fmt.Sprintf("[%d].", i)
		} else {
			im.year = year.year
		}
		im.jsonYear(year, path)
	}
}

// syntax reports an error of syntax with its line.
func (im *importer) syntax(data []byte) (all jsonValue, ok bool) {
	all.line = 1 + bytes.Count(data[:len(data)-len(bytes.TrimLeft(data, " \t\r\n"))], []byte("\n"))
	err := json.Unmarshal(data, &all.raw)
	if err == nil {
		return all, true
	}
	line := all.line
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line = 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
	}
	im.refuse(line, "", "cannot be read as holiday JSON: %v", err)
	return all, false
}

func jsonYears(all jsonValue) (years []jsonYear, err error) {
	if all.members() != nil {
		year, err := readYear(all)
		return []jsonYear{year}, err
	}
	list, err := all.elements()
	if err != nil {
		return nil, err
	}
	var loose jsonYear
	for _, item := range list {
		if _, ok := item.members()["days"]; !ok {
			loose.days = append(loose.days, item)
			continue
		}
		year, err := readYear(item)
		if err != nil {
			return nil, err
		}
		years = append(years, year)
	}
	if loose.days != nil {
		years = append(years, loose)
	}
	return years, nil
}

func readYear(v jsonValue) (year jsonYear, err error) {
	members := v.members()
	if at, ok := members["year"]; ok {
		if err := json.Unmarshal(at.raw, &year.year); err != nil {
			return year, fmt.Errorf("line %d: the year is no number", at.line)
		}
	}
	if at, ok := members["papers"]; ok {
		year.papers, _ = at.elements()
	}
	if at, ok := members["days"]; ok {
		year.days, err = at.elements()
	}
	return year, err
}

// known refuses a file in which nothing has one of the forms.
func (im *importer) known(all jsonValue, years []jsonYear) bool {
	example := all
	for _, year := range years {
		for _, day := range year.days {
			if formOf(day.members()) != "" {
				return true
			}
			example = day
		}
		if year.year != 0 {
			return true // the form of holiday-cn; what its days lack is said of each
		}
	}
	if all.members() == nil && len(years) == 0 {
		return true // an empty list, which holds no day
	}
	members := "no members"
	if names := slices.Sorted(maps.Keys(example.members())); len(names) > 0 {
		members = "the members " + problem.Short(tidy(strings.Join(names, ", ")))
	}
	im.refuse(example.line, "", "this form of JSON is not known: it has %s; known are the forms of holiday-cn "+
		"(days with name, date, isOffDay), of Nager.Date (date, localName, types) and of date-holidays (date, name, "+
		"type, start)", members)
	return false
}

func (im *importer) jsonYear(year jsonYear, path string) {
	if year.year != 0 && (year.year < 1900 || year.year > 2200) {
		im.refuse(0, path+"year", "%d is no year of a holiday calendar", year.year)
		return
	}
	if year.year != 0 && len(year.days) == 0 {
		im.refuse(0, path+"days", "there are none: the holidays of %d have not been announced, or not been found; "+
			"the year stays uncovered", year.year)
		return
	}
	for _, at := range year.papers {
		var paper string
		err := json.Unmarshal(at.raw, &paper)
		if paper = tidy(paper); err == nil && paper != "" && len(im.sources) < schema.MostHolidaySources/4 {
			im.sources = append(im.sources, paper)
		}
	}
	for i, at := range year.days {
		if im.tired() {
			return
		}
		im.jsonDay(at, fmt.Sprintf("%sdays[%d]", path, i), year.year)
	}
}

func (im *importer) jsonDay(at jsonValue, path string, year int) {
	d, err := readDay(at)
	if err != nil {
		im.skip(at.line, path, "%v", err)
		return
	}
	date, err := hours.ParseDate(d.date)
	if err != nil {
		im.skip(at.line, path+".date", "%v", err)
		return
	}
	// A notice reaches into the neighbouring years by a few days, not further.
	if year != 0 && (date.Year < year-1 || date.Year > year+1) {
		im.skip(at.line, path+".date", "%s is not near the year %d of the file", date, year)
		return
	}
	var dates []hours.Date
	for n := range d.length {
		dates = append(dates, dateOf(numberOf(date)+n))
	}
	if kind, ok := im.decided(d.name, d.says); ok {
		d.verdict = verdict{kind: kind, why: decidedSo}
	}
	im.take(at.line, d.name, d.verdict, dates)
}

// A jsonDay is an entry of a file.
type jsonDay struct {
	name    string
	says    string // what the file calls its kind
	date    string
	length  int // in days
	verdict verdict
}

// A jsonEntry has the members of all forms.
type jsonEntry struct {
	Name, LocalName, Date string
	IsOffDay              *bool    // holiday-cn
	Types, Counties       []string // Nager.Date
	Global                *bool
	Type                  string // date-holidays, and Nager.Date of old
	Start, End            time.Time
}

// formOf names the form of an entry by the member that no other one has. Empty: it has none of them.
func formOf(members map[string]jsonValue) string {
	has := func(key string) bool { _, ok := members[key]; return ok }
	switch {
	case has("isOffDay"):
		return "holiday-cn"
	case has("countryCode") || has("types"):
		return "Nager.Date"
	case has("type"):
		return "date-holidays"
	}
	return ""
}

// readDay reads an entry in the form of holiday-cn, of Nager.Date or of date-holidays.
func readDay(at jsonValue) (d jsonDay, err error) {
	members := at.members()
	var e jsonEntry
	if err := json.Unmarshal(at.raw, &e); err != nil || members == nil {
		return d, errors.New("is no day; write name, date and isOffDay")
	}
	d.name = tidy(e.Name)
	form := formOf(members)
	if form == "Nager.Date" && tidy(e.LocalName) != "" {
		d.name = tidy(e.LocalName)
	}
	if form == "" || d.name == "" || e.Date == "" {
		return d, fmt.Errorf("lacks name, date or isOffDay: %s", problem.Short(string(at.raw)))
	}
	text, rest, _ := strings.Cut(e.Date, " ")
	if rest != "" && !strings.HasPrefix(rest, "00:00:00") {
		return d, fmt.Errorf("begins at %s and is not of whole days; correct it, or leave it out with --skip-broken",
			problem.Short(rest))
	}
	d.date = text
	if d.length = max(1, int((e.End.Sub(e.Start)+12*time.Hour)/(24*time.Hour))); d.length > longestEvent {
		return d, fmt.Errorf("lasts %d days; at most %d are supported", d.length, longestEvent)
	}
	d.says, d.verdict = e.kind(d.name)
	return d, nil
}

// kind is what an entry is, and what the file calls that.
func (e jsonEntry) kind(name string) (says string, v verdict) {
	named := namedKind(name)
	switch {
	case e.IsOffDay != nil && !*e.IsOffDay:
		return "", verdict{kind: MakeUp}
	case e.IsOffDay != nil && named.kind == Collective:
		return "", named
	case e.IsOffDay != nil:
		return "", verdict{kind: Holiday}
	}
	types := e.Types
	if len(types) == 0 {
		types = []string{e.Type}
	}
	says = tidy(strings.Join(types, ", "))
	called := func(word string) func(string) bool { return func(t string) bool { return folded(t) == word } }
	described := verdict{why: "the file calls it " + strconv.Quote(problem.Short(says))}
	switch {
	case e.Global != nil && !*e.Global:
		described.why = "it is one of some regions only: " + problem.Short(tidy(strings.Join(e.Counties, ", ")))
	case slices.ContainsFunc(types, called("public")):
		described = verdict{kind: Holiday, exact: true}
	case !slices.ContainsFunc(types, func(t string) bool { return !called("observance")(t) }):
		described = verdict{kind: Ignore, why: calledObservance, exact: true}
	}
	return says, described.with(named, says)
}
