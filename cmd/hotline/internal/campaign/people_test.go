//go:build conformance

package campaign

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The people of the campaign, and what goes wrong on the wire. All by the seed: who is rung for the nth
// time does the same in every run with that seed, whatever else has happened.

type people struct {
	seed   uint64
	mu     sync.Mutex
	rung   map[string]uint64
	placed map[string]bool            // calls that were asked for by REST
	up     map[string]map[string]bool // calls of agents that are not over, by address
}

func newPeople(seed uint64) *people {
	return &people{seed: seed, rung: map[string]uint64{}, placed: map[string]bool{}, up: map[string]map[string]bool{}}
}

// heard takes notice of calls that are over.
func (p *people) heard(e simulator.Event) {
	if e.Event != simulator.EventHangup {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.placed, e.Leg)
	delete(p.up[e.To], e.Leg)
}

// dice are those of somebody at their nth call.
func (p *people) dice(who string, nth uint64) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(who))
	return rand.New(rand.NewPCG(p.seed^h.Sum64(), nth))
}

// between draws a duration.
func between(dice *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(dice.Int64N(int64(most-least)))
}

// answers is asked whenever a telephone is about to ring.
func (p *people) answers(r simulator.CallRecord) simulator.Party {
	p.mu.Lock()
	defer p.mu.Unlock()
	nth := p.rung[r.To]
	p.rung[r.To]++
	dice := p.dice(r.To, nth)
	dialled := r.Direction == "outbound-dial"
	if !dialled {
		p.placed[r.SID] = true
	}
	if !strings.HasPrefix(r.To, "client:") {
		return customerBy(dice, !dialled)
	}
	if dialled && !p.placed[r.ParentSID] { // somebody's own call to the emergency desk: they are to be called back
		return simulator.Party{Answer: simulator.Busy}
	}
	if dialled && len(p.up[r.To]) > 0 { // behind one customer already
		return simulator.Party{Answer: simulator.Busy}
	}
	if p.up[r.To] == nil {
		p.up[r.To] = map[string]bool{}
	}
	p.up[r.To][r.SID] = true
	return agentBy(dice, dialled)
}

// agentBy is somebody at a desk. Behind a customer it is as often the agent who ends the talk as the customer: then the
// customer's telephone hears what comes after it.
func agentBy(dice *rand.Rand, behind bool) simulator.Party {
	party := simulator.Party{After: between(dice, 500*time.Millisecond, 4*time.Second), Keys: simulator.Always("1"),
		TalkFor: -1}
	switch n := dice.IntN(100); {
	case n < 8:
		party.Answer = simulator.Busy
	case n < 13:
		party.Answer = simulator.NoAnswer
	case n < 15:
		party.Answer = simulator.Voicemail
	case n < 20:
		party.Keys = simulator.Always("2")
	case n < 24:
		party.HangUpAfter = between(dice, time.Second, 15*time.Second) // anywhere on the way to the customer
	}
	if behind && dice.IntN(2) == 0 {
		party.TalkFor = between(dice, time.Second, 10*time.Second)
	}
	return party
}

// customerBy is somebody who waits to be called back. One who is rung first may hang up while the desk is being rung.
func customerBy(dice *rand.Rand, first bool) simulator.Party {
	party := simulator.Party{After: between(dice, 500*time.Millisecond, 6*time.Second), Keys: simulator.Always("1"),
		TalkFor: between(dice, time.Second, 20*time.Second)}
	switch n := dice.IntN(100); {
	case n < 7:
		party.Answer = simulator.Busy
	case n < 12:
		party.Answer = simulator.NoAnswer
	case n < 17:
		party.Answer = simulator.Voicemail
	case n < 22:
		party.Keys = simulator.Always("5")
	case n < 25:
		party.Keys = nil
	case n < 29 && first:
		party.HangUpAfter = between(dice, time.Second, 20*time.Second)
	}
	return party
}

