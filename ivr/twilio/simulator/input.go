package simulator

import (
	"strings"
	"time"
)

// An input is a verb that listens for keys.
type input struct {
	finish  string // keys that end it
	max     int    // digits that end it; 0 is no limit
	eager   bool   // any finish key ends it at once, as in a Record
	digits  []byte
	ended   bool
	byKey   string    // the key that ended it
	touched bool      // a key was pressed
	last    time.Time // when
}

// press takes a key from the holder of the telephone.
func (l *leg) press(key byte) {
	if l.over() {
		return
	}
	e := Event{Event: EventPress, Digits: string(key)}
	if l.bridge != nil {
		l.emit(e)
		l.bridge.press(l, key)
		return
	}
	in := l.input
	if in == nil || in.ended {
		e.Detail = "nothing listens"
		l.emit(e)
		return
	}
	l.emit(e)
	in.touched, in.last = true, l.now()
	switch {
	case strings.IndexByte(in.finish, key) < 0:
		in.digits = append(in.digits, key)
		in.ended = in.max > 0 && len(in.digits) >= in.max
	case in.eager || len(in.digits) > 0:
		in.ended, in.byKey = true, string(key)
	}
	l.proc.wake()
}

// typeKeys presses keys one after the other, the first one after wait, for as long as in listens.
func (l *leg) typeKeys(in *input, keys string, wait time.Duration, hangUp bool) {
	for i := range len(keys) {
		l.c.after(wait+time.Duration(i)*keyInterval, func() {
			if l.input == in {
				l.press(keys[i])
			}
		})
	}
	if hangUp {
		l.c.after(wait+time.Duration(len(keys))*keyInterval, func() { l.hangUp() })
	}
}

// ask tells the party what it is asked and returns what it does.
func (l *leg) ask(p Prompt) Reply {
	p.CallSID, p.From, p.To, p.Role = l.sid, l.from, l.to, l.role
	p.Index, p.Said = l.prompts, append(l.heard[:len(l.heard):len(l.heard)], p.Said...)
	p.SaidText = strings.Join(p.Said, " ")
	if p.Language == "" {
		p.Language = l.language
	}
	l.prompts++
	if l.party.Keys == nil || l.party.Answer == Voicemail {
		return Reply{}
	}
	var r Reply
	l.c.unlocked(func() { r = l.party.Keys(p) })
	if bad := strings.Trim(r.Digits, "0123456789*#"); bad != "" {
		l.c.violation(l, "a party's keys %q hold something else than 0-9 * #", r.Digits)
		r.Digits = ""
	}
	return r
}
