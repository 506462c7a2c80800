package simulate

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What is explained is what happens: the same call is made through the provider simulator, and the named number rings,
// in this order, and the callback is due when it was said to be, or a message is recorded.
func TestExplainedCallsGoThatWay(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(6, 11))
	froms := []string{"", "+442071234567", "+12125551234", "anonymous", "+8613812345678", "+81312345678",
		"+628091234567"}
	for n := range 60 {
		line := snapshot.Lines[n%len(snapshot.Lines)]
		language := line.Languages[random.IntN(len(line.Languages))].Tag
		topic := ""
		if i := random.IntN(len(line.Topics) + 1); i < len(line.Topics) {
			topic = line.Topics[i].ID
		}
		from := cmp.Or(froms[random.IntN(len(froms))], calltest.Caller(line.Region))
		// Five minutes past the hour: nothing opens or closes while the call lasts.
		at := time.Date(2026, 11, 1, random.IntN(24*90), 5, 0, 0, line.Hours.Zone())
		name := fmt.Sprintf("%s/%s/%s/%s/%s", line.ID, language, cmp.Or(topic, "person"), from,
			at.Format("Mon 2006-01-02 15:04"))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			simulation, err := line.Simulate(at, ivr.Call{SID: "CA1", From: from, To: line.Numbers[0]}, language, topic)
			if err != nil {
				t.Fatal(err)
			}
			goesThatWay(t, line, at, from, simulation)
		})
	}
}

func goesThatWay(t *testing.T, line *ivr.Line, at time.Time, from string, simulation ivr.Simulation) {
	t.Helper()
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var rung, did []string
	var due time.Time
	var message, over bool
	r, err := newSimulation(t.Context(), options{
		snapshot: snapshot, at: at, log: slog.New(slog.DiscardHandler), seed: 1,
		simulatorEvent: func(e simulator.Event) {
			mu.Lock()
			defer mu.Unlock()
			over = over || e.Event == simulator.EventHangup && e.Role == RoleCaller
			if e.Event == simulator.EventRing && e.Role != RoleCaller && !over {
				rung = append(rung, e.Role)
			}
		},
		productEvent: func(h twilio.Event) {
			mu.Lock()
			defer mu.Unlock()
			did = append(did, h.Name)
			if h.Name == "book" {
				due = h.Callback.Due
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	}()
	r.staff(line, behaviours["no-answer"])
	asked := 0
	call := r.simulator.Ring(from, line.Numbers[0],
		simulator.Party{Name: RoleCaller, Keys: func(p simulator.Prompt) simulator.Reply {
			message = message || p.Verb == "Record"
			if asked >= len(simulation.Keys) {
				return simulator.Reply{HangUp: true}
			}
			asked++
			return simulator.Reply{Digits: simulation.Keys[asked-1]}
		}})
	if err := r.simulator.RunUntil(context.Background(), at.Add(2*time.Hour), call.Done); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	var want []string
	for _, ringing := range simulation.Rung {
		want = append(want, ringing.Target.ID)
	}
	if strings.Join(rung, " ") != strings.Join(want, " ") {
		t.Errorf("rung were %v, explained was %v", rung, want)
	}
	if message != simulation.Message {
		t.Errorf("a message was asked for: %t, explained was %t", message, simulation.Message)
	}
	switch {
	case simulation.Request == nil:
		if !due.IsZero() {
			t.Errorf("a callback was booked for %v, explained was none; it did %v", due, did)
		}
	case simulation.Request.Due.After(at.Add(time.Minute)):
		if !due.Equal(simulation.Request.Due) {
			t.Errorf("the callback is due %v, explained was %v", due, simulation.Request.Due)
		}
	case due.Before(at.Add(time.Minute)) || due.After(at.Add(15*time.Minute)):
		t.Errorf("the callback is due %v, explained was at once, at %v", due, at)
	}
}
