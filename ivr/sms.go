package ivr

import (
	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/nyaruka/phonenumbers"
)

// Text messages about a callback, in the language that its caller chose.

// SMSBody is the text message that tells a customer about their callback. It is empty where the line sends
// none, and for numbers that take none. It is what [callbacks.Plan] asks for.
func (l *Line) SMSBody(c callbacks.Callback, kind callbacks.NotificationKind) string {
	if !l.TakesSMS(c.Number) {
		return ""
	}
	tag := l.Language(c.Language).Tag
	pairs := []string{"line", l.Names[tag], "reference", c.Reference}
	switch kind {
	case callbacks.NotifyBooked, callbacks.NotifyMoved:
		return l.wordsOfWhen(c, tag, pairs)
	case callbacks.NotifyGivenUp:
		return l.text(tag, "sms.given-up", pairs...)
	case callbacks.NotifyTask:
		return l.text(tag, "sms.task", pairs...)
	case callbacks.NotifyWithdrawn:
		return l.text(tag, "sms.withdrawn", pairs...)
	}
	return ""
}

// SMSFollows reports whether a text message tells a customer of the callback that is booked: whether the booking, which
// asks the same, writes one.
func (l *Line) SMSFollows(c callbacks.Callback) bool {
	return callbacks.Plan{SMSBody: l.SMSBody}.Notification(c, callbacks.NotifyBooked) != ""
}

// wordsOfWhen says when the customer is called back.
func (l *Line) wordsOfWhen(c callbacks.Callback, tag string, pairs []string) string {
	zone, _ := l.clockOf(c.Number, c.Due)
	if !c.Urgent && c.Kind == callbacks.Slot && c.SlotEnd.After(c.Due) { // not put off to a day behind it
		return l.text(tag, "sms.when", append(pairs, "when", spoken.WrittenBetween(tag, c.Due, c.SlotEnd, zone))...)
	}
	name := "sms.from"
	if c.Urgent {
		name = "sms.urgent"
	}
	return l.text(tag, name, append(pairs, "when", spoken.WrittenWhen(tag, c.Due, zone))...)
}

// TakesSMS reports whether the line would send a text message to a number, E.164: to one that can be a mobile
// telephone's.
func (l *Line) TakesSMS(e164 string) bool { return l.SMS && MayBeMobile(e164) }

// MayBeMobile reports whether a number, E.164, can be a mobile telephone's.
func MayBeMobile(e164 string) bool {
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
