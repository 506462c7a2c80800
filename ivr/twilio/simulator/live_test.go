package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// liveSpeed lets a minute of calls pass in a fraction of a second.
const liveSpeed = 200

// liveClock is a clock that other processes could have as well.
func liveClock() func() time.Time {
	began := time.Now()
	return func() time.Time { return testStart.Add(liveSpeed * time.Since(began)) }
}

// newLive is a simulator that goes by somebody else's clock; it runs until the test ends.
func newLive(t *testing.T, o Options) *Simulator {
	t.Helper()
	o.AccountSID, o.AuthToken, o.Clock = testSID, testToken, liveClock()
	c := New(o)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.RunLive(ctx, Pace{Speed: liveSpeed}) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		c.Close()
	})
	return c
}

// Several callers are served at once although each answer waits for the others: webhooks do not queue behind each
// other.
func TestLiveWebhooksAreUnderWayTogether(t *testing.T) {
	const callers = 5
	here := make(chan struct{}, callers)
	together := make(chan struct{})
	var met atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		here <- struct{}{}
		if len(here) == callers && met.CompareAndSwap(false, true) {
			close(together)
		}
		<-together
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<Response><Say>Hello</Say></Response>`)
	}))
	t.Cleanup(server.Close)
	ended := make(chan Event, callers)
	c := newLive(t, Options{Observe: func(e Event) {
		if e.Event == EventHangup {
			ended <- e
		}
	}})
	c.Number(line, Number{VoiceURL: server.URL})
	began := c.Now()
	for range callers {
		c.Ring(customer, line, Party{})
	}
	for range callers {
		if e := <-ended; e.Status != statusCompleted || e.At.Before(began) {
			t.Errorf("ended with %+v", e)
		}
	}
	if found := c.Violations(); len(found) > 0 {
		t.Error(found)
	}
}

// A telephone is asked anew each time how it answers, and an agreed rate of calls is kept.
func TestLiveAnsweringAndPace(t *testing.T) {
	var asked atomic.Int32
	ended := make(chan Event, 2)
	c := newLive(t, Options{
		CallPace: 10 * time.Second, Forgetful: true,
		Answering: func(r CallRecord) Party {
			if r.To != agent || r.Direction != directionAPI {
				t.Errorf("asked about %+v", r)
			}
			if asked.Add(1) == 1 {
				return Party{Answer: Busy}
			}
			return Party{Answer: Refuse}
		},
		Observe: func(e Event) {
			if e.Event == EventRing {
				ended <- e
			}
		},
	})
	c.Number(line, Number{})
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	for range 2 {
		placeTwiml(t, server.URL)
	}
	first, second := <-ended, <-ended
	// The first may be noticed a little late on a clock that does not wait; without a pace there would be nothing
	// between them.
	if apart := second.At.Sub(first.At); apart < 9*time.Second {
		t.Errorf("two calls were placed %s apart", apart)
	}
	if len(c.Requests()) != 0 || asked.Load() != 2 {
		t.Errorf("%d requests are remembered, asked %d times", len(c.Requests()), asked.Load())
	}
}

func placeTwiml(t *testing.T, base string) *http.Response {
	t.Helper()
	form := url.Values{"To": {agent}, "From": {line}, "Twiml": {"<Response><Hangup/></Response>"}}
	request, err := http.NewRequest(http.MethodPost, base+"/2010-04-01/Accounts/"+testSID+"/Calls.json",
		strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	request.SetBasicAuth(testSID, testToken)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil
	}
	_ = answer.Body.Close()
	return answer
}

// An answer that is held back comes late; a connection that is closed before anything was done has done nothing.
func TestSlowAndDroppedRequests(t *testing.T) {
	faults := []RESTFault{{Drop: true}, {Slow: 20 * time.Second}}
	var nth atomic.Int32
	c := newLive(t, Options{Faults: Faults{REST: func(Request) RESTFault { return faults[nth.Add(1)-1] }}})
	c.Number(line, Number{})
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	if answer := placeTwiml(t, server.URL); answer != nil || len(c.Calls()) != 0 {
		t.Errorf("a connection that was closed: %v, calls %v", answer, c.Calls())
	}
	before := c.Now()
	answer := placeTwiml(t, server.URL)
	if answer == nil || answer.StatusCode != http.StatusCreated || c.Now().Sub(before) < 20*time.Second {
		t.Errorf("held back: %v after %s", answer, c.Now().Sub(before))
	}
	if requests := c.Requests(); len(requests) != 2 || !requests[0].AnswerLost {
		t.Errorf("requests %+v", requests)
	}
}

// A clock that is not the simulator's own cannot be moved.
func TestAClockOfSomebodyElse(t *testing.T) {
	c := New(Options{Clock: liveClock()})
	defer c.Close()
	if err := c.Run(t.Context(), testStart); !errors.Is(err, ErrClock) {
		t.Errorf("Run: %v", err)
	}
	if err := c.RunPaced(t.Context(), Pace{}); !errors.Is(err, ErrClock) {
		t.Errorf("RunPaced: %v", err)
	}
	own := New(Options{})
	defer own.Close()
	if err := own.RunLive(t.Context(), Pace{}); !errors.Is(err, ErrClock) {
		t.Errorf("RunLive: %v", err)
	}
}
