package ivr

import (
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
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

// ours reports whether a number is the line's own or one of its agents': nobody is rung back there.
func (l *Line) ours(e164 string) bool {
	if slices.Contains(l.Numbers, e164) {
		return true
	}
	for _, desk := range l.Desks {
		if slices.ContainsFunc(desk.Targets, func(target callbacks.Target) bool { return target.Address == e164 }) {
			return true
		}
	}
	return false
}

func (t *turn) digits(number string) string { return spoken.Digits(t.tongue(), number) }

// language falls back to the line's first: a call or a promise may be older than the configuration.
func (l *Line) language(tag string) Language {
	for _, language := range l.Languages {
		if language.Tag == tag {
			return language
		}
	}
	return l.Languages[0]
}
