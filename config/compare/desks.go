package compare

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// Desks and their telephones. Agents' numbers are masked.

// deskNames are as in compareStructs. Hours and telephones have functions of their own.
var deskNames = map[string]string{"ID": "", "Hours": "", "Targets": ""}

func (l *lineComparison) compareDesks() {
	for _, p := range pairs(desksOf(l.old), desksOf(l.new), func(d *ivr.Desk) string { return d.ID }) {
		switch about := "desk " + p.id; p.change {
		case added:
			l.note(about, fmt.Sprintf("added, %s, telephones %s", l.hoursWords(p.new), targetWords(p.new.Targets)))
		case removed:
			l.note(about, "removed, telephones "+targetWords(p.old.Targets))
		default:
			l.compareStructs(about, *p.old, *p.new, deskNames)
			l.compareTargets(about, p.old.Targets, p.new.Targets)
		}
	}
}

// desksOf are the desks of a line, sorted.
func desksOf(line *ivr.Line) (desks []*ivr.Desk) {
	for _, id := range slices.Sorted(maps.Keys(line.Desks)) {
		desks = append(desks, line.Desks[id])
	}
	return desks
}

// hoursWords say which hours a new desk has.
func (l *lineComparison) hoursWords(desk *ivr.Desk) string {
	switch {
	case desk.Hours == l.new.Hours:
		return "with the hours of the line"
	case desk.Hours != nil && desk.Hours.Always():
		return "never closed"
	}
	return "with hours of its own"
}

func (l *lineComparison) compareTargets(about string, old, new []callbacks.Target) {
	id := func(t callbacks.Target) string { return t.ID }
	for _, p := range pairs(old, new, id) {
		before, after := addressOf(p.old), addressOf(p.new)
		switch {
		case p.change == added:
			l.note(about, fmt.Sprintf("telephone %s added, %s", p.id, after))
		case p.change == removed:
			l.note(about, fmt.Sprintf("telephone %s removed, was %s", p.id, before))
		case before != after:
			l.note(about, "telephone "+p.id+": "+nowWas(after, before))
		case !reflect.DeepEqual(p.old, p.new):
			l.note(about, "telephone "+p.id+": another number, which ends in the same digits: "+
				callbacks.Mask(p.new.Address))
		}
	}
	if before, after := idsOf(old, id), idsOf(new, id); reordered(before, after) {
		l.note(about, "telephones are rung in the order "+strings.Join(after, ", ")+", was "+strings.Join(before, ", "))
	}
}

// addressOf is how an agent is reached, without their number.
func addressOf(t callbacks.Target) string {
	if t.Kind == callbacks.Number {
		return "number " + callbacks.Mask(t.Address)
	}
	if t.Kind == callbacks.SIP {
		return t.Address
	}
	return string(t.Kind) + " " + t.Address
}

func targetWords(targets []callbacks.Target) string {
	return strings.Join(idsOf(targets, func(t callbacks.Target) string {
		return t.ID + " (" + addressOf(t) + ")"
	}), ", ")
}
