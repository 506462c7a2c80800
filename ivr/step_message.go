package ivr

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A recorded message: what remains when nobody can be reached and no callback is wanted.

func askMessage(t *turn) Next {
	t.sayWhatToTell()
	t.say("message.ask")
	return Record{Seconds: t.line.MessageSeconds}
}

// hearMessage is reached when keys arrive in place of a recording; the recording itself is an event.
func hearMessage(t *turn, _ string) Next { return askMessage(t) }

// silentMessage: the provider took no recording because nothing was said.
func silentMessage(t *turn) Next {
	t.Silent++
	t.say("message.empty")
	if t.Silent >= t.line.NoInputLimit {
		return t.goodbye()
	}
	return askMessage(t)
}

func afterMessage(t *turn, event Event) Next {
	switch event := event.(type) {
	case Recorded:
		if event.Key == KeyPerson {
			return t.person() // what was spoken until then is kept when the provider tells of it
		}
		return Perform{SaveMessage{t.message(event)}}
	case Saved:
		t.say("message.saved")
		t.sayReference(event.Reference)
		return farewell(t)
	}
	t.say("message.failed")
	return t.goodbye()
}

// KeepRecording keeps a message or a note that the provider tells of once it can be fetched. The flow had it kept when
// the caller finished it; that webhook may have been lost, or be on its way still.
func KeepRecording(line *Line, now time.Time, call Call, state State, recording callbacks.Recording) Effect {
	if state.Step == stepNoteSpoken {
		return AttachNote{ID: state.Booked, Note: recording}
	}
	t := &turn{line: line, now: now, call: call, State: &state}
	return SaveMessage{t.message(Recorded{Recording: recording})}
}

// message is what the call tells about a recording. Its key is the same for every webhook about it.
func (t *turn) message(recorded Recorded) callbacks.Message {
	return callbacks.Message{
		Key: t.call.SID + "/" + recorded.SID, CallRecordKey: t.call.SID,
		Line: t.line.ID, Desk: t.deskWanted(), Topic: t.Topic, Language: t.tongue(),
		Caller: t.call.From, Account: t.Account, Answers: t.Answers,
		Recording: recorded.Recording, Received: t.now.UTC(),
	}
}
