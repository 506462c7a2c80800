package schema

import (
	"regexp"
	"slices"
	"time"
)

// Bounds of what one file may hold. They keep a damaged file from costing much; no real one comes near.
const (
	mostSpans         = 48
	mostSpecials      = 1000
	mostSets          = 20
	mostOverrides     = 200
	mostAnnouncements = 200
	mostTopics        = 100
	mostSteps         = 100
	mostAsked         = 10_000 // in limits of callers
	mostLanguages     = 5      // keys 1 to 5; the others mean something else in every menu
	mostOfName        = 11     // characters of an alphanumeric sender
	// MostDigits bounds numbers that callers key in.
	MostDigits = 30
	// MostKeys bounds what is pressed at one question.
	MostKeys = 40
	// LongestText is how many characters the provider speaks in one go.
	LongestText = 3000
	// MostHolidays, MostHolidaySources and LongestHolidayText bound one set of holidays; the text is in bytes.
	MostHolidays       = 5000
	MostHolidaySources = 200
	LongestHolidayText = 200
	// LongestRule bounds what one recurrence rule costs to read.
	LongestRule = 300
)

// The provider rings for 5 to 600 seconds.
const (
	shortestRing = 5 * time.Second
	longestRing  = 600 * time.Second
)

// day makes the bounds of durations readable.
const day = 24 * time.Hour

// Words that have a meaning.
const (
	// UntilRevoked is what has to be written instead of an end.
	UntilRevoked = "until revoked"
	// AskAccount is what a topic's ask says for the account.
	AskAccount = "account"
	// AnyCountry is how a line says that it calls numbers of every country.
	AnyCountry = "any"
)

var (
	// Weekdays are the keys of a week, in the order of [time.Weekday].
	Weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	// Reserved topics would share the name of a prompt that every line has: topic.general, help.solved.
	Reserved = []string{"general", "solved"}
	// CallerDoes are the keys of a step that say what the caller does.
	CallerDoes = []string{"press", "silence", "speak", "hang_up"}
	// AgentsDo and CustomersDo when their telephone rings in a call test; the first is what they do unless told
	// otherwise.
	AgentsDo    = []string{"answer", "busy", "no-answer", "refuse", "voicemail"}
	CustomersDo = []string{"answer", "not-mine", "busy", "no-answer", "voicemail"}
)

// Forms of single values.
var (
	// Identifier is a stable name.
	Identifier = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	// Number is a telephone number, E.164, and Prefix the beginning of one.
	Number = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	Prefix = regexp.MustCompile(`^\+[1-9][0-9]{0,13}$`)
	// SIPAddress, ClientName and Trunk are what the provider dials beside numbers.
	SIPAddress = regexp.MustCompile(`^sips?:[^\s@<>"]+@[^\s@<>"]+$`)
	ClientName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,120}$`)
	Trunk      = regexp.MustCompile(`^BY[0-9a-f]{32}$`)
	// WithVariables are the prompts in which variables of the line may stand.
	WithVariables = regexp.MustCompile(`^(help|note-about)\.`)
)

// RuleKeys are what decides when somebody is there; a desk with hours of its own may have them, too.
func RuleKeys() []string { return slices.Clone(Properties(ruleProperties()).Names()) }
