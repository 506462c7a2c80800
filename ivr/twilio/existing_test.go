package twilio

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// Whatever state a webhook comes from, also one that the call has left behind, a callback is told as it stands in the
// store.
func TestACallbackIsToldAsItStandsNow(t *testing.T) {
	booked := callbacks.Callback{
		ID: 7, Kind: callbacks.Slot, Due: openHour.Add(time.Hour), SlotEnd: openHour.Add(90 * time.Minute),
		State: callbacks.Booked,
	}
	moved, soon, dialling, over := booked, booked, booked, booked
	moved.Due, moved.SlotEnd = moved.Due.Add(time.Hour), moved.SlotEnd.Add(time.Hour)
	soon.Kind, soon.Due, soon.SlotEnd = callbacks.ASAP, openHour, time.Time{}
	dialling.State, over.State = callbacks.AgentReached, callbacks.Cancelled
	told := ivr.State{Line: "sketch", Language: "en", OpenCallbackID: 7,
		OpenCallbackDue: ivr.DueWindow{Kind: booked.Kind, Due: booked.Due.Unix(), Until: booked.SlotEnd.Unix()}}
	for name, tt := range map[string]struct {
		now  callbacks.Callback
		err  error
		kept string // what key 1 in the menu leads to
		menu string // what hearing the menu leads to
	}{
		"as it was": {now: booked, kept: "existing.kept", menu: "existing.slot"},
		"moved":     {now: moved, kept: "existing.slot", menu: "existing.slot"},
		"at once":   {now: soon, kept: "existing.soon", menu: "existing.soon"},
		"dialling":  {now: dialling, kept: "existing.dialling", menu: "existing.dialling"},
		"cancelled": {now: over, kept: "existing.over", menu: "existing.over"},
		"unread": {now: booked, err: errors.New("the store is down"), kept: "existing.locked",
			menu: "existing.locked"},
	} {
		for way, to := range map[string]struct {
			step ivr.StepID
			slip int // keys that were wrong before
			key  string
			want string
		}{
			"it is kept":    {stepExistingMenu, 0, "1", tt.kept},
			"heard again":   {stepExistingMenu, 0, "9", tt.menu},
			"silence":       {stepExistingMenu, 1, "", tt.menu},
			"a wrong key":   {stepExistingMenu, 1, "5", tt.menu},
			"not cancelled": {stepExistingSure, 0, "2", tt.menu},
			"no other time": {stepExistingWhen, 0, "*", tt.menu},
		} {
			t.Run(name+", "+way, func(t *testing.T) {
				e := newEdge(t, nil)
				e.callbacks.callback = func(context.Context) (callbacks.Callback, error) { return tt.now, tt.err }
				told.Step, told.NoMatches = to.step, to.slip
				text := e.call(e.sealed(pathStep, "call", caller.SID, told), url.Values{"Digits": {to.key}})
				for _, key := range []string{"existing.kept", "existing.slot", "existing.soon", "existing.dialling",
					"existing.over", "existing.locked"} {
					if strings.Contains(text, key) != (key == to.want) {
						t.Errorf("want %s and nothing else, heard %s", to.want, text)
					}
				}
				if failed := e.count(`hotline_failures_total{what="tell of a callback"}`); (failed == "1") != (tt.err != nil) {
					t.Errorf("counted %s times", failed)
				}
			})
		}
	}
}

// Asking again and again with wrong keys ends, though the callback is read each time.
func TestWrongKeysAboutACallbackEnd(t *testing.T) {
	e := newEdge(t, nil)
	e.callbacks.callback = func(context.Context) (callbacks.Callback, error) {
		return callbacks.Callback{ID: 7, Kind: callbacks.ASAP, Due: openHour, State: callbacks.Booked}, nil
	}
	target := e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Language: "en", OpenCallbackID: 7,
		Step: stepExistingMenu})
	text := ""
	for range e.server.Lines.Find("sketch", "").NoMatchLimit {
		text = e.call(target, url.Values{"Digits": {"5"}})
		target = leadsTo(t, e.server.PublicURL, text)
	}
	if !strings.Contains(text, "limit.") {
		t.Errorf("heard %s", text)
	}
}

// A store that does not answer does not keep the caller waiting: nothing is confirmed, and the call goes on.
func TestACallbackThatIsNotReadInTime(t *testing.T) {
	e := newEdge(t, nil)
	over := make(chan struct{})
	defer close(over)
	e.callbacks.callback = func(context.Context) (callbacks.Callback, error) {
		<-over
		return callbacks.Callback{},
			nil
	}
	state := ivr.State{Line: "sketch", Language: "en", OpenCallbackID: 7, Step: stepExistingMenu}
	text := e.call(e.sealed(pathStep, "call", caller.SID, state), url.Values{"Digits": {"1"}})
	if !strings.Contains(text, "existing.locked") || strings.Contains(text, "existing.kept") {
		t.Errorf("heard %s", text)
	}
}
