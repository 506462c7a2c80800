package holidays

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// LargestImport is the greatest size of a file to import, in bytes.
const LargestImport = 8 << 20

// Options say how a file is imported. The zero value of each field but Today is a good default.
type Options struct {
	// Name of the set. Required.
	Name string
	// From and To are the days covered, both or none. Zero: the whole years of the file's days, see [Import].
	From, To hours.Date
	// Zone is the one in which times in UTC are read. Nil: the calendar's own, or UTC.
	Zone *time.Location
	// Source says who fixed the days. Empty: what the file says of itself.
	Source string
	// SkipBroken passes over what cannot be read, instead of refusing the file.
	SkipBroken bool
	// Touched counts every day that a timed event touches. Otherwise one that is not of whole days is broken.
	Touched bool
	// Decide is what the reviewer says of events that are in doubt.
	Decide []Decision
	// Today ends rules that repeat for ever when nothing else does: with the year after.
	Today hours.Date
}

// Imported is what was made of a file.
type Imported struct {
	// Set covers exactly what the file is taken to know.
	Set *Set
	// Skipped is what could not be read and was passed over, because the options said so.
	Skipped Problems
	// Doubts are the events whose kind only the reviewer can tell. Their days are not in the set, and it must not be
	// written before each is decided.
	Doubts Problems
	// Notes are for the reviewer: what was taken how. Each is a sentence.
	Notes []string
	// Guessed is set when neither the file nor the options say which days are covered.
	Guessed bool
}

