package callbacks

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/hours"
	"github.com/nyaruka/phonenumbers"
)

// leastCallingHours is how much of the window has to be left when a number may belong to several zones, so that it is
// kept in all of them.
const leastCallingHours = 4 * time.Hour

// callingHoursOf is when a number may be rung: [Policy.CallingHours] on the clock of each zone to which it may belong.
// When the number tells no zone, that is fallback's. It is nil for "at any time".
func (p Policy) callingHoursOf(number string, fallback *time.Location) *hours.Calendar {
	if p.CallingHours == (hours.Span{}) {
		return nil
	}
	return everyDay(p.CallingHours, p.CallingZones(number, fallback))
}

// CallingZones are the zones on whose clocks [Policy.CallingHours] counts for a number, E.164: those to which it may
// belong, or the fallback where nobody can tell.
func (p Policy) CallingZones(number string, fallback *time.Location) []*time.Location {
	zones := zonesOf(number)
	if len(zones) == 0 && fallback != nil {
		zones = []*time.Location{fallback}
	}
	if len(zones) == 0 {
		zones = []*time.Location{time.UTC}
	}
	return together(zones, p.CallingHours)
}

// within intersects when the desk is there with when the number may be rung. Nil is always.
func (p Policy) within(desk *hours.Calendar, number string) *hours.Calendar {
	var zone *time.Location
	if desk != nil {
		zone = desk.Zone()
	}
	calling := p.callingHoursOf(number, zone)
	switch {
	case calling == nil:
		return desk
	case desk == nil:
		return calling
	}
	return hours.Intersect(desk, calling)
}

// zonesOf are the zones of a number, E.164, by its country and area; none when nobody can tell, as for satellites.
// The number of a mobile telephone tells where it was registered, and nothing better is known.
func zonesOf(number string) (zones []*time.Location) {
	if !isE164(number) {
		return nil
	}
	names, err := phonenumbers.GetTimezonesForPrefix(number)
	if err != nil {
		return nil
	}
	for _, name := range names {
		if zone := location(name); zone != nil { // "Etc/Unknown" is none
			zones = append(zones, zone)
		}
	}
	return zones
}

// Zones are the names of those in which there are telephones, sorted.
func Zones() (names []string) {
	for code := range phonenumbers.GetSupportedCallingCodes() {
		zones, err := phonenumbers.GetTimezonesForPrefix(strconv.Itoa(code))
		if err != nil {
			continue
		}
		names = append(names, zones...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// together leaves out zones that add nothing. When the zones are so far apart that less than four hours would be left
// in all of them, as for a toll-free number of half a continent, the one in the middle decides.
func together(zones []*time.Location, window hours.Span) []*time.Location {
	type clock struct {
		zone            *time.Location
		january, middle int // seconds ahead of UTC
	}
	var clocks []clock
	for _, zone := range zones {
		c := clock{zone, ahead(zone, time.January), ahead(zone, time.July)}
		if !slices.ContainsFunc(clocks, func(o clock) bool { return o.january == c.january && o.middle == c.middle }) {
			clocks = append(clocks, c)
		}
	}
	slices.SortStableFunc(clocks, func(a, b clock) int {
		return cmp.Or(cmp.Compare(a.january, b.january), cmp.Compare(a.middle, b.middle))
	})
	difference := time.Duration(clocks[len(clocks)-1].january-clocks[0].january) * time.Second
	if time.Duration(window.To-window.From)*time.Minute-difference < leastCallingHours && len(clocks) > 1 {
		return []*time.Location{clocks[len(clocks)/2].zone}
	}
	out := make([]*time.Location, len(clocks))
	for i, c := range clocks {
		out[i] = c.zone
	}
	return out
}

// ahead is how far a zone's clock is ahead of UTC. Which year is asked hardly matters: zones are only put in order.
func ahead(zone *time.Location, month time.Month) int {
	_, offset := time.Date(2026, month, 1, 0, 0, 0, 0, zone).Zone()
	return offset
}

// Zones and calendars are kept: a callback that is due asks for them again and again. There are only so many zones, and
// as many windows as there are lines.
var (
	locations sync.Map // zone names to *time.Location
	everyDays sync.Map // windows and zones to *hours.Calendar
)

// location is nil for a name that is no zone.
func location(name string) *time.Location {
	if known, ok := locations.Load(name); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = nil
	}
	locations.Store(name, zone)
	return zone
}

// everyDay is open in the window every day, on the clocks of all the zones.
func everyDay(window hours.Span, zones []*time.Location) *hours.Calendar {
	names := []string{window.String()}
	for _, zone := range zones {
		names = append(names, zone.String())
	}
	key := strings.Join(names, " ")
	if known, ok := everyDays.Load(key); ok {
		return known.(*hours.Calendar)
	}
	var week hours.Week
	for day := range week {
		week[day] = []hours.Span{window}
	}
	var all *hours.Calendar
	for _, zone := range zones {
		calendar, err := hours.New(zone, week, nil)
		switch {
		case err != nil:
			return nil // a window that is none: config refuses it
		case all == nil:
			all = calendar
		default:
			all = hours.Intersect(all, calendar)
		}
	}
	everyDays.Store(key, all)
	return all
}

// ClockOf is the zone by whose clock the holder of a number, E.164, reads a time; nil where nobody can tell, or where
// it may be one of several whose clocks differ then.
func ClockOf(number string, at time.Time) *time.Location {
	zones := zonesOf(number)
	if len(zones) == 0 {
		return nil
	}
	_, first := at.In(zones[0]).Zone()
	for _, zone := range zones[1:] {
		if _, offset := at.In(zone).Zone(); offset != first {
			return nil
		}
	}
	return zones[0]
}
