package ivr

import (
	"github.com/hotline-ivr/hotline/callbacks"
)

// State is all that we remember of a call between two webhooks. It travels sealed in the action URL,
// so that any instance can answer and a restart drops nobody. Its fields are short because the URL holds them.
type State struct {
	Line string `json:"l"`
	// Version is [Line.Version] of the line that answered last.
	Version  string `json:"v,omitempty"`
	Language string `json:"g,omitempty"`
	Step     StepID `json:"s"`
	// Guessed is set while the language is that of the calling number's country, and was not chosen.
	Guessed bool `json:"gu,omitempty"`
	// Called is when the call began, Unix seconds.
	Called int64 `json:"c"`
	// NoInputs and NoMatches count unanswered and wrong entries of this step; Events counts everything, so that a call
	// ends.
	NoInputs  int `json:"q,omitempty"`
	NoMatches int `json:"w,omitempty"`
	Events    int `json:"n,omitempty"`
	// Menu is the further menu that is open, empty for the first one, and Page its page. Announced is set once
	// announcements and hours were spoken.
	Menu      string `json:"m,omitempty"`
	Page      int    `json:"p,omitempty"`
	Announced bool   `json:"t,omitempty"`
	Topic     string `json:"o,omitempty"`
	// Account and Answers are confirmed; Draft waits to be. Question is the one being asked. Skip lists what the caller
	// left for good: questions, and keyAccount.
	Account  string            `json:"a,omitempty"`
	Answers  callbacks.Answers `json:"x,omitempty"`
	Question string            `json:"i,omitempty"`
	Draft    string            `json:"d,omitempty"`
	Skip     []string          `json:"k,omitempty"`
	// HashMayFollow is set behind an entry that ended by itself: a # that comes next belongs to it.
	HashMayFollow bool `json:"hf,omitempty"`
	// SkippedEntry is the entry that the caller has left with the star after a number that did not fit.
	SkippedEntry StepID `json:"e,omitempty"`
	// CallRecorded is set once the call has been written down; Reference is what it was given, if it was.
	CallRecorded bool   `json:"C,omitempty"`
	Reference    string `json:"r,omitempty"`
	// Desk being rung, index of its target, and Dials made in this call; Rung lists desks that did not answer.
	Desk   string   `json:"D,omitempty"`
	Target int      `json:"T,omitempty"`
	Dials  int      `json:"N,omitempty"`
	Rung   []string `json:"R,omitempty"`
	// Ringing is when this round of the desk began, Unix seconds. HungUp is set once the caller has hung up in it.
	Ringing int64 `json:"ri,omitempty"`
	HungUp  bool  `json:"hu,omitempty"`
	// Slots offered, Unix seconds: [from, until] each, so that a choice means what was heard.
	Slots [][2]int64 `json:"S,omitempty"`
	// Emergency is set when the urgent topic is the first choice of what was offered; Later is how many slots lie
	// before those that were offered last.
	Emergency bool `json:"E,omitempty"`
	Later     int  `json:"G,omitempty"`
	// Full are the beginnings of slots that turned out to be full.
	Full []int64 `json:"L,omitempty"`
	// Kind, Due and Until are the choice. Unix seconds.
	Kind  callbacks.Kind `json:"K,omitempty"`
	Due   int64          `json:"U,omitempty"`
	Until int64          `json:"V,omitempty"`
	// Number to ring back, E.164; NoCall is why the last one asked for is not called, NoCallOwn that it was the calling
	// one. Readings are the numbers that the
	// last digits can stand for, E.164, when they are several.
	Number    string           `json:"M,omitempty"`
	NoCall    callbacks.Reason `json:"Z,omitempty"`
	NoCallOwn bool             `json:"z,omitempty"`
	Readings  []string         `json:"B,omitempty"`
	// OpenCallbackID is the callback found for the calling number, 0 for none.
	OpenCallbackID int64 `json:"F,omitempty"`
	// OpenCallbackDue is when it is due, as the caller has heard.
	OpenCallbackDue DueWindow `json:"W,omitzero"`
	// ByReference is set when only the reference proves that the callback is the caller's.
	ByReference bool `json:"H,omitempty"`
	// ThenPerson is set when the caller ended a recording with the key for an agent, who is rung once it is kept.
	ThenPerson bool `json:"A,omitempty"`
	// Booked is the callback that was just booked.
	Booked int64 `json:"b,omitempty"`
	// Bookings made so far. The next one is named by this number and the CallSid until it is known to be written, so
	// that a repeated webhook makes no second one.
	Bookings int `json:"P,omitempty"`
	// Caller is the calling number as [Line.CallerNumber] reads it; on a leg that we rang, that of the caller it is for.
	Caller string `json:"f,omitempty"`
	// Attempt is the try to keep a callback that a leg belongs to. Again is
	// set once a customer pressed an unknown key, RingsAgain while one who is not connected is rung again later, and
	// Ended is how a Dial ended that could not be written down yet.
	Attempt    string   `json:"at,omitempty"`
	Again      bool     `json:"ag,omitempty"`
	RingsAgain bool     `json:"ra,omitempty"`
	Ended      *DialEnd `json:"en,omitempty"`
	// Failures counts our own faults in this call.
	Failures int `json:"X,omitempty"`
}

