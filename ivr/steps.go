package ivr

// A StepID names a step of the call.
type StepID string

const (
	stepLanguage     StepID = "language"
	stepTopic        StepID = "topic"
	stepHelp         StepID = "help"
	stepAccount      StepID = "account"
	stepAccountRight StepID = "account-right"
	stepNumber       StepID = "number"
	stepNumberRight  StepID = "number-right"
	stepLeft         StepID = "left"
	stepReady        StepID = "ready"
	stepDesk         StepID = "desk"
	stepOffer        StepID = "offer"
	stepRingAt       StepID = "ring-at"
	stepRingAtOther  StepID = "ring-at-other"
	stepRingAtWhich  StepID = "ring-at-which"
	stepBook         StepID = "book"
	stepNote         StepID = "note"
	stepNoteSpoken   StepID = "note-spoken"
	stepMessage      StepID = "message"
	stepMine         StepID = "mine"
	stepMineMenu     StepID = "mine-menu"
	stepMineKept     StepID = "mine-kept"
	stepMineWhen     StepID = "mine-when"
	stepMineSure     StepID = "mine-sure"
	FirstStep               = stepLanguage
)

// Keys that mean the same in every menu.
const (
	KeyPerson = "0" // an agent
	keyMine   = "7" // in the topic menu: the promise that stands
	keyLetter = "7" // where a callback is offered: a recorded message instead
	keyMore   = "8"
	keyOther  = "8" // where a callback is offered: another number
	keyNote   = "1" // after a promise: add a spoken note
	keyAgain  = "9"
	keyBack   = "*"
	KeyDone   = "#" // ends an entry
)

type kind int

const (
	menu  kind = iota // one key
	entry             // digits, ended by #
	mute              // nothing is asked
)

// A step of the call: asking, and what may come of it.
type step struct {
	id    StepID
	about string
	kind  kind
	// ask speaks and says what is waited for. It must change nothing that asking twice would change twice.
	ask func(*turn) Next
	// hear answers a key or a number; nil where none is awaited.
	hear func(*turn, string) Next
	// happen answers everything else: a dial that ended, a promise that was written.
	happen func(*turn, Event) Next
	// back answers the star; silent answers silence where that is no failure.
	back   func(*turn) Next
	silent func(*turn) Next
	// late marks steps that come after the desk was tried or found closed: giving up here leads to a message.
	late bool
	// end marks steps after which there is nothing more to offer: giving up here is a goodbye.
	end bool
}

// table is the call from its first word to its last.
var table []*step

// Filled at start and not in its declaration: the functions look steps up in it.
func init() {
	table = []*step{
		{id: stepLanguage, about: "greeting, and which language", ask: askLanguage, hear: hearLanguage, happen: afterFind},
		{id: stepTopic, about: "what it is about, five choices at a time, in menus", ask: askTopic, hear: hearTopic, back: backFromTopic},
		{id: stepHelp, about: "self-help, and whether it solved the matter", ask: askHelp, hear: hearHelp, back: toTopics},
		{id: stepAccount, about: "the account, by keypad", kind: entry, ask: askAccount, hear: hearAccount, back: leaveEntry},
		{id: stepAccountRight, about: "the account read back", ask: askAccountRight, hear: hearAccountRight, back: toTopics},
		{id: stepNumber, about: "another number that the topic asks for, by keypad", kind: entry, ask: askNumber, hear: hearNumber, back: leaveEntry},
		{id: stepNumberRight, about: "that number read back", ask: askNumberRight, hear: hearNumberRight, back: toTopics},
		{id: stepLeft, about: "an entry was left: again, or go on without it", ask: askLeft, hear: hearLeft, back: toTopics},
		{id: stepReady, about: "all is known: put through, unless a callback is preferred", ask: askReady, hear: hearReady, back: toTopics, silent: putThrough},
		{id: stepDesk, about: "the desk's targets in turn", kind: mute, ask: askDesk, happen: afterDial},
		{id: stepOffer, about: "a callback, or a message", ask: askOffer, hear: hearOffer, back: toTopics, late: true},
		{id: stepRingAt, about: "the number to ring, confirmed", ask: askRingAt, hear: hearRingAt, back: toOffer, late: true},
		{id: stepRingAtOther, about: "another number to ring, by keypad", kind: entry, ask: askRingAtOther, hear: hearRingAtOther, back: toOffer, late: true},
		{id: stepRingAtWhich, about: "which of several numbers was meant", ask: askRingAtWhich, hear: hearRingAtWhich, back: toOffer, late: true},
		{id: stepBook, about: "the promise, written and then spoken", kind: mute, ask: askBook, happen: afterBook, late: true},
		{id: stepNote, about: "a spoken note for the agent who rings back, if wanted", ask: askNote, hear: hearNote, silent: farewell, end: true},
		{id: stepNoteSpoken, about: "the note, recorded", kind: mute, ask: askNoteSpoken, hear: askNoteAgain, happen: afterNote, silent: farewell, end: true},
		{id: stepMessage, about: "a recorded message", kind: mute, ask: askMessage, hear: hearMessage, happen: afterMessage, silent: silentMessage, end: true},
		{id: stepMine, about: "proof for a promise that stands", kind: entry, ask: askMine, hear: hearMine, happen: afterMine, back: toTopics},
		{id: stepMineMenu, about: "the promise told: keep, move, cancel", ask: askMineMenu, hear: hearMineMenu, happen: afterMineMenu, back: toTopics},
		{id: stepMineKept, about: "it stays, if it is still what was told", kind: mute, ask: askMineKept, happen: afterMineKept},
		{id: stepMineWhen, about: "another time for it", ask: askMineWhen, hear: hearMineWhen, happen: afterMove, back: toMine},
		{id: stepMineSure, about: "really cancel it", ask: askMineSure, hear: hearMineSure, happen: afterCancel, back: toMine},
	}
	for _, s := range table {
		steps[s.id] = s
	}
}

var steps = map[StepID]*step{}

// stepOf falls back to the first step: a state sealed by a newer release may name one that this release lacks.
func stepOf(id StepID) *step {
	if s, ok := steps[id]; ok {
		return s
	}
	return steps[FirstStep]
}

func toTopics(t *turn) Next { t.Menu, t.Page = "", 0; return goTo{stepTopic} }
func toOffer(*turn) Next    { return goTo{stepOffer} }
func toMine(*turn) Next     { return goTo{stepMineMenu} }
