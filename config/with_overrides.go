package config

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// WithOverrides is the snapshot with overrides that were declared in an emergency: they rule over everything that is
// written, a later one over an earlier one. Lines that they do not concern are shared; the snapshot itself stays as it
// is. Desks that never close are not concerned.
func (s *Snapshot) WithOverrides(overrides []callbacks.DeclaredOverride) *Snapshot {
	out := *s
	out.declared = slices.Concat(s.declared, overrides)
	for i, line := range s.Lines {
		over := concerning(overrides, line)
		if len(over) == 0 {
			continue
		}
		if &out.Lines[0] == &s.Lines[0] { // the first that differs
			out.Lines, out.byID, out.byNumber = slices.Clone(s.Lines), maps.Clone(s.byID), maps.Clone(s.byNumber)
		}
		under := lineWith(line, over)
		out.Lines[i], out.byID[line.ID] = under, under
		for _, number := range under.Numbers {
			out.byNumber[number] = under
		}
	}
	return &out
}

// concerning picks what is about a line, or about one of its desks that can close.
func concerning(overrides []callbacks.DeclaredOverride, line *ivr.Line) (out []callbacks.DeclaredOverride) {
	for _, o := range overrides {
		if o.Line == line.ID && (o.Desk == "" || line.Desks[o.Desk] != nil && !line.Desks[o.Desk].Hours.Always()) {
			out = append(out, o)
		}
	}
	return out
}

func lineWith(line *ivr.Line, over []callbacks.DeclaredOverride) *ivr.Line {
	under := *line
	under.Hours = line.Hours.WithOverrides(forDesk(over, "")...)
	under.Desks = maps.Clone(line.Desks)
	for id, desk := range line.Desks {
		if desk.Hours.Always() {
			continue
		}
		changed := *desk
		changed.Hours = under.Hours
		own := slices.ContainsFunc(over, func(o callbacks.DeclaredOverride) bool { return o.Desk == id })
		if own || desk.Hours != line.Hours {
			changed.Hours = desk.Hours.WithOverrides(forDesk(over, id)...)
		}
		under.Desks[id] = &changed
	}
	under.Announcements = slices.Clone(line.Announcements)
	for _, o := range over {
		under.Announcements = append(under.Announcements, announced(line, o.Desk, o.From, o.Until, o.Say)...)
	}
	return &under
}

// Declared are the overrides of [Snapshot.WithOverrides] that rule over a line and its desks, or with a desk over that
// one.
func (s *Snapshot) Declared(line, desk string) []callbacks.DeclaredOverride {
	if c := s.Calendar(line, desk); c == nil || c.Always() {
		return nil
	}
	return slices.DeleteFunc(concerning(s.declared, s.ByID(line)), func(o callbacks.DeclaredOverride) bool {
		return desk != "" && o.Desk != "" && o.Desk != desk
	})
}

// Overrides are those of a line, or of one of its desks: the written ones, then the declared. A desk that never closes
// has none, and one without hours of its own those of its line.
func (s *Snapshot) Overrides(line, desk string) (out []hours.Override) {
	if c := s.Calendar(line, desk); c == nil || c.Always() {
		return nil
	}
	for _, r := range s.dependencies {
		if r.line == line && (r.desk == "" || r.desk == desk) { // the line's come before those of its desks
			out = r.overridden()
		}
	}
	return append(out, forDesk(s.Declared(line, desk), desk)...)
}

// forDesk are the overrides of the line and of one of its desks, as package hours has them.
func forDesk(over []callbacks.DeclaredOverride, desk string) (out []hours.Override) {
	for _, o := range over {
		if o.Desk == "" || o.Desk == desk {
			out = append(out, asOverride(o))
		}
	}
	return out
}

// asOverride is an override as package hours has it.
func asOverride(o callbacks.DeclaredOverride) hours.Override {
	return hours.Override{From: o.From, Until: o.Until, Open: o.Open, Reason: o.Reason, Say: o.Say,
		Source: fmt.Sprintf("override %d by %s", o.ID, o.By)}
}

// announced is what an override says while it lasts, told to those whom its desk serves in their language: everybody,
// where that is the line or its general desk, else callers about the desk's topics.
func announced(line *ivr.Line, desk string, from, until time.Time, say map[string]string) (out []ivr.Announcement) {
	if until.IsZero() {
		until = Endless
	}
	for _, tag := range slices.Sorted(maps.Keys(say)) {
		var topics []string
		if desk != "" && line.DeskFor(line.General, tag) != desk {
			for _, t := range line.Topics {
				if line.DeskFor(t.Desk, tag) == desk {
					topics = append(topics, t.ID)
				}
			}
			if topics == nil {
				continue
			}
		}
		same := func(a ivr.Announcement) bool { return slices.Equal(a.Topics, topics) }
		i := slices.IndexFunc(out, same)
		if i < 0 {
			i = len(out)
			out = append(out, ivr.Announcement{From: from, Until: until, Topics: topics, Text: map[string]string{}})
		}
		out[i].Text[tag] = say[tag]
	}
	return out
}
