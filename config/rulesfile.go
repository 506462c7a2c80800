package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// ruleContext is what rules are compared with.
type ruleContext struct {
	// line is nil when there is none; then spoken texts may be in any language.
	line *ivr.Line
	// desk is whose rules they are; empty: the line's.
	desk string
	sets knownSets
}

// rules gathers what goes into a calendar, and where each rule stands by the name that package hours gives it.
type rules struct {
	hours.Rules
	around        ruleContext
	places        map[string]yamlnode.Value
	expiring      expiring
	announcements []ivr.Announcement
}

// readCalendar has a nil calendar after a mistake. The announcements are what the overrides have to say.
func readCalendar(
	root yamlnode.Mapping, zone *time.Location, around ruleContext,
) (*hours.Calendar, expiring, []ivr.Announcement) {
	r := rules{around: around, places: map[string]yamlnode.Value{}}
	r.Zone = zone
	r.readWeek(root.Need("week", "list the hours of each weekday, for example mon: [\"09:00-17:00\"]"))
	r.readHolidays(root)
	for _, item := range root.Get("special").List("- {date: 2026-12-25, closed: true, name: Natal}") {
		r.readSpecial(item)
	}
	for _, item := range root.Get("overrides").List("- {from: …, until: …, closed: true, reason: …}") {
		r.readOverride(item)
	}
	if zone == nil {
		r.Zone = time.UTC // reported already; the rest can still be checked
	}
	calendar, err := hours.Build(r.Rules)
	if err != nil {
		r.report(root.Value, err)
		return nil, r.expiring, r.announcements
	}
	if zone == nil {
		return nil, r.expiring, r.announcements
	}
	return calendar, r.expiring, r.announcements
}

// report puts each mistake of a calendar on the line of the rule that it names.
func (r *rules) report(root yamlnode.Value, err error) {
	for _, each := range err.(interface{ Unwrap() []error }).Unwrap() { // as [hours.Build] says
		mistake := each.(*hours.Mistake)
		r.place(root, mistake.Path).Fail("%s", mistake.Message)
	}
}

// place is where the rule of a path stands, or the nearest rule around it.
func (r *rules) place(root yamlnode.Value, path string) yamlnode.Value {
	for around := path; around != ""; {
		if at, ok := r.places[around]; ok {
			if around != path && strings.HasPrefix(path, around+".") {
				at.Key += strings.TrimPrefix(path, around)
			}
			return at
		}
		around = around[:max(strings.LastIndexByte(around, '.'), strings.LastIndexByte(around, '['), 0)]
	}
	root.Key = path
	return root
}

func (r *rules) readWeek(v yamlnode.Value) {
	week, ok := v.Mapping()
	if !ok {
		return
	}
	for d, name := range schema.Weekdays {
		day := week.Get(name)
		if day.Present() && day.Empty() {
			day.Fail("is empty; write [] if nobody is there on %s, or the hours, for example [\"09:00-17:00\"]",
				time.Weekday(d))
			day.Node = nil
		}
		r.WeekSource[d] = day.Source()
		r.Week[d] = r.readSpans(day, "week."+name, time.Weekday(d))
	}
	if v.Key != "peak" {
		doubtWeek(week, r.Week)
	}
}

// readSpans reads the well-formed spans of a day and remembers them under the path that hours will use.
func (r *rules) readSpans(v yamlnode.Value, path string, day time.Weekday) (spans []hours.Span) {
	for _, item := range v.List("[\"09:00-12:00\", \"13:00-17:00\"], or [] for closed") {
		span, ok := yamlnode.Form(item, "\"09:00-12:00\"", hours.ParseSpan)
		if !ok {
			continue
		}
		doubtSpan(item, span, day)
		r.places[fmt.Sprintf("%s[%d]", path, len(spans))] = item
		spans = append(spans, span)
	}
	return spans
}

// readWeekday is nil after a mistake, and for an absent value.
func readWeekday(v yamlnode.Value) (*time.Weekday, string) {
	word, ok := v.OneOf()
	if d := slices.Index(schema.Weekdays, word); ok && d >= 0 {
		weekday := time.Weekday(d)
		return &weekday, word
	}
	return nil, word
}

