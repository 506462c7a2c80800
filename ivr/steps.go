package ivr

// A StepID names a step of the call.
type StepID string

const (
	stepLanguage       StepID = "language"
	stepTopic          StepID = "topic"
	stepHelp           StepID = "help"
	stepAccount        StepID = "account"
	stepAccountRight   StepID = "account-right"
	stepNumber         StepID = "number"
	stepNumberRight    StepID = "number-right"
	stepSkipped        StepID = "skipped"
	stepConfirmConnect StepID = "confirm-connect"
	stepDesk           StepID = "desk"
	stepUrgentBook     StepID = "urgent-book"
	stepUrgentBooked   StepID = "urgent-booked"
	stepOffer          StepID = "offer"
	stepOfferMore      StepID = "offer-more"
	stepRingAt         StepID = "ring-at"
	stepRingAtOther    StepID = "ring-at-other"
	stepRingAtWhich    StepID = "ring-at-which"
	stepBook           StepID = "book"
	stepNote           StepID = "note"
	stepNoteSpoken     StepID = "note-spoken"
	stepBeforeMessage  StepID = "before-message"
	stepMessage        StepID = "message"
	stepAfterMessage   StepID = "after-message"
	stepExisting       StepID = "existing"
	stepExistingMenu   StepID = "existing-menu"
	stepExistingKept   StepID = "existing-kept"
	stepExistingWhen   StepID = "existing-when"
	stepExistingSure   StepID = "existing-sure"
	stepVerify         StepID = "verify"
	stepVerifyProof    StepID = "verify-proof"

	// The telephones that we ring, see step_legs.go.
	StepAgentLeg        StepID = "agent"
	StepAgentFirst      StepID = "agent-first"
	StepAgentNote       StepID = "agent-note"
	StepAgentWaits      StepID = "agent-waits"
	StepCustomerBehind  StepID = "customer-behind"
	StepCustomerFirst   StepID = "customer-first"
	StepCustomerWaits   StepID = "customer-waits"
	StepAnotherTime     StepID = "another-time"
	StepAgentBehind     StepID = "agent-behind"
	StepAgentBehindNote StepID = "agent-behind-note"

	// FirstStep is where every call begins.
	FirstStep = stepLanguage
)

type kind int

const (
	menu    kind = iota // one key
	entry               // digits, ended by #
	noInput             // nothing is asked
	leg                 // one key, on a leg that we rang: no key of every menu counts
)

// A step of the call: asking, and what may come of it.
type step struct {
	id    StepID
	about string
	kind  kind
	// ask speaks and says what is waited for. It must change nothing that asking twice would change twice.
	ask func(*request) Action
	// keys are those of a menu, beside the ones of every menu.
	keys func(*request) []menuKey
	// hear answers a number in an entry, and a key where nothing was asked; nil where none is awaited.
	hear func(*request, string) Action
	// onEvent answers everything else: a dial that ended, a callback that was written.
	onEvent func(*request, Event) Action
	// back answers the star; onNoInput answers silence where that is no failure.
	back      func(*request) Action
	onNoInput func(*request) Action
	// afterDesk marks steps that come after the desk was tried or found closed: giving up here leads to a message.
	afterDesk bool
	// terminal marks steps after which there is nothing more to offer: giving up here is a goodbye.
	terminal bool
}

// table is the call from its first word to its last.
var table []*step

