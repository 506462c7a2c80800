package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func testList(t *testing.T, s *suite) {
	first := s.book(t)
	second := s.book(t, func(r *callbacks.Request) { r.Line, r.Called = "upay", Start.Add(time.Hour) })
	third := s.book(t, func(r *callbacks.Request) { r.Desk = "senior" })
	cancel(t, s, first.ID)
	for name, tt := range map[string]struct {
		filter callbacks.Filter
		want   []int64
	}{
		"all, the newest first": {callbacks.Filter{}, []int64{second.ID, third.ID, first.ID}},
		"a line":                {callbacks.Filter{Line: "upay"}, []int64{second.ID}},
		"a desk":                {callbacks.Filter{Desk: "senior"}, []int64{third.ID}},
		"open":                  {callbacks.Filter{States: callbacks.OpenStates}, []int64{second.ID, third.ID}},
		"a number":              {callbacks.Filter{Number: "+1"}, nil},
		"its number":            {callbacks.Filter{Number: second.Number, Line: "upay"}, []int64{second.ID}},
		"cancelled":             {callbacks.Filter{States: []callbacks.State{callbacks.Cancelled}}, []int64{first.ID}},
		"from":                  {callbacks.Filter{From: Start.Add(time.Minute)}, []int64{second.ID}},
		"until":                 {callbacks.Filter{To: Start.Add(time.Hour)}, []int64{third.ID, first.ID}},
		"at most":               {callbacks.Filter{Most: 2}, []int64{second.ID, third.ID}},
		"the next page":         {callbacks.Filter{Most: 2, After: &third}, []int64{first.ID}},
		"the last page":         {callbacks.Filter{After: &first}, nil},
	} {
		list, err := s.List(s.ctx, tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		tt.filter.After, tt.filter.Most = nil, 0
		whole, err := s.List(s.ctx, tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.Count(s.ctx, tt.filter); err != nil || n != len(whole) {
			t.Errorf("%s: counted %d, %v, want %d", name, n, err, len(whole))
		}
		var got []int64
		for _, c := range list {
			got = append(got, c.ID)
		}
		if diff := len(got) != len(tt.want); diff {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: %v, want %v", name, got, tt.want)
				break
			}
		}
	}
	found, err := s.ByReference(s.ctx, second.Reference)
	if err != nil {
		t.Fatal(err)
	}
	same(t, found, second)
	_, err = s.ByReference(s.ctx, "0000000")
	wantErr(t, err, callbacks.ErrNotFound)
}

func testBacklog(t *testing.T, s *suite) {
	late := s.book(t, func(r *callbacks.Request) { r.Due = Start.Add(time.Hour) })
	s.book(t)
	cancel(t, s, s.book(t).ID)
	s.book(t, func(r *callbacks.Request) { r.Line = "upay" })
	s.mustClaim(t, late, "1", Start.Add(time.Hour))
	backlog, err := s.Backlog(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(backlog, func(a, b callbacks.Backlog) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.State, b.State))
	})
	same(t, backlog, []callbacks.Backlog{
		{Line: "gopay", State: callbacks.Booked, Count: 1, Due: Start},
		{Line: "gopay", State: callbacks.Dialling, Count: 1, Due: Start.Add(time.Hour)},
		{Line: "upay", State: callbacks.Booked, Count: 1, Due: Start},
	})
}

func testListMessages(t *testing.T, s *suite) {
	save := func(key, line string, at time.Time) callbacks.Message {
		m, err := s.SaveMessage(s.ctx, callbacks.Message{Key: key, Reference: s.reference(), Line: line,
			Desk:     "support",
			Received: at})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	old, other, recent := save("a", "gopay", Start), save("b", "upay", Start.Add(time.Minute)), save("c", "gopay",
		Start.Add(time.Hour))
	for line, want := range map[string][]callbacks.Message{"": {recent, other, old}, "gopay": {recent, old},
		"nope": nil} {
		got, err := s.Messages(s.ctx, line, 10)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
	}
	found, err := s.MessageByReference(s.ctx, other.Reference)
	if err != nil {
		t.Fatal(err)
	}
	same(t, found, other)
	_, err = s.MessageByReference(s.ctx, "0000000")
	wantErr(t, err, callbacks.ErrNotFound)
	if got, err := s.Messages(s.ctx, "", 1); err != nil || len(got) != 1 || got[0].Key != "c" {
		t.Errorf("the newest alone: %+v, %v", got, err)
	}
}
