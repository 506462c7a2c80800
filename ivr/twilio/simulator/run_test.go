package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// busyDay is a day with many calls at once, faults included; it returns the transcript.
func busyDay(t *testing.T) []Event {
	w := newWorld(t, func(o *Options) {
		o.Faults.Webhook = func(h Webhook) WebhookFault {
			return WebhookFault{Delay: time.Duration(len(h.Form.Get("From"))%3) * time.Second,
				Repeat: len(h.Form.Get("Digits")) % 2}
		}
	})
	api := w.rest()
	w.page("/voice", `<Gather numDigits="1" action="/menu"><Say language="id-ID">Tekan satu atau dua.</Say></Gather><Redirect>/voice</Redirect>`)
	w.page("/menu", `<Dial action="/next" timeout="15"><Number url="/whisper" statusCallback="/status/agent">`+agent+
		`</Number><Client>zoe</Client></Dial>`)
	w.page("/whisper", `<Gather numDigits="1"><Say language="id-ID">Telepon.</Say></Gather><Hangup/>`)
	w.page("/next", `<Enqueue waitUrl="/wait" action="/left">desk</Enqueue>`)
	w.page("/wait", `<Say language="id-ID">Mohon tunggu.</Say><Pause length="7"/>`)
	w.page("/left", `<Record maxLength="20" action="/thanks"/>`)
	w.page("/thanks", `<Hangup/>`)
	w.c.Subscribe(agent, Party{Answer: NoAnswer})
	w.c.Subscribe("client:zoe", Party{Name: "zoe", After: 3 * time.Second, TalkFor: 20 * time.Second})
	w.c.Worker(func(context.Context) time.Time {
		if w.c.Now().Sub(testStart) < 20*time.Minute {
			if _, err := place(api, agent2); err != nil {
				t.Error(err)
			}
		}
		return w.c.Now().Add(5 * time.Minute)
	})
	for i := range 40 {
		w.c.Ring("+62811000"+strings.Repeat("1", i%5+3), line,
			Party{Keys: Script("", "1", "#"), HangUpAfter: time.Duration(30+7*i) * time.Second})
		w.run(time.Duration(3+i%4) * time.Second)
	}
	w.run(24 * time.Hour)
	w.sound()
	for i := range w.events { // the product's address differs from run to run
		w.events[i].URL = strings.ReplaceAll(w.events[i].URL, w.server.URL, "")
	}
	return w.events
}

func TestEqualScriptsGiveEqualTranscripts(t *testing.T) {
	first, second := busyDay(t), busyDay(t)
	if len(first) < 500 {
		t.Errorf("only %d events", len(first))
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second)\n%s", diff)
	}
}

func TestWorkers(t *testing.T) {
	for _, strict := range []bool{false, true} {
		w := newWorld(t, func(o *Options) { o.StrictWake = strict })
		w.page("/voice", `<Pause length="30"/>`)
		var ticks []float64
		w.c.Worker(func(context.Context) time.Time {
			ticks = append(ticks, w.c.Now().Sub(testStart).Seconds())
			if w.c.Now().Before(testStart.Add(20 * time.Second)) {
				return testStart.Add(20 * time.Second)
			}
			return time.Time{}
		})
		w.run(10 * time.Second)
		w.c.Wake()
		w.run(40 * time.Second)
		w.c.Ring(customer, line, Party{})
		w.run(time.Minute)
		w.sound()
		want := []float64{0, 10, 20, 50, 80} // and with each webhook
		if strict {
			want = want[:3]
		}
		if diff := cmp.Diff(want, ticks); diff != "" {
			t.Errorf("strict %v: (-want +got)\n%s", strict, diff)
		}
	}
}

func TestBusyWorkerIsAViolation(t *testing.T) {
	w := newWorld(t)
	w.c.Worker(func(context.Context) time.Time { return w.c.Now() })
	w.run(500 * time.Millisecond)
	if v := w.c.Violations(); len(v) != 1 || !strings.Contains(v[0], "called 1000 times") {
		t.Errorf("violations %q", v)
	}
}

