package ivr

import (
	"regexp"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// A Line is one configured hotline: everything that a call to one of its numbers needs.
// It is immutable once published; config builds it.
type Line struct {
	// ID is the stable identifier, for example "gopay".
	ID string
	// Version tells the configuration that the line belongs to from others; see [Lines]. May be empty.
	Version string
	// Region is the ISO 3166-1 alpha-2 country whose national numbers callers key in, for example "ID".
	Region string
	// SIPCallerID is set when the user of a calling SIP address is the caller's number, +E.164: the line's trunk sends
	// it so.
	SIPCallerID bool
	// Numbers are the provider's numbers that this line answers, E.164. The first is shown as caller ID.
	Numbers []string
	// CallerID is shown in its place to those whom we do not ring by a route of the line's own, E.164. It is a number
	// that the account owns; empty: the first of Numbers.
	CallerID string
	// Languages in the order of the menu; the first is the default.
	Languages []Language
	// Names is how the line calls itself, by language tag.
	Names map[string]string
	// Hours is when the line is open. Peak is when many people ring and it may take longer; nil: never.
	Hours, Peak *hours.Calendar
	// Announcements are announced at the start of a call while they last.
	Announcements []Announcement
	// Menu is what callers choose from, in its order.
	Menu []Choice
	// Topics are all reasons to call, wherever in the menu they stand.
	Topics []Topic
	// Desks by their identifier.
	Desks map[string]*Desk
	// General is the desk of a caller who asks for a person before naming a topic.
	General string
	// Account says what an account number looks like.
	Account NumberRule
	// Questions are the other numbers that topics ask for, by their identifiers.
	Questions map[string]NumberRule
	// Variables fill placeholders of self-help texts, as they are spoken: by language tag, then by name.
	Variables map[string]map[string]string
	// Callbacks is the policy for callbacks; CustomerFirst rings a customer before an agent.
	Callbacks     callbacks.Policy
	CustomerFirst bool
	// NoInputLimit and NoMatchLimit: how often in one step a caller may say nothing, or press a wrong key,
	// before the call goes on without an answer. Both are at least 1.
	NoInputLimit, NoMatchLimit int
	// MessageSeconds is the greatest length of a recorded message, NoteSeconds of a note that goes with a callback.
	MessageSeconds, NoteSeconds int
	// SMS is set when text messages tell of a callback that was booked, moved, given up or taken back by the desk.
	SMS bool
	// SMSSender is whom they come from: a number (E.164), a name (alphanumeric sender ID), or the SID of a messaging
	// service. Empty: the first of Numbers.
	SMSSender string
	// Alert is the number that gets a text message when nobody took something urgent, E.164. Empty: nobody does.
	Alert string
	// Prompts holds every sentence in every language of the line.
	Prompts *Prompts
}

// A Language is one that a caller can choose.
type Language struct {
	// Tag is the short name used in files: "id", "en", "zh".
	Tag string
	// Voice and Locale are the provider's names, for example "Google.id-ID-Standard-A" and "id-ID".
	Voice, Locale string
	// Countries are those whose callers hear it without being asked, ISO 3166-1 alpha-2; no country is of two
	// languages.
	Countries []string
}

// languageOf is the language that the country of a calling number tells; nil where none does.
func (l *Line) languageOf(caller string) *Language {
	country := callbacks.Country(caller)
	for i, language := range l.Languages {
		if country != "" && slices.Contains(language.Countries, country) {
			return &l.Languages[i]
		}
	}
	return nil
}

// An Announcement is heard from its beginning to its end.
type Announcement struct {
	// From and Until are instants; Until is exclusive.
	From, Until time.Time
	// Topics restricts it to callers about these topics; empty is everybody, at the start of the call.
	Topics []string
	// Text is the announcement in each language of the line, by tag.
	Text map[string]string
}

// A Choice is one entry of a menu: a topic, or a further menu.
type Choice struct {
	// ID is the topic's, or the further menu's own. The prompt topic.<ID> says it.
	ID string
	// Choices is the further menu; empty for a topic. Menus are at most [MenuDepth] deep.
	Choices []Choice
}

// MenuDepth is how many menus a caller goes through at most until a topic is named.
const MenuDepth = 3

// A Topic is a reason to call.
type Topic struct {
	// ID is stable, for example "payment-failed". The prompts topic.<ID> and, with Help, help.<ID> belong to it.
	ID string
	// Desk serves it.
	Desk string
	// Urgent goes straight to the desk: nothing is asked, whatever the hour.
	Urgent bool
	// Help is set when there is a self-help text to be heard first.
	Help bool
	// Note is set when the prompt note-about.<ID> says what is useful to speak on a note or a message, as no keypad can
	// take it.
	Note bool
	// Message goes straight to a recorded message.
	Message bool
	// Priority goes before the place in the order of callbacks: higher ones are kept first. 0 is the ordinary one.
	Priority int
	// AskAccount is set when the account is collected before an agent is rung.
	AskAccount bool
	// Questions are the other numbers that are collected, in this order: identifiers of [Line.Questions].
	// The prompt question.<ID> asks for one, answer.<ID> tells it to the agent.
	Questions []string
}

// A Desk is a group of agents.
type Desk struct {
	ID string
	// Language is the tag in which agents hear the whisper.
	Language string
	// Hours is when somebody is there: the line's, or one that never closes.
	Hours *hours.Calendar
	// Ring is how long each target rings. The provider takes 5 to 600 seconds.
	Ring time.Duration
	// Targets are rung in turn.
	Targets []callbacks.Target
	// ByLanguage names the desks that serve callers in other languages in this one's place, by the caller's tag.
	ByLanguage map[string]string
}

// emergency is the topic that goes before all others: the first one that is urgent, or nil.
func (l *Line) emergency() *Topic {
	for i := range l.Topics {
		if l.Topics[i].Urgent {
			return &l.Topics[i]
		}
	}
	return nil
}

func (l *Line) isUrgent(topic string) bool {
	t := l.Topic(topic)
	return t != nil && t.Urgent
}

// firstMenu is the menu with the emergency as its first choice, wherever the file has it: its key is 1 on every line.
func (l *Line) firstMenu() []Choice {
	emergency := l.emergency()
	if emergency == nil || len(l.Menu) > 0 && l.Menu[0].ID == emergency.ID {
		return l.Menu
	}
	menu := []Choice{{ID: emergency.ID}}
	for _, choice := range l.Menu {
		if choice.ID != emergency.ID {
			menu = append(menu, choice)
		}
	}
	return menu
}

// A NumberRule says what a number that callers key in looks like.
type NumberRule struct {
	// Min and Max digits.
	Min, Max int
	// Starts lists permitted beginnings; empty permits all.
	Starts []string
	// OwnPrefixes are beginnings of numbers that the line gives out itself: with fewer than 15 digits they are taken
	// even if they look like the number of a payment card, which would be dropped.
	OwnPrefixes []string
	// CallingNumber offers the calling number, in national form, when it fits the rule.
	CallingNumber bool
}

// Topic is the reason to call with this identifier, or nil.
func (l *Line) Topic(id string) *Topic {
	for i := range l.Topics {
		if l.Topics[i].ID == id {
			return &l.Topics[i]
		}
	}
	return nil
}

// Who calls, by what the provider sends: a number, a SIP address, or a word.

// sipUser cuts the user part out of a SIP address (RFC 3261, section 19.1.1); its parameters and the host are left out.
var sipUser = regexp.MustCompile(`(?i)^sips?:([^@;]+)(?:;[^@]*)?@`)

// SIPUser is the user of a SIP address, without its parameters; empty for anything else.
func SIPUser(address string) string {
	if user := sipUser.FindStringSubmatch(address); user != nil {
		return user[1]
	}
	return ""
}

// CallerNumber is the number that a call comes from, E.164; empty when nobody can tell. It keeps what it has made. The
// user of a SIP address counts only where the line's trunk is said to send +E.164 users: anybody can name a SIP
// address so that it looks like somebody's number.
func (l *Line) CallerNumber(from string) string {
	if user := SIPUser(from); user != "" && l.SIPCallerID {
		from = user
	}
	if !callbacks.IsNumber(from) {
		return ""
	}
	return from
}
