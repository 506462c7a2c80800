package page

import (
	"regexp"
	"time"

	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The telephones of a page.
const (
	callerPhone = "caller"
	agentPhone  = "agent"
)

// States of a telephone.
const (
	idle    = "idle"
	calling = "calling" // it rings at the other end
	ringing = "ringing" // it rings here
	up      = "up"      // it is off the hook, and the line speaks
	talking = "talking" // it is connected with a person
)

// A telephone is one that a visitor holds.
type telephone struct {
	ID    string `json:"id"`
	State string `json:"state"`
	// With is who is at the other end, for people.
	With string `json:"with,omitempty"`
	call *simulator.Call
}

// caller and customer are the roles of the caller's telephone in the simulator's events: it rings, or is rung back.
const (
	roleCaller   = "caller"
	roleCustomer = "customer"
)

// speaks is how long a visitor talks after the tone unless they press a key.
const speaks = 30 * time.Second

// visitor is the party at the caller's telephone.
func (c *Console) visitor(role string, answer simulator.Answer) simulator.Party {
	return simulator.Party{Name: role, Answer: answer, TalkFor: -1, Keys: func(p simulator.Prompt) simulator.Reply {
		if p.Verb != "Record" {
			return simulator.Reply{} // keys come from the page
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.add(Entry{At: c.Simulator.Now(), Panel: callerPhone, Kind: kindNote,
			Text: "The tone has sounded: your message is being recorded. Press # to end it."})
		return simulator.Reply{Speak: speaks}
	}}
}

// withheld is how a page spells a caller who hides the number; anonymous how the provider does.
const (
	withheld  = "withheld"
	anonymous = "anonymous"
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// ring makes the caller's telephone ring a line.
func (c *Console) ring(lineID, from string) error {
	line := c.line(lineID)
	switch {
	case line == nil:
		return refusal("There is no such line.")
	case from == withheld:
		from = anonymous
	case !e164.MatchString(from):
		return refusal("The calling number begins with + and the country code, and has 7 to 15 digits: +6281234567890.")
	case c.pace.running():
		return refusal("The clock is still running. Try again in a moment.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.caller.State != idle {
		return refusal("Your telephone is in use. Hang up first.")
	}
	c.caller.State, c.caller.With = calling, line.ID
	c.caller.call = c.Simulator.Ring(from, line.Numbers[0], c.visitor(roleCaller, simulator.PicksUp))
	c.legs[c.caller.call.SID()] = &c.caller
	c.staff()
	c.showPhones()
	return nil
}

func (c *Console) line(id string) *ivr.Line {
	for _, line := range c.Lines {
		if line.ID == id {
			return line
		}
	}
	return nil
}

// operate finds a telephone in one of the given states and does something with its call.
func (c *Console) operate(phone string, do func(*simulator.Call), states ...string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &c.caller
	switch phone {
	case callerPhone:
	case agentPhone:
		t = &c.agent
	default:
		return refusal("There is no such telephone.")
	}
	for _, state := range states {
		if t.State == state && t.call != nil {
			do(t.call)
			return nil
		}
	}
	return refusal(map[string]string{
		idle:    "This telephone is not in use.",
		calling: "Nobody has picked up yet.",
		ringing: "This telephone rings. Pick it up first.",
		up:      "This telephone is off the hook.",
		talking: "This telephone is off the hook.",
	}[t.State])
}

var keypad = regexp.MustCompile(`^[0-9*#]{1,32}$`)

func (c *Console) press(phone, keys string) error {
	if !keypad.MatchString(keys) {
		return refusal("A keypad has the keys 0 to 9, * and #.")
	}
	return c.operate(phone, func(call *simulator.Call) { call.Press(keys) }, up, talking)
}

func (c *Console) pickUp(phone string) error {
	return c.operate(phone, (*simulator.Call).PickUp, ringing)
}

func (c *Console) hangUp(phone string) error {
	return c.operate(phone, (*simulator.Call).HangUp, calling, ringing, up, talking)
}

// attach gives a leg that begins to ring to the telephone on the page that it belongs to, if there is one.
// The console is locked.
func (c *Console) attach(e simulator.Event) {
	var t *telephone
	switch {
	case c.legs[e.Leg] != nil:
		return // the caller's own call
	case c.customers[e.To] && e.Role == roleCustomer:
		t = &c.caller
	case c.desks[e.To] != "" && c.agentsDo == manual:
		t = &c.agent
	}
	if t == nil || t.State != idle {
		return
	}
	call := c.Simulator.Live(e.To)
	if call == nil || call.SID() != e.Leg {
		return
	}
	t.State, t.With, t.call = ringing, c.nameOf(e.From), call
	if t == &c.agent {
		t.With = e.Role
	}
	c.legs[e.Leg] = t
	c.pace.stop()
	c.staff()
	c.showPhones()
}

// follows changes a telephone after what happened to its leg. The console is locked.
func (c *Console) follows(t *telephone, e simulator.Event) {
	switch e.Event {
	case simulator.EventAnswer:
		t.State = up
	case simulator.EventHangup:
		*t = telephone{ID: t.ID, State: idle}
		delete(c.legs, e.Leg)
		c.staff()
	default:
		return
	}
	c.showPhones()
}

// connected tells both telephones of a page that two people are connected, or no longer: the simulator tells one.
// The console is locked.
func (c *Console) connected(e simulator.Event) {
	state := talking
	if e.Event == simulator.EventUnbridge {
		state = up
	}
	for _, t := range []*telephone{&c.caller, &c.agent} {
		if t.call != nil && (c.legs[e.Leg] == t || c.holds(t, e.Target)) && t.State != idle {
			t.State = state
		}
	}
	c.showPhones()
}

// holds reports whether a telephone plays this role in the call that is up. The console is locked.
func (c *Console) holds(t *telephone, role string) bool {
	if t == &c.caller {
		return role == roleCaller || role == roleCustomer
	}
	return t.With == role
}

func (c *Console) showPhones() { c.publish("phones", c.phonesView()) }
