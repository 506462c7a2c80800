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

// paperSMSSender keeps what it was asked to send; answer decides what comes of it.
type paperSMSSender struct {
	sent   []string
	answer func(try int) error
}

func (p *paperSMSSender) Send(_ context.Context, t callbacks.OutgoingSMS) (string, error) {
	p.sent = append(p.sent, t.Sender+" "+t.To+" "+t.Body)
	if p.answer != nil {
		if err := p.answer(len(p.sent)); err != nil {
			return "", err
		}
	}
	return "SM1", nil
}

func (w *world) smsWorker(sender callbacks.SMSSender) *callbacks.SMSWorker {
	return callbacks.NewSMSWorker(callbacks.SMSWorkerConfig{
		Store: w.store, Sender: sender, Plans: w, Now: w.now, Signal: w.signal, Settled: w.settled,
		Log: slog.New(slog.NewTextHandler(w.logged, nil)),
	})
}

// confirmed books a callback with an SMS.
func (w *world) confirmed() callbacks.Callback {
	w.t.Helper()
	r := w.request("+6281234567890")
	r.SMSBody = func(c callbacks.Callback) string { return "Reference " + c.Reference }
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return b.Callback
}

func TestSMSWorkerSendsOnce(t *testing.T) {
	w := newWorld(t)
	sender := &paperSMSSender{}
	c := w.smsWorker(sender)
	booked := w.confirmed()
	for range 3 {
		if next := c.Tick(w.ctx); !next.IsZero() {
			t.Errorf("next at %v", next)
		}
	}
	want := "+622150001000 " + booked.Number + " Reference " + booked.Reference
	if len(sender.sent) != 1 || sender.sent[0] != want {
		t.Errorf("sent %q, want %q once", sender.sent, want)
	}
	if log := w.logged.String(); strings.Contains(log, "Reference "+booked.Reference) {
		t.Errorf("the log tells what was written: %s", log)
	}
}

func TestSMSWorkerAfterARefusal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(try int) error
		sent   int
	}{
		{"for the moment", func(try int) error {
			if try < 3 {
				return &callbacks.RefusedError{Code: 20429}
			}
			return nil
		}, 3},
		{"for the moment, for ever", func(int) error { return &callbacks.RefusedError{Code: 20429} }, 5},
		{"for good", func(int) error { return &callbacks.RefusedError{Code: 21211, Permanent: true} }, 1},
		{"plainly, without a code", func(int) error { return callbacks.ErrRefused }, 1},
		{"not reached for a while", func(try int) error {
			if try < 9 {
				return &callbacks.RefusedError{Unreached: true}
			}
			return nil
		}, 9},
		{"not reached until it would come too late",
			func(int) error { return &callbacks.RefusedError{Unreached: true} }, 49},
		{"nobody knows", func(int) error { return errors.New("time-out") }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			sender := &paperSMSSender{answer: tt.answer}
			c := w.smsWorker(sender)
			w.confirmed()
			for next := c.Tick(w.ctx); !next.IsZero(); next = c.Tick(w.ctx) {
				if !next.After(w.clock) {
					t.Fatalf("wants to be called again at once")
				}
				w.clock = next
			}
			if len(sender.sent) != tt.sent {
				t.Errorf("asked %d times, want %d", len(sender.sent), tt.sent)
			}
		})
	}
}

// What became of a message is written down with its reason, told to those who count, and shown.
func TestWhatBecameOfATextMessage(t *testing.T) {
	for _, tt := range []struct {
		err    error
		state  callbacks.SMSState
		code   int
		remark string
	}{
		{nil, callbacks.SMSSent, 0, ""},
		{&callbacks.RefusedError{Code: 21610, Permanent: true, Reason: "the customer has opted out"},
			callbacks.SMSRefused,
			21610, "code 21610, the customer has opted out"},
		{&callbacks.RefusedError{Code: 20429}, callbacks.SMSWaiting, 20429, "code 20429"},
		{&callbacks.RefusedError{Unreached: true}, callbacks.SMSWaiting, 0, "the provider could not be reached"},
		{errors.New("time-out"), callbacks.SMSUnknown, 0, "the provider's answer was lost"},
	} {
		w := newWorld(t)
		var counted []string
		w.settled = func(line string, state callbacks.SMSState) { counted = append(counted, line+" "+string(state)) }
		c := w.smsWorker(&paperSMSSender{answer: func(int) error { return tt.err }})
		booked := w.confirmed()
		c.Tick(w.ctx)
		texts, err := w.service.SMSOf(w.ctx, booked.ID)
		if err != nil || len(texts) != 1 || texts[0].State != tt.state || texts[0].Code != tt.code ||
			texts[0].Remark != tt.remark {
			t.Errorf("%v: it is %+v, %v", tt.err, texts, err)
		}
		if len(counted) != 1 || counted[0] != "gopay "+string(tt.state) {
			t.Errorf("%v: counted %q", tt.err, counted)
		}
	}
}

