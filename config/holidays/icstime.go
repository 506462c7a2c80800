package holidays

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// A frame is how the readings of one event are meant: those of its start.
type frame struct {
	date, utc bool
	zone      zone // nil: of no zone in particular
	id        string
	start     time.Time
}

// part is a part of the start's time of day.
func (f frame) part(key string) int {
	switch key {
	case "BYHOUR":
		return f.start.Hour()
	case "BYMINUTE":
		return f.start.Minute()
	}
	return f.start.Second()
}

// A moment is a DATE or a DATE-TIME as it is written.
type moment struct {
	at        time.Time // as a clock reads it; in UTC when utc is set
	date, utc bool
	zone      zone // nil: of no zone in particular
	id        string
	// period is the end of a PERIOD, or nil; length its length, if it is written so.
	period *moment
	length time.Duration
}

// reading is the moment as a clock of the frame shows it.
func (m moment) reading(f frame) time.Time {
	floating := !m.utc && m.zone == nil || !f.utc && f.zone == nil
	if m.date || f.date || floating || m.utc == f.utc && m.id == f.id {
		return m.at
	}
	t := m.at
	if !m.utc {
		t = m.zone.instant(t)
	}
	if f.utc {
		return t
	}
	return f.zone.wall(t)
}

// Calendars of other centuries are mistakes, but birthdays without a year begin in 1604.
const earliestYear, latestYear = 1600, 2200

// parseMoment reads a value. Its type may be empty; then the form tells.
func parseMoment(value, kind string, z zone, id string) (moment, error) {
	value = strings.TrimSpace(value)
	layout := "20060102T150405"
	m := moment{zone: z, id: id}
	switch {
	case kind == "DATE" || kind == "" && len(value) == len("20060102"):
		layout, m.date, m.zone, m.id = "20060102", true, nil, ""
	case kind != "" && kind != "DATE-TIME":
		return moment{}, fmt.Errorf("a value of type %s is not supported", problem.Short(kind))
	case strings.HasSuffix(value, "Z"):
		layout, m.utc, m.zone, m.id = layout+"Z", true, nil, ""
	}
	t, err := time.Parse(layout, value)
	if err != nil {
		return moment{}, fmt.Errorf("%q is neither a date such as 20261231 nor a time such as 20261231T090000",
			problem.Short(value))
	}
	if t.Year() < earliestYear || t.Year() > latestYear {
		return moment{}, fmt.Errorf("%q is too far away; the years %d to %d are supported", problem.Short(value),
			earliestYear, latestYear)
	}
	m.at = t
	return m, nil
}

// onFrame is a moment for an event of whole days: the date that it is where the calendar is at home. A time in UTC is
// not cut to the date that UTC has.
func (z *zones) onFrame(p property, m moment, f frame) (moment, error) {
	if !f.date || m.date {
		return m, nil
	}
	value := m.at.Format("20060102T150405")
	date := m.at
	if m.utc {
		value += "Z"
		midnightUTC := m.at.Equal(midnight(m.at))
		if z.utc != nil {
			date = z.utc.wall(m.at)
		} else if !midnightUTC {
			return m,
				fmt.Errorf("%s: %s is a time in UTC, and the event is of whole days; name the zone of its days with "+
					"--zone, or write a date", p.name, value)
		}
		if midnightUTC && !midnight(date).Equal(m.at) {
			return m,
				fmt.Errorf("%s: %s is midnight in UTC, but %s where the calendar is at home; the event is of whole "+
					"days, so write a date", p.name, value, date.Format("2006-01-02 15:04"))
		}
	}
	z.im.unused("the time of day of a value, because the event is of whole days", p.line)
	return moment{at: midnight(date), date: true}, nil
}

// moments reads a property of one or more values.
func (z *zones) moments(p property) ([]moment, error) {
	var found zone
	id := p.params["TZID"]
	if id != "" && strings.Contains(p.value, "T") {
		var err error
		if found, err = z.find(id); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	kind := strings.ToUpper(p.params["VALUE"])
	var out []moment
	for value := range strings.SplitSeq(p.value, ",") {
		read := parseMoment
		if kind == "PERIOD" && p.name == "RDATE" {
			read = parsePeriod
		}
		m, err := read(value, kind, found, id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		if len(out) == mostRepeats {
			return nil, fmt.Errorf("%s has more than %d values", p.name, mostRepeats)
		}
		out = append(out, m)
	}
	return out, nil
}

// parsePeriod reads START/END or START/DURATION.
func parsePeriod(value, _ string, z zone, id string) (moment, error) {
	start, rest, ok := strings.Cut(strings.TrimSpace(value), "/")
	if !ok {
		return moment{}, fmt.Errorf("%q is no period such as 20261231T000000/P1D", problem.Short(value))
	}
	m, err := parseMoment(start, "DATE-TIME", z, id)
	if err != nil {
		return m, err
	}
	if strings.HasPrefix(strings.TrimLeft(strings.ToUpper(rest), "+"), "P") {
		m.length, err = parseDuration(rest)
		return m, err
	}
	end, err := parseMoment(rest, "DATE-TIME", z, id)
	m.period = &end
	return m, err
}

// moment reads a property of one value.
func (z *zones) moment(p property) (moment, error) {
	all, err := z.moments(p)
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("%s has %d values instead of one", p.name, len(all))
	}
	if err != nil {
		return moment{}, err
	}
	return all[0], nil
}

var durationForm = regexp.MustCompile(
	`^\+?P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?)$`)

// parseDuration reads a DURATION. One that is negative is no length of a holiday.
func parseDuration(text string) (time.Duration, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	m := durationForm.FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(text, "P") || strings.HasSuffix(text, "T") {
		return 0, fmt.Errorf("DURATION: %q is no length of time such as P1D", problem.Short(text))
	}
	var d time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(m[i+1])
		d += time.Duration(n) * unit
	}
	return d, nil
}

// dateOf and numberOf count days from 1970-01-01.
func dateOf(number int) hours.Date {
	return hours.DateOf(time.Date(1970, 1, 1+number, 0, 0, 0, 0, time.UTC))
}

func numberOf(d hours.Date) int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}
