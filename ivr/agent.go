package ivr

import (
	"cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// What an agent hears before and after they take a call or a callback.

// briefing is what a leg is about: line, topic and the caller's language, in the desk's language.
func (l *Line) briefing(prompt, tag, topic, language string) Utterance {
	about := l.text(tag, "topic."+topic)
	if about == "" { // none was chosen, or it is no longer configured
		about = l.text(tag, "topic.general")
	}
	return l.Say(tag, prompt, "line", l.Names[tag],
		"topic", about, "language", l.text(tag, "language."+l.Language(language).Tag))
}

// caseFor is what an agent hears after the 1, so that nobody asks the caller twice.
func (l *Line) caseFor(tag, reference, account string, answers callbacks.Answers) []Utterance {
	var said []Utterance
	if reference != "" {
		said = append(said, l.Say(tag, "whisper.reference", "digits", spoken.Digits(tag, reference)))
	}
	if account == "" {
		said = append(said, l.Say(tag, "whisper.none"))
	} else {
		said = append(said, l.Say(tag, "whisper.account", "digits", l.sayAccount(tag, account)))
	}
	for _, answer := range answers.All() {
		digits := spoken.Digits(tag, answer.Digits) // told bare where the question is no longer configured
		said = append(said, Utterance{tag, cmp.Or(l.text(tag, "answer."+answer.Question, "digits", digits), digits)})
	}
	return said
}

// deskLanguage is the language in which a desk's agents are spoken to.
func (l *Line) deskLanguage(desk string) string {
	if d := l.Desks[desk]; d != nil {
		return l.Language(d.Language).Tag
	}
	return l.Languages[0].Tag
}