// A DueWindow is when a callback is to be made: Due and Until are Unix seconds, Until is 0 for one without a slot.
type DueWindow struct {
	Kind  callbacks.Kind `json:"k"`
	Due   int64          `json:"d"`
	Until int64          `json:"u,omitempty"`
}

// A Call is what the provider tells about a call with every webhook.
type Call struct {
	SID string
	// From is [State.Caller]: E.164, or empty where the number is withheld or none.
	From, To string
}

// An Event is something that has happened to a call.
type Event interface{ event() }

type (
	// Start is the beginning of a call.
	Start struct{}
	// Keys is what the caller pressed, without the # that ended it. Empty is silence.
	Keys struct{ Digits string }
	// Again asks for the step's prompt once more without counting anything.
	Again struct{}
	// DialEnded tells that a target's leg is over.
	DialEnded struct {
		Status string
		// Bridged is "true" or "false" where the provider says whether two people were connected.
		Bridged string
		// HungUp is set when the caller is gone: nothing that is said now is heard.
		HungUp bool
	}
	// Recorded is what the caller spoke. Key is what ended it, if a key did.
	Recorded struct {
		callbacks.Recording
		Key string
	}
	// Failure is a fault of ours, or the provider's word that it could not use our answer.
	Failure struct{}

	// Found answers FindOpen: the open callback of the calling number, 0 for none or when the store was too slow.
	Found struct {
		ID          int64
		ByReference bool
	}
	// Taken answers AskTaken.
	Taken struct {
		// Yes: an agent pressed 1, and nothing says that the two were not connected all the same.
		Yes bool
		// Bridged: the provider says that the caller was connected with whatever picked up.
		Bridged bool
	}
	// CallbackBooked answers Book and Move.
	CallbackBooked struct {
		Callback callbacks.Callback
		Existing bool
	}
	// Noted answers Book and Move when something else was noted under their key, and the answer to that was lost: it
	// stands, and nothing was written.
	Noted struct{ Callback callbacks.Callback }
	// Refused answers an effect that was not carried out.
	Refused struct {
		Why Refusal
		// Ask is what could not be asked, if the effect was [ReadAttempt].
		Ask Question
	}
	// AttemptRead answers ReadAttempt. Foreign: the leg is not the attempt's, and the verdict not to proceed.
	AttemptRead struct {
		ReadAttempt
		Callback          callbacks.Callback
		Verdict           callbacks.Verdict
		Foreign, Playable bool
		// RingsAgain: if the customer is not connected now, the dispatcher rings them later.
		RingsAgain bool
	}
	// Saved answers SaveMessage and SaveCallRecord.
	Saved struct{ Reference string }
	// Shown answers Look, and Prove when the digits were right.
	Shown struct{ Callback callbacks.Callback }
	// Dropped answers Cancel.
	Dropped struct{}
	// CallVerified answers VerifyCall: the call was ours, or it was not as far as the proof goes.
	CallVerified struct{ Ours bool }
	// Alerted answers UrgentUnanswered, whatever came of it.
	Alerted struct{}
	// Done answers what has nothing to tell.
	Done struct{}
)

func (Start) event()          {}
func (Keys) event()           {}
func (Again) event()          {}
func (DialEnded) event()      {}
func (Recorded) event()       {}
func (Failure) event()        {}
func (Found) event()          {}
func (Taken) event()          {}
func (CallbackBooked) event() {}
func (Noted) event()          {}
func (Refused) event()        {}
func (Saved) event()          {}
func (Shown) event()          {}
func (Dropped) event()        {}
func (CallVerified) event()   {}
func (AttemptRead) event()    {}
func (Alerted) event()        {}
func (Done) event()           {}

// A Refusal says why an effect was not carried out.
type Refusal string

