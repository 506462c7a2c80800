package ivr

import (
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// What callers speak: a message, which remains when nobody can be reached and no callback is wanted, and a note for the
// agent who rings back.

func askMessage(r *request) Action {
	r.sayWhatToTell()
	r.say("message.ask")
	return Record{Seconds: r.line.MessageSeconds}
}

// toMessage leads to a message who did not ask for one. While only the emergency's desk answers its key comes first:
// 0, silence and wrong keys lead to it and not away from it.
func (r *request) toMessage() Action {
	if r.emergency() == nil || r.Step == stepBeforeMessage {
		return goTo{stepMessage}
	}
	return goTo{stepBeforeMessage}
}

func askBeforeMessage(r *request) Action {
	r.offerEmergency()
	r.say("offer.message", "key", keyMessage)
	return Gather{Timeout: confirmTimeout}
}

func keysOfBeforeMessage(r *request) []menuKey {
	return append(keysOfAfterMessage(r), menuKey{keyMessage, goes(stepMessage)})
}

// askAfterMessage says the emergency's key behind the reference, which must not be cut off.
func askAfterMessage(r *request) Action {
	if r.Emergency = r.emergency() != nil; !r.Emergency { // its desk has closed
		return farewell(r)
	}
	r.say("emergency.first", "key", "1")
	return Gather{Timeout: confirmTimeout}
}

func keysOfAfterMessage(r *request) []menuKey { return choicesOf(r.emergencyOffered()) }

// hearMessage is reached when keys arrive in place of a recording; the recording itself is an event.
func hearMessage(r *request, _ string) Action { return askMessage(r) }

// noMessage: the provider took no recording because nothing was said.
func noMessage(r *request) Action {
	r.NoInputs++
	r.say("message.empty")
	if r.NoInputs >= r.line.NoInputLimit {
		return r.goodbye()
	}
	return askMessage(r)
}

func afterMessage(r *request, event Event) Action {
	switch event := event.(type) {
	case Recorded:
		if event.Key == KeyPerson && event.Seconds == 0 { // nothing was spoken
			return r.person()
		}
		r.ThenPerson = event.Key == KeyPerson
		return Perform{SaveMessage{r.message(event)}}
	case Saved:
		r.say("message.saved")
		r.sayReference(event.Reference)
		return r.afterRecording(endOfMessage(farewell))
	}
	r.say("message.failed")
	if r.emergency() != nil { // whose key comes in the place of the goodbye that tells it
		r.sayHours(r.deskWanted())
	}
	return r.afterRecording(endOfMessage((*request).goodbye))
}

// endOfMessage is an end, but for the emergency's key where it is owed.
func endOfMessage(end func(*request) Action) func(*request) Action {
	return func(r *request) Action {
		if r.emergency() == nil {
			return end(r)
		}
		return goTo{stepAfterMessage}
	}
}

// afterRecording leads to an agent those who ended the recording with 0, others to what comes otherwise.
func (r *request) afterRecording(otherwise func(*request) Action) Action {
	if !r.ThenPerson {
		return otherwise(r)
	}
	r.ThenPerson = false
	return r.person()
}

// KeepRecording keeps a message or a note that the provider tells of once it can be fetched. The flow had it kept when
// the caller finished it; that webhook may have been lost, or be on its way still.
func KeepRecording(line *Line, now time.Time, call Call, state State, recording callbacks.Recording) Effect {
	if state.Step == stepNoteSpoken {
		return AttachNote{ID: state.Booked, Note: recording}
	}
	r := &request{line: line, now: now, call: call, State: &state}
	return SaveMessage{r.message(Recorded{Recording: recording})}
}

// message is what the call tells about a recording. Its key is the same for every webhook about it.
func (r *request) message(recorded Recorded) callbacks.Message {
	return callbacks.Message{
		Key: r.call.SID + "/" + recorded.SID, CallRecordKey: r.call.SID,
		Line: r.line.ID, Desk: r.deskWanted(), Topic: r.Topic, Language: r.language(),
		Caller: r.call.From, Account: r.Account, Answers: r.Answers,
		Recording: recorded.Recording, Received: r.now.UTC(),
	}
}

// A spoken note for the agent who rings back: what no keypad can take. It is offered once the callback is written.

func askNote(r *request) Action {
	r.say("note.offer", "key", keyNote)
	return Gather{Timeout: menuTimeout}
}

// keyNote adds a spoken note.
const keyNote = "1"

func keysOfNote(*request) []menuKey { return []menuKey{{keyNote, goes(stepNoteSpoken)}} }

func askNoteSpoken(r *request) Action {
	r.sayWhatToTell()
	r.say("note.ask", "seconds", strconv.Itoa(r.line.NoteSeconds))
	return Record{Seconds: r.line.NoteSeconds}
}

// askNoteAgain is reached when keys arrive in place of a recording.
func askNoteAgain(r *request, _ string) Action { return noMatch{} }

func afterNote(r *request, event Event) Action {
	switch event := event.(type) {
	case Recorded:
		if event.Key == KeyPerson && event.Seconds == 0 {
			return r.person()
		}
		r.ThenPerson = event.Key == KeyPerson
		return Perform{AttachNote{ID: r.Booked, Note: event.Recording}}
	case Done:
		r.say("note.saved")
	default:
		r.say("note.failed")
	}
	return r.afterRecording(farewell)
}

// sayWhatToTell says what is useful to speak about the topic.
func (r *request) sayWhatToTell() {
	if topic := r.topic(); topic != nil && topic.Note {
		r.say("note-about." + topic.ID)
	}
}
