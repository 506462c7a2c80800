package ivr

import (
	"regexp"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Who calls, by what the provider sends: a number, a SIP address, or a word.

// sipUser cuts the user part out of a SIP address (RFC 3261, section 19.1.1); its parameters and the host are left out.
var sipUser = regexp.MustCompile(`(?i)^sips?:([^@;]+)(?:;[^@]*)?@`)

// SIPUser is the user of a SIP address, without its parameters; empty for anything else.
func SIPUser(address string) string {
	if user := sipUser.FindStringSubmatch(address); user != nil {
		return user[1]
	}
	return ""
}

// CallerNumber is the number that a call comes from, E.164; empty when nobody can tell. It keeps what it has made. The
// user of a SIP address counts only where the line's trunk is said to send +E.164 users: anybody can name a SIP
// address so that it looks like somebody's number.
func (l *Line) CallerNumber(from string) string {
	if user := SIPUser(from); user != "" && l.SIPCallerID {
		from = user
	}
	if !callbacks.IsNumber(from) {
		return ""
	}
	return from
}
