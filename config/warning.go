package config

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// warnBefore is how long before the covered days of a set of holidays end this is a warning.
const warnBefore = 90 * day

// A Warning is something that works today and needs somebody's attention.
type Warning struct {
	// Line is the line's name; Desk is empty for the line's own hours.
	Line, Desk string
	// Undated is set for what does not draw near, such as a mistyped year or telephone; the next three are then zero.
	Undated bool
	// Set is the set of holidays that ends, or empty: then it is an override until revoked.
	Set string
	// From is the first day that is not covered, or the day on which the override began, on the line's clock. Days is
	// how far that is ahead; negative when it has passed.
	From hours.Date
	Days int
	Problem
}

// A dependency is what one calendar relies on.
type dependency struct {
	line, desk string
	calendar   *hours.Calendar
	// inherits: the overrides are the line's, and its reminder is enough.
	inherits bool
	expiring
}

// Warnings are sorted by file and line. They depend on the day: now is handed in.
func (s *Snapshot) Warnings(now time.Time) []Warning {
	return sorted(slices.Concat(warnings(s.dependencies, now), s.lineWarnings))
}

// NewWarnings are those that another configuration does not have, wherever they are in its files.
func (s *Snapshot) NewWarnings(before *Snapshot, now time.Time) []Warning {
	known := map[Problem]bool{}
	key := func(w Warning) Problem { return Problem{File: w.File, Key: w.Key, Message: w.Message} }
	for _, w := range before.Warnings(now) {
		known[key(w)] = true
	}
	return slices.DeleteFunc(s.Warnings(now), func(w Warning) bool { return known[key(w)] })
}

// A WrittenOverride is an override in the files, of a line or of a desk that has its own.
type WrittenOverride struct {
	// Desk is empty for the line.
	Desk string
	hours.Override
}

// WrittenOverrides are those of a line and of its desks, each once.
func (s *Snapshot) WrittenOverrides(line string) (out []WrittenOverride) {
	for _, r := range s.dependencies {
		if r.line != line || r.inherits {
			continue
		}
		for _, o := range r.overridden() {
			out = append(out, WrittenOverride{r.desk, o})
		}
	}
	return out
}

// Warnings are those of one file.
func (f *HoursFile) Warnings(now time.Time) []Warning {
	return sorted(slices.Concat(warnings(f.dependencies, now), f.doubts))
}

// undated are the warnings of readers, about a line or about none.
func undated(line string, texts Problems) (out []Warning) {
	for _, w := range texts.Sorted() {
		out = append(out, Warning{Line: line, Undated: true, Problem: w})
	}
	return out
}

func warnings(all []dependency, now time.Time) (out []Warning) {
	for _, r := range all {
		out = append(out, r.uncovered(now)...)
		out = append(out, r.unrevoked(now)...)
		out = append(out, r.misdated(now)...)
	}
	return sorted(out)
}

func sorted(warnings []Warning) []Warning {
	slices.SortStableFunc(warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Problem.Line, b.Problem.Line),
			cmp.Compare(a.From.String(), b.From.String()))
	})
	return warnings
}

// uncovered are the sets that do not cover the days ahead.
func (r dependency) uncovered(now time.Time) (out []Warning) {
	today := hours.DateOf(now.In(r.calendar.Zone()))
	until := hours.DateOf(now.In(r.calendar.Zone()).Add(warnBefore))
	gaps := r.calendar.Uncovered(today, until)
	for _, at := range r.sets {
		// Of the gaps of one set the first is enough.
		i := slices.IndexFunc(gaps, func(g hours.Gap) bool { return g.Set == at.Node.Value })
		if i < 0 {
			continue
		}
		gap := gaps[i]
		w := Warning{Line: r.line, Desk: r.desk, Set: gap.Set, From: gap.From, Days: today.DaysUntil(gap.From),
			Problem: Problem{File: at.File, Line: at.Line, Key: at.Key}}
		when := "from today on"
		if gap.From != today {
			when = fmt.Sprintf("from %s on, which is in %d days", gap.From, w.Days)
		}
		w.Message = fmt.Sprintf("the set %s (%s) does not cover the days %s; import the holidays that have been "+
			"announced, or extend the set", gap.Set, gap.Source, when)
		out = append(out, w)
	}
	return out
}

// unrevoked are the overrides that nobody has ended.
func (r dependency) unrevoked(now time.Time) (out []Warning) {
	today := hours.DateOf(now.In(r.calendar.Zone()))
	for _, o := range r.overrides {
		if !o.Until.IsZero() || r.inherits {
			continue
		}
		from := o.From.In(r.calendar.Zone())
		what, tense := "closed", "since"
		if o.Open {
			what = "open"
		}
		if from.After(now) {
			tense = "begins on"
		}
		out = append(out, Warning{Line: r.line, Desk: r.desk, From: hours.DateOf(from),
			Days: today.DaysUntil(hours.DateOf(from)), Problem: Problem{
				File: o.at.File, Line: o.at.Line, Key: o.at.Key,
				Message: fmt.Sprintf("%s until revoked (%s) %s %s; remove it when it is over, or give it an end",
					what, o.Reason, tense, from.Format("2006-01-02 15:04")),
			}})
	}
	return out
}