// Filled at start and not in its declaration: the functions look steps up in it.
func init() {
	table = []*step{
		{id: stepLanguage, about: "greeting, and which language",
			ask: askLanguage, keys: keysOfLanguage, onEvent: afterFind, onNoInput: firstLanguage},
		{id: stepTopic, about: "what it is about, five choices at a time, in menus",
			ask: askTopic, keys: keysOfTopic, back: backFromTopic, onNoInput: silentTopic},
		{id: stepHelp, about: "self-help, and whether it solved the matter",
			ask: askHelp, keys: keysOfHelp, back: toTopics},
		{id: stepAccount, about: "the account, by keypad",
			kind: entry, ask: askAccount, hear: hearAccount, back: skipEntry},
		{id: stepAccountRight, about: "the account read back",
			ask: askAccountRight, keys: keysOfAccountRight, back: toTopics},
		{id: stepNumber, about: "another number that the topic asks for, by keypad",
			kind: entry, ask: askNumber, hear: hearNumber, back: skipEntry},
		{id: stepNumberRight, about: "that number read back",
			ask: askNumberRight, keys: keysOfNumberRight, back: toTopics},
		{id: stepSkipped, about: "an entry was left: again, or go on without it",
			ask: askSkipped, keys: keysOfSkipped, back: toTopics},
		{id: stepConfirmConnect, about: "all is known: put through, unless a callback is preferred",
			ask: askConfirmConnect, keys: keysOfConfirmConnect, back: toTopics, onNoInput: putThrough},
		{id: stepDesk, about: "the desk's targets in turn", kind: noInput, ask: askDesk, onEvent: afterDial},
		{id: stepUrgentBook, about: "nobody took an urgent call: a callback, booked by itself",
			kind: noInput, ask: askUrgentBook, onEvent: afterUrgentBook, afterDesk: true},
		{id: stepUrgentBooked, about: "that callback told: the desk again, cancel, a message",
			ask: askUrgentBooked, keys: keysOfUrgentBooked, back: toTopics, onNoInput: farewell, terminal: true},
		{id: stepOffer, about: "a callback, or a message",
			ask: askOffer, keys: keysOfOffer, back: toTopics, afterDesk: true},
		{id: stepOfferMore, about: "another number to ring, or a later time",
			ask: askOfferMore, keys: keysOfOfferMore, back: goes(stepOffer), afterDesk: true},
		{id: stepRingAt, about: "the number to ring, confirmed",
			ask: askRingAt, keys: keysOfRingAt, back: goes(stepOffer), afterDesk: true},
		{id: stepRingAtOther, about: "another number to ring, by keypad",
			kind: entry, ask: askRingAtOther, hear: hearRingAtOther, back: goes(stepOffer), afterDesk: true},
		{id: stepRingAtWhich, about: "which of several numbers was meant",
			ask: askRingAtWhich, keys: keysOfRingAtWhich, back: goes(stepOffer), afterDesk: true},
		{id: stepBook, about: "the callback, written and then spoken",
			kind: noInput, ask: askBook, onEvent: afterBook, afterDesk: true},
		{id: stepNote, about: "a spoken note for the agent who rings back, if wanted",
			ask: askNote, keys: keysOfNote, onNoInput: farewell, terminal: true},
		{id: stepNoteSpoken, about: "the note, recorded",
			kind: noInput, ask: askNoteSpoken, hear: askNoteAgain, onEvent: afterNote, onNoInput: farewell,
			terminal: true},
		{id: stepBeforeMessage, about: "the emergency once more, for who gave no answer: a message else",
			ask: askBeforeMessage, keys: keysOfBeforeMessage, back: goes(stepOffer), onNoInput: goes(stepMessage),
			afterDesk: true},
		{id: stepMessage, about: "a recorded message",
			kind: noInput, ask: askMessage, hear: hearMessage, onEvent: afterMessage, onNoInput: noMessage,
			terminal: true},
		{id: stepAfterMessage, about: "the emergency once more, before the goodbye",
			ask: askAfterMessage, keys: keysOfAfterMessage, back: toTopics, onNoInput: farewell, terminal: true},
		{id: stepExisting, about: "proof for a callback that is open",
			kind: entry, ask: askExisting, hear: hearExisting, onEvent: afterExisting, back: toTopics},
		{id: stepExistingMenu, about: "that callback told: keep, move, cancel",
			ask: askExistingMenu, keys: keysOfExistingMenu, onEvent: afterExistingMenu, back: toTopics},
		{id: stepExistingKept, about: "it stays, if it is still what was told",
			kind: noInput, ask: askExistingKept, onEvent: afterExistingKept},
		{id: stepExistingWhen, about: "another time for it",
			ask: askExistingWhen, keys: keysOfExistingWhen, onEvent: afterMove, back: goes(stepExistingMenu)},
		{id: stepExistingSure, about: "really cancel it",
			ask: askExistingSure, keys: keysOfExistingSure, onEvent: afterCancel, back: goes(stepExistingMenu)},
		{id: stepVerify, about: "did you call me: the number that was rung, by keypad",
			kind: entry, ask: askVerify, hear: hearVerify, back: toTopics},
		{id: stepVerifyProof, about: "the reference, and whether that call was ours",
			kind: entry, ask: askVerifyProof, hear: hearVerifyProof, onEvent: afterVerify, back: cannotVerify},

		{id: StepAgentLeg, about: "an agent rung for a caller: 1 takes the call",
			kind: leg, ask: askAgentLeg, hear: hearAgentLeg, onEvent: onAgentLeg},
		{id: StepAgentFirst, about: "an agent rung for a callback: 1 takes it",
			kind: leg, ask: askAgentFirst, hear: hearAgent, onEvent: onAgent},
		{id: StepAgentNote, about: "the customer's note, for the agent if they want to hear it",
			kind: leg, ask: goes(StepAgentFirst), hear: hearAgentNote, onEvent: onAgentNote},
		{id: StepCustomerBehind, about: "the customer rung behind that agent: 1 connects",
			kind: leg, ask: askCustomerBehind, hear: hearCustomer, onEvent: onCustomer},
		{id: StepAgentWaits, about: "how the customer's leg ended, for the agent",
			kind: leg, ask: apologise, onEvent: onAgentWaits},
		{id: StepCustomerFirst, about: "a customer rung first: 1 puts through, 2 they did not ask",
			kind: leg, ask: askCustomerFirst, hear: hearCustomer, onEvent: onCustomer},
		{id: StepAgentBehind, about: "an agent rung behind that customer: 1 takes it",
			kind: leg, ask: askAgentBehind, hear: hearAgent, onEvent: onAgent},
		{id: StepAgentBehindNote, about: "the note, for that agent",
			kind: leg, ask: goes(StepAgentBehind), hear: hearAgentNote, onEvent: onAgentNote},
		{id: StepCustomerWaits, about: "how an agent's leg ended, for the customer: the next one, or goodbye",
			kind: leg, ask: apologise, onEvent: onCustomerWaits},
		{id: StepAnotherTime, about: "no agent is left for a customer rung first: another time, with 1",
			kind: leg, ask: askAnotherTime, hear: hearAnotherTime, onEvent: onAnotherTime},
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

func toTopics(r *request) Action { r.Menu, r.Page = "", 0; return goTo{stepTopic} }