// A line's sender goes with its messages; without one they come from its number.
func TestTextMessagesComeFromTheLinesSender(t *testing.T) {
	for name, want := range map[string]string{"": "+622150001000", "GOPAY": "GOPAY",
		"MG0123456789abcdef0123456789abcdef": "MG0123456789abcdef0123456789abcdef"} {
		w := newWorld(t)
		w.plan.Sender = name
		sender := &paperSMSSender{}
		w.confirmed()
		w.smsWorker(sender).Tick(w.ctx)
		if len(sender.sent) != 1 || !strings.HasPrefix(sender.sent[0], want+" +6281234567890 ") {
			t.Errorf("sender %q: sent %q", name, sender.sent)
		}
	}
}

// The log tells of a message that did not arrive, once, and by no number.
func TestAMessageThatDidNotArrive(t *testing.T) {
	w := newWorld(t)
	booked := w.confirmed()
	w.smsWorker(&paperSMSSender{}).Tick(w.ctx)
	texts, err := w.service.SMSOf(w.ctx, booked.ID)
	if err != nil || len(texts) != 1 {
		t.Fatal(texts, err)
	}
	for range 2 {
		if _, _, err := w.service.SMSDelivered(w.ctx, callbacks.SMSDelivery{SMSID: texts[0].ID, SID: "SM1",
			State: callbacks.SMSUndelivered, Code: 30005, Remark: "there is no such number"}); err != nil {
			t.Fatal(err)
		}
	}
	if log := w.logged.String(); strings.Count(log, "an SMS was not delivered") != 1 ||
		!strings.Contains(log, "code=30005") || strings.Contains(log, booked.Number) {
		t.Errorf("logged:\n%s", log)
	}
}

// A crash between the row and the answer: nobody knows, and it is not sent again.
func TestSMSWorkerAfterACrash(t *testing.T) {
	w := newWorld(t)
	w.confirmed()
	if _, found, err := w.store.ClaimSMS(w.ctx, w.clock, time.Minute); err != nil || !found {
		t.Fatal(found, err)
	}
	w.crash()
	sender := &paperSMSSender{}
	c := w.smsWorker(sender)
	next := c.Tick(w.ctx)
	if !next.Equal(w.clock.Add(time.Minute)) {
		t.Errorf("looks again at %v, want the end of the lease", next)
	}
	w.clock = next
	if next = c.Tick(w.ctx); !next.IsZero() || len(sender.sent) != 0 {
		t.Errorf("next %v, sent %q", next, sender.sent)
	}
	if !strings.Contains(w.logged.String(), "unknown whether these SMS were sent") {
		t.Error("the log does not tell of it")
	}
}

func TestSMSWorkerDropsWhatIsMoot(t *testing.T) {
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
			sender := &paperSMSSender{}
			c := w.smsWorker(sender)
			before(w, w.confirmed())
			if next := c.Tick(w.ctx); !next.IsZero() || len(sender.sent) != 0 {
				t.Errorf("next %v, sent %q", next, sender.sent)
			}
		})
	}
}

