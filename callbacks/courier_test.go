package callbacks_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// paperTexter keeps what it was asked to send; answer decides what comes of it.
type paperTexter struct {
	sent   []string
	answer func(try int) error
}

func (p *paperTexter) Send(_ context.Context, from, to, body string) (string, error) {
	p.sent = append(p.sent, from+" "+to+" "+body)
	if p.answer != nil {
		if err := p.answer(len(p.sent)); err != nil {
			return "", err
		}
	}
	return "SM1", nil
}

func (w *world) courier(texter callbacks.Texter) *callbacks.Courier {
	return callbacks.NewCourier(w.store, w.service, texter, w, w.now, slog.New(slog.NewTextHandler(w.logged, nil)))
}

// confirmed books a callback with a text message.
func (w *world) confirmed() callbacks.Callback {
	w.t.Helper()
	r := w.request("+6281234567890")
	r.Text = func(c callbacks.Callback) string { return "Reference " + c.Reference }
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return b.Callback
}

func TestCourierSendsOnce(t *testing.T) {
	w := newWorld(t)
	texter := &paperTexter{}
	c := w.courier(texter)
	promised := w.confirmed()
	for range 3 {
		if next := c.Tick(w.ctx); !next.IsZero() {
			t.Errorf("next at %v", next)
		}
	}
	want := "+622150001000 " + promised.Number + " Reference " + promised.Reference
	if len(texter.sent) != 1 || texter.sent[0] != want {
		t.Errorf("sent %q, want %q once", texter.sent, want)
	}
	if log := w.logged.String(); strings.Contains(log, "Reference "+promised.Reference) {
		t.Errorf("the log tells what was written: %s", log)
	}
}

func TestCourierAfterARefusal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(try int) error
		sent   int
	}{
		{"for the moment", func(try int) error {
			if try < 3 {
				return callbacks.NewRefused(20429, "too many requests")
			}
			return nil
		}, 3},
		{"for the moment, for ever", func(int) error { return callbacks.NewRefused(20429, "too many requests") }, 5},
		{"for good", func(int) error { return callbacks.NewRefused(21211, "invalid") }, 1},
		{"nobody knows", func(int) error { return errors.New("time-out") }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			texter := &paperTexter{answer: tt.answer}
			c := w.courier(texter)
			w.confirmed()
			for next := c.Tick(w.ctx); !next.IsZero(); next = c.Tick(w.ctx) {
				if !next.After(w.clock) {
					t.Fatalf("wants to be called again at once")
				}
				w.clock = next
			}
			if len(texter.sent) != tt.sent {
				t.Errorf("asked %d times, want %d", len(texter.sent), tt.sent)
			}
		})
	}
}

// A crash between the row and the answer: nobody knows, and it is not sent again.
func TestCourierAfterACrash(t *testing.T) {
	w := newWorld(t)
	w.confirmed()
	if _, found, err := w.store.ClaimText(w.ctx, w.clock, time.Minute); err != nil || !found {
		t.Fatal(found, err)
	}
	w.crash()
	texter := &paperTexter{}
	c := w.courier(texter)
	next := c.Tick(w.ctx)
	if !next.Equal(w.clock.Add(time.Minute)) {
		t.Errorf("looks again at %v, want the end of the lease", next)
	}
	w.clock = next
	if next = c.Tick(w.ctx); !next.IsZero() || len(texter.sent) != 0 {
		t.Errorf("next %v, sent %q", next, texter.sent)
	}
	if !strings.Contains(w.logged.String(), "nobody knows whether they were sent") {
		t.Error("the log does not tell of it")
	}
}

func TestCourierDropsWhatIsMoot(t *testing.T) {
	for name, before := range map[string]func(w *world, c callbacks.Callback){
		"taken back": func(w *world, c callbacks.Callback) {
			if _, err := w.service.Cancel(w.ctx, c.ID, "test"); err != nil {
				w.t.Fatal(err)
			}
		},
		"too late":     func(w *world, _ callbacks.Callback) { w.clock = w.clock.Add(7 * time.Hour) },
		"no such line": func(w *world, _ callbacks.Callback) { w.noPlan = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			texter := &paperTexter{}
			c := w.courier(texter)
			before(w, w.confirmed())
			if next := c.Tick(w.ctx); !next.IsZero() || len(texter.sent) != 0 {
				t.Errorf("next %v, sent %q", next, texter.sent)
			}
		})
	}
}

func TestAPromiseWakesTheCourier(t *testing.T) {
	w := newWorld(t)
	texter := &paperTexter{}
	c := w.courier(texter)
	w.confirmed()
	ticked := make(chan struct{}, 1)
	ctx, stop := context.WithCancel(w.ctx)
	timer := func(time.Time) (<-chan time.Time, func()) {
		select {
		case ticked <- struct{}{}:
		default:
		}
		return nil, func() {}
	}
	done := make(chan struct{})
	go func() { c.Run(ctx, timer); close(done) }()
	<-ticked // asleep, or woken by the promise and then asleep
	stop()
	<-done
	if len(texter.sent) != 1 {
		t.Errorf("sent %q", texter.sent)
	}
}

type paperRecordings struct {
	deleted []string
	err     error
}

func (p *paperRecordings) Delete(_ context.Context, sid string) error {
	if p.err == nil {
		p.deleted = append(p.deleted, sid)
	}
	return p.err
}

func TestRecordingsGoBeforeWhatNamesThem(t *testing.T) {
	w := newWorld(t)
	promised := w.confirmed()
	if err := w.service.AttachNote(w.ctx, promised.ID, callbacks.Recording{SID: "RE1", URL: "u", Seconds: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Cancel(w.ctx, promised.ID, "test"); err != nil {
		t.Fatal(err)
	}
	recordings := &paperRecordings{err: errors.New("not now")}
	h := newHousekeeper(t, w)
	h.UseRecordings(recordings)
	h.Tick(w.ctx)
	w.clock = w.clock.AddDate(0, 0, 40)
	h.Tick(w.ctx)
	if c, _ := w.service.Callback(w.ctx, promised.ID); c.Note.SID != "RE1" || c.Number == "" {
		t.Fatalf("erased although the recording is still there: %+v", c)
	}
	recordings.err = nil
	w.clock = w.clock.Add(10 * time.Minute)
	h.Tick(w.ctx)
	if c, _ := w.service.Callback(w.ctx, promised.ID); c.Note.SID != "" || c.Number != "" || strings.Join(recordings.deleted, " ") != "RE1" {
		t.Errorf("kept %+v, deleted %q", c, recordings.deleted)
	}
}

func TestAnswers(t *testing.T) {
	for text, want := range map[callbacks.Answers]string{
		"": "", "123456": "transaction=123456", "order:7": "order=7", "transaction:1;order:2": "transaction=1 order=2", "order:": "",
	} {
		var got []string
		for _, answer := range text.All() {
			got = append(got, answer.Question+"="+answer.Digits)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q holds %q, want %q", text, got, want)
		}
	}
	if got := callbacks.Answers("").With("a", "1").With("b", "2"); got != "a:1;b:2" || got.Get("b") != "2" || got.Get("c") != "" {
		t.Errorf("built %q", got)
	}
}
