package storetest

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The provider's words come late, twice and in any order: the first final one stands.
func testDeliveries(t *testing.T, s *suite) {
	for _, tt := range []struct {
		name   string
		before callbacks.TextState // what we know when the words come
		words  []callbacks.TextState
		want   callbacks.TextState
		news   int // how many words changed something
	}{
		{"in order", callbacks.TextSent, []callbacks.TextState{callbacks.TextSent, callbacks.TextDelivered}, callbacks.TextDelivered, 1},
		{"the other way round", callbacks.TextSent, []callbacks.TextState{callbacks.TextDelivered, callbacks.TextSent}, callbacks.TextDelivered, 1},
		{"twice", callbacks.TextSent, []callbacks.TextState{callbacks.TextUndelivered, callbacks.TextUndelivered}, callbacks.TextUndelivered, 1},
		{"two final ones", callbacks.TextSent, []callbacks.TextState{callbacks.TextFailed, callbacks.TextDelivered}, callbacks.TextFailed, 1},
		{"before our own answer", callbacks.TextSending, []callbacks.TextState{callbacks.TextSent, callbacks.TextDelivered}, callbacks.TextDelivered, 2},
		{"after a lost answer", callbacks.TextUnknown, []callbacks.TextState{callbacks.TextSent}, callbacks.TextSent, 1},
		{"delivered after a lost answer", callbacks.TextUnknown, []callbacks.TextState{callbacks.TextDelivered}, callbacks.TextDelivered, 1},
		{"none", callbacks.TextSent, nil, callbacks.TextSent, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := s.book(t, saying("t"))
			text, found, err := s.ClaimText(s.ctx, Start, time.Minute)
			if err != nil || !found || text.Callback.ID != c.ID || text.State != callbacks.TextSending {
				t.Fatalf("claimed %+v, %v, %v", text, found, err)
			}
			settle := func(state callbacks.TextState) {
				if err := s.SettleText(s.ctx, text.ID, callbacks.Settlement{State: state, SID: "SM1", Remark: "settled"}); err != nil {
					t.Fatal(err)
				}
			}
			if tt.before != callbacks.TextSending {
				settle(tt.before)
			}
			news := 0
			for _, word := range tt.words {
				line, changed, err := s.TextDelivery(s.ctx, callbacks.Delivery{TextID: text.ID, SID: "SM1", State: word, Code: 30005, Remark: string(word)})
				if err != nil || line != "gopay" {
					t.Fatalf("%s is noted for line %q, %v", word, line, err)
				}
				if changed {
					news++
				}
			}
			if tt.before == callbacks.TextSending {
				settle(callbacks.TextSent) // late: the words were faster
			}
			texts, err := s.Texts(s.ctx, c.ID)
			if err != nil || len(texts) != 1 || texts[0].State != tt.want || news != tt.news {
				t.Fatalf("%d words were news, it is %+v, %v", news, texts, err)
			}
			if len(tt.words) > 0 && tt.want != callbacks.TextSent && (texts[0].Code != 30005 || texts[0].Remark != string(tt.want)) {
				t.Errorf("why: %d %q", texts[0].Code, texts[0].Remark)
			}
			if again, found, err := s.ClaimText(s.ctx, Start.Add(time.Hour), time.Minute); err != nil || found {
				t.Errorf("it is sent again: %+v, %v", again, err)
			}
		})
	}
	c := s.book(t, saying("t"))
	text, found, err := s.ClaimText(s.ctx, Start, time.Minute)
	if err != nil || !found {
		t.Fatalf("claimed %+v, %v, %v", text, found, err)
	}
	if err := s.SettleText(s.ctx, text.ID, callbacks.Settlement{State: callbacks.TextSent, SID: "SM1"}); err != nil {
		t.Fatal(err)
	}
	_, changed, err := s.TextDelivery(s.ctx, callbacks.Delivery{TextID: text.ID, SID: "SM2", State: callbacks.TextFailed})
	if texts, again := s.Texts(s.ctx, c.ID); err != nil || again != nil || changed || texts[0].State != callbacks.TextSent {
		t.Errorf("the word about another message changed it: %+v, %v, %v", texts, err, again)
	}
	_, _, err = s.TextDelivery(s.ctx, callbacks.Delivery{TextID: 9999, State: callbacks.TextDelivered})
	wantErr(t, err, callbacks.ErrNotFound)
}