// caller wants to be called back: as soon as possible, at a time of the choice, or urgently. Who is offered it again,
// since the answer to the first booking was lost, may choose another time or another number, and move what was noted.
func (p *people) caller(nth int) simulator.Party {
	dice := p.dice(customerNumber(nth), 1<<32)
	urgent, wish := dice.IntN(100) < 15, "1"
	if n := dice.IntN(100); n < 25 {
		wish = "2"
	}
	offers, second, moves, to := 0, dice.IntN(3), dice.IntN(2) == 0, ""
	return simulator.Party{Name: simulate.RoleCaller, HangUpAfter: 10 * time.Minute,
		Keys: func(prompt simulator.Prompt) simulator.Reply {
			said := func(words string) bool { return strings.Contains(prompt.SaidText, words) }
			switch {
			case prompt.Verb == "Record" && said("something went wrong on our side") && offers == 1:
				return simulator.Reply{Digits: "0", Silence: true} // what is spoken would have a reference, too
			case said("To keep it, press 1") && moves:
				moves, to = false, "2" // to a time of another kind: the same again would be the same text message again
				if said(" between ") {
					to = "1"
				}
				return simulator.Reply{Digits: "2"}
			case to != "" && said("press "+to+"."):
				return simulator.Reply{Digits: to}
			case to != "":
				return simulator.Reply{HangUp: true}
			case prompt.Verb == "Record", prompt.Index > 12, said("Your reference number"),
				said("We cannot book any more callbacks"):
				return simulator.Reply{HangUp: true}
			case said("Please enter the phone number"):
				return simulator.Reply{Digits: "0" + strings.TrimPrefix(otherNumber(nth), "+62") + "#"}
			case said("For another number, press 2. For"): // the emergency is 1
				return simulator.Reply{Digits: "2"}
			case said("For another number, press 1"):
				return simulator.Reply{Digits: "1"}
			case said("We will call you on"):
				return simulator.Reply{Digits: "1"}
			case said("We can call you back"):
				if offers++; offers == 2 && second == 0 {
					return simulator.Reply{Digits: "8"}
				} else if offers == 2 && second == 1 {
					wish = map[string]string{"1": "2", "2": "1"}[wish]
				}
				key := wish
				if !said("press " + wish + ".") {
					key = "1"
				}
				if said("For a stolen account or phone, press 1") { // then the times are one higher
					key = string(key[0] + 1)
				}
				return simulator.Reply{Digits: key}
			case said("To be called back instead, press 2"):
				return simulator.Reply{Digits: "2"}
			case said("For current offers") && urgent:
				return simulator.Reply{Digits: "1"}
			case said("For current offers"):
				return simulator.Reply{Digits: "2"}
			}
			return simulator.Reply{}
		}}
}

// faults are what goes wrong at the provider simulator.
type faults struct {
	mu   sync.Mutex
	dice *rand.Rand
}

func newFaults(seed uint64) *faults { return &faults{dice: rand.New(rand.NewPCG(seed, 7))} }

// perMille throws a die of a thousand sides, and draws how long something takes.
func (f *faults) perMille() (n int, span time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dice.IntN(1000), between(f.dice, 100*time.Millisecond, 6*time.Second)
}

func (f *faults) webhook(w simulator.Webhook) simulator.WebhookFault {
	n, span := f.perMille()
	if w.Kind == simulator.KindStatus {
		switch {
		case n < 30:
			return simulator.WebhookFault{Lose: true}
		case n < 80:
			return simulator.WebhookFault{Repeat: 1}
		case n < 280:
			return simulator.WebhookFault{Delay: span} // it is overtaken
		case n < 290:
			return simulator.WebhookFault{LoseAnswer: true}
		}
		return simulator.WebhookFault{}
	}
	switch {
	case n < 10:
		return simulator.WebhookFault{Lose: true}
	case n < 25:
		return simulator.WebhookFault{LoseAnswer: true}
	case n < 65:
		return simulator.WebhookFault{Repeat: 2}
	case n < 70:
		return simulator.WebhookFault{Tamper: true}
	}
	return simulator.WebhookFault{}
}

func (f *faults) rest(simulator.Request) simulator.RESTFault {
	n, span := f.perMille()
	const page = "<html><body><h1>503 Service Unavailable</h1></body></html>"
	switch {
	case n < 25:
		return simulator.RESTFault{LoseAnswer: true, Drop: true}
	case n < 45:
		return simulator.RESTFault{LoseAnswer: true}
	case n < 65:
		return simulator.RESTFault{Drop: true}
	case n < 95:
		return simulator.RESTFault{Status: http.StatusTooManyRequests, Code: 20429}
	case n < 115:
		return simulator.RESTFault{Status: http.StatusServiceUnavailable, Body: page}
	case n < 125:
		return simulator.RESTFault{Status: http.StatusInternalServerError, Code: 20500}
	case n < 145:
		return simulator.RESTFault{Slow: 2 * restPatience} // done, and told too late
	case n < 175:
		return simulator.RESTFault{Slow: span}
	case n < 205:
		return simulator.RESTFault{Delay: span}
	case n < 210:
		return simulator.RESTFault{Delay: time.Minute} // stuck in the provider's queue
	}
	return simulator.RESTFault{}
}
