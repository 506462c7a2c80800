package simulator

import "time"

// A bridge connects two legs until one of them goes. The side named first asked for it.
type bridge struct {
	c       *Simulator
	a, b    *leg
	started time.Time
	star    bool // "*" on a's keypad ends it
	over    bool
}

// connect joins two legs. The simulator is locked.
func (c *Simulator) connect(a, b *leg) *bridge {
	br := &bridge{c: c, a: a, b: b, started: c.clock.Now()}
	a.bridge, b.bridge = br, br
	a.heard, b.heard = nil, nil
	a.emit(Event{Event: EventBridge, Target: b.role})
	for _, side := range []*leg{b, a} { // the one who was rung hangs up first when both would
		if d, ok := side.party.talk(); ok {
			c.after(d, func() {
				if !br.over {
					side.hangUp()
				}
			})
		}
	}
	return br
}

// end parts the two; a second time does nothing.
func (br *bridge) end() {
	if br.over {
		return
	}
	br.over = true
	length := br.c.clock.Now().Sub(br.started)
	br.a.talked += length
	br.b.talked += length
	br.a.bridge, br.b.bridge = nil, nil
	br.a.emit(Event{Event: EventUnbridge, Target: br.b.role, Seconds: length.Seconds()})
	br.a.proc.wake()
	br.b.proc.wake()
}

func (br *bridge) press(by *leg, key byte) {
	if key == '*' && br.star && by == br.a {
		br.end()
	}
}
