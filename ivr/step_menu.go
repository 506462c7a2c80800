package ivr

import (
	"slices"
	"strconv"
	"time"
)

// The first minute of a call: greeting, language, topic, self-help.

const (
	menuTimeout  = 6 * time.Second
	entryTimeout = 8 * time.Second
	readyTimeout = 3 * time.Second
	// choices is how many topics a caller hears before "more".
	choices = 5
)

func askLanguage(t *turn) Next {
	if len(t.line.Languages) == 1 {
		t.Language = t.line.Languages[0].Tag
		t.say("welcome", "line", t.line.Names[t.tongue()])
		return t.find()
	}
	if t.Turns == 1 {
		t.say("welcome", "line", t.line.Names[t.tongue()])
	}
	for i, language := range t.line.Languages {
		t.said = append(t.said, t.line.Say(language.Tag, "language.offer", "key", strconv.Itoa(i+1)))
	}
	return Listen{Timeout: menuTimeout}
}

func hearLanguage(t *turn, key string) Next {
	if i, err := strconv.Atoi(key); err == nil && i >= 1 && i <= len(t.line.Languages) {
		t.Language, t.Announced = t.line.Languages[i-1].Tag, false
		return t.find()
	}
	return wrong{t.words("no-match.menu")}
}

// find asks for a promise that stands before the topics are read out, so that its key can be among them.
func (t *turn) find() Next {
	return Perform{FindOpen{Line: t.line.ID, Caller: t.call.From}}
}

func afterFind(t *turn, event Event) Next {
	if found, ok := event.(Found); ok {
		t.OpenCallbackID, t.ByReference = found.ID, found.ByReference
	}
	return goTo{stepTopic}
}

func askTopic(t *turn) Next {
	if !t.Announced {
		t.Announced = true
		t.tellNews("")
		if !t.line.Desks[t.generalDesk()].Hours.IsOpen(t.now) {
			t.sayClosed(t.generalDesk())
		}
		if t.OpenCallbackID != 0 {
			t.say("callback.open", "key", keyMine)
		}
	}
	for i, choice := range t.choicesShown() {
		t.say("menu.topic", "key", strconv.Itoa(i+1), "topic", t.words("topic."+choice.ID).Text)
	}
	if t.moreChoices() {
		t.say("menu.more", "key", keyMore)
	}
	t.say("menu.controls")
	if t.Page > 0 || t.Menu != "" || len(t.line.Languages) > 1 {
		t.say("menu.back")
	}
	return Listen{Timeout: menuTimeout}
}

// newsLimit bounds the notices of one answer, in bytes: the provider takes no document over 64 kB,
// and nobody listens to ten minutes of notices.
const newsLimit = 16 << 10

// tellNews speaks the notices in force: those for everybody, or those of one topic.
func (t *turn) tellNews(topic string) {
	size := 0
	for _, notice := range t.line.Announcements {
		inForce := !t.now.Before(notice.From) && t.now.Before(notice.Until)
		concerns := topic == "" && len(notice.Topics) == 0 || topic != "" && slices.Contains(notice.Topics, topic)
		text := notice.Text[t.tongue()]
		if !inForce || !concerns || text == "" { // one declared in a hurry may lack a language
			continue
		}
		if size += len(text); size <= newsLimit {
			t.said = append(t.said, Utterance{t.tongue(), text})
		}
	}
}

// menuOpen is the menu that the caller is in, and the one that led there. After an edit that took it away it is the first.
func (t *turn) menuOpen() (open []Choice, parent string) {
	var find func(choices []Choice, in string) bool
	find = func(choices []Choice, in string) bool {
		for _, choice := range choices {
			if len(choice.Choices) > 0 && choice.ID == t.Menu {
				open, parent = choice.Choices, in
				return true
			}
			if find(choice.Choices, choice.ID) {
				return true
			}
		}
		return false
	}
	if t.Menu == "" || !find(t.line.Menu, "") {
		return t.line.Menu, ""
	}
	return open, parent
}

func (t *turn) choicesShown() []Choice {
	open, _ := t.menuOpen()
	first := min(t.Page*choices, len(open))
	return open[first:min(first+choices, len(open))]
}

func (t *turn) moreChoices() bool {
	open, _ := t.menuOpen()
	return (t.Page+1)*choices < len(open)
}

func hearTopic(t *turn, key string) Next {
	if key == keyMore && t.moreChoices() {
		t.Page++
		return goTo{stepTopic}
	}
	if key == keyMine && t.OpenCallbackID != 0 {
		return goTo{stepMine}
	}
	shown := t.choicesShown()
	i, err := strconv.Atoi(key)
	if err != nil || i < 1 || i > len(shown) {
		return wrong{t.words("no-match.menu")}
	}
	choice := shown[i-1]
	if len(choice.Choices) > 0 {
		t.Menu, t.Page = choice.ID, 0
		return goTo{stepTopic}
	}
	return t.choose(*t.line.Topic(choice.ID))
}

func backFromTopic(t *turn) Next {
	switch {
	case t.Page > 0:
		t.Page--
		return goTo{stepTopic}
	case t.Menu != "":
		_, t.Menu = t.menuOpen()
		return goTo{stepTopic}
	case len(t.line.Languages) > 1:
		return goTo{stepLanguage}
	}
	return goTo{stepTopic}
}

func (t *turn) choose(topic Topic) Next {
	if topic.ID != t.Topic { // the answers belong to the topic, the account does not
		t.Answers = ""
		t.Skip = slices.DeleteFunc(slices.Clone(t.Skip), func(what string) bool { return what != keyAccount })
	}
	t.Topic = topic.ID
	t.tellNews(topic.ID)
	switch {
	case topic.Urgent:
		return t.person()
	case topic.Message:
		return goTo{stepMessage}
	case topic.Help:
		if topic.AskAccount && t.Account == "" {
			t.say("numbers.ready")
		}
		return goTo{stepHelp}
	}
	return t.collect()
}

func askHelp(t *turn) Next {
	t.say("help." + t.Topic)
	t.say("help.solved")
	return Listen{Timeout: menuTimeout}
}

func hearHelp(t *turn, key string) Next {
	switch key {
	case "1":
		t.say("goodbye.solved")
		return Hangup{}
	case "2":
		return t.collect()
	}
	return wrong{t.words("no-match.menu")}
}
