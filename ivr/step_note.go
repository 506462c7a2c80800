package ivr

import "strconv"

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
		if event.Key == KeyPerson {
			return r.person() // what was spoken until then is kept when the provider tells of it
		}
		return Perform{AttachNote{ID: r.Booked, Note: event.Recording}}
	case Done:
		r.say("note.saved")
	default:
		r.say("note.failed")
	}
	return farewell(r)
}

// sayWhatToTell says what is useful to speak about the topic.
func (r *request) sayWhatToTell() {
	if topic := r.topic(); topic != nil && topic.Note {
		r.say("note-about." + topic.ID)
	}
}
