package simulate

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
)

// A caller hears how the callback stands, and it changes before they press the next key. What is said then is what is
// in the store.

// hearsOfMine rings from home, proves the callback with its reference, and hears of it; first is done before the first
// key.
func hearsOfMine(reference string, first func(), key string) []step {
	told := hears("We will call you Monday, 9 March, between 8 and 8:30 a.m.").press(key)
	told.meanwhile = first
	return []step{english, mine, hears("Please enter your reference number").press(reference + "#"), told}
}

// saysNever fails if the caller has heard any of it after hearing of the callback for the first time.
func saysNever(t *testing.T, heard string, never ...string) {
	t.Helper()
	_, after, _ := strings.Cut(heard, "To cancel it, press 3.")
	for _, words := range never {
		if strings.Contains(after, words) {
			t.Errorf("afterwards the caller heard %q in %q", words, after)
		}
	}
}

func TestTheDeskCancelsWhileTheCallerListens(t *testing.T) {
	over := hears("That callback is no longer booked.").hangUp()
	for name, tt := range map[string]struct {
		key  string
		then []step
	}{
		"heard again":   {"9", []step{over}},
		"kept":          {"1", []step{over}},
		"wrong keys":    {"5", []step{hears("press 9").press("5"), over}},
		"not cancelled": {"3", []step{hears("Do you want to cancel your callback?").press("2"), over}},
		"no other time": {"2", []step{hears("8:30 to 9 a.m., press 3").press("*"), over}},
		"moved": {"2", []step{
			hears("8:30 to 9 a.m., press 3").press("3"), hears("It can no longer be changed.").hangUp(),
		}},
		"cancelled also": {"3", []step{hears("Do you want to cancel your callback?").press("1")}},
	} {
		t.Run(name, func(t *testing.T) {
			s, reference := bookedCallback(t)
			cancel := func() {
				if _, err := s.Service.Withdraw(context.Background(), s.only().ID, "supervisor"); err != nil {
					t.Error(err)
				}
			}
			heard := s.rings(home, "", append(hearsOfMine(reference, cancel, tt.key), tt.then...)...)
			saysNever(t, heard, "Nothing has changed", "Your callback is still booked", "Your callback has been moved")
			s.settles()
			s.bridged()
		})
	}
}

func TestTheDeskMovesWhileTheCallerListens(t *testing.T) {
	for name, key := range map[string]string{"kept": "1", "heard again": "9"} {
		t.Run(name, func(t *testing.T) {
			s, reference := bookedCallback(t)
			move := func() {
				due := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
				if _, err := s.Service.Move(context.Background(), s.only().ID, callbacks.Move{
					Key: "supervisor/1", Kind: callbacks.ASAP, Due: due, Expires: due.Add(48 * time.Hour),
				}); err != nil {
					t.Error(err)
				}
			}
			moved := hears("Your callback is still booked. From Monday, 9 March, at 10 a.m., we will call you as soon as we " +
				"can. To keep it,")
			heard := s.rings(home, "Nothing has changed. Thank you",
				append(hearsOfMine(reference, move, key), moved.press("1"))...)
			saysNever(t, heard, "between 8 and 8:30")
			s.settles()
			s.customerRung("Mon 10:00")
		})
	}
}

func TestTheCallbackEndsWhileTheCallerListens(t *testing.T) {
	s, reference := bookedCallback(t)
	s.mayBreak = true
	end := func() {
		_, err := s.Store.Change(context.Background(), s.only().ID, func(r *callbacks.Record) error {
			r.Callback.State, r.Callback.Ended = callbacks.Expired, s.simulator.Now()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	heard := s.rings(home, "",
		append(hearsOfMine(reference, end, "1"), hears("That callback is no longer booked.").hangUp())...)
	saysNever(t, heard, "Nothing has changed", "Your callback is still booked")
}

// A caller who keeps a callback that is being made hears that, and the line is free for it.
func TestTheCallbackIsMadeWhileTheCallerListens(t *testing.T) {
	s, reference := bookedCallback(t)
	s.runTo("2026-03-09T07:59:10+07:00")
	s.agents(map[string]string{"support-1": "no-answer"})
	talk := hearsOfMine(reference, nil, "1")
	talk[3].hears = "We will call you today between 8 and 8:30 a.m."
	heard := s.rings(home, "We are calling you now. Please hang up. Thank you. Goodbye.", talk...)
	saysNever(t, heard, "Nothing has changed", "Your callback is still booked")
	s.settles()
	s.bridged("support-2 with customer")
}

// While the store cannot be read nothing is confirmed.
func TestTheStoreIsGoneWhileTheCallerListens(t *testing.T) {
	for name, key := range map[string]string{"kept": "1", "heard again": "9"} {
		t.Run(name, func(t *testing.T) {
			store := &blindStore{}
			s := newScenario(t, saturday, func(s *setting) {
				s.wrapStore = func(inner app.Store) app.Store { store.Store = inner; return store }
			})
			s.rings(home, "I repeat", booking...)
			reference := s.only().Reference
			heard := s.rings(home, "", append(hearsOfMine(reference, func() { store.blind.Store(true) }, key),
				hears("we cannot tell you about your callback in this call. For a failed payment").hangUp())...)
			saysNever(t, heard, "Nothing has changed", "Your callback is still booked")
			store.blind.Store(false)
			s.settles()
			s.customerRung("Mon 08:00")
		})
	}
}

// A blindStore cannot read callbacks.
type blindStore struct {
	app.Store
	blind atomic.Bool
}

func (s *blindStore) Callback(ctx context.Context, id int64) (callbacks.Callback, error) {
	if s.blind.Load() {
		return callbacks.Callback{}, errors.New("the disk is gone")
	}
	return s.Store.Callback(ctx, id)
}
