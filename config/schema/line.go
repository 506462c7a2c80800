package schema

import (
	"fmt"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// What editors say of other texts.
const (
	countryWrong = "is not a country; write its two capital letters"
	senderWrong  = "is no sender; write a number, a name of up to 11 characters, or the SID of a messaging service"
	numberWrong  = "is not in the international form; write +, the country code and the rest without spaces"
)

func lineSchema() *Schema {
	s := object(
		key("line", "The line's name, the same as the file's.", ref("identifier")),
		key("name", "How the line calls itself, in each of its languages.", textsSchema("")),
		key("hours",
			"The file of opening hours, without hours/ and .yaml; lines may share one. Left out: the one with the "+
				"line's name.",
			ref("identifier")),
		key("region", "The country of numbers that callers key in without a country code: two capital letters.",
			form(`^[A-Z]{2}$`, countryWrong, "ID", "CN", "JP")),
		key("sip_caller_id",
			"The line's trunk sends callers as SIP addresses whose user is the number, with + and country code: it "+
				"counts as the caller's.",
			truth()),
		key("numbers", "The numbers that this line answers; the first is shown when we ring somebody.",
			list(ref("number"), 50).filled().once()),
		key("languages", "In the order of the menu; the first is what a caller hears who chooses nothing.",
			list(languageSchema(), mostLanguages).filled()),
		key("general", "The desk of a caller who asks for a person before naming a topic.", ref("identifier")),
		key("limits", "How often, and how long.", limitsSchema()),
		key("account", "What an account number looks like.", accountSchema()),
		key("questions", "Numbers that callers of this line key in otherwise than topics.yaml says.",
			list(ref("question"), mostTopics)),
		key("topics", fmt.Sprintf("The menu: reasons to call, the most asked first. A name alone is as topics.yaml "+
			"has it; menus are at most %d deep.", ivr.MenuDepth),
			list(ref(choice(1)), mostTopics).filled()),
		key("variables", "Amounts, times and numbers that self-help texts name: {fee: 2500 IDR, refund-days: 7 days}.",
			variablesSchema()),
		key("desks", "Groups of agents.", list(deskSchema(), 100).filled()),
		key("callbacks", "Callbacks. What is left out has a default.", callbacksSchema()),
		key("text_messages",
			"A text message with reference and time to those who booked a callback on a mobile number.",
			truth()),
		key("text_sender", "Who text messages come from: a number, a name of up to 11 characters (alphanumeric "+
			"sender ID), or the SID of a messaging service. Left out: the first of numbers.",
			form(senderPattern(), senderWrong, "GOPAY")),
		key("alert", "The mobile number that gets a text message when nobody took an urgent call or an urgent "+
			"callback, or the desk did not keep a callback; at most one in ten minutes.", ref("number")),
		key("caller_id", "The number shown to those whom the provider rings by itself, without a route of the line's "+
			"own; one that the account owns. Left out: the first of numbers.", ref("number")),
		key("routes", "Ways to numbers that the provider does not reach by itself.",
			list(routeSchema(), 500)),
	).needs("line", "name", "region", "numbers", "languages", "general", "account", "topics", "desks")
	s.Title = "Configuration of a line"
	s.Description = "lines/LINE.yaml: numbers, languages, topics, desks and callbacks. Opening hours are in hours/."
	s.Definitions = append(append(ruleDefinitions(), menuDefinitions()...),
		Property{"number", form(Number.String(), numberWrong, "+622150001000")},
		Property{"prefix", form(Prefix.String(), "is not the beginning of an international number; write + and digits",
			"+86")})
	return s
}

// senderPattern is a number, a messaging service, or a name with its letter at any place.
func senderPattern() string {
	forms := []string{`\+[1-9][0-9]{6,14}`, `MG[0-9a-fA-F]{32}`}
	for before := range mostOfName {
		after := mostOfName - 1 - before
		forms = append(forms, fmt.Sprintf(`[A-Za-z0-9 +&_-]{%d}[A-Za-z][A-Za-z0-9 +&_-]{0,%d}`, before, after))
	}
	return "^(" + strings.Join(forms, "|") + ")$"
}

func languageSchema() *Schema {
	return object(
		key("tag", "The short name of the language.", words(spoken.Tags()...)),
		key("locale", "The provider's name of the language.",
			form(`^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$`,
				"is not a locale; write language and country",
				"id-ID", "en-US", "cmn-CN", "ja-JP")),
		key("voice", "The provider's name of a voice. It has to speak the locale, or the call fails.",
			form(`^[A-Za-z]+\.[A-Za-z0-9-]+$`,
				"is not the name of a voice; use a Google voice such as Google.id-ID-Standard-A",
				"Google.id-ID-Standard-A")),
		key("allow_unknown_voice", "true takes a voice that this version does not know.", yes()),
		key("countries", "Callers from there hear it without being asked; the other languages are offered behind star.",
			list(form(`^[A-Z]{2}$`, countryWrong, "ID", "SG"), 300).filled().once()),
	).needs("tag", "locale", "voice")
}

func limitsSchema() *Schema {
	return object(
		key("no_input", "How often in one step a caller may say nothing.", whole(1, 10)),
		key("no_match", "How often in one step a caller may press a wrong key.", whole(1, 10)),
		key("message_seconds", "The greatest length of a recorded message.", whole(1, 3600)),
		key("note_seconds", "The greatest length of a note for the agent who rings back.", whole(5, 120)),
	)
}

// digitProperties are what a number looks like that callers key in.
func digitProperties() []Property {
	return []Property{
		key("min", "The least number of digits.", whole(1, MostDigits)),
		key("max", "The greatest number of digits.", whole(1, MostDigits)),
		key("starts", "The permitted beginnings, in quotation marks. None: any.", startsSchema("08")),
		key("own_prefixes", "Beginnings of numbers that the company gives out itself, in quotation marks: "+
			"below 15 digits these are taken though they look like a card number, which would be dropped.",
			startsSchema("4000")),
	}
}

func startsSchema(example string) *Schema {
	return list(form(`^[0-9]+$`, "is not the beginning of a number; write digits only", example), 100)
}

func accountSchema() *Schema {
	return object(append(digitProperties(),
		key("calling_number", "The account is the telephone number: the calling number is offered when it fits.",
			truth()))...).needs("min", "max")
}

func variablesSchema() *Schema {
	pattern := `^([0-9]+(\.[0-9]{2})? (` + strings.Join(spoken.Currencies(), "|") +
		`)|[0-9]{1,6} (days?|hours?|minutes?)|[0-9]{1,9})$`
	return &Schema{Type: "object", PropertyNames: &Schema{Pattern: Identifier.String()}, AdditionalProperties: &Schema{
		Type: []string{"string", "integer"}, Pattern: pattern, PatternErrorMessage: "is nothing that can be said",
		Description: "An amount (2500 IDR), a time (7 days) or a whole number."}}
}

func deskSchema() *Schema {
	hours := &Schema{OneOf: []*Schema{words("line", "always"), object(ruleProperties()...).needs("week")}}
	return object(
		key("id", "A stable name.", ref("identifier")),
		key("language", "The one in which the agents are told what a call is about.", words(spoken.Tags()...)),
		key("by_language", "Callers in these languages belong to other desks: {zh: support-zh}.", byLanguageSchema()),
		key("hours", "line (the line's hours), always, or hours of its own on the line's clock: {week: {…}}.", hours),
		key("ring", "How long each telephone rings.", duration(shortestRing, longestRing)),
		key("targets", "Telephones, which ring in turn.", list(targetSchema(), 100).filled()),
	).needs("id", "language", "hours", "ring", "targets")
}

func byLanguageSchema() *Schema {
	s := (&Schema{Type: "object", AdditionalProperties: false})
	for _, tag := range spoken.Tags() {
		s.Properties = append(s.Properties, Property{tag, ref("identifier")})
	}
	return s
}

func targetSchema() *Schema {
	s := object(
		key("id", "A stable name; it stays when the address changes.", ref("identifier")),
		key("number", "A telephone number.", ref("number")),
		key("sip", "A SIP address.", form(SIPAddress.String(), "is not a SIP address", "sip:agent@example.com")),
		key("client", "A browser telephone, without client:.",
			form(ClientName.String(),
				"is not the name of a browser telephone; use letters, digits, hyphens, dots and underscores, "+
					"without client:",
				"gopay_agent_1")),
	).needs("id")
	s.OneOf = either("number", "sip", "client")
	return s
}

func callbacksSchema() *Schema {
	return object(
		key("slot", "Length of a time that callers can choose, in whole minutes.",
			duration(5*time.Minute, 12*time.Hour)),
		key("slots", "How many are offered.", whole(2, 4)),
		key("capacity", "Callbacks in one slot.", whole(1, 10_000)),
		key("min_notice", "A slot begins at least this long after the call.", duration(0, 7*day)),
		key("first", "Who is rung first: agent, or customer, who then waits until an agent is free.",
			words("agent", "customer")),
		key("attempts", "How often the customer is rung.", whole(1, 20)),
		key("desk_attempts", "How often the desk is tried without success.", whole(1, 100)),
		key("retry_after",
			"The pause before a desk is tried again, or a customer after any other failure than the three below.",
			duration(time.Minute, day)),
		key("retry_busy", "The pause when the customer was busy.", duration(time.Minute, day)),
		key("retry_no_answer", "The pause when they did not pick up.", duration(time.Minute, day)),
		key("retry_machine", "The pause when they, or a machine, picked up and did not press 1.",
			duration(time.Minute, day)),
		key("limits", "How often callers may ask for callbacks, by booking or moving them.", callerLimitsSchema()),
		key("max_open",
			"How many callbacks may be open at once, tasks not counted; further callers may leave a message.",
			whole(1, 1_000_000)),
		key("asap_cutoff", "How long before closing \"as soon as possible\" starts to mean the next opening.",
			duration(0, 12*time.Hour)),
		key("opening_delay", "How long after the opening the callbacks of the night begin.", duration(0, 12*time.Hour)),
		key("opening_spacing", "The least distance between the callbacks of the night.", duration(0, 2*time.Hour)),
		key("expires_after",
			"How much of the desk's opening time passes before the callback is given up, or left to a person.",
			duration(time.Hour, 90*day)),
		key("retention", "Then the numbers of a callback are erased.", duration(time.Hour, 10*366*day)),
		key("calling_hours",
			"When customers may be rung, on the clock of the zone of their own number; urgent ones at any hour.",
			form(spanPattern, spanWrong, "08:00-21:00")),
		key("countries", "Whose numbers are called and texted: any, or a list. Left out: the line's own country.",
			countriesSchema()),
		key("blocked", "Beginnings of numbers that are never called or texted, each with its reason.",
			list(blockedSchema(), 500)),
		key("unreachable", "Beginnings of numbers that the provider does not reach without a route.",
			list(ref("prefix"), 500)),
	)
}

func countriesSchema() *Schema {
	return &Schema{OneOf: []*Schema{words(AnyCountry),
		list(form(`^[A-Z]{2}$`, countryWrong, "ID", "SG"), 300).filled().once()}}
}

func blockedSchema() *Schema {
	return object(
		key("prefix", "The beginning of the numbers.", ref("prefix")),
		key("reason", "Why, for those who read this later.", &Schema{Type: "string"}),
	).needs("prefix", "reason")
}

func callerLimitsSchema() *Schema {
	return object(
		key("caller_hour", "By one calling number within an hour, over all lines. Families and offices share one.",
			whole(1, mostAsked)),
		key("caller_day", "The same within a day.", whole(1, mostAsked)),
		key("number_hour", "To one number within an hour, over all lines, by others who do not ring from it.",
			whole(1, mostAsked)),
		key("number_day", "The same within a day.", whole(1, mostAsked)),
		key("anonymous_hour", "By all anonymous callers of the line together within an hour.", whole(1, mostAsked)),
		key("open_per_caller", "Open callbacks that one calling number may hold, over all lines.", whole(1, mostAsked)),
	)
}

func routeSchema() *Schema {
	return object(
		key("prefix", "The beginning of the numbers.", ref("prefix")),
		key("byoc", "The provider's name of the trunk.",
			form(Trunk.String(), "is not the name of a trunk; write BY and 32 digits or letters a to f")),
	).needs("prefix", "byoc")
}
