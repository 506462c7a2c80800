package dispatch_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

func TestMove(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	hour := time.Hour
	moved, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "k", Kind: callbacks.Slot, Due: start.Add(hour),
		SlotEnd: start.Add(2 * hour), Expires: start.Add(50 * hour), Capacity: 4})
	if err != nil || moved.State != callbacks.Booked || !moved.Due.Equal(start.Add(hour)) {
		t.Fatalf("%+v, %v", moved, err)
	}
	if next := w.quiet(); next != hour {
		t.Fatalf("next tick after %v", next)
	}
	for name, try := range map[string]func() error{
		"no key": func() error {
			_, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "", Kind: callbacks.ASAP, Due: start,
				SlotEnd: time.Time{}, Expires: start.Add(hour), Capacity: 0})
			return err
		},
		"no end": func() error {
			_, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "a", Kind: callbacks.Slot, Due: start,
				SlotEnd: time.Time{}, Expires: start.Add(hour), Capacity: 0})
			return err
		},
		"no validity": func() error {
			_, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "b", Kind: callbacks.ASAP, Due: start,
				SlotEnd: time.Time{}, Expires: start, Capacity: 0})
			return err
		},
	} {
		if try() == nil {
			t.Errorf("%s: moved", name)
		}
	}
	w.pass(hour)
	w.ring("support-1")
	if _, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "c", Kind: callbacks.ASAP, Due: start,
		SlotEnd: time.Time{}, Expires: start.Add(hour), Capacity: 0}); !errors.Is(err, callbacks.ErrNotOpen) {
		t.Fatalf("error = %v", err)
	}
}

// No log line of a whole callback holds a number, an account or the reference, which opens the callback.
func TestLogsAreMasked(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.dialer.place = func(dispatch.Placement) (error, bool) {
		return newRefused(21211, "The number +622150002001 is not valid for +6281234567890"), false
	}
	w.tick()
	w.dialer.place = func(dispatch.Placement) (error, bool) {
		return errors.New("post …?To=%2B6281234567890: timeout"), true
	}
	w.pass(10 * time.Minute)
	w.tick()
	w.pass(time.Minute)
	w.tick()
	if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"81234567890", c.Account, c.Reference, "50002001"} {
		if strings.Contains(w.logged.String(), secret) {
			t.Errorf("the log shows %s:\n%s", secret, w.logged)
		}
	}
	w.logs("number=…7890")
}

// Where the desk is not configured, whether its targets are used up is left to a dispatcher that knows them.
func TestLegsWithoutPlans(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	alone := w.dispatcherWith(dispatch.Config{Plans: noPlans{}})
	if err := alone.LegStatus(w.ctx, leg.id, leg.sid, "busy", 1); err != nil {
		t.Fatal(err)
	}
	leg = w.ring("support-2")
	if err := alone.LegStatus(w.ctx, leg.id, leg.sid, "busy", 1); err != nil {
		t.Fatal(err)
	}
	w.is(c, callbacks.Booked, 0, 0)
	w.quiet()
	w.is(c, callbacks.Booked, 1, 0)
}

// noPlans knows no desk.
type noPlans struct{}

func (noPlans) Plan(string, string) (callbacks.Plan, bool) { return callbacks.Plan{}, false }
