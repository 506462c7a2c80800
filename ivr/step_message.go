package ivr

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A recorded message: what remains when nobody can be reached and no callback is wanted.

func askMessage(t *turn) Next {
	t.say("message.ask")
	return Record{Seconds: t.line.MessageSeconds}
}

// hearMessage is reached when keys arrive in place of a recording; the recording itself is an event.
func hearMessage(t *turn, _ string) Next { return askMessage(t) }

// silentMessage: the provider took no recording because nothing was said.
func silentMessage(t *turn) Next {
	t.Silent++
	t.say("message.empty")
	if t.Silent >= t.line.SilenceLimit {
		return t.goodbye()
	}
	return askMessage(t)
}

func afterMessage(t *turn, event Event) Next {
	switch event := event.(type) {
	case Recorded:
		message := recordedMessage(t.call, *t.State, t.now)
		message.RecordingSID, message.RecordingURL, message.Seconds = event.SID, event.URL, event.Seconds
		return Perform{SaveMessage{message}}
	case Saved:
		t.say("message.saved")
		return t.sayReference(event.Reference)
	}
	t.say("message.failed")
	return t.goodbye()
}

// recordedMessage is what a call's state tells about a message left in it. Its key is the same for every webhook about it.
func recordedMessage(call Call, state State, now time.Time) callbacks.Message {
	return callbacks.Message{
		Key: call.SID + "/message", Line: state.Line, Desk: state.Desk, Topic: state.Topic, Language: state.Language,
		Caller: call.From, Account: state.Account, Transaction: state.Transaction, Received: now.UTC(),
	}
}