// Import makes a set of an iCalendar file, or of JSON in the form of holiday-cn. The kind of the file is found by
// looking at it. The error wraps [Problems]; with it nothing is imported.
//
// iCalendar does not say which days it covers. Unless the options do, these are the whole years from the first to the
// last day; but a first year with days in December only, or a last one with days in January only, is covered for just
// these days, because calendars often end with one New Year too many.
//
// What an event is has to be said by its calendar: by X-APPLE-SPECIAL-DAY, by the word with which a description begins
// (祝日, Observance), or by a bracketed word of its name ([班], (Not a Public Holiday)). Otherwise it is a holiday, unless
// its name speaks of work, or its calendar calls others public holidays; then it is in doubt.
func Import(file string, data []byte, options Options) (*Imported, error) {
	im := importer{file: file, options: options, days: map[hours.Date]*Day{}, out: &Imported{},
		asked: map[string]int{}, decisions: map[string]Kind{}, fits: map[string]bool{}, against: map[hours.Date]bool{},
		notUsed: map[string][]int{}, left: map[string][]string{}}
	im.readDecisions()
	if len(data) > LargestImport {
		im.refuse(0, "", "has %d bytes; at most %d are supported", len(data), LargestImport)
		return nil, im.fatal.Err()
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch start := bytes.TrimLeft(data, " \t\r\n"); {
	case len(start) == 0:
		im.refuse(0, "", "is empty")
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		im.refuse(1, "", "is UTF-16 text; save it as UTF-8")
	case bytes.IndexByte(data, 0) >= 0:
		im.refuse(1+bytes.Count(data[:bytes.IndexByte(data, 0)], []byte("\n")), "",
			"holds a NUL character, so it is not "+
				"UTF-8 text; remove the character if it is the only one, or else save the file as UTF-8")
	case start[0] == '{' || start[0] == '[':
		im.json(data)
	default:
		im.calendar(data)
	}
	im.finish()
	switch problems := slices.Concat(im.fatal, im.broken); {
	case len(im.fatal) > 0:
		return nil, problems.Err()
	case len(im.broken) > 0 && !options.SkipBroken:
		return nil, fmt.Errorf("%w\ncorrect the file, or leave out what is broken with --skip-broken", problems.Err())
	}
	im.out.Skipped = im.broken.Sorted()
	return im.out, nil
}

// An importer gathers the days of one file.
type importer struct {
	file    string
	options Options
	out     *Imported
	// fatal are the problems for which the file is refused in any case, broken those of single entries.
	fatal, broken Problems
	days          map[hours.Date]*Day
	against       map[hours.Date]bool // days on which entries contradict each other
	// doubts are found by the folded names in asked; decisions, and those that were of use, are kept by such names.
	doubts    []doubt
	asked     map[string]int
	decisions map[string]Kind
	fits      map[string]bool
	notUsed   map[string][]int    // lines, by what is not used of them
	left      map[string][]string // names, by why their events are left out
	sources   []string
	// marked is set for a calendar that marks its days off: a year without a mark has not been announced.
	marked bool
	// year is set for a file that says which year it covers.
	year int
	// dead counts rules that name no day, steps what all rules name, placed the days of all events.
	dead, steps, placed int
}

func (im *importer) refuse(line int, key, format string, args ...any) {
	im.fatal = append(im.fatal, Problem{File: im.file, Line: line, Key: key, Message: fmt.Sprintf(format, args...)})
}

// mostBroken bounds the list of what is broken; after so many the file is not what it was taken for.
const mostBroken = 1000

func (im *importer) skip(line int, key, format string, args ...any) {
	if len(im.broken) >= mostBroken {
		if !im.tired() {
			im.refuse(line, "", "more than %d entries cannot be read; this is not a calendar of holidays", mostBroken)
		}
		return
	}
	im.broken = append(im.broken, Problem{File: im.file, Line: line, Key: key, Message: fmt.Sprintf(format, args...)})
}

// tired reports that there is no use in going on.
func (im *importer) tired() bool { return len(im.fatal) > 0 }

func (im *importer) note(format string, args ...any) {
	im.out.Notes = append(im.out.Notes, fmt.Sprintf(format, args...))
}

// unused remembers what of a line is not used, so that it is said.
func (im *importer) unused(what string, line int) {
	if !slices.Contains(im.notUsed[what], line) {
		im.notUsed[what] = append(im.notUsed[what], line)
	}
}

// tellUnused says what was not used, and where.
func (im *importer) tellUnused() {
	for _, what := range slices.Sorted(maps.Keys(im.notUsed)) {
		var lines []string
		for _, line := range im.notUsed[what] {
			lines = append(lines, number(line))
		}
		im.note("Not used is %s: line %s", what, some(lines))
	}
}

// leave remembers an event that is left out, so that it is said.
func (im *importer) leave(why, name string) {
	im.left[why] = append(im.left[why], strconv.Quote(problem.Short(name)))
}

func (im *importer) tellLeft() {
	for _, why := range slices.Sorted(maps.Keys(im.left)) {
		im.note("%s left out, %s: %s", plural(len(im.left[why]), "event is", "events are"), why, some(im.left[why]))
	}
}

// mostNamed bounds how many events a note names.
const mostNamed = 10

func some(names []string) string {
	if len(names) <= mostNamed {
		return strings.Join(names, ", ") + "."
	}
	return strings.Join(names[:mostNamed], ", ") + " and " + number(len(names)-mostNamed) + " more."
}

// take takes the days of an event for what it is, or asks what it is.
func (im *importer) take(line int, name string, v verdict, dates []hours.Date) {
	if v.kind == Ignore {
		im.leave(v.why, name)
		return
	}
	var doubtful []hours.Date
	for _, date := range dates {
		if !im.wanted(date) {
			continue
		}
		if _, decided := im.decided(date.String()); v.kind == inDoubt && !decided {
			doubtful = append(doubtful, date)
			continue
		}
		im.add(line, date, v.kind, name)
	}
	if len(doubtful) > 0 {
		im.asks(doubt{line, name, strconv.Quote(problem.Short(name)) + ": " + v.why, doubtful})
	}
}

// add takes one day. Two entries of one date become one, unless they contradict each other.
func (im *importer) add(line int, date hours.Date, kind Kind, name string) {
	if im.tired() {
		return
	}
	if decided, ok := im.decided(date.String()); ok {
		kind = decided
	}
	have := im.days[date]
	switch {
	case kind == Ignore:
	case have == nil && len(im.days) == schema.MostHolidays:
		im.refuse(line, "", "holds more than %d days; name fewer years, for example --years 2026-2027",
			schema.MostHolidays)
	case have == nil:
		im.days[date] = &Day{Date: date, Kind: kind, Name: name, Line: line}
	case (have.Kind == MakeUp) != (kind == MakeUp):
		if !im.against[date] {
			im.asks(doubt{line, date.String(), fmt.Sprintf("%q is a %s day, but the one on line %d, %q, is a %s day",
				problem.Short(name), kind, have.Line, problem.Short(have.Name), have.Kind), []hours.Date{date}})
		}
		im.against[date] = true
	default:
		if kind == Holiday {
			have.Kind = Holiday
		}
		if longer := have.Name + " / " + name; len(longer) <= schema.LongestHolidayText &&
			!slices.Contains(strings.Split(have.Name, " / "), name) {
			have.Name = longer
		}
	}
}

// wanted reports whether the options ask for a date.
func (im *importer) wanted(d hours.Date) bool {
	return im.options.From == (hours.Date{}) || im.options.From.Compare(d) <= 0 && d.Compare(im.options.To) <= 0
}

// finish makes the set of the days.
func (im *importer) finish() {
	s := &Set{Name: im.options.Name, From: im.options.From, To: im.options.To, Sources: im.sources}
	if im.options.Source != "" {
		s.Sources = []string{im.options.Source}
	}
	if len(s.Sources) == 0 {
		s.Sources = []string{"imported from " + tidy(im.file)}
	}
	for _, d := range im.days {
		if im.wanted(d.Date) && !im.against[d.Date] {
			s.Days = append(s.Days, Day{Date: d.Date, Kind: d.Kind, Name: d.Name})
		}
	}
	slices.SortFunc(s.Days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	im.checkDecisions()
	im.tellLeft()
	im.tellUnused()
	im.out.Doubts = im.questions()
	if len(s.Days) == 0 && len(im.out.Doubts) > 0 {
		im.fatal = append(im.fatal, im.out.Doubts...)
	}
	if !im.tired() && len(s.Days) == 0 && (len(im.broken) == 0 || im.options.SkipBroken) {
		im.refuse(0, "", "holds no day%s; a set without days would say that there are no holidays", im.between())
	}
	if s.From == (hours.Date{}) && len(s.Days) > 0 {
		s.From, s.To = im.extent(s.Days)
		if gap := emptyYear(s.Days); im.marked && gap != 0 {
			im.refuse(0, "", "marks no day of %d, though days before and after: that year has not been announced, or "+
				"is missing; import the others one by one with --years", gap)
		}
		if im.year == 0 {
			im.out.Guessed = true
			im.note("It is taken to cover %s to %s. If it knows more or less, say so with --years.", s.From, s.To)
		}
	}
	im.out.Set = s
}

// emptyYear is a year between the first and the last day that has none; 0 if there is none.
func emptyYear(days []Day) int {
	for i, d := range days[1:] {
		if before := days[i].Date.Year; d.Date.Year > before+1 {
			return before + 1
		}
	}
	return 0
}

func (im *importer) between() string {
	if im.options.From == (hours.Date{}) {
		return ""
	}
	return fmt.Sprintf(" from %s to %s", im.options.From, im.options.To)
}

// extent is what a file is taken to cover, see [Import].
func (im *importer) extent(days []Day) (from, to hours.Date) {
	first, last := days[0].Date, days[len(days)-1].Date
	from = hours.Date{Year: first.Year, Month: time.January, Day: 1}
	to = hours.Date{Year: last.Year, Month: time.December, Day: 31}
	if im.year != 0 {
		year := hours.Date{Year: im.year, Month: time.January, Day: 1}
		end := hours.Date{Year: im.year, Month: time.December, Day: 31}
		if from = first; year.Compare(first) < 0 {
			from = year
		}
		if to = last; last.Compare(end) < 0 {
			to = end
		}
		return from, to
	}
	inYear := func(year int, month time.Month) bool {
		return !slices.ContainsFunc(days, func(d Day) bool { return d.Date.Year == year && d.Date.Month != month })
	}
	if first.Year != last.Year && inYear(first.Year, time.December) {
		from = first
	}
	if first.Year != last.Year && inYear(last.Year, time.January) {
		to = last
	}
	return from, to
}

// tidy makes a name of a stranger's text: one line, printable, not too long.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unprintable(r):
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	for len(text) > schema.LongestHolidayText {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return strings.TrimSpace(text)
}
