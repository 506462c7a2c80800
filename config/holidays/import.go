package holidays

import (
	"bytes"
	"fmt"
	"slices"
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
	// Today ends rules that repeat for ever when nothing else does: with the year after.
	Today hours.Date
}

// Imported is what was made of a file.
type Imported struct {
	// Set covers exactly what the file is taken to know.
	Set *Set
	// Skipped is what could not be read and was passed over, because the options said so.
	Skipped Problems
	// Notes are for the reviewer: what was taken how. Each is a sentence.
	Notes []string
	// Guessed is set when neither the file nor the options say which days are covered.
	Guessed bool
}

// Import makes a set of an iCalendar file, or of JSON in the form of holiday-cn. The kind of the file is found by
// looking at it. The error is of type [Problems]; with it nothing is imported.
//
// iCalendar does not say which days it covers. Unless the options do, these are the whole years from the first to the
// last day; but a first year with days in December only, or a last one with days in January only, is covered for just
// these days, because calendars often end with one New Year too many.
//
// A make-up working day is told by its name or by the property X-APPLE-SPECIAL-DAY, collective leave by its name.
func Import(file string, data []byte, options Options) (*Imported, error) {
	im := importer{file: file, options: options, days: map[hours.Date]*Day{}, out: &Imported{}}
	if len(data) > LargestImport {
		im.refuse(0, "", "has %d bytes; at most %d are supported", len(data), LargestImport)
		return nil, im.fatal.Err()
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch start := bytes.TrimLeft(data, " \t\r\n"); {
	case len(start) == 0:
		im.refuse(0, "", "is empty")
	case bytes.IndexByte(data, 0) >= 0:
		im.refuse(0, "", "is not UTF-8 text; save it as UTF-8")
	case start[0] == '{' || start[0] == '[':
		im.json(data)
	default:
		im.calendar(data)
	}
	im.finish()
	if problems := slices.Concat(im.fatal, im.broken); len(im.fatal) > 0 || len(im.broken) > 0 && !options.SkipBroken {
		return nil, problems.Err()
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
	sources       []string
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

// add takes one day. Two entries of one date become one, unless they contradict each other.
func (im *importer) add(line int, date hours.Date, kind Kind, name string) {
	if im.tired() {
		return
	}
	have := im.days[date]
	switch {
	case have == nil && len(im.days) == schema.MostHolidays:
		im.refuse(line, "", "holds more than %d days; name fewer years, for example --years 2026-2027",
			schema.MostHolidays)
	case have == nil:
		im.days[date] = &Day{Date: date, Kind: kind, Name: name, Line: line}
	case (have.Kind == MakeUp) != (kind == MakeUp):
		im.skip(line, "", "%s %q is a %s day, but the one on line %d, %q, is a %s day", date, problem.Short(name), kind,
			have.Line, problem.Short(have.Name), have.Kind)
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
		if im.wanted(d.Date) {
			s.Days = append(s.Days, Day{Date: d.Date, Kind: d.Kind, Name: d.Name})
		}
	}
	slices.SortFunc(s.Days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	if !im.tired() && len(s.Days) == 0 && (len(im.broken) == 0 || im.options.SkipBroken) {
		im.refuse(0, "", "holds no day%s; a set without days would say that there are no holidays", im.between())
	}
	if s.From == (hours.Date{}) && len(s.Days) > 0 {
		s.From, s.To = im.extent(s.Days)
		if im.year == 0 {
			im.out.Guessed = true
			im.note("It is taken to cover %s to %s. If it knows more or less, say so with --years.", s.From, s.To)
		}
	}
	im.out.Set = s
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

// Names of make-up days and of collective leave, as calendars in use write them, in lower case.
var (
	makeUpNames = []string{"上班", "补班", "補班", "（班）", "(班)", "振替出勤", "make-up work", "makeup work", "make-up day",
		"working day", "special working", "workday", "adjusted work"}
	collectiveNames = []string{"cuti bersama", "joint holiday", "joint leave", "collective leave", "collective holiday"}
)

// kindOf tells the kind of a day by its name.
func kindOf(name string) Kind {
	name = strings.ToLower(name)
	has := func(part string) bool { return strings.Contains(name, part) }
	switch {
	case slices.ContainsFunc(makeUpNames, has) && !strings.Contains(name, "non-working"):
		return MakeUp
	case slices.ContainsFunc(collectiveNames, has):
		return Collective
	}
	return Holiday
}
