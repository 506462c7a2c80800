package holidays

import (
	"fmt"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// A Kind says what a day of a set is, in the words of the file.
type Kind string

const (
	// Holiday is a public holiday.
	Holiday Kind = "holiday"
	// Collective is a day of collective leave (cuti bersama), on which a line rests or not.
	Collective Kind = "collective"
	// MakeUp is a working day that makes up for a holiday (调休补班), usually on a weekend.
	MakeUp Kind = "make-up"
)

// A Day is an entry of a set.
type Day struct {
	Date hours.Date
	Kind Kind
	// Name is in the language of the country. It is never empty.
	Name string
	// Line of the file, from 1. Zero: the day has not been read from a file.
	Line int
}

// A Set is what is known of the holidays of a country or a trade.
type Set struct {
	// Name is that of the file: "cn".
	Name string
	// Country is its ISO 3166-1 alpha-2 code, or empty.
	Country string
	// From and To are the first and the last day covered. What is outside is not known, which is not the same as no
	// holidays.
	From, To hours.Date
	// Sources say who fixed the days. There is at least one.
	Sources []string
	// Days are sorted, at most one a date, and all covered.
	Days []Day
	// Comment is the text at the top of the file, lines without their "# ". May be empty.
	Comment string
	// File is the name that was given to [Parse]. Empty: the set has not been read from a file.
	File string
	// CoversLine is the line of the key covers.
	CoversLine int
}

// covers reports whether the set knows about a date.
func (s *Set) covers(d hours.Date) bool { return s.From.Compare(d) <= 0 && d.Compare(s.To) <= 0 }

// Has reports whether any day is of the kind.
func (s *Set) Has(k Kind) bool {
	return slices.ContainsFunc(s.Days, func(d Day) bool { return d.Kind == k })
}

// HolidaySet is the set for a calendar, with file and line of each day.
func (s *Set) HolidaySet() hours.HolidaySet {
	out := hours.HolidaySet{Name: s.Name, From: s.From, To: s.To, Source: s.source(s.CoversLine),
		Days: make([]hours.Holiday, len(s.Days))}
	for i, d := range s.Days {
		out.Days[i] = hours.Holiday{Date: d.Date, Kind: ofHours[d.Kind], Name: d.Name, Source: s.source(d.Line)}
	}
	return out
}

var ofHours = map[Kind]hours.HolidayKind{Holiday: hours.PublicHoliday, Collective: hours.Collective,
	MakeUp: hours.MakeUp}

func (s *Set) source(line int) string {
	if s.File == "" || line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d", s.File, line)
}

// Thinner is a year of which a file that is to be merged names less than half as many days as the set does of its own
// years on average; 0 if there is none, or if the days that the file covers are said and not guessed. Such a file is a
// fragment, and the year hardly known by it.
func (s *Set) Thinner(imported *Imported) int {
	if !imported.Guessed {
		return 0
	}
	other := imported.Set
	own := map[int]int{}
	for _, d := range s.Days {
		own[d.Date.Year]++
	}
	given := map[int]int{}
	for _, d := range other.Days {
		given[d.Date.Year]++
	}
	for year := other.From.Year; len(own) > 0 && year <= other.To.Year; year++ {
		// Only a year that the file is taken to cover to its end; one New Year at the end of a calendar is none.
		end := hours.Date{Year: year, Month: time.December, Day: 31}
		if other.covers(end) && 2*given[year] < len(s.Days)/len(own) {
			return year
		}
	}
	return 0
}
