package ivr

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/nyaruka/phonenumbers"
)

// Text messages that confirm a promise in writing.

// confirmation is the text that goes to a number that was promised a callback. The reference is filled in by whoever
// draws it. It is empty where the line sends none, and for numbers that take none.
func (t *turn) confirmation(number string, kind callbacks.Kind, urgent bool, due, until time.Time) string {
	if !t.line.TextMessages || !takesTexts(number) {
		return ""
	}
	name := t.line.name(t.tongue())
	switch {
	case urgent:
		return t.line.text(t.tongue(), "sms.urgent", "line", name)
	case kind == callbacks.Slot:
		return t.line.text(t.tongue(), "sms.when", "line", name, "when", t.line.between(t.tongue(), due, until, t.now))
	case due.After(t.now.Add(offTheLine)):
		return t.line.text(t.tongue(), "sms.when", "line", name, "when", t.line.when(t.tongue(), due, t.now))
	}
	return t.line.text(t.tongue(), "sms.soon", "line", name)
}

// takesTexts reports whether a number can be a mobile telephone's.
func takesTexts(e164 string) bool {
	number, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil {
		return false
	}
	switch phonenumbers.GetNumberType(number) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return true
	}
	return false
}