func TestACallbackWakesTheSMSWorker(t *testing.T) {
	w := newWorld(t)
	sender := &paperSMSSender{}
	c := w.smsWorker(sender)
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
	<-ticked // asleep, or woken by the callback and then asleep
	stop()
	<-done
	if len(sender.sent) != 1 {
		t.Errorf("sent %q", sender.sent)
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
	booked := w.confirmed()
	if err := w.service.AttachNote(w.ctx, booked.ID, callbacks.Recording{SID: "RE1", URL: "u",
		Seconds: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Cancel(w.ctx, booked.ID, "test"); err != nil {
		t.Fatal(err)
	}
	recordings := &paperRecordings{err: errors.New("not now")}
	h := housekeeperWith(t, w, recordings)
	h.Tick(w.ctx)
	w.clock = w.clock.AddDate(0, 0, 40)
	h.Tick(w.ctx)
	if c, _ := w.service.Callback(w.ctx, booked.ID); c.Note.SID != "RE1" || c.Number == "" {
		t.Fatalf("erased although the recording is still there: %+v", c)
	}
	recordings.err = nil
	w.clock = w.clock.Add(10 * time.Minute)
	h.Tick(w.ctx)
	if c, _ := w.service.Callback(w.ctx, booked.ID); c.Note.SID != "" || c.Number != "" ||
		strings.Join(recordings.deleted, " ") != "RE1" {
		t.Errorf("kept %+v, deleted %q", c, recordings.deleted)
	}
}

func TestAnswers(t *testing.T) {
	for text, want := range map[callbacks.Answers]string{
		"": "", "123456": "transaction=123456", "order:7": "order=7", "transaction:1;order:2": "transaction=1 order=2",
		"order:": "",
	} {
		var got []string
		for _, answer := range text.All() {
			got = append(got, answer.Question+"="+answer.Digits)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q holds %q, want %q", text, got, want)
		}
	}
	if got := callbacks.Answers("").With("a", "1").With("b", "2"); got != "a:1;b:2" || got.Get("b") != "2" ||
		got.Get("c") != "" {
		t.Errorf("built %q", got)
	}
}

// Who may be called is asked again before an SMS as well: the policy may have changed since it was written.
func TestNoTextMessageToANumberThatIsNotCalledAnyMore(t *testing.T) {
	w := newWorld(t)
	sender := &paperSMSSender{}
	c := w.smsWorker(sender)
	w.confirmed()
	w.plan.Policy.Blocked = []callbacks.Blocked{{Prefix: "+6281", Reason: "pumped"}}
	c.Tick(w.ctx)
	if len(sender.sent) != 0 ||
		!strings.Contains(w.logged.String(), "its number is not texted: blocked, prefix +6281") {
		t.Errorf("sent %q, logged %s", sender.sent, w.logged)
	}
}

// An alert goes to the line's own number, which no customer is called at, for as long as there is one.
func TestSMSWorkerSendsAlerts(t *testing.T) {
	const onDuty = "+6281200000099"
	w := newWorld(t)
	w.plan.Alert = onDuty
	w.plan.Policy.Ours = map[string]bool{onDuty: true}
	sender := &paperSMSSender{}
	c := w.smsWorker(sender)
	for _, round := range []string{"CA1/1", "CA1/1", "CA1/2"} {
		if err := w.service.Alert(w.ctx, round, "gopay", "support", customer); err != nil {
			t.Fatal(err)
		}
		c.Tick(w.ctx)
	}
	want := "+622150001000 " + onDuty + " gopay, desk support: nobody took an urgent call. " +
		w.clock.UTC().Format("Mon 2 Jan 2006, 15:04 MST") +
		", number ending in 7890. hotline callbacks list --line gopay"
	if len(sender.sent) != 1 || sender.sent[0] != want {
		t.Errorf("sent %q, want %q once", sender.sent, want)
	}
	if strings.Count(w.logged.String(), "nobody took an urgent call") != 3 {
		t.Errorf("the log says:\n%s", w.logged)
	}
	w.plan.Alert = ""
	w.pass(callbacks.AlertPause)
	c.Tick(w.ctx)
	w.logs("its line has no alert number any more")
	if err := w.service.Alert(w.ctx, "CA2/1", "gopay", "support", ""); err != nil {
		t.Fatal(err)
	}
	if next := c.Tick(w.ctx); !next.IsZero() || len(sender.sent) != 1 {
		t.Errorf("next %v, sent %q", next, sender.sent)
	}
}
