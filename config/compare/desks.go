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
	for _, id := range slices.Sorted(maps.Keys(l.new.Desks)) {
		desk := l.new.Desks[id]
		if l.old.Desks[id] == nil {
			l.note("desk "+id, fmt.Sprintf("added, %s, telephones %s", l.hoursWords(desk), targetWords(desk.Targets)))
		}
	}
	for _, id := range sharedDesks(l.old, l.new) {
		old, new := l.old.Desks[id], l.new.Desks[id]
		l.compareStructs("desk "+id, *old, *new, deskNames)
		l.compareTargets("desk "+id, old.Targets, new.Targets)
	}
	for _, id := range slices.Sorted(maps.Keys(l.old.Desks)) {
		if l.new.Desks[id] == nil {
			l.note("desk "+id, fmt.Sprintf("removed, telephones %s", targetWords(l.old.Desks[id].Targets)))
		}
	}
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

// sharedDesks are those of both, sorted.
func sharedDesks(old, new *ivr.Line) (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(new.Desks)) {
		if old.Desks[id] != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func (l *lineComparison) compareTargets(about string, old, new []callbacks.Target) {
	ids := func(targets []callbacks.Target) (ids []string) {
		for _, t := range targets {
			ids = append(ids, t.ID)
		}
		return ids
	}
	before, after := ids(old), ids(new)
	for i, t := range new {
		j := slices.Index(before, t.ID)
		switch {
		case j < 0:
			l.note(about, fmt.Sprintf("telephone %s added, %s", t.ID, addressOf(t)))
		case !reflect.DeepEqual(old[j], new[i]):
			text := nowWas(addressOf(t), addressOf(old[j]))
			if addressOf(t) == addressOf(old[j]) {
				text = "another number, which ends in the same digits: " + callbacks.Mask(t.Address)
			}
			l.note(about, "telephone "+t.ID+": "+text)
		}
	}
	for j, t := range old {
		if !slices.Contains(after, t.ID) {
			l.note(about, fmt.Sprintf("telephone %s removed, was %s", t.ID, addressOf(old[j])))
		}
	}
	if !slices.Equal(keep(before, after), keep(after, before)) {
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
	var words []string
	for _, t := range targets {
		words = append(words, t.ID+" ("+addressOf(t)+")")
	}
	return strings.Join(words, ", ")
}
