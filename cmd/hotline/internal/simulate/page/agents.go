package page

import (
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A behaviour is what agents do when their telephones ring.
type behaviour struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	party simulator.Party
}

const manual = "manual"

// pickUpAfter is how long agents let it ring: long enough to be seen.
const pickUpAfter = 3 * time.Second

// behaviours are offered in this order; the first is in force at the start.
var behaviours = []behaviour{
	{"answer", "pick up and press 1", simulator.Party{After: pickUpAfter, Keys: simulator.Always("1")}},
	{"refuse", "pick up and press 2: refuse", simulator.Party{After: pickUpAfter, Keys: simulator.Always("2")}},
	{"busy", "are busy", simulator.Party{Answer: simulator.Busy}},
	{"no-answer", "do not answer", simulator.Party{Answer: simulator.NoAnswer}},
	{"voicemail", "have voicemail on", simulator.Party{Answer: simulator.Voicemail, After: 2 * pickUpAfter}},
	{manual, "I am the agent", simulator.Party{Answer: simulator.Manual, TalkFor: -1}},
}

// agents changes what agents do from the next ring on.
func (c *Console) agents(does string) error {
	for _, b := range behaviours {
		if b.ID == does {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.agentsDo = does
			c.staff()
			c.publish("agents", does)
			return nil
		}
	}
	return refusal("Agents cannot do that.")
}

// staff puts agents and customers at their telephones. A page has one of each: while it is in use, whoever else
// would be rung there is busy. The console is locked, or not yet shared.
func (c *Console) staff() {
	var agent simulator.Party
	for _, b := range behaviours {
		if b.ID == c.agentsDo {
			agent = b.party
		}
	}
	if c.agentsDo == manual && c.agent.State != idle {
		agent.Answer = simulator.Busy
	}
	for address, name := range c.desks {
		agent.Name = name
		c.Simulator.Subscribe(address, agent)
	}
	answer := simulator.Manual
	if c.caller.State != idle {
		answer = simulator.Busy
	}
	for number := range c.customers {
		c.Simulator.Subscribe(number, c.visitor(roleCustomer, answer))
	}
}
