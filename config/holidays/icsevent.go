package holidays

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
)

// longestEvent bounds one event, in days.
const longestEvent = 400

// An event is a VEVENT that could be read.
type event struct {
	line      int
	uid, name string
	verdict   verdict
	sequence  int
	cancelled bool
	tentative bool
	frame     frame
	length    time.Duration // from the start to the end, as the clock of the frame reads
	rules     []rule
	more      []time.Time // RDATE
	except    []moment    // EXDATE
	instead   *moment     // RECURRENCE-ID
	replaced  []moment    // those for which other events stand
}

// readEvent reads a VEVENT.
func (z *zones) readEvent(c *component) (*event, error) {
	if c.broken != "" {
		return nil, errors.New(c.broken)
	}
	e := &event{line: c.line, uid: c.value("UID"), name: tidy(unescape(c.value("SUMMARY")))}
	if e.name == "" {
		return nil, errors.New("has no name; add a line SUMMARY")
	}
	status := strings.ToUpper(c.value("STATUS"))
	e.cancelled, e.tentative = status == "CANCELLED", status == "TENTATIVE"
	if text := c.value("SEQUENCE"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("SEQUENCE is %q instead of a number", problem.Short(text))
		}
		e.sequence = n
	}
	if err := z.readTimes(e, c); err != nil {
		return nil, err
	}
	return e, z.readRepeats(e, c)
}

// readTimes reads when the event begins and how long it is.
func (z *zones) readTimes(e *event, c *component) error {
	p, ok := c.get("DTSTART")
	if !ok {
		return errors.New("has no beginning; add a line DTSTART")
	}
	start, err := z.moment(p)
	if err != nil {
		return err
	}
	e.frame = frame{date: start.date, utc: start.utc, zone: start.zone, id: start.id, start: start.at}
	if p, ok := c.get("DTEND"); ok {
		end, err := z.moment(p)
		if err != nil {
			return err
		}
		if end.date != start.date {
			return errors.New("DTSTART and DTEND are not of one kind: one is a date, the other a time")
		}
		e.length = end.reading(e.frame).Sub(start.at)
	} else if text := c.value("DURATION"); text != "" {
		if e.length, err = parseDuration(text); err != nil {
			return err
		}
	}
	// Many programs write the same date as the end of a day.
	if start.date && e.length == 0 {
		e.length = 24 * time.Hour
	}
	switch {
	case e.length < 0:
		return errors.New("ends before it begins")
	case e.length > longestEvent*24*time.Hour:
		return fmt.Errorf("lasts %d days; at most %d are supported", e.length/(24*time.Hour), longestEvent)
	case start.date && e.length%(24*time.Hour) != 0:
		return errors.New("begins on a date but does not last whole days")
	}
	return nil
}

// readRepeats reads what makes several of one event.
func (z *zones) readRepeats(e *event, c *component) error {
	for _, p := range c.properties {
		switch p.name {
		case "RRULE":
			r, err := readRule(p.value, e.frame)
			if err != nil {
				return err
			}
			e.rules = append(e.rules, r)
		case "EXRULE":
			return errors.New("EXRULE is not supported; write the dates with EXDATE")
		case "RDATE", "EXDATE":
			all, err := z.moments(p)
			if err != nil {
				return err
			}
			if p.name == "EXDATE" {
				e.except = append(e.except, all...)
				continue
			}
			for _, m := range all {
				e.more = append(e.more, m.reading(e.frame))
			}
		case "RECURRENCE-ID":
			m, err := z.moment(p)
			if err != nil {
				return err
			}
			if p.params["RANGE"] != "" {
				return errors.New("RECURRENCE-ID with RANGE is not supported")
			}
			e.instead = &m
		}
	}
	if e.instead != nil && len(e.rules)+len(e.more) > 0 {
		return errors.New("stands for one of several (RECURRENCE-ID) and repeats itself; it cannot do both")
	}
	return nil
}

// endless reports whether the event repeats for ever.
func (e *event) endless() bool {
	for _, r := range e.rules {
		if r.endless() {
			return true
		}
	}
	return false
}

// starts lists when the event begins, as the clock of its frame reads, between two readings; without what is excepted.
func (im *importer) starts(e *event, from, end time.Time) ([]time.Time, error) {
	all := append([]time.Time{e.frame.start}, e.more...)
	for _, r := range e.rules {
		more, err := im.expand(r, e.frame.start, from, end)
		if err != nil {
			return nil, err
		}
		all = append(all, more[1:]...)
	}
	exact, whole := map[time.Time]bool{}, map[time.Time]bool{}
	for _, m := range slices.Concat(e.except, e.replaced) {
		at := m.reading(e.frame)
		exact[at] = true
		if m.date || e.frame.date {
			whole[midnight(at)] = true
		}
	}
	var out []time.Time
	for _, t := range all {
		if !exact[t] && !whole[midnight(t)] {
			out = append(out, t)
			exact[t] = true // once is enough
		}
	}
	return out, nil
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// span is the first and the last day of one occurrence, counted from 1970-01-01. Midnight to midnight is a day, as is
// midnight to 23:59, which programs write that do not know 24:00.
func (e *event) span(start time.Time, utc zone, touched bool) (first, last int, err error) {
	end := start.Add(e.length)
	if e.frame.utc && utc != nil {
		start, end = utc.wall(start), utc.wall(end)
	}
	if !e.frame.date && !touched {
		closing := end.Sub(midnight(end))
		whole := start.Equal(midnight(start)) && end.After(start) &&
			(closing == 0 || closing >= 23*time.Hour+59*time.Minute)
		if !whole {
			advice := "correct it, leave it out with --skip-broken, or count each day that it touches with --touched"
			if e.frame.utc {
				advice += "; or name the zone of its days with --zone"
			}
			return 0, 0, fmt.Errorf("is not of whole days: %s to %s; %s", start.Format("2006-01-02 15:04"),
				end.Format("2006-01-02 15:04"), advice)
		}
	}
	if end.After(start) {
		end = end.Add(-time.Second)
	}
	const day = 24 * 60 * 60
	return int(midnight(start).Unix() / day), int(midnight(end).Unix() / day), nil
}
