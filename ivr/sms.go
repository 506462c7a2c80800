package ivr

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/nyaruka/phonenumbers"
)

// Text messages about a callback, in the language that its caller chose.

// SMSBody is the text message that tells a customer about their callback as of now. It is empty where the line sends
// none, and for numbers that take none. It is what [callbacks.Plan] asks for.
func (l *Line) SMSBody(c callbacks.Callback, kind callbacks.NotificationKind, now time.Time) string {
	if !l.TakesSMS(c.Number) {
		return ""
	}
	tag := l.Language(c.Language).Tag
	pairs := []string{"line", l.Names[tag], "reference", c.Reference}
	switch kind {
	case callbacks.NotifyBooked, callbacks.NotifyMoved:
		return l.wordsOfWhen(c, tag, now, pairs)
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
func (l *Line) SMSFollows(c callbacks.Callback, now time.Time) bool {
	return callbacks.Plan{SMSBody: l.SMSBody}.Notification(c, callbacks.NotifyBooked, now) != ""
}

// wordsOfWhen says when the customer is called back.
func (l *Line) wordsOfWhen(c callbacks.Callback, tag string, now time.Time, pairs []string) string {
	zone, _ := l.clockOf(c.Number, c.Due)
	switch {
	case c.Urgent:
		return l.text(tag, "sms.urgent", pairs...)
	case c.Kind == callbacks.Slot && c.SlotEnd.After(c.Due): // not put off to a day behind it
		return l.text(tag, "sms.when", append(pairs, "when", spoken.WrittenBetween(tag, c.Due, c.SlotEnd, zone))...)
	case c.Due.After(now.Add(offTheLine)):
		return l.text(tag, "sms.from", append(pairs, "when", spoken.WrittenWhen(tag, c.Due, zone))...)
	}
	return l.text(tag, "sms.soon", pairs...)
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
