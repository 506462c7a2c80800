package simulate

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// CallOptions are what a call in the terminal is like.
type CallOptions struct {
	Line *ivr.Line
	// From is the calling number, or anything else a provider may send; empty is some mobile number of the line's
	// country.
	From string
	At   time.Time
	// Press holds the keys, a group for each question, separated by commas. Without Scripted somebody is asked for
	// them.
	Press    string
	Scripted bool
	// Eager: each key is pressed once the sentence that names it has ended, and what the call cost is printed.
	Eager bool
	// Agents is what agents do, and after a comma what they do for later callbacks. Customer is what the customer does.
	Agents, Customer string
	// JSON: one object for each event is printed.
	JSON bool
}

// behaviours by the names that --agents and --customer take. An agent who refuses picks up and presses 2.
var behaviours = map[string]simulator.Party{
	"answer":    {Answer: simulator.PicksUp, After: 4 * time.Second, Keys: simulator.Always("1")},
	"busy":      {Answer: simulator.Busy},
	"no-answer": {Answer: simulator.NoAnswer},
	"refuse":    {Answer: simulator.PicksUp, After: 4 * time.Second, Keys: simulator.Always("2")},
	"voicemail": {Answer: simulator.Voicemail, After: 8 * time.Second},
}

func behaviour(flag, name string) (simulator.Party, error) {
	party, ok := behaviours[name]
	if !ok {
		return party, fmt.Errorf("--%s %q is not known; use answer, busy, no-answer, refuse or voicemail", flag, name)
	}
	return party, nil
}

// notMine is a customer who did not ask for the call.
const notMine = "not-mine"

// customerBehaviour is what a customer does: press 1 where agents do, or 2 to say that they did not ask for the call.
func customerBehaviour(name string) (simulator.Party, error) {
	if name == notMine {
		return behaviours["refuse"], nil
	}
	if party, ok := behaviours[name]; ok && name != "refuse" {
		return party, nil
	}
	return simulator.Party{}, fmt.Errorf("--customer %q is not known; use answer, not-mine, busy, no-answer or "+
		"voicemail", name)
}

// keepLimit bounds how long virtual time runs on after a call, in case a callback is never made.
const keepLimit = 60 * 24 * time.Hour

// Call rings a line and prints what is heard, until no callback is open.
func Call(ctx context.Context, in io.Reader, out io.Writer, snapshot *config.Snapshot, o CallOptions) (err error) {
	line, at := o.Line, o.At
	o.From = cmp.Or(o.From, calltest.Caller(line.Region))
	first, later, _ := strings.Cut(o.Agents, ",")
	during, err := behaviour("agents", first)
	if err != nil {
		return err
	}
	after, err := behaviour("agents", cmp.Or(later, "answer"))
	if err != nil {
		return err
	}
	customer, err := customerBehaviour(o.Customer)
	if err != nil {
		return err
	}
	customer.Name = "customer"

	t := newTranscript(out, line, o.JSON)
	var cost callTiming
	var r *simulation
	r, err = newSimulation(ctx, options{
		snapshot: snapshot, at: at, log: slog.New(slog.DiscardHandler),
		simulatorEvent: func(e simulator.Event) {
			if e.Event == simulator.EventHangup && e.Role == RoleCaller {
				r.staff(line, after)
			}
			t.simulatorEvent(e)
			cost.simulatorEvent(e)
		},
		productEvent: func(h twilio.Event) {
			if h.Callback.Number != "" {
				r.simulator.Subscribe(h.Callback.Number, customer)
			}
			t.productEvent(r.simulator.Now(), h)
			if h.Name == "book" {
				cost.reaches(r.simulator.Now(), "callback booked")
			}
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	r.staff(line, during)
	party := simulator.Party{Name: RoleCaller, Keys: typed(in, out)}
	switch {
	case o.Eager:
		party.Keys = eager(o.Press)
	case o.Scripted:
		party.Keys = scripted(o.Press)
	}
	t.begin(at, o.From)
	r.simulator.Ring(o.From, line.Numbers[0], party)
	err = r.simulator.RunUntil(ctx, at.Add(keepLimit), r.settled)
	err = t.end(errors.Join(err, r.reportOutcomes(ctx, t)), r.simulator.Violations())
	if o.Eager && !o.JSON {
		err = errors.Join(err, cost.print(out))
	}
	return err
}

// reportOutcomes tells what became of every callback of the call.
func (r *simulation) reportOutcomes(ctx context.Context, t *transcript) error {
	ids, last := t.callbacks()
	for _, id := range ids {
		callback, err := r.Service.Callback(ctx, id)
		if err != nil {
			return err
		}
		t.productEvent(last, twilio.Event{Name: "callback", Callback: callback, Reference: callback.Reference,
			Line: callback.Line, Desk: callback.Desk, Topic: callback.Topic})
	}
	return nil
}

// RoleCaller is the name of the caller among those who hold telephones.
const RoleCaller = "caller"

// staff puts an agent with this behaviour at every target of every desk.
func (r *simulation) staff(line *ivr.Line, agent simulator.Party) {
	for _, desk := range line.Desks {
		for _, target := range desk.Targets {
			agent.Name = target.ID
			r.simulator.Subscribe(target.To(), agent)
		}
	}
}

// scripted presses one group for each question. Where a message is asked for, a group is spoken before it is pressed,
// an empty one says nothing, and after the last group something is said.
func scripted(press string) func(simulator.Prompt) simulator.Reply {
	groups := strings.Split(press, ",")
	return func(p simulator.Prompt) simulator.Reply {
		if p.Index >= len(groups) {
			return simulator.Reply{}
		}
		digits := strings.TrimSpace(groups[p.Index])
		return simulator.Reply{Digits: digits, Silence: digits == "" && p.Verb == "Record"}
	}
}

// typed asks a person for keys. The end of the input hangs up.
func typed(in io.Reader, out io.Writer) func(simulator.Prompt) simulator.Reply {
	lines := bufio.NewScanner(in)
	return func(p simulator.Prompt) simulator.Reply {
		question := "keys"
		if p.Verb == "Record" {
			question = "the tone has sounded; Enter ends the message"
		}
		fmt.Fprintf(out, "%s> ", question)
		if !lines.Scan() {
			fmt.Fprintln(out)
			return simulator.Reply{HangUp: true}
		}
		return simulator.Reply{Digits: strings.TrimSpace(lines.Text())}
	}
}
