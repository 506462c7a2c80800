package config

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/hours"
)

// readDeskHours notes which hours a desk has. Its own are read once the line's are known, whose zone they share.
func (f *lineFile) readDeskHours(v yamlnode.Value, desk string) {
	if v.Present() && v.Node.Kind == yaml.MappingNode {
		if m, ok := v.Mapping(); ok {
			m.Need("week", "list the hours of each weekday, or write hours: line")
			f.own[desk] = m
		}
		return
	}
	when, _ := v.OneOf()
	f.always[desk] = when == "always"
}

// link gives the line its calendar, and each desk its own.
func (f *lineFile) link(h hoursFile, sets knownSets) {
	f.line.Announcements, f.line.Peak = h.announcements, h.peak
	if h.calendar != nil {
		f.line.Hours = h.calendar
		f.dependencies = append(f.dependencies, dependency{line: f.line.ID, calendar: h.calendar, expiring: h.expiring})
	}
	for _, id := range slices.Sorted(maps.Keys(f.line.Desks)) {
		desk := f.line.Desks[id]
		switch own, ok := f.own[id]; {
		case ok:
			desk.Hours = f.linkOwn(id, own, h, sets)
		case h.calendar == nil: // reported
		case f.always[id]:
			desk.Hours = hours.Always(h.calendar.Zone())
		default:
			desk.Hours = h.calendar
		}
	}
}

// linkOwn reads a desk's own hours. What the desk does not mention is as the line has it, wherever that stands.
func (f *lineFile) linkOwn(id string, own yamlnode.Mapping, h hoursFile, sets knownSets) *hours.Calendar {
	if h.root.Node == nil {
		return nil // reported
	}
	both := yamlnode.Mapping{Value: own.Value, Values: maps.Clone(own.Values)}
	for _, key := range ruleKeys {
		group := key
		if key == "make_up" || key == "collective_leave" {
			group = "holidays" // they speak of the days of the sets
		}
		if key != "week" && !own.Get(key).Present() && !own.Get(group).Present() {
			both.Values[key] = h.root.Get(key)
		}
	}
	if !own.Get("week").Present() {
		return nil // reported
	}
	// A mistake in what is the line's has been reported there in the same words, and is not told twice.
	calendar, expiring, announcements := readCalendar(both, h.zone,
		ruleContext{line: f.line, desk: id, sets: sets})
	if !own.Get("holidays").Present() {
		expiring.sets = nil // the line's warning
	}
	expiring.dated = slices.DeleteFunc(expiring.dated, func(d dated) bool { return d.at.File != own.File })
	if own.Get("overrides").Present() {
		f.line.Announcements = append(f.line.Announcements, announcements...)
	}
	if calendar != nil {
		f.dependencies = append(f.dependencies, dependency{
			line: f.line.ID, desk: id, calendar: calendar, inherits: !own.Get("overrides").Present(),
			expiring: expiring,
		})
	}
	return calendar
}
