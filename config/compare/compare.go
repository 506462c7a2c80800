// Package compare tells what is different between two configurations, in the words of the desk and not of the files.
package compare

import (
	"cmp"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

// Changes are what is different between two configurations, line by line and in the words of the desk, not of the
// files.
type Changes struct {
	// Lines that differ, sorted by their identifier.
	Each []LineChanges
}

// LineChanges are what is different about one line. Programs get them as JSON: instants in UTC, dates and times of day
// on the clock of the line.
type LineChanges struct {
	Line string `json:"line"`
	// Change is added, removed or changed. A line that was added or removed has no other changes.
	Change string `json:"change"`
	// Numbers are those of a line that was added or removed, E.164.
	Numbers []string `json:"numbers,omitempty"`
	// Hours are when the line or one of its desks opens or closes otherwise than before.
	Hours []HoursChanges `json:"hours,omitempty"`
	// Others are all other changes, in the order in which a call would meet them; last the call tests to it.
	Others []Change `json:"others,omitempty"`
}

// A Change is one difference in words.
type Change struct {
	// About is what it concerns, for example "desk support". Text says what is different.
	About string `json:"about"`
	Text  string `json:"text"`
}

// Snapshots finds what is different for callers, agents and customers, and in the call tests. Hours are compared for so
// many days, at least one, from the day of an instant on the clock of each line; of what changes later than that, the
// first day within 400 is told. Comments and the order of what has none are no difference.
func Snapshots(old, new *config.Snapshot, from time.Time, days int) Changes {
	calls := compareCalls(old.Calls, new.Calls)
	var changes Changes
	for _, p := range pairs(old.Lines, new.Lines, func(l *ivr.Line) string { return l.ID }) {
		one := LineChanges{Line: p.id, Change: cmp.Or(p.change, "changed")}
		switch p.change {
		case added:
			one.Numbers = p.new.Numbers
		case removed:
			one.Numbers = p.old.Numbers
		default:
			l := lineComparison{
				old: p.old, overridesBefore: old.WrittenOverrides(p.id),
				new: p.new, overrides: new.WrittenOverrides(p.id),
				from: from, days: max(days, 1), out: one,
			}
			l.compareHours()
			l.compareFields()
			one = l.out
			if one.Others = append(one.Others, calls[p.id]...); len(one.Hours)+len(one.Others) == 0 {
				continue
			}
		}
		changes.Each = append(changes.Each, one)
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

// A lineComparison is of one line that both configurations have.
type lineComparison struct {
	old, new                   *ivr.Line
	overridesBefore, overrides []config.WrittenOverride
	from                       time.Time
	days                       int
	out                        LineChanges
}

// A pair is an entry of two lists as each of them has it; what was added or removed is zero on the other side.
type pair[T any] struct {
	id       string
	old, new T
	change   string // added, removed, or empty
}

const added, removed = "added", "removed"

// pairs are the entries of the new list in its order, then those that were removed.
func pairs[T any](old, new []T, id func(T) string) (out []pair[T]) {
	before, after := idsOf(old, id), idsOf(new, id)
	for i, entry := range new {
		p := pair[T]{id: after[i], new: entry}
		if j := slices.Index(before, p.id); j >= 0 {
			p.old = old[j]
		} else {
			p.change = added
		}
		out = append(out, p)
	}
	for j, entry := range old {
		if !slices.Contains(after, before[j]) {
			out = append(out, pair[T]{id: before[j], old: entry, change: removed})
		}
	}
	return out
}

func idsOf[T any](list []T, id func(T) string) (ids []string) {
	for _, entry := range list {
		ids = append(ids, id(entry))
	}
	return ids
}

// itself identifies an entry that is only a word.
func itself(word string) string { return word }

// reordered reports whether what both lists have is in another order.
func reordered(old, new []string) bool {
	at := -1
	for _, id := range new {
		if i := slices.Index(old, id); i >= 0 && i < at {
			return true
		} else if i >= 0 {
			at = i
		}
	}
	return false
}

// note adds a change.
func (l *lineComparison) note(about, text string) {
	l.out.Others = append(l.out.Others, Change{About: about, Text: text})
}
