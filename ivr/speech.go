package ivr

import (
	"time"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// How a line puts its sentences: prompts filled with spoken digits and times.

func (l *Line) utter(tag, key string, pairs ...string) Utterance {
	return Utterance{Language: tag, Text: l.Prompts.Fill(tag, key, pairs...)}
}

func (l *Line) name(tag string) string { return l.Prompts.Fill(tag, "line."+l.ID) }

func (l *Line) when(tag string, at, now time.Time) string {
	return spoken.When(tag, at, now, l.Hours.Zone())
}

func (l *Line) between(tag string, from, to, now time.Time) string {
	return spoken.Between(tag, from, to, now, l.Hours.Zone())
}

func (t *turn) digits(number string) string { return spoken.Digits(t.tongue(), number) }

func (l *Line) language(tag string) Language {
	for _, language := range l.Languages {
		if language.Tag == tag {
			return language
		}
	}
	return l.Languages[0]
}
