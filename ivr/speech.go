package ivr

import (
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// How a line puts its sentences: prompts filled with spoken digits and times.

// Say is a sentence of the line in a language, its placeholders filled by pairs of name and value.
func (l *Line) Say(tag, key string, pairs ...string) Utterance {
	return Utterance{Language: tag, Text: l.text(tag, key, pairs...)}
}

// text is a prompt with its placeholders filled. One that is missing is empty: config refuses such a line, so no caller
// meets it.
func (l *Line) text(tag, key string, pairs ...string) string {
	text, _ := l.Prompts.Text(l.ID, tag, key)
	text = fill(text, pairs...)
	for name, figure := range l.Variables[tag] {
		text = strings.ReplaceAll(text, "{"+name+"}", figure)
	}
	return text
}

// Sentence is a prompt of the line in a language, its figures filled in, placeholders that only a call can fill left.
// It is empty where there is none.
func (l *Line) Sentence(tag, key string) string { return l.text(tag, key) }

func (l *Line) when(tag string, at, now time.Time) string {
	return spoken.When(tag, at, now, l.Hours.Zone())
}

func (l *Line) between(tag string, from, to, now time.Time) string {
	return spoken.Between(tag, from, to, now, l.Hours.Zone())
}

// sayPhone says a telephone number, E.164, with pauses where people of the line's region make them. One of another
// country begins with its name, so that a number that was misunderstood is heard to be.
func (l *Line) sayPhone(tag, e164 string) string {
	said := spoken.Digits(tag, phoneForm(e164, l.Region))
	if country := callbacks.Country(e164); country != l.Region {
		return spoken.Abroad(tag, country, said)
	}
	return said
}

// sayAccount says an account number; where accounts are telephone numbers, like one.
func (l *Line) sayAccount(tag, account string) string {
	if form := phoneForm(account, l.Region); l.Account.CallingNumber && form != "" {
		return spoken.Digits(tag, form)
	}
	return spoken.Digits(tag, account)
}

func (r *request) digits(number string) string { return spoken.Digits(r.language(), number) }

// Language is one of the line's by its tag. It falls back to the line's first: a call or a callback may be older than
// the configuration.
func (l *Line) Language(tag string) Language {
	for _, language := range l.Languages {
		if language.Tag == tag {
			return language
		}
	}
	return l.Languages[0]
}
