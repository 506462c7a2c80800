package storetest

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// alert is one of the desk support of a line.
func alert(line, key string, at time.Time) callbacks.Alert {
	return callbacks.Alert{Key: key, Line: line, Desk: "support", Kind: callbacks.UrgentCallUnanswered, Number: "7890",
		At: at}
}

func (s *suite) alert(t *testing.T, a callbacks.Alert) {
	t.Helper()
	if err := s.Alert(s.ctx, a); err != nil {
		t.Fatal(err)
	}
}

// sent claims what is due and says that it was sent.
func (s *suite) sent(t *testing.T, now time.Time) (bodies []string) {
	t.Helper()
	for {
		text, found, err := s.ClaimSMS(s.ctx, now, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			return bodies
		}
		if !text.Alert || text.Callback.Line == "" || text.Callback.Desk != "support" || text.Callback.ID != 0 {
			t.Errorf("claimed %+v", text)
		}
		if err := s.SettleSMS(s.ctx, text.ID, callbacks.SMSResult{State: callbacks.SMSSent, SID: "SM1"}); err != nil {
			t.Fatal(err)
		}
		line, _, err := s.SMSDelivered(s.ctx, callbacks.SMSDelivery{SMSID: text.ID, SID: "SM1",
			State: callbacks.SMSReachedCustomer})
		if err != nil || line != text.Callback.Line {
			t.Errorf("delivered for line %q, %v", line, err)
		}
		bodies = append(bodies, text.Body)
	}
}

// The first is told at once; what happens within ten minutes of it is told together when they are over.
func testAlerts(t *testing.T, s *suite) {
	minute := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Minute) }
	told := func(at, occasions int) {
		t.Helper()
		texts := s.sent(t, minute(at))
		switch {
		case occasions == 0 && len(texts) > 0, occasions > 0 && len(texts) != 1:
			t.Fatalf("in minute %d: %q", at, texts)
		case occasions > 1 && !strings.Contains(texts[0], strconv.Itoa(occasions)+" times"):
			t.Errorf("in minute %d: %q", at, texts)
		}
	}
	s.alert(t, alert("gopay", "a", Start))
	told(0, 1)
	s.alert(t, alert("gopay", "a", Start)) // the same webhook once more
	s.alert(t, alert("gopay", "b", minute(2)))
	s.alert(t, alert("gopay", "b", minute(2)))
	s.alert(t, alert("gopay", "c", minute(3)))
	told(9, 0)
	if next, err := s.NextSMS(s.ctx); err != nil || !next.Equal(minute(10)) {
		t.Errorf("the next is sent at %v, %v", next, err)
	}
	told(10, 2)
	s.alert(t, alert("upay", "d", minute(11))) // another line's
	told(11, 1)
	s.alert(t, alert("gopay", "e", minute(12)))
	told(19, 0)
	told(20, 1)
	s.alert(t, alert("gopay", "f", minute(60)))
	told(60, 1)
}

func testAlertsAtOnce(t *testing.T, s *suite) {
	const most = 8
	var all sync.WaitGroup
	for i := range most {
		all.Go(func() {
			if err := s.Alert(s.ctx, alert("gopay", strconv.Itoa(i), Start)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if texts := s.sent(t, Start.Add(time.Hour)); len(texts) != 1 || !strings.Contains(texts[0], "8 times") {
		t.Errorf("sent %q", texts)
	}
}

func testEraseAlerts(t *testing.T, s *suite) {
	s.alert(t, alert("gopay", "a", Start))
	support := callbacks.Desk{Line: "gopay", Desk: "support"}
	for _, kept := range []bool{true, false} {
		desks, err := s.HoldingPersonalData(s.ctx)
		if err != nil || len(desks) > 0 != kept {
			t.Fatalf("HoldingPersonalData = %v, %v", desks, err)
		}
		if _, err := s.Erase(s.ctx, support, Start.Add(time.Minute), Start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if texts := s.sent(t, Start.Add(time.Hour)); len(texts) > 0 {
		t.Errorf("sent %q", texts)
	}
}