// readHolidays reads which sets apply and what happens on their days.
func (r *rules) readHolidays(root yamlnode.Mapping) {
	var makeUp, collective bool
	list, seen := root.Get("holidays"), map[string]bool{}
	known := !list.Present() || list.Node.Kind == yaml.SequenceNode
	for _, item := range list.List("[id]") {
		name, ok := item.Text("id")
		if !ok {
			known = false
			continue
		}
		set, found := r.around.sets[name]
		switch {
		case !found:
			known = false
			item.Fail("there is no set of "+
				"holidays %q; %s", problem.Short(name), problem.Hint(name, r.around.sets.names()))
			continue
		case seen[name]:
			item.Fail("the set %s is listed twice; remove one", name)
			continue
		}
		seen[name] = true
		makeUp, collective = makeUp || set.Has(holidays.MakeUp), collective || set.Has(holidays.Collective)
		r.places[fmt.Sprintf("holidays[%d]", len(r.Holidays))] = item
		r.Holidays = append(r.Holidays, set.shared)
		r.expiring.sets = append(r.expiring.sets, item)
	}
	r.MakeUp, _ = readWeekday(root.Get("make_up"))
	if v := root.Get("make_up"); !v.Present() {
		own := hours.OwnDay // a line that is open on Sundays anyway is not closed by a Sunday on which others work
		r.MakeUp = &own
	}
	if v := root.Get("make_up"); v.Present() && known && !makeUp {
		v.Fail("says what happens on make-up working days, but none of the line's sets of holidays has any; add the " +
			"set to holidays, or remove make_up")
	}
	leave, _ := root.Get("collective_leave").OneOf()
	r.Collective = leave != "work"
	if v := root.Get("collective_leave"); v.Present() && known && !collective {
		v.Fail("says what happens on collective leave, but none of the line's sets of holidays has any; add the set " +
			"to holidays, or remove collective_leave")
	}
}

// readSpecial adds a special day if nothing is wrong with it.
func (r *rules) readSpecial(item yamlnode.Value) {
	m, ok := item.Mapping()
	if !ok {
		return
	}
	before := len(*item.Problems)
	s := hours.Special{Source: item.Source()}
	path := fmt.Sprintf("special[%d]", len(r.Special))
	readDays(m, &s)
	s.Name, _ = m.Need("name", "say what the day is called, for example name: Natal").Text("Natal")
	s.Closed = m.Get("closed").Truth()
	s.As, _ = readWeekday(m.Get("as"))
	s.Open = r.readSpans(m.Get("open"), path+".open", specialDay)
	if len(*item.Problems) == before {
		checkOneWay(m, s)
	}
	if len(*item.Problems) > before {
		return
	}
	r.places[path] = item
	r.Special = append(r.Special, s)
	if s.From != (hours.Date{}) {
		r.expiring.dated = append(r.expiring.dated, datedSpecial(item, s))
	}
}

// checkOneWay reports a special day that says nothing about its hours, or two things.
func checkOneWay(m yamlnode.Mapping, s hours.Special) {
	switch ways, open := s.Ways(), m.Get("open"); {
	case open.Present() && len(s.Open) == 0:
		open.Fail("lists no hours; write closed: true instead")
	case len(ways) == 0:
		m.Fail("does not say what happens on the day; add closed: true, open: [\"09:00-12:00\"] or as: mon")
	case len(ways) > 1:
		m.Fail("says %s at once; keep one of them", strings.Join(ways, " and "))
	}
}

// readDays reads on which days a special day is: date, from and to, or one of the recurring forms.
func readDays(m yamlnode.Mapping, s *hours.Special) {
	ways := []string{"yearly", "nth", "rrule"}
	ways = slices.DeleteFunc(ways, func(key string) bool { return !m.Get(key).Present() })
	date, first, last := m.Get("date"), m.Get("from"), m.Get("to")
	if date.Present() {
		ways = append(ways, "date")
	}
	if len(ways) == 0 && (first.Present() || last.Present()) {
		s.From, _ = m.Need("from", "write the first day").Date()
		s.To, _ = m.Need("to", "write the last day").Date()
		return
	}
	switch {
	case len(ways) == 0:
		m.Fail("has no day; write date: 2026-12-25, or from and to for several days")
	case len(ways) > 1:
		m.Fail("says %s at once; keep one of them", strings.Join(ways, " and "))
	case ways[0] == "date" && (first.Present() || last.Present()):
		m.Fail("has date as well as from or to; write date for one day, from and to for several")
	case ways[0] == "date":
		s.From, _ = m.Need("date", "write for example 2026-12-25").Date()
	default:
		readRecurring(m, ways[0], s)
	}
}
