// Package compare tells what is different between two configurations, in the words of the desk and not of the files.
package compare

import (
	"cmp"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

// Changes are what is different between two configurations, line by line and in the words of the desk, not of the files.
type Changes struct {
	// Lines that differ, sorted by their identifier.
	Each []LineChanges
}

// LineChanges are what is different about one line.
type LineChanges struct {
	Line string
	// Added and Removed are set for a line that only one of the two configurations has; then the other fields are empty,
	// but for Numbers.
	Added, Removed bool
	// Numbers are those of a line that was added or removed, E.164.
	Numbers []string
	// Hours are when the line or one of its desks opens or closes otherwise than before.
	Hours []HoursChanges
	// Others are all other changes, in the order in which a call would meet them; last the call tests to it.
	Others []Change
}

// A Change is one difference in words.
type Change struct {
	// About is what it concerns, for example "desk support". Text says what is different.
	About, Text string
}

// Snapshots finds what is different for callers, agents and customers, and in the call tests. Hours are compared for so many days, at least one, from
// the day of an instant on the clock of each line; of what changes later than that, the first day within 400 is told.
// Comments and the order of what has none are no difference.
func Snapshots(old, new *config.Snapshot, from time.Time, days int) Changes {
	c := comparison{old: byLine(old), new: byLine(new), from: from, days: max(days, 1)}
	calls := compareCalls(old.Calls, new.Calls)
	var changes Changes
	for _, l := range old.Lines {
		if c.new[l.ID].line == nil {
			changes.Each = append(changes.Each, LineChanges{Line: l.ID, Removed: true, Numbers: l.Numbers})
		}
	}
	for _, l := range new.Lines {
		before, after := c.old[l.ID], c.new[l.ID]
		switch {
		case before.line == nil:
			changes.Each = append(changes.Each, LineChanges{Line: l.ID, Added: true, Numbers: l.Numbers})
		default:
			one := c.compareLine(before, after)
			if one.Others = append(one.Others, calls[l.ID]...); len(one.Hours)+len(one.Others) > 0 {
				changes.Each = append(changes.Each, one)
			}
		}
	}
	slices.SortStableFunc(changes.Each, func(a, b LineChanges) int { return cmp.Compare(a.Line, b.Line) })
	return changes
}

// Empty reports that nothing is different.
func (c Changes) Empty() bool { return len(c.Each) == 0 }

// Lines are the identifiers of the lines concerned, sorted.
func (c Changes) Lines() (ids []string) {
	for _, one := range c.Each {
		ids = append(ids, one.Line)
	}
	return ids
}

// Of are the changes of one line alone.
func (c Changes) Of(line string) Changes {
	i := slices.IndexFunc(c.Each, func(one LineChanges) bool { return one.Line == line })
	if i < 0 {
		return Changes{}
	}
	return Changes{Each: c.Each[i : i+1]}
}

// A comparison is of two configurations.
type comparison struct {
	old, new map[string]lineState
	from     time.Time
	days     int
}

// A lineState is a line as one configuration has it.
type lineState struct {
	line      *ivr.Line
	overrides []config.DeskOverride
}

func byLine(s *config.Snapshot) map[string]lineState {
	lines := make(map[string]lineState, len(s.Lines))
	for _, l := range s.Lines {
		lines[l.ID] = lineState{line: l, overrides: s.WrittenOverrides(l.ID)}
	}
	return lines
}

func (c *comparison) compareLine(old, new lineState) LineChanges {
	l := lineComparison{comparison: c, was: old, is: new, old: old.line, new: new.line, out: LineChanges{Line: new.line.ID}}
	l.compareHours()
	l.compareFields()
	return l.out
}

// A lineComparison is of one line that both configurations have.
type lineComparison struct {
	*comparison
	was, is  lineState
	old, new *ivr.Line
	out      LineChanges
}

// note adds a change.
func (l *lineComparison) note(about, text string) {
	l.out.Others = append(l.out.Others, Change{About: about, Text: text})
}
