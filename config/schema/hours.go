package schema

import (
	"strings"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// Forms of what several files hold, for schemas.
const (
	clockPattern    = `([01][0-9]|2[0-3]):[0-5][0-9]`
	spanPattern     = `^` + clockPattern + `-(` + clockPattern + `|24:00)$`
	monthDayPattern = `(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`
	datePattern     = `[0-9]{4}-` + monthDayPattern
	instantPattern  = `^` + datePattern + ` (` + clockPattern + `|24:00)$`
	dateWrong       = "is not a date; write it as YYYY-MM-DD, for example 2026-12-31"
	spanWrong       = "is not a span of hours; write it as HH:MM-HH:MM, for example 09:00-12:00"
	zonePattern     = `^([A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)+|UTC)$`
)

func identifierSchema() *Schema {
	s := form(Identifier.String(), "is no identifier; use up to 40 small letters, digits and hyphens")
	s.MaxLength = 40
	return s
}

func instantSchema() *Schema {
	s := form(instantPattern, "is not a date and a time; write them as 2026-12-31 22:00", "2026-12-31 22:00")
	s.Description = "A date and a time on the line's own clock."
	return s
}

// spokenText is a text with these placeholders, no others, and no lone brace. It is not blank.
func spokenText(placeholders ...string) *Schema {
	filled := ""
	if len(placeholders) > 0 {
		filled = `|\{(` + strings.Join(placeholders, "|") + `)\}`
	}
	wrong := "is blank, or has a placeholder or a lone brace; this text has no placeholders"
	if len(placeholders) > 0 {
		wrong = "is blank, or has a placeholder or a lone brace that nothing fills in; hover over the key to see " +
			"which it may use"
	}
	s := form(`^\s*([^{}\s]`+filled+`)([^{}]`+filled+`)*$`, wrong)
	s.MaxLength = LongestText
	return s
}

// textsSchema is a text in languages.
func textsSchema(description string) *Schema {
	s := &Schema{Type: "object", AdditionalProperties: false, MinProperties: 1, Description: description}
	for _, tag := range spoken.Tags() {
		s.Properties = append(s.Properties, Property{tag, spokenText()})
	}
	return s
}

func hoursSchema() *Schema {
	s := object(append([]Property{
		key("line", "The line's name, the same as the file's.", ref("identifier")),
		key("zone", "IANA name of the zone of the clock on the desk's wall.",
			form(zonePattern,
				"is no zone; use an IANA name, with its capital letters",
				"Asia/Jakarta", "Asia/Shanghai")),
		key("peak", "When many people ring: callers who are about to be put through are told how long it can take.",
			weekSchema()),
		key("announcements", "Announcements at the start of a call. They do not change the hours.",
			list(ref("announcement"), mostAnnouncements)),
	}, ruleProperties()...)...).needs("zone", "week")
	s.Title = "Opening hours of a line"
	s.Description = "hours/LINE.yaml. Times are what the clock on the desk's wall shows. \"hotline check\" finds " +
		"more than this schema can."
	s.Definitions = append(ruleDefinitions(), Property{"announcement", announcementSchema()})
	return s
}

// ruleProperties are the keys that decide when somebody is there, of a line or of a desk.
func ruleProperties() []Property {
	return []Property{
		key("week", "", ref("week")),
		key("holidays", "Sets of holidays that apply, from the folder holidays: [cn], [id, sg].",
			list(ref("identifier"), mostSets).once()),
		key("make_up",
			"Which weekday's hours a make-up working day of the sets has. rest: nobody is there. Without it the "+
				"day keeps the hours of its own weekday.",
			words(append(weekOrder(), "rest")...)),
		key("collective_leave",
			"What happens on collective leave of the sets (cuti bersama). rest, which is the default: closed. "+
				"work: an ordinary day.",
			words("rest", "work")),
		key("special",
			"Days that do not follow the week or the sets of holidays. A dated one has precedence over a recurring "+
				"one.",
			list(ref("special"), mostSpecials)),
		key("overrides",
			"Closed or open from one instant to another, whatever else is written. An override cuts what runs.",
			list(ref("override"), mostOverrides)),
	}
}

// weekOrder begin with Monday.
func weekOrder() []string { return append(append([]string{}, Weekdays[1:]...), Weekdays[0]) }

func ruleDefinitions() Properties {
	span := form(spanPattern, spanWrong, "09:00-12:00", "13:00-17:00", "22:00-06:00", "00:00-24:00")
	span.Description = "HH:MM-HH:MM, the end not included. 00:00-24:00 is all day; 22:00-06:00 ends on the next day."
	return Properties{
		{"identifier", identifierSchema()},
		{"span", span},
		{"spans", list(ref("span"), mostSpans).once()},
		{"week", weekSchema()},
		{"weekday", words(weekOrder()...)},
		{"date", form(`^`+datePattern+`$`, dateWrong, "2026-12-31")},
		{"monthday", form(`^`+monthDayPattern+`$`, "is not a month and a day; write them as MM-DD, for example 12-24",
			"12-31")},
		{"instant", instantSchema()},
		{"texts", textsSchema("What is spoken, in every language of the line: {id: …, en: …, zh: …}.")},
		{"special", specialSchema()},
		{"override", overrideSchema()},
	}
}

func weekSchema() *Schema {
	s := object()
	for _, day := range weekOrder() {
		s.Properties = append(s.Properties, Property{day, ref("spans")})
	}
	s.MinProperties = 1
	s.Description = "Hours of each weekday. A day that is not listed, or has [], is closed. A span belongs to the " +
		"day on which it begins."
	return s
}

func specialSchema() *Schema {
	s := object(
		key("date", "The one day.", ref("date")),
		key("from", "The first day; with rrule, the day on which the rule begins.", ref("date")),
		key("to", "The last day, included. With yearly: MM-DD.",
			&Schema{AnyOf: []*Schema{ref("date"), ref("monthday")}}),
		key("yearly", "MM-DD: this day of every year; with to: MM-DD, several days.", ref("monthday")),
		key("nth", "The n-th weekday of a month: {n: 4, weekday: thu, month: 11}; without month, of every month.",
			nthSchema()),
		key("rrule", "A rule of iCalendar (RFC 5545) for days, beginning on from.", &Schema{
			Type: "string", Pattern: `FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)`, MaxLength: LongestRule,
			PatternErrorMessage: "has no FREQ=YEARLY, MONTHLY, WEEKLY or DAILY",
			Examples:            []any{"FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"}}),
		key("closed", "No hours begin on the day. What began the evening before runs to its end.", yes()),
		key("open", "These hours instead.", list(ref("span"), mostSpans).filled().once()),
		key("as", "The hours of that weekday.", ref("weekday")),
		key("name", "What the day is called.", text()),
	).needs("name")
	to := func(definition string) Properties { return Properties{{"to", ref(definition)}} }
	s.AllOf = []*Schema{
		{OneOf: []*Schema{
			{Required: []string{"date"}, Not: hasAny("from", "to")},
			{Required: []string{"from", "to"}, Properties: to("date"), Not: hasAny("yearly", "rrule")},
			{Required: []string{"yearly"}, Properties: to("monthday"), Not: hasAny("from")},
			{Required: []string{"nth"}, Not: hasAny("from", "to")},
			{Required: []string{"rrule", "from"}, Not: hasAny("to")},
		}},
		{OneOf: either("closed", "open", "as")},
	}
	return s
}

func nthSchema() *Schema {
	n := whole(-5, 5)
	n.Not = &Schema{Const: 0}
	return object(
		key("n", "Which one; -1 is the last, -2 the last but one.", n),
		key("weekday", "", ref("weekday")),
		key("month", "", whole(1, 12)),
	).needs("n", "weekday")
}

func overrideSchema() *Schema {
	s := object(
		key("from", "When it begins. A time that the clock shows twice is the first, one that it skips is later.",
			ref("instant")),
		key("until", "When it ends, or until revoked; then \"hotline check\" reminds of it.",
			&Schema{AnyOf: []*Schema{ref("instant"), {Const: UntilRevoked}}}),
		key("closed", "Nobody is there, though the week says so.", yes()),
		key("open", "Somebody is there, though the week says no.", yes()),
		key("reason", "The reason, for people who ask.", text()),
		key("say", "Announced at the start of every call while it lasts.", ref("texts")),
	).needs("from", "until", "reason")
	s.OneOf = either("closed", "open")
	return s
}

func announcementSchema() *Schema {
	return object(
		key("from", "", ref("instant")),
		key("until", "", ref("instant")),
		key("topics", "Only for callers about these topics.", list(ref("identifier"), 100)),
		key("text", "", ref("texts")),
	).needs("from", "until", "text")
}
