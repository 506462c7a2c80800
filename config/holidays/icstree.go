package holidays

import (
	"strings"

	"github.com/hotline-ivr/hotline/config/problem"
)

const (
	deepest        = 8
	mostEvents     = 50_000
	mostProperties = 2_000 // of one component, of those that are kept
)

// kept are the properties that a calendar of holidays is read for.
var kept = map[string]bool{
	"DTSTART": true, "DTEND": true, "DURATION": true, "RRULE": true, "RDATE": true, "EXDATE": true, "EXRULE": true,
	"RECURRENCE-ID": true, "STATUS": true, "SUMMARY": true, "DESCRIPTION": true, "UID": true, "SEQUENCE": true,
	"LAST-MODIFIED": true, "DTSTAMP": true,
	appleMark: true, "METHOD": true, "PRODID": true, "X-WR-CALNAME": true, "X-WR-TIMEZONE": true,
	"TZID": true, "X-LIC-LOCATION": true, "TZOFFSETFROM": true, "TZOFFSETTO": true,
}

// A tree is built of components as their lines come.
type tree struct {
	im        *importer
	open      []*component
	calendars []*component
	events    int
}

// components reads the file's calendars. What is wrong with the file as a whole is refused, because then nobody knows
// what is missing; what is wrong with an event is remembered in it.
func (im *importer) components(data []byte) []*component {
	t := tree{im: im}
	last := 0
	unfold(data, func(line int, text []byte) bool {
		last = line
		if strings.TrimSpace(string(text)) != "" {
			t.line(line, text)
		}
		return !im.tired()
	})
	if len(t.open) > 0 && !im.tired() {
		im.refuse(last, "", "the file ends in the middle: %s of line %d has no END:%s; fetch it again", t.top().name,
			t.top().line, t.top().name)
	}
	return t.calendars
}

func (t *tree) top() *component { return t.open[len(t.open)-1] }

// event is the event that is being read, or nil.
func (t *tree) event() *component {
	if len(t.open) > 1 && t.open[1].name == "VEVENT" {
		return t.open[1]
	}
	return nil
}

func (t *tree) line(line int, text []byte) {
	p, err := contentLine(line, text)
	if len(t.open) == 0 {
		switch {
		case err == nil && p.name == "BEGIN" && strings.EqualFold(strings.TrimSpace(p.value), "VCALENDAR"):
			t.push("VCALENDAR", line)
		case len(t.calendars) == 0:
			t.im.refuse(line, "", "is no calendar: it begins with %q and not with BEGIN:VCALENDAR; correct that "+
				"line, or fetch the file again", problem.Short(string(text)))
		default:
			t.im.skip(line, "", "after the calendar comes %q", problem.Short(string(text)))
		}
		return
	}
	switch {
	case err != nil && t.event() != nil:
		t.event().breaks(line, "line "+problem.Short(string(text))+" "+err.Error())
	case err != nil && len(t.open) == 1:
		t.im.skip(line, "", "%q %v", problem.Short(string(text)), err)
	case err != nil: // in a component that holds no holidays
	case p.name == "BEGIN":
		t.begin(strings.ToUpper(strings.TrimSpace(p.value)), line)
	case p.name == "END":
		t.end(strings.ToUpper(strings.TrimSpace(p.value)), line)
	case kept[p.name]:
		if top := t.top(); len(top.properties) < mostProperties {
			top.properties = append(top.properties, p)
		} else {
			top.breaks(line, "has too many lines")
		}
	}
}

func (t *tree) push(name string, line int) {
	t.open = append(t.open, &component{name: name, line: line})
}

func (t *tree) begin(name string, line int) {
	event := t.event()
	switch {
	case name == "VCALENDAR":
		t.im.refuse(line, "", "a calendar begins within the one of line %d; END:VCALENDAR is missing", t.open[0].line)
		return
	case name == "VEVENT" && event != nil:
		event.breaks(line, "it has no END:VEVENT")
		t.close(1)
	}
	if len(t.open) == deepest {
		t.im.refuse(line, "", "components are nested more than %d deep", deepest)
		return
	}
	t.push(name, line)
	if name == "VEVENT" {
		if t.events++; t.events > mostEvents {
			t.im.refuse(line, "", "holds more than %d events", mostEvents)
		}
	}
}

func (t *tree) end(name string, line int) {
	for depth := len(t.open) - 1; depth >= 0; depth-- {
		if t.open[depth].name != name {
			continue
		}
		if event := t.event(); event != nil && depth < len(t.open)-1 {
			event.breaks(line, "END:"+problem.Short(name)+" comes before the end of what began on line "+
				number(t.top().line))
		}
		t.close(depth)
		return
	}
	if event := t.event(); event != nil {
		event.breaks(line, "END:"+problem.Short(name)+" ends what never began")
		return
	}
	t.im.skip(line, "", "END:%s ends what never began", problem.Short(name))
}

// close ends the open components down to a depth.
func (t *tree) close(depth int) {
	for len(t.open) > depth {
		c := t.top()
		t.open = t.open[:len(t.open)-1]
		switch {
		case len(t.open) == 0:
			t.calendars = append(t.calendars, c)
		case c.name == "VEVENT" || c.name == "VTIMEZONE" || c.name == "STANDARD" || c.name == "DAYLIGHT":
			t.top().children = append(t.top().children, c)
		}
	}
}
