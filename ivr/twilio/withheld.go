package twilio

import "github.com/hotline-ivr/hotline/ivr"

// withheldNumbers are the numbers with which the provider spells a caller who withholds theirs, on the keypad:
// RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE. Some of them parse as somebody's number.
var withheldNumbers = map[string]bool{
	"+7378742833":  true,
	"+2562533":     true,
	"+8656696":     true,
	"+266696687":   true,
	"+86282452253": true,
}

// Withheld reports whether a calling number or address, as the provider sends it, spells a withheld number.
func Withheld(from string) bool {
	if user := ivr.SIPUser(from); user != "" {
		from = user
	}
	return withheldNumbers[from]
}

// callerOf is the calling number or address as the provider sends it, and empty where it is withheld.
func callerOf(from string) string {
	if Withheld(from) {
		return ""
	}
	return from
}
