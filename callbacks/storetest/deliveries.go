package storetest

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The provider's words come late, twice and in any order: the first final one stands.
func testSMSDeliveries(t *testing.T, s *suite) {
	for _, tt := range []struct {
		name   string
		before callbacks.SMSState // what we know when the words come
		words  []callbacks.SMSState
		want   callbacks.SMSState
		news   int // how many words changed something
	}{
		{"in order", callbacks.SMSSent, []callbacks.SMSState{callbacks.SMSSent, callbacks.SMSReachedCustomer},
			callbacks.SMSReachedCustomer, 1},
		{"the other way round", callbacks.SMSSent, []callbacks.SMSState{callbacks.SMSReachedCustomer,
			callbacks.SMSSent},
			callbacks.SMSReachedCustomer, 1},
		{"twice", callbacks.SMSSent, []callbacks.SMSState{callbacks.SMSUndelivered, callbacks.SMSUndelivered},
			callbacks.SMSUndelivered, 1},
		{"two final ones", callbacks.SMSSent, []callbacks.SMSState{callbacks.SMSFailed, callbacks.SMSReachedCustomer},
			callbacks.SMSFailed, 1},
		{"before our own answer", callbacks.SMSSending, []callbacks.SMSState{callbacks.SMSSent,
			callbacks.SMSReachedCustomer}, callbacks.SMSReachedCustomer, 2},
		{"after a lost answer", callbacks.SMSUnknown, []callbacks.SMSState{callbacks.SMSSent}, callbacks.SMSSent, 1},
		{"delivered after a lost answer", callbacks.SMSUnknown, []callbacks.SMSState{callbacks.SMSReachedCustomer},
			callbacks.SMSReachedCustomer, 1},
		{"none", callbacks.SMSSent, nil, callbacks.SMSSent, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := s.book(t, saying("t"))
			text, found, err := s.ClaimSMS(s.ctx, Start, time.Minute)
			if err != nil || !found || text.Callback.ID != c.ID || text.State != callbacks.SMSSending {
				t.Fatalf("claimed %+v, %v, %v", text, found, err)
			}
			settle := func(state callbacks.SMSState) {
				if err := s.SettleSMS(s.ctx, text.ID, callbacks.SMSResult{State: state, SID: "SM1",
					Remark: "settled"}); err != nil {
					t.Fatal(err)
				}
			}
			if tt.before != callbacks.SMSSending {
				settle(tt.before)
			}
			news := 0
			for _, word := range tt.words {
				line, changed, err := s.SMSDelivered(s.ctx, callbacks.SMSDelivery{SMSID: text.ID, SID: "SM1",
					State: word,
					Code:  30005, Remark: string(word)})
				if err != nil || line != "gopay" {
					t.Fatalf("%s is noted for line %q, %v", word, line, err)
				}
				if changed {
					news++
				}
			}
			if tt.before == callbacks.SMSSending {
				settle(callbacks.SMSSent) // late: the words were faster
			}
			texts, err := s.SMSOf(s.ctx, c.ID)
			if err != nil || len(texts) != 1 || texts[0].State != tt.want || news != tt.news {
				t.Fatalf("%d words were news, it is %+v, %v", news, texts, err)
			}
			if len(tt.words) > 0 && tt.want != callbacks.SMSSent && (texts[0].Code != 30005 ||
				texts[0].Remark != string(tt.want)) {
				t.Errorf("why: %d %q", texts[0].Code, texts[0].Remark)
			}
			if again, found, err := s.ClaimSMS(s.ctx, Start.Add(time.Hour), time.Minute); err != nil || found {
				t.Errorf("it is sent again: %+v, %v", again, err)
			}
		})
	}
	c := s.book(t, saying("t"))
	text, found, err := s.ClaimSMS(s.ctx, Start, time.Minute)
	if err != nil || !found {
		t.Fatalf("claimed %+v, %v, %v", text, found, err)
	}
	if err := s.SettleSMS(s.ctx, text.ID, callbacks.SMSResult{State: callbacks.SMSSent, SID: "SM1"}); err != nil {
		t.Fatal(err)
	}
	_, changed, err := s.SMSDelivered(s.ctx, callbacks.SMSDelivery{SMSID: text.ID, SID: "SM2",
		State: callbacks.SMSFailed})
	if texts, again := s.SMSOf(s.ctx, c.ID); err != nil || again != nil || changed ||
		texts[0].State != callbacks.SMSSent {
		t.Errorf("the word about another message changed it: %+v, %v, %v", texts, err, again)
	}
	_, _, err = s.SMSDelivered(s.ctx, callbacks.SMSDelivery{SMSID: 9999, State: callbacks.SMSReachedCustomer})
	wantErr(t, err, callbacks.ErrNotFound)
}
