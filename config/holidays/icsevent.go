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
	more      []occurrence // RDATE
	except    []moment     // EXDATE
	instead   *moment      // RECURRENCE-ID
	insteadOf property
	replaced  []moment // those for which other events stand
	changed   string   // when it was last changed, as it is written
}

// An occurrence is one time that an event takes place, as the clock of its frame reads.
type occurrence struct {
	start  time.Time
	length time.Duration
}

func (e *event) key() string { return "event " + strconv.Quote(problem.Short(e.name)) }

// newer reports whether an event is a later version of another one.
func (e *event) newer(other *event) bool {
	if e.sequence != other.sequence {
		return e.sequence > other.sequence
	}
	return e.changed > other.changed
}

// same reports whether two versions of an event say the same.
func (e *event) same(other *event) bool {
	return e.frame.start.Equal(other.frame.start) && e.length == other.length && e.name == other.name &&
		e.verdict == other.verdict && e.cancelled == other.cancelled
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
	if e.changed = c.value("LAST-MODIFIED"); e.changed == "" {
		e.changed = c.value("DTSTAMP")
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
		if _, ok := c.get("DURATION"); ok {
			z.im.unused("DURATION, because DTEND says the same", c.line)
		}
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
		if err := z.readRepeat(e, p); err != nil {
			c.brokenLine = p.line
			return err
		}
	}
	if e.instead != nil && len(e.rules)+len(e.more) > 0 {
		return errors.New("stands for one of several (RECURRENCE-ID) and repeats itself; it cannot do both")
	}
	return nil
}

func (z *zones) readRepeat(e *event, p property) error {
	switch p.name {
	case "RRULE":
		r, err := z.rule(p, e.frame)
		e.rules = append(e.rules, r)
		if r.hours && e.frame.date {
			z.im.unused("BYHOUR, BYMINUTE and BYSECOND, because the event is of whole days", p.line)
		}
		return err
	case "EXRULE":
		return errors.New("EXRULE is not supported; write the dates with EXDATE")
	case "EXDATE":
		all, err := z.moments(p)
		for i := range all {
			if err == nil {
				all[i], err = z.onFrame(p, all[i], e.frame)
			}
		}
		e.except = append(e.except, all...)
		return err
	case "RDATE":
		all, err := z.moments(p)
		if err != nil {
			return err
		}
		for _, m := range all {
			o, err := z.occurrence(e, p, m)
			if err != nil {
				return err
			}
			e.more = append(e.more, o)
		}
	case "RECURRENCE-ID":
		m, err := z.moment(p)
		if err == nil && p.params["RANGE"] != "" {
			err = errors.New("RECURRENCE-ID with RANGE is not supported")
		}
		e.instead, e.insteadOf = &m, p
		return err
	}
	return nil
}

// occurrence is what an RDATE names. A period has a length of its own.
func (z *zones) occurrence(e *event, p property, m moment) (occurrence, error) {
	if e.frame.date && (m.period != nil || m.length != 0) {
		return occurrence{}, errors.New("RDATE names periods, but the event is of whole days; write dates")
	}
	on, err := z.onFrame(p, m, e.frame)
	if err != nil {
		return occurrence{}, err
	}
	o := occurrence{on.reading(e.frame), e.length}
	if m.length != 0 {
		o.length = m.length
	}
	if m.period != nil {
		o.length = m.period.reading(e.frame).Sub(o.start)
	}
	if o.length < 0 || o.length > longestEvent*24*time.Hour {
		return o, fmt.Errorf("RDATE names a period that ends before it begins, or lasts more than %d days",
			longestEvent)
	}
	return o, nil
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
func (im *importer) starts(e *event, from, end time.Time) ([]occurrence, error) {
	all := append([]occurrence{{e.frame.start, e.length}}, e.more...)
	for _, r := range e.rules {
		more, err := im.expand(r, e.frame.start, from, end)
		if err != nil {
			return nil, err
		}
		for _, start := range more[1:] {
			all = append(all, occurrence{start, e.length})
		}
	}
	exact, whole := map[time.Time]bool{}, map[time.Time]bool{}
	for _, m := range slices.Concat(e.except, e.replaced) {
		at := m.reading(e.frame)
		exact[at] = true
		if m.date || e.frame.date {
			whole[midnight(at)] = true
		}
	}
	var out []occurrence
	seen := map[occurrence]bool{}
	for _, o := range all {
		if !exact[o.start] && !whole[midnight(o.start)] && !seen[o] {
			out = append(out, o)
			seen[o] = true
		}
	}
	return out, nil
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// span is the first and the last day of one occurrence, counted from 1970-01-01. Midnight to midnight is a day, as is
// midnight to 23:59, which programs write that do not know 24:00.
func (e *event) span(o occurrence, utc zone, touched bool) (first, last int, err error) {
	start, end := o.start, o.start.Add(o.length)
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
