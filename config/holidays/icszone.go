package holidays

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
)

// Readings of a wall clock are kept as instants in UTC that read the same.

// A zone turns readings of its clock into instants and back.
type zone interface {
	wall(instant time.Time) time.Time
	instant(wall time.Time) time.Time
}

// A named zone is one of the tz database.
type named struct{ *time.Location }

func (z named) wall(t time.Time) time.Time {
	t = t.In(z.Location)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func (z named) instant(w time.Time) time.Time {
	return time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, z.Location).UTC()
}

// A defined zone is one that the file defines itself in a VTIMEZONE.
type defined struct{ onsets []onset }

// An onset is an instant from which an offset from UTC applies.
type onset struct {
	at     time.Time
	offset time.Duration
}

func (z defined) wall(t time.Time) time.Time { return t.Add(z.offset(t)) }

func (z defined) instant(w time.Time) time.Time {
	t := w.Add(-z.offset(w))
	return w.Add(-z.offset(t))
}

func (z defined) offset(t time.Time) time.Duration {
	i, found := slices.BinarySearchFunc(z.onsets, t, func(o onset, t time.Time) int { return o.at.Compare(t) })
	switch {
	case found:
		return z.onsets[i].offset
	case i == 0:
		return z.onsets[0].offset
	}
	return z.onsets[i-1].offset
}

const mostZones = 200

// zones are those of one calendar, by TZID.
type zones struct {
	im      *importer
	utc     zone // the one in which times in UTC are read; nil: UTC
	known   map[string]zone
	defined map[string]*component
}

func (im *importer) zones(calendar *component) *zones {
	z := &zones{im: im, known: map[string]zone{}, defined: map[string]*component{}}
	for _, c := range calendar.children {
		if c.name == "VTIMEZONE" {
			z.defined[c.value("TZID")] = c
		}
	}
	if len(z.defined) > mostZones {
		im.refuse(calendar.line, "VTIMEZONE", "%d zones are defined; at most %d are supported", len(z.defined),
			mostZones)
	}
	return z
}

// find is the zone of a TZID: that of the tz database if the name is one, so that the file's own rules, often cut
// short, do not matter; otherwise what the file defines.
func (z *zones) find(id string) (zone, error) {
	if found, ok := z.known[id]; ok {
		return found, nil
	}
	found, err := z.look(id)
	if err == nil && len(z.known) < 1000 {
		z.known[id] = found
	}
	return found, err
}

func (z *zones) look(id string) (zone, error) {
	if location, ok := tzName(id); ok {
		return named{location}, nil
	}
	c := z.defined[id]
	if c == nil {
		return nil,
			fmt.Errorf("zone %q is neither known nor defined in the file; correct it to one such as Asia/Jakarta",
				problem.Short(id))
	}
	if location, ok := tzName(c.value("X-LIC-LOCATION")); ok {
		return named{location}, nil
	}
	found, err := z.define(c)
	if err != nil {
		return nil, fmt.Errorf("zone %q is defined on line %d in a way that cannot be used: %w", problem.Short(id),
			c.line, err)
	}
	return found, nil
}

//go:embed windowszones.txt
var windowsZones string

// windowsNames are the zones of the tz database by what Windows calls them.
var windowsNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for line := range strings.Lines(windowsZones) {
		if name, zone, ok := strings.Cut(strings.TrimSpace(line), " = "); ok {
			names[name] = zone
		}
	}
	return names
})

// tzName is a zone of the tz database, also by its name in Windows, or behind a prefix such as
// /example.org/20070101_1/Europe/Berlin.
func tzName(id string) (*time.Location, bool) {
	if id == "" || len(id) > 200 || strings.EqualFold(id, "Local") {
		return nil, false
	}
	if name, ok := windowsNames()[id]; ok {
		id = name
	}
	for {
		if id != "" && !strings.HasPrefix(id, "/") {
			if location, err := time.LoadLocation(id); err == nil {
				return location, true
			}
		}
		slash := strings.IndexByte(id, '/')
		// What is behind the last slash alone would be too little: some of it are names of other zones.
		if slash < 0 || slash > 0 && strings.Count(id, "/") < 2 {
			return nil, false
		}
		id = id[slash+1:]
	}
}

// define computes the onsets of a VTIMEZONE.
func (z *zones) define(c *component) (zone, error) {
	var out defined
	for _, part := range c.children {
		from, err1 := utcOffset(part.value("TZOFFSETFROM"))
		to, err2 := utcOffset(part.value("TZOFFSETTO"))
		start, err3 := time.Parse("20060102T150405", part.value("DTSTART"))
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, err
		}
		walls := []time.Time{start}
		if p, ok := part.get("RRULE"); ok && p.value != "" {
			r, err := z.rule(p, frame{zone: named{time.UTC}})
			if err != nil {
				return nil, err
			}
			if !strings.Contains(strings.ToUpper(p.value), "FREQ=YEARLY") {
				return nil, errors.New("its clock does not change yearly")
			}
			walls, err = z.im.expand(r, start, start, time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))
			if err != nil {
				return nil, err
			}
		}
		for _, p := range part.properties {
			if p.name != "RDATE" {
				continue
			}
			for text := range strings.SplitSeq(p.value, ",") {
				wall, err := time.Parse("20060102T150405", text)
				if err != nil {
					return nil, err
				}
				walls = append(walls, wall)
			}
		}
		for _, wall := range walls {
			out.onsets = append(out.onsets, onset{at: wall.Add(-from), offset: to})
		}
	}
	if len(out.onsets) == 0 {
		return nil, errors.New("it has neither STANDARD nor DAYLIGHT")
	}
	slices.SortStableFunc(out.onsets, func(a, b onset) int { return a.at.Compare(b.at) })
	return out, nil
}

var offsetForm = regexp.MustCompile(`^([+-])(\d\d)(\d\d)(\d\d)?$`)

func utcOffset(text string) (time.Duration, error) {
	m := offsetForm.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%q is no offset from UTC, such as +0800", problem.Short(text))
	}
	part := func(i int, unit time.Duration) time.Duration {
		n, _ := strconv.Atoi(m[i])
		return time.Duration(n) * unit
	}
	d := part(2, time.Hour) + part(3, time.Minute) + part(4, time.Second)
	if m[1] == "-" {
		d = -d
	}
	return d, nil
}

func number(n int) string { return strconv.Itoa(n) }
