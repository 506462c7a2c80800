package ivr

import (
	"cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// What an agent hears before and after they take a call or a callback.

// Briefing is what a leg is about: line, topic and the caller's language, in the desk's language.
func (l *Line) Briefing(prompt, tongue, topic, language string) Utterance {
	about := l.text(tongue, "topic."+topic)
	if about == "" { // none was chosen, or it is no longer configured
		about = l.text(tongue, "topic.general")
	}
	return l.Say(tongue, prompt, "line", l.Names[tongue],
		"topic", about, "language", l.text(tongue, "language."+l.Language(language).Tag))
}

// CaseFor is what an agent hears after the 1, so that nobody asks the caller twice.
func (l *Line) CaseFor(tongue, reference, account string, answers callbacks.Answers) []Utterance {
	var said []Utterance
	if reference != "" {
		said = append(said, l.Say(tongue, "whisper.reference", "digits", spoken.Digits(tongue, reference)))
	}
	if account == "" {
		said = append(said, l.Say(tongue, "whisper.none"))
	} else {
		said = append(said, l.Say(tongue, "whisper.account", "digits", l.sayAccount(tongue, account)))
	}
	for _, answer := range answers.All() {
		digits := spoken.Digits(tongue, answer.Digits) // told bare where the question is no longer configured
		said = append(said, Utterance{tongue, cmp.Or(l.text(tongue, "answer."+answer.Question, "digits", digits), digits)})
	}
	return said
}

// DeskLanguage is the language in which a desk's agents are spoken to.
func (l *Line) DeskLanguage(desk string) string {
	if d := l.Desks[desk]; d != nil {
		return l.Language(d.Language).Tag
	}
	return l.Languages[0].Tag
}