const (
	// Lasting: as Failed, and it will not pass.
	Lasting Refusal = "lasting"
	// Failed: the store did not answer or could not write.
	Failed Refusal = "failed"
	// Full: the slot was taken meanwhile.
	Full Refusal = "full"
	// Enough: the calling number has asked for, or holds, as many callbacks as the line allows.
	Enough Refusal = "enough"
	// AnonymousEnough: anonymous callers have asked for as many as the line allows.
	AnonymousEnough Refusal = "anonymous-enough"
	// NumberEnough: others may not ask for a callback to the number just now.
	NumberEnough Refusal = "number-enough"
	// Many: as many callbacks are open as the line allows.
	Many Refusal = "many"
	// NoMatch: the digits do not belong to the callback.
	NoMatch Refusal = "no-match"
	// Locked: so many wrong digits were given that none count for a while.
	Locked Refusal = "locked"
	// TooLate: the callback is being made just now, or has ended.
	TooLate Refusal = "too-late"
)

// An Effect is what the flow wants done before it speaks on. The handler does it and answers with an Event.
type Effect interface{ effect() }

type (
	// FindOpen looks for an open callback of the calling number.
	FindOpen struct{ Line, Caller string }
	// AskTaken asks whether an agent pressed 1 during this dial.
	AskTaken struct {
		Dial               int
		Line, Desk, Caller string
	}
	// Book writes a callback.
	Book struct{ Request callbacks.Request }
	// UrgentUnanswered tells the line's own people that nobody took an urgent call. Key names the round of this call.
	UrgentUnanswered struct{ Key, Line, Desk, Caller string }
	// SaveMessage writes a recorded message.
	SaveMessage struct{ Message callbacks.Message }
	// SaveCallRecord writes down that the call is put through. It may fail: the call goes on without.
	SaveCallRecord struct{ Record callbacks.CallRecord }
	// AttachNote keeps what the caller spoke for the agent who rings back.
	AttachNote struct {
		ID   int64
		Note callbacks.Recording
	}
	// ReadAttempt asks about the attempt that a leg belongs to, or writes what has become of it.
	ReadAttempt struct {
		Ask Question
		// Key was pressed. Note asks as well whether the customer's note can be played.
		Key  string
		Note bool
		// Status, NotBridged and HasNext are how a Dial ended, and whether the desk has another target.
		Status              string
		NotBridged, HasNext bool
	}
	// MarkTaken writes that an agent took a call, and holds back what the desk owes its caller. It may fail: the two
	// are connected all the same.
	MarkTaken struct {
		Dial                      int
		Target                    callbacks.Target
		Line, Desk, Topic, Caller string
	}
	// Prove compares digits with a callback's reference and account.
	Prove struct {
		// Key names the try: the same webhook again is not counted again.
		Key         string
		ID          int64
		Caller      string
		Digits      string
		ByReference bool
	}
	// VerifyCall asks whether we rang one of these numbers, E.164, about the callback with this reference just now.
	VerifyCall struct {
		// Key is as in Prove.
		Key, Line, Caller string
		Numbers           []string
		Reference         string
	}
	// Look reads a callback that the caller has given proof for.
	Look struct{ ID int64 }
	// Move changes when a callback is made.
	Move struct {
		ID int64
		To callbacks.Move
	}
	// Cancel takes a callback back for the caller.
	Cancel struct{ ID int64 }
	// Reached takes back the callback of a caller who has talked with the desk.
	Reached struct{ Line, Desk, Caller string }
)

func (ReadAttempt) effect()      {}
func (MarkTaken) effect()        {}
func (FindOpen) effect()         {}
func (AskTaken) effect()         {}
func (Book) effect()             {}
func (UrgentUnanswered) effect() {}
func (SaveMessage) effect()      {}
func (SaveCallRecord) effect()   {}
func (AttachNote) effect()       {}
func (Prove) effect()            {}
func (VerifyCall) effect()       {}
func (Look) effect()             {}
func (Move) effect()             {}
func (Cancel) effect()           {}
func (Reached) effect()          {}

// A Question about an attempt, put in the name of the leg that was rung first.
type Question string

const (
	// Answered: that leg was picked up.
	Answered Question = "answered"
	// AgentTakes and CustomerTakes: they pressed 1; AgentTook and CustomerTook the same, known from before.
	AgentTakes    Question = "agent takes"
	AgentTook     Question = "agent took"
	CustomerTakes Question = "customer takes"
	CustomerTook  Question = "customer took"
	// Disowns: the customer did not ask for the call.
	Disowns Question = "disowns"
	// AgentEnded and CustomerEnded: that leg is over.
	AgentEnded    Question = "agent ended"
	CustomerEnded Question = "customer ended"
)
