package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// Bounds of what one file may hold. They keep a damaged file from costing much; no real one comes near.
const (
	mostSpans    = 48
	mostSpecials = 1000
	mostNotices  = 200
	longestText  = 3000 // characters that the provider speaks in one go
)

// weekdays are the keys of a week, in the order of [time.Weekday].
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// hoursFile is what a supervisor edits for one line.
type hoursFile struct {
	id       value // the line's name as it is written
	calendar *hours.Calendar
	notices  []ivr.Notice
}

// readHours reads one file of config/hours. The line is the one of the same name; nil when there is none, and then
// notices are not compared with it.
func readHours(at value, line *ivr.Line) hoursFile {
	var f hoursFile
	root, ok := at.mapping("line", "zone", "week", "special", "notices")
	if !ok {
		return f
	}
	f.id = root.need("line", "write the line's name, for example line: gopay")
	f.id.id("gopay")
	zone := readZone(root)
	f.calendar = readCalendar(root, zone)
	for _, item := range root.get("notices").list(mostNotices, "- {from: …, until: …, text: …}") {
		if notice, ok := readNotice(item, zone, line); ok {
			f.notices = append(f.notices, notice)
		}
	}
	return f
}

// readZone is nil after a mistake. There is no default: the hours of a desk in the server's zone are a trap.
func readZone(root mapping) *time.Location {
	v := root.need("zone", "name the zone of the clock on the desk's wall, for example zone: Asia/Jakarta")
	name, ok := v.text("Asia/Jakarta")
	if !ok {
		return nil
	}
	if strings.EqualFold(name, "local") {
		v.fail("%q would be the zone of whatever computer this runs on; name one, for example Asia/Jakarta", name)
		return nil
	}
	if strings.HasPrefix(name, "Etc/") && name != "Etc/UTC" {
		v.fail("%q counts backwards and knows no place (Etc/GMT+7 is seven hours behind); name a city, for example Asia/Jakarta", name)
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		v.fail("%q is not a known zone; use an IANA name such as Asia/Jakarta, with its capital letters", short(name))
		return nil
	}
	return zone
}

// rules gathers what goes into a calendar, and where each rule stands by the name that package hours gives it.
type rules struct {
	week    hours.Week
	cite    [7]string
	special []hours.Special
	places  map[string]value
}

// readCalendar is nil after a mistake.
func readCalendar(root mapping, zone *time.Location) *hours.Calendar {
	r := rules{places: map[string]value{}}
	r.readWeek(root.need("week", "list the hours of each weekday, for example mon: [\"09:00-17:00\"]"))
	for _, item := range root.get("special").list(mostSpecials, "- {date: 2026-12-25, closed: true, name: Natal}") {
		r.readSpecial(item)
	}
	checkZone := zone
	if checkZone == nil {
		checkZone = time.UTC // reported already; the rest can still be checked
	}
	calendar, err := hours.New(checkZone, r.week, r.special)
	if err != nil {
		r.report(root.value, err)
		return nil
	}
	if zone == nil {
		return nil
	}
	return calendar.Cite(r.cite)
}

// report puts each mistake of a calendar on the line of the rule that it names.
func (r *rules) report(root value, err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		joined = oneError{err}
	}
	for _, e := range joined.Unwrap() {
		mistake := (*hours.Mistake)(nil)
		if !errors.As(e, &mistake) {
			root.fail("%v", e)
			continue
		}
		place, ok := r.places[mistake.Path]
		if !ok {
			place = root
			place.key = mistake.Path
		}
		place.fail("%s", mistake.Message)
	}
}

type oneError struct{ error }

func (e oneError) Unwrap() []error { return []error{e.error} }

func (r *rules) readWeek(v value) {
	week, ok := v.mapping(weekdays...)
	if !ok {
		return
	}
	for d, name := range weekdays {
		day := week.get(name)
		r.cite[d] = day.source()
		r.week[d] = r.readSpans(day, "week."+name)
	}
}

// readSpans reads the well-formed spans of a day and remembers them under the path that hours will use.
func (r *rules) readSpans(v value, path string) (spans []hours.Span) {
	for _, item := range v.list(mostSpans, "[\"09:00-12:00\", \"13:00-17:00\"], or [] for closed") {
		text, ok := item.plain("\"09:00-12:00\"")
		if !ok {
			continue
		}
		span, err := hours.ParseSpan(text)
		if err != nil {
			item.fail("%v", err)
			continue
		}
		r.places[fmt.Sprintf("%s[%d]", path, len(spans))] = item
		spans = append(spans, span)
	}
	return spans
}

