package ivr

import (
	"slices"
	"strconv"
	"time"
)

// The first minute of a call: greeting, language, topic, self-help.

const (
	menuTimeout    = 6 * time.Second
	entryTimeout   = 8 * time.Second
	confirmTimeout = 3 * time.Second
	// choices is how many topics a caller hears before "more". A menu has no more choices of its own: 6 to 9 mean
	// something else.
	choices = 5
)

func askLanguage(r *request) Action {
	if len(r.line.Languages) == 1 {
		r.Language = r.line.Languages[0].Tag
		r.say("welcome", "line", r.line.Names[r.language()])
		return r.find()
	}
	if language := r.line.languageOf(r.call.From); language != nil && r.Events == 1 {
		r.Language, r.Guessed = language.Tag, true
		r.say("welcome", "line", r.line.Names[r.language()])
		return r.find()
	}
	if r.Events == 1 {
		r.say("welcome", "line", r.line.Names[r.language()])
	}
	for i, language := range r.line.Languages {
		r.said = append(r.said, r.line.Say(language.Tag, "language.offer", "key", strconv.Itoa(i+1)))
	}
	if r.closed() { // behind the keys: who knows theirs does not wait for it
		for _, language := range r.line.Languages {
			r.said = append(r.said, r.line.Say(language.Tag, "hours.closed-now"))
		}
	}
	return Gather{Timeout: menuTimeout}
}

// closed reports whether nobody serves callers who have named no topic.
func (r *request) closed() bool { return !r.line.Desks[r.generalDesk()].Hours.IsOpen(r.now) }

// firstLanguage goes on in the line's first language: who says nothing to a choice of languages says nothing to a
// second one either.
func firstLanguage(r *request) Action {
	r.Announced, r.Guessed = false, false
	return r.find()
}

func keysOfLanguage(r *request) []menuKey {
	return numbered(len(r.line.Languages), func(r *request, i int) Action {
		r.Language, r.Announced, r.Guessed = r.line.Languages[i].Tag, false, false
		return r.find()
	})
}

// find asks for an open callback before the topics are read out, so that its key can be among them.
func (r *request) find() Action {
	return Perform{FindOpen{Line: r.line.ID, Caller: r.call.From}}
}

func afterFind(r *request, event Event) Action {
	if found, ok := event.(Found); ok {
		r.OpenCallbackID, r.ByReference = found.ID, found.ByReference
	}
	return goTo{stepTopic}
}

func askTopic(r *request) Action {
	shown := r.choicesShown()
	emergency := len(shown) > 0 && r.Menu == "" && r.Page == 0 && r.line.isUrgent(shown[0].ID)
	switch {
	case !emergency:
	case !r.Announced || r.emergency() != nil:
		r.sayFirst("emergency.first", "key", "1")
	default:
		r.say("emergency.first", "key", "1")
	}
	first := !r.Announced
	if first {
		r.Announced = true
		r.greetClosed()
		r.sayAnnouncements("")
	}
	r.sayOpenCallback()
	for i, choice := range shown {
		if i > 0 || !emergency {
			r.say("menu.topic", "key", strconv.Itoa(i+1), "topic", r.words("topic."+choice.ID).Text)
		}
	}
	if r.moreChoices() {
		r.say("menu.more", "key", keyMore)
	}
	if r.OpenCallbackID == 0 && r.Menu == "" && !r.moreChoices() { // after everything that people call about
		r.say("verify.offer", "key", keyExisting)
	}
	r.sayPersonKey()
	// Twenty seconds are the most that anybody listens to; who is silent hears of the key.
	if !r.closed() && !r.Guessed {
		r.say("menu.again")
	}
	switch top := r.Page == 0 && r.Menu == ""; {
	case top && r.Guessed:
		r.sayOtherLanguages(first && r.closed())
	case !top || len(r.line.Languages) > 1:
		r.say("menu.back")
	}
	return Gather{Timeout: menuTimeout}
}

// greetClosed says that it is closed, and until when. The choice of languages has said the first in theirs; who has a
// callback booked needs no opening hours.
func (r *request) greetClosed() {
	heard := !r.Guessed && len(r.line.Languages) > 1
	switch desk, booked := r.generalDesk(), r.OpenCallbackID != 0; {
	case !r.closed() || heard && booked:
	case booked:
		r.say("hours.closed-now")
	case heard:
		r.sayOpening(desk)
	default:
		r.sayClosed(desk)
	}
}

// sayOtherLanguages says how to leave a language that was not chosen, in each of the others, and that it is closed.
func (r *request) sayOtherLanguages(closed bool) {
	for _, language := range r.line.Languages {
		if language.Tag != r.language() {
			if closed {
				r.said = append(r.said, r.line.Say(language.Tag, "hours.closed-now"))
			}
			r.said = append(r.said, r.line.Say(language.Tag, "language.star"))
		}
	}
}

