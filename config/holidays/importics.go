package holidays

import (
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// calendar reads an iCalendar file (RFC 5545).
func (im *importer) calendar(data []byte) {
	var all []calendarEvents
	for _, c := range im.components(data) {
		if im.tired() {
			return
		}
		all = append(all, im.events(c))
		if source := tidy(unescape(c.value("X-WR-CALNAME")) + " " + unescape(c.value("PRODID"))); source != "" &&
			im.sources == nil {
			im.sources = []string{"imported from " + tidy(im.file) + ": " + source}
		}
	}
	for _, c := range all {
		im.place(c)
	}
	im.placeEndless(all)
}

// calendarEvents are the events of one calendar that count.
type calendarEvents struct {
	events []*event
	utc    zone // the one in which times in UTC are read; nil: UTC
}

// events reads the events of a calendar and leaves out what was replaced or cancelled.
func (im *importer) events(c *component) calendarEvents {
	z := im.zones(c)
	z.utc = im.home(c, z)
	out := calendarEvents{utc: z.utc}
	if strings.EqualFold(c.value("METHOD"), "CANCEL") {
		im.refuse(c.line, "METHOD", "the calendar cancels its events; it holds no holidays")
		return out
	}
	var all []*event
	words := im.wording(c)
	for _, child := range c.children {
		if child.name != "VEVENT" || im.tired() {
			continue
		}
		name := tidy(unescape(child.value("SUMMARY")))
		v := im.judge(child, name, words)
		if v.kind == Ignore {
			im.leave(v.why, name)
			continue
		}
		e, err := z.readEvent(child)
		if err != nil {
			im.breaks(child, err)
			continue
		}
		e.verdict = v
		all = append(all, e)
	}
	out.events = z.current(all)
	return out
}

// breaks names an event that cannot be read, on the line that is wrong or else on its first.
func (im *importer) breaks(c *component, err error) {
	line := c.line
	if c.brokenLine > 0 {
		line = c.brokenLine
	}
	im.skip(line, "event "+strconv.Quote(problem.Short(tidy(unescape(c.value("SUMMARY"))))), "%v", err)
}

// home is the zone in which times in UTC are read: midnight to midnight has to be midnight somewhere.
func (im *importer) home(c *component, z *zones) zone {
	if im.options.Zone != nil {
		return named{im.options.Zone}
	}
	if location, ok := tzName(c.value("X-WR-TIMEZONE")); ok {
		return named{location}
	}
	if len(z.defined) == 1 {
		for id := range z.defined {
			if found, err := z.find(id); err == nil {
				return found
			}
		}
	}
	return nil
}

// current leaves out what is cancelled, older versions of an event, and single ones that others stand for.
func (z *zones) current(all []*event) []*event {
	masters := map[string]*event{} // the newest of each UID
	for _, e := range all {
		if have := masters[e.uid]; e.uid != "" && e.instead == nil && (have == nil || e.sequence > have.sequence) {
			masters[e.uid] = e
		}
	}
	instances, left := z.instances(all, masters)
	var out []*event
	cancelled, tentative := 0, 0
	for _, e := range all {
		master := masters[e.uid]
		switch {
		case left[e]:
			continue
		case e.instead == nil && master != nil && e.sequence < master.sequence:
			z.im.unused(olderVersion, e.line)
			continue
		case e.cancelled:
			cancelled++
			continue
		case e.tentative:
			tentative++
		}
		if e.uid != "" && e.instead == nil {
			e.replaced = instances[e.uid]
		}
		out = append(out, e)
	}
	if cancelled > 0 {
		z.im.note("%s cancelled and left out.", plural(cancelled, "event was", "events were"))
	}
	if tentative > 0 {
		z.im.note("%s marked tentative; check whether the dates have been confirmed.",
			plural(tentative, "event is", "events are"))
	}
	return out
}

const olderVersion = "an older version of an event"

// instances are the moments for which single events stand, by UID, and which of those events are left out.
func (z *zones) instances(all []*event, masters map[string]*event) (of map[string][]moment, left map[*event]bool) {
	of, left = map[string][]moment{}, map[*event]bool{}
	type instance struct {
		uid string
		at  time.Time
	}
	newest := map[instance]*event{}
	for _, e := range all {
		if e.uid == "" || e.instead == nil {
			continue
		}
		f := e.frame
		if master := masters[e.uid]; master != nil {
			f = master.frame
		}
		m, err := z.onFrame(e.insteadOf, *e.instead, f)
		if err != nil {
			z.im.skip(e.insteadOf.line, e.key(), "%v", err)
			left[e] = true
			continue
		}
		of[e.uid] = append(of[e.uid], m)
		key := instance{e.uid, m.reading(f)}
		have, older := newest[key], e
		if have == nil {
			newest[key] = e
			continue
		}
		if e.newer(have) {
			newest[key], older = e, have
		}
		left[older] = true
		if e.newer(have) || have.newer(e) || e.same(have) {
			z.im.unused(olderVersion, older.line)
			continue
		}
		left[have] = true
		z.im.skip(e.line, e.key(),
			"stands for the same one of several as the event of line %d, and neither says that it "+
				"is newer (SEQUENCE); remove one of the two", have.line)
	}
	return of, left
}

// place takes the days of the events that end by themselves.
func (im *importer) place(c calendarEvents) {
	end := time.Date(latestYear, 12, 31, 0, 0, 0, 0, time.UTC)
	if to := im.options.To; to != (hours.Date{}) {
		end = endOf(to)
	}
	for _, e := range c.events {
		if !e.endless() {
			im.placeEvent(e, c.utc, im.options.From, end)
		}
	}
}

// mostPlaced bounds the work of a file whose events lie on each other.
const mostPlaced = 200_000

// work reports whether so many days more may be looked at.
func (im *importer) work(e *event, days int) bool {
	if im.placed += days; im.placed > mostPlaced && !im.tired() {
		im.refuse(e.line, e.key(),
			"by here the events of the file are more than %d days together; this is not a calendar of holidays",
			mostPlaced)
	}
	return !im.tired()
}

// placeEvent takes the days of one event from a day on, and of what starts until an end.
func (im *importer) placeEvent(e *event, utc zone, from hours.Date, end time.Time) {
	key := e.key()
	if im.tired() {
		return
	}
	if !im.work(e, len(e.except)+len(e.replaced)) {
		return
	}
	var early time.Time // what begins before could still run
	if from != (hours.Date{}) {
		early = endOf(from).AddDate(0, 0, -longestEvent-2)
	}
	starts, err := im.starts(e, early, end)
	if err != nil {
		im.skip(e.line, key, "%v", err)
		return
	}
	var dates []hours.Date
	for _, start := range starts {
		first, last, err := e.span(start, utc, im.options.Touched)
		if err != nil {
			im.skip(e.line, key, "%v", err)
			return
		}
		if !im.work(e, last-first+1) {
			return
		}
		for n := first; n <= last; n++ {
			if date := dateOf(n); from.Compare(date) <= 0 {
				dates = append(dates, date)
			}
		}
	}
	im.take(e.line, e.name, e.verdict, dates)
}

// placeEndless takes the days of the rules without an end. They are followed through the years that something else is
// in; if nothing is, from the year of today, or the year in which they begin, to the year after today.
func (im *importer) placeEndless(all []calendarEvents) {
	from, to, n := im.options.From, im.options.To, 0
	first, last, begins := 0, 0, 0
	for d := range im.days {
		if last = max(last, d.Year); first == 0 || d.Year < first {
			first = d.Year
		}
	}
	for _, c := range all {
		for _, e := range c.events {
			if !e.endless() {
				continue
			}
			n++
			if year := e.frame.start.Year(); begins == 0 || year < begins {
				begins = year
			}
		}
	}
	if n == 0 || im.tired() {
		return
	}
	if to == (hours.Date{}) {
		if last == 0 {
			first = max(begins, im.options.Today.Year)
			last = max(first, im.options.Today.Year+1)
		}
		from = hours.Date{Year: first, Month: time.January, Day: 1}
		to = hours.Date{Year: last, Month: time.December, Day: 31}
		im.note("%s for ever; %d to %d are taken. Name others with --years.",
			plural(n, "event repeats", "events repeat"), first, last)
	}
	for _, c := range all {
		for _, e := range c.events {
			if e.endless() {
				im.placeEvent(e, c.utc, from, endOf(to))
			}
		}
	}
}

func endOf(d hours.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 23, 59, 59, 0, time.UTC) }

func plural(n int, forms ...string) string {
	one, many := forms[0], forms[0]+"s"
	if len(forms) > 1 {
		many = forms[1]
	}
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}
