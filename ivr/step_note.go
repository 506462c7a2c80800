package ivr

import "strconv"

// A spoken note for the agent who rings back: what no keypad can take. It is offered once the promise is written.

func askNote(t *turn) Next {
	t.say("note.offer", "key", keyNote)
	return Listen{Timeout: menuTimeout}
}

func hearNote(t *turn, key string) Next {
	if key == keyNote {
		return goTo{stepNoteSpoken}
	}
	return wrong{t.words("no-match.menu")}
}

func askNoteSpoken(t *turn) Next {
	t.sayWhatToTell()
	t.say("note.ask", "seconds", strconv.Itoa(t.line.NoteSeconds))
	return Record{Seconds: t.line.NoteSeconds}
}

// askNoteAgain is reached when keys arrive in place of a recording.
func askNoteAgain(t *turn, _ string) Next { return wrong{} }

func afterNote(t *turn, event Event) Next {
	switch event := event.(type) {
	case Recorded:
		if event.Key == KeyPerson {
			return t.person() // what was spoken until then is kept when the provider tells of it
		}
		return Perform{AttachNote{ID: t.Booked, Note: event.Recording}}
	case Done:
		t.say("note.saved")
	default:
		t.say("note.failed")
	}
	return farewell(t)
}

// sayWhatToTell says what is useful to speak about the topic.
func (t *turn) sayWhatToTell() {
	if topic := t.topic(); topic != nil && topic.Note {
		t.say("note-about." + topic.ID)
	}
}