// silentTopic leads a caller who says nothing to a first menu in a language that was not chosen to the choice of
// languages: they may not have understood a word.
func silentTopic(r *request) Action {
	if r.Guessed && r.Page == 0 && r.Menu == "" {
		return goTo{stepLanguage}
	}
	return r.countNoInput(stepOf(stepTopic))
}

// sayOpenCallback tells of an open callback before anything else can be chosen: that there is one, not what it is
// about.
func (r *request) sayOpenCallback() {
	if r.OpenCallbackID != 0 {
		r.say("callback.open", "key", keyExisting)
	}
}

// sayControls says the keys of every menu. An agent is announced only while one can answer.
func (r *request) sayControls() {
	r.sayPersonKey()
	r.say("menu.again")
}

func (r *request) sayPersonKey() {
	if r.agentDesk() != "" {
		r.say("menu.agent")
	}
}

// announcementsLimit bounds the announcements of one answer, in bytes: the provider takes no document over 64 kB,
// and nobody listens to ten minutes of announcements.
const announcementsLimit = 16 << 10

// sayAnnouncements speaks the announcements in force: those for everybody, or those of one topic.
func (r *request) sayAnnouncements(topic string) {
	size := 0
	for _, announcement := range r.line.Announcements {
		inForce := !r.now.Before(announcement.From) && r.now.Before(announcement.Until)
		concerns := topic == "" && len(announcement.Topics) == 0 ||
			topic != "" && slices.Contains(announcement.Topics, topic)
		text := announcement.Text[r.language()]
		if !inForce || !concerns || text == "" { // one declared in a hurry may lack a language
			continue
		}
		if size += len(text); size <= announcementsLimit {
			r.said = append(r.said, Utterance{Language: r.language(), Text: text})
		}
	}
}

// menuOpen is the menu that the caller is in, and the one that led there. After an edit that took it away it is the
// first.
func (r *request) menuOpen() (open []Choice, parent string) {
	var find func(choices []Choice, in string) bool
	find = func(choices []Choice, in string) bool {
		for _, choice := range choices {
			if len(choice.Choices) > 0 && choice.ID == r.Menu {
				open, parent = choice.Choices, in
				return true
			}
			if find(choice.Choices, choice.ID) {
				return true
			}
		}
		return false
	}
	if r.Menu == "" || !find(r.line.Menu, "") {
		return r.line.firstMenu(), ""
	}
	return open, parent
}

func (r *request) choicesShown() []Choice {
	open, _ := r.menuOpen()
	first := min(r.Page*choices, len(open))
	return open[first:min(first+choices, len(open))]
}

func (r *request) moreChoices() bool {
	open, _ := r.menuOpen()
	return (r.Page+1)*choices < len(open)
}

func keysOfTopic(r *request) []menuKey {
	shown := r.choicesShown()
	keys := numbered(len(shown), func(r *request, i int) Action {
		choice := shown[i]
		if len(choice.Choices) > 0 {
			r.Menu, r.Page = choice.ID, 0
			return goTo{stepTopic}
		}
		return r.choose(*r.line.Topic(choice.ID))
	})
	if r.moreChoices() {
		keys = append(keys, menuKey{keyMore, func(r *request) Action { r.Page++; return goTo{stepTopic} }})
	}
	if r.OpenCallbackID == 0 {
		return append(keys, menuKey{keyExisting, goes(stepVerify)})
	}
	return append(keys, menuKey{keyExisting, goes(stepExisting)})
}

func backFromTopic(r *request) Action {
	switch {
	case r.Page > 0:
		r.Page--
		return goTo{stepTopic}
	case r.Menu != "":
		_, r.Menu = r.menuOpen()
		return goTo{stepTopic}
	case len(r.line.Languages) > 1:
		return goTo{stepLanguage}
	}
	return goTo{stepTopic}
}

func (r *request) choose(topic Topic) Action {
	if topic.ID != r.Topic { // the answers belong to the topic, the account does not
		r.Answers = ""
		r.Skip = slices.DeleteFunc(slices.Clone(r.Skip), func(what string) bool { return what != keyAccount })
	}
	r.Topic = topic.ID
	r.sayAnnouncements(topic.ID)
	switch {
	case topic.Urgent:
		return r.person()
	case topic.Message:
		return goTo{stepMessage}
	case topic.Help:
		return goTo{stepHelp}
	}
	return r.collect()
}

func askHelp(r *request) Action {
	r.say("help." + r.Topic)
	r.say("help.solved")
	r.sayControls()
	return Gather{Timeout: menuTimeout}
}

func keysOfHelp(*request) []menuKey {
	return []menuKey{{"1", solved}, {"2", (*request).collect}}
}

func solved(r *request) Action {
	r.say("goodbye.solved")
	return Hangup{}
}