// readSpecial adds a special day if nothing is wrong with it.
func (r *rules) readSpecial(item value) {
	m, ok := item.mapping("date", "from", "to", "closed", "open", "as", "name")
	if !ok {
		return
	}
	before := len(*item.problems)
	s := hours.Special{Source: item.source()}
	path := fmt.Sprintf("special[%d]", len(r.special))
	s.From, s.To = readDays(m)
	s.Name, _ = m.need("name", "say what the day is called, for example name: Natal").text("Natal")
	s.Closed = m.get("closed").truth()
	if as, ok := m.get("as").oneOf(weekdays...); ok {
		for d, name := range weekdays {
			if name == as {
				weekday := time.Weekday(d)
				s.As = &weekday
			}
		}
	}
	s.Open = r.readSpans(m.get("open"), path+".open")
	if len(*item.problems) == before {
		checkOneWay(m, s)
	}
	if len(*item.problems) > before {
		return
	}
	r.places[path] = item
	r.special = append(r.special, s)
}

// checkOneWay reports a special day that says nothing about its hours, or two things.
func checkOneWay(m mapping, s hours.Special) {
	var said []string
	if s.Closed {
		said = append(said, "closed")
	}
	if m.get("open").present() {
		said = append(said, "open")
	}
	if s.As != nil {
		said = append(said, "as")
	}
	switch {
	case len(said) == 0:
		m.fail("does not say what happens on the day; add closed: true, open: [\"09:00-12:00\"] or as: mon")
	case len(said) > 1:
		m.fail("says %s at once; keep one of them", strings.Join(said, " and "))
	case said[0] == "open" && len(s.Open) == 0:
		m.get("open").fail("lists no hours; write closed: true instead")
	}
}

// readDays reads date, or from and to.
func readDays(m mapping) (from, to hours.Date) {
	date, first, last := m.get("date"), m.get("from"), m.get("to")
	switch {
	case date.present() && (first.present() || last.present()):
		m.fail("has date as well as from or to; write date for one day, from and to for several")
	case date.present():
		from, _ = m.need("date", "write for example 2026-12-25").date()
	case first.present() || last.present():
		from, _ = m.need("from", "write the first day").date()
		to, _ = m.need("to", "write the last day").date()
	default:
		m.fail("has no day; write date: 2026-12-25, or from and to for several days")
	}
	return from, to
}

// readNotice reads one announcement.
func readNotice(item value, zone *time.Location, line *ivr.Line) (ivr.Notice, bool) {
	m, ok := item.mapping("from", "until", "topics", "text")
	if !ok {
		return ivr.Notice{}, false
	}
	var n ivr.Notice
	before := len(*item.problems)
	n.From, _ = m.need("from", "write when it begins, for example 2026-12-31 22:00").instant(zone)
	until := m.need("until", "write when it ends, for example 2027-01-01 02:00; a notice without an end is forgotten")
	n.Until, _ = until.instant(zone)
	if !n.From.IsZero() && !n.Until.IsZero() && !n.From.Before(n.Until) {
		until.fail("the notice ends before it begins, or at that moment; exchange from and until, or correct one of them")
	}
	for _, topic := range m.get("topics").list(100, "[payment-failed]") {
		if id, ok := topic.id("payment-failed"); ok {
			n.Topics = append(n.Topics, id)
			checkTopic(topic, id, line)
		}
	}
	n.Text = readNoticeText(m.need("text", "write the announcement in each language of the line"), line)
	return n, len(*item.problems) == before
}

func checkTopic(v value, id string, line *ivr.Line) {
	if line == nil {
		return
	}
	var ids []string
	for _, t := range line.Topics {
		if t.ID == id {
			return
		}
		ids = append(ids, t.ID)
	}
	v.fail("line %s has no topic %q; %s", line.ID, id, hint(id, ids))
}

// readNoticeText reads the announcement, which has to be there in every language of the line.
func readNoticeText(v value, line *ivr.Line) map[string]string {
	var tags []string
	if line != nil {
		for _, l := range line.Languages {
			tags = append(tags, l.Tag)
		}
	}
	m, ok := v.mapping(tags...)
	if !ok {
		return nil
	}
	texts := map[string]string{}
	for _, tag := range m.keys {
		if text, ok := m.values[tag].text("an announcement"); ok {
			texts[tag] = text
			checkSpeech(m.values[tag], text, nil)
		}
	}
	var missing []string
	for _, tag := range tags {
		if !m.get(tag).present() {
			missing = append(missing, tag)
		}
	}
	if len(missing) > 0 && !v.empty() {
		v.fail("lacks %s; write it in every language of the line", strings.Join(missing, ", "))
	}
	return texts
}