func TestRunUntil(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Pause length="30"/>`)
	call := w.c.Ring(customer, line, Party{})
	if err := w.c.RunUntil(context.Background(), testStart.Add(time.Hour), call.Done); err != nil {
		t.Error(err)
	}
	if got := w.c.Now().Sub(testStart); got != 30*time.Second {
		t.Errorf("ended after %s", got)
	}
	err := w.c.RunUntil(context.Background(), testStart.Add(time.Hour), func() bool { return false })
	if !errors.Is(err, ErrLimit) || !w.c.Now().Equal(testStart.Add(time.Hour)) {
		t.Errorf("%v at %s", err, w.c.Now())
	}
	if !w.c.Idle() {
		t.Error("something is left to do")
	}
}

func TestClosedInTheMiddle(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial><Number>`+agent+`</Number></Dial>`)
	w.c.Ring(customer, line, Party{})
	w.run(3 * time.Second)
	w.c.Close()
	if err := w.c.Run(context.Background(), testStart.Add(time.Hour)); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}

// A fakePace is a real clock that goes only when it is waited for.
type fakePace struct{ now time.Time }

func (f *fakePace) Now() time.Time { return f.now }
func (f *fakePace) After(d time.Duration) <-chan time.Time {
	f.now = f.now.Add(d)
	fired := make(chan time.Time, 1)
	fired <- f.now
	return fired
}

func TestPacedRun(t *testing.T) {
	real := &fakePace{now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	began := real.now
	ctx, cancel := context.WithCancel(context.Background())
	var w *world
	w = newWorld(t, func(o *Options) {
		o.Observe = func(e Event) {
			w.events = append(w.events, e)
			switch e.Event {
			case EventGather:
				w.c.Live(customer).Press("12")
			case EventHangup:
				cancel()
			}
		}
	})
	w.page("/voice", `<Gather numDigits="2" action="/action"/><Hangup/>`)
	w.page("/action", `<Pause length="60"/>`)
	w.c.Ring(customer, line, Party{})
	if err := w.c.RunPaced(ctx, Pace{Speed: 4, Now: real.Now, After: real.After}); err != nil {
		t.Error(err)
	}
	w.sound()
	w.want(w.got("/action", "Digits"), "Digits=12")
	virtual, paced := w.c.Now().Sub(testStart), real.now.Sub(began)
	if virtual != 60250*time.Millisecond || paced < virtual/4 || paced > virtual/4+refresh {
		t.Errorf("%s of virtual time took %s", virtual, paced)
	}
}

func TestSkip(t *testing.T) {
	real := &fakePace{now: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	began := real.now
	ctx, cancel := context.WithCancel(context.Background())
	w := newWorld(t)
	var ticks int
	w.c.Worker(func(context.Context) time.Time {
		if ticks++; ticks == 3 {
			cancel()
		}
		w.c.Skip()
		return w.c.Now().Add(12 * time.Hour)
	})
	if err := w.c.RunPaced(ctx, Pace{Now: real.Now, After: real.After}); err != nil {
		t.Error(err)
	}
	if got := w.c.Now().Sub(testStart); got != 24*time.Hour || real.now.Sub(began) > time.Second {
		t.Errorf("%s of virtual time took %s", got, real.now.Sub(began))
	}
}

// What a visitor asks for may come before the simulator has begun, or together with a skip: time arrives all the same,
// though the real clock stands still.
func TestRunTo(t *testing.T) {
	for _, skip := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		w := newWorld(t)
		then := testStart.Add(36 * time.Hour)
		var worked []time.Duration
		w.c.Worker(func(context.Context) time.Time {
			worked = append(worked, w.c.Now().Sub(testStart))
			return w.c.Now().Add(12 * time.Hour)
		})
		w.c.RunTo(then)
		if skip {
			w.c.Skip()
		}
		arrived := func(time.Duration) <-chan time.Time {
			if !w.c.Now().Before(then) {
				cancel()
			}
			return nil
		}
		if err := w.c.RunPaced(ctx, Pace{Now: func() time.Time { return testStart }, After: arrived}); err != nil {
			t.Error(err)
		}
		if got, want := fmt.Sprint(worked), "[0s 12h0m0s 24h0m0s 36h0m0s]"; got != want || !w.c.Now().Equal(then) {
			t.Errorf("skip %t: arrived at %s, having worked at %s, want %s", skip, w.c.Now(), got, want)
		}
	}
}
