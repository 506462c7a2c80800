package callbacks_test

import (
	"errors"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The transitions, written out once more: rows are from, columns to.
func TestTransitions(t *testing.T) {
	const table = `
		                  booked dialling agent-reached customer-reached task done cancelled expired undialable
		booked            -      x        -             -                x    -    x         x       x
		dialling          x      -        x             x                x    -    x         x       x
		agent-reached     x      -        -             x                x    x    x         x       -
		customer-reached  x      -        x             -                x    x    x         x       -
		task              x      -        -             -                -    -    x         -       -
		done              -      -        -             -                -    -    -         -       -
		cancelled         -      -        -             -                -    -    -         -       -
		expired           -      -        -             -                -    -    -         -       -
		undialable        -      -        -             -                -    -    -         -       -`
	rows := fields(table)
	if len(rows)-1 != len(callbacks.States()) {
		t.Fatalf("the table has %d rows, there are %d states", len(rows)-1, len(callbacks.States()))
	}
	for _, row := range rows[1:] {
		from, final := callbacks.State(row[0]), true
		for i, cell := range row[1:] {
			to := callbacks.State(rows[0][i])
			if got := from.To(to); got != (cell == "x") {
				t.Errorf("%s.To(%s) = %v", from, to, got)
			}
			final = final && cell != "x"
		}
		if from.Final() != final {
			t.Errorf("%s.Final() = %v", from, from.Final())
		}
		if open := (callbacks.Callback{State: from}).Open(); open == final {
			t.Errorf("a callback that is %s: Open() = %v", from, open)
		}
	}
}

// A callback is done only after both have pressed 1.
func TestDoneNeedsBoth(t *testing.T) {
	for state, allowed := range map[callbacks.AttemptState]bool{callbacks.Taken: false, callbacks.Connected: true} {
		for _, reached := range []callbacks.State{callbacks.AgentReached, callbacks.CustomerReached} {
			before := callbacks.Record{Callback: callbacks.Callback{ID: 1, State: reached},
				Attempt: &callbacks.Attempt{ID: "a", State: state}}
			after := callbacks.Record{
				Callback: callbacks.Callback{ID: 1, State: callbacks.Done, Ended: start},
				Attempt:  &callbacks.Attempt{ID: "a", State: callbacks.Ended, Outcome: callbacks.OutcomeKept},
			}
			if err := callbacks.CheckRecord(before, after); (err == nil) != allowed || err != nil &&
				!errors.Is(err, callbacks.ErrTransition) {
				t.Errorf("%s with an attempt that is %s: %v", reached, state, err)
			}
		}
	}
}

// Every open state has a way to an end.
func TestEveryStateHasAWayOut(t *testing.T) {
	reach := func(from callbacks.State) bool {
		seen, queue := map[callbacks.State]bool{from: true}, []callbacks.State{from}
		for len(queue) > 0 {
			s := queue[0]
			queue = queue[1:]
			if s.Final() {
				return true
			}
			for _, next := range callbacks.States() {
				if s.To(next) && !seen[next] {
					seen[next], queue = true, append(queue, next)
				}
			}
		}
		return false
	}
	for _, s := range callbacks.States() {
		if !reach(s) {
			t.Errorf("no end can be reached from %s", s)
		}
	}
}
