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

func (p *paperTexter) Send(_ context.Context, t callbacks.OutgoingText) (string, error) {
	p.sent = append(p.sent, t.Sender+" "+t.To+" "+t.Body)
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
		{"plainly, without a code", func(int) error { return callbacks.ErrRefused }, 1},
		{"not reached for a while", func(try int) error {
			if try < 9 {
				return &callbacks.RefusedError{Unreached: true}
			}
			return nil
		}, 9},
		{"not reached until it would come too late", func(int) error { return &callbacks.RefusedError{Unreached: true} }, 49},
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

// What became of a message is written down with its reason, told to those who count, and shown.
func TestWhatBecameOfATextMessage(t *testing.T) {
	for _, tt := range []struct {
		err    error
		state  callbacks.TextState
		code   int
		remark string
	}{
		{nil, callbacks.TextSent, 0, ""},
		{&callbacks.RefusedError{Code: 21610, Permanent: true, Reason: "the customer has opted out"}, callbacks.TextRefused, 21610, "code 21610, the customer has opted out"},
		{&callbacks.RefusedError{Code: 20429}, callbacks.TextWaiting, 20429, "code 20429"},
		{&callbacks.RefusedError{Unreached: true}, callbacks.TextWaiting, 0, "the provider could not be reached"},
		{errors.New("time-out"), callbacks.TextUnknown, 0, "the provider's answer was lost"},
	} {
		w := newWorld(t)
		c := w.courier(&paperTexter{answer: func(int) error { return tt.err }})
		var counted []string
		c.Settled = func(line string, state callbacks.TextState) { counted = append(counted, line+" "+string(state)) }
		promised := w.confirmed()
		c.Tick(w.ctx)
		texts, err := w.service.Texts(w.ctx, promised.ID)
		if err != nil || len(texts) != 1 || texts[0].State != tt.state || texts[0].Code != tt.code || texts[0].Remark != tt.remark {
			t.Errorf("%v: it is %+v, %v", tt.err, texts, err)
		}
		if len(counted) != 1 || counted[0] != "gopay "+string(tt.state) {
			t.Errorf("%v: counted %q", tt.err, counted)
		}
	}
}

// A line's sender goes with its messages; without one they come from its number.
func TestTextMessagesComeFromTheLinesSender(t *testing.T) {
	for sender, want := range map[string]string{"": "+622150001000", "GOPAY": "GOPAY", "MG0123456789abcdef0123456789abcdef": "MG0123456789abcdef0123456789abcdef"} {
		w := newWorld(t)
		w.plan.Sender = sender
		texter := &paperTexter{}
		w.confirmed()
		w.courier(texter).Tick(w.ctx)
		if len(texter.sent) != 1 || !strings.HasPrefix(texter.sent[0], want+" +6281234567890 ") {
			t.Errorf("sender %q: sent %q", sender, texter.sent)
		}
	}
}

// The log tells of a message that did not arrive, once, and by no number.
func TestAMessageThatDidNotArrive(t *testing.T) {
	w := newWorld(t)
	promised := w.confirmed()
	w.courier(&paperTexter{}).Tick(w.ctx)
	texts, err := w.service.Texts(w.ctx, promised.ID)
	if err != nil || len(texts) != 1 {
		t.Fatal(texts, err)
	}
	for range 2 {
		if _, _, err := w.service.TextDelivery(w.ctx, callbacks.Delivery{TextID: texts[0].ID, SID: "SM1", State: callbacks.TextUndelivered, Code: 30005, Remark: "there is no such number"}); err != nil {
			t.Fatal(err)
		}
	}
	if log := w.logged.String(); strings.Count(log, "did not reach the customer") != 1 || !strings.Contains(log, "code=30005") || strings.Contains(log, promised.Number) {
		t.Errorf("logged:\n%s", log)
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

// Who may be called is asked again before a text message as well: the policy may have changed since it was written.
func TestNoTextMessageToANumberThatIsNotCalledAnyMore(t *testing.T) {
	w := newWorld(t)
	texter := &paperTexter{}
	c := w.courier(texter)
	w.confirmed()
	w.plan.Policy.Blocked = []callbacks.Blocked{{Prefix: "+6281", Reason: "pumped"}}
	c.Tick(w.ctx)
	if len(texter.sent) != 0 || !strings.Contains(w.logged.String(), "its number is not texted: blocked, prefix +6281") {
		t.Errorf("sent %q, logged %s", texter.sent, w.logged)
	}
}
