package simulator

import (
	"slices"
	"time"
)

// A Call is one leg in the hand of somebody who operates it: an inbound call, or a telephone that rings.
// Its methods may be called from any goroutine; what they do happens at the present instant.
type Call struct {
	c   *Simulator
	leg *leg
}

// SID is the call SID.
func (k *Call) SID() string { return k.leg.sid }

// Status is the call status as the provider names it.
func (k *Call) Status() string {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	return k.leg.status
}

// Done reports whether the call is over.
func (k *Call) Done() bool { return finalStatus(k.Status()) }

// Press presses keys, one after the other. Characters that are not on a keypad are left out.
func (k *Call) Press(digits string) {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	for i, key := range []byte(digits) {
		if key == '*' || key == '#' || key >= '0' && key <= '9' {
			k.c.after(time.Duration(i)*keyInterval, func() { k.leg.press(key) })
		}
	}
}

// HangUp puts the telephone down.
func (k *Call) HangUp() {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	k.c.after(0, k.leg.hangUp)
}

// PickUp answers a telephone that rings, whatever its Party would do.
func (k *Call) PickUp() {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	k.c.after(0, func() {
		k.leg.pickedUp = true
		k.leg.proc.wake()
	})
}

// Live is the latest call to or from an address that is not over, nil when there is none.
func (c *Simulator) Live(address string) *Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range slices.Backward(c.legs) {
		own := l.to
		if l.direction == directionInbound {
			own = l.from
		}
		if own == address && !l.over() {
			return &Call{c: c, leg: l}
		}
	}
	return nil
}

// A CallRecord is what the provider knows about a leg.
type CallRecord struct {
	SID, ParentSID string
	// Role is as in Event.
	Role, From, To string
	// Direction is "inbound", "outbound-api" or "outbound-dial".
	Direction, Status string
	// Created, Answered and Ended are virtual times; zero when it did not come to that.
	Created, Answered, Ended time.Time
	// Talked is how long the leg was connected to another one.
	Talked time.Duration
}

// Calls lists every leg in the order in which they began.
func (c *Simulator) Calls() []CallRecord {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]CallRecord, len(c.legs))
	for i, l := range c.legs {
		out[i] = l.summary()
	}
	return out
}

func (l *leg) summary() CallRecord {
	r := CallRecord{SID: l.sid, Role: l.role, From: l.from, To: l.to, Direction: l.direction, Status: l.status,
		Created: l.created, Answered: l.answered, Ended: l.ended, Talked: l.talked}
	if l.parent != nil {
		r.ParentSID = l.parent.sid
	}
	return r
}
