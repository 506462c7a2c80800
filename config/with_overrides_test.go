package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// What a desk's override says is heard by those whom the desk serves in their language, and by nobody else.
func TestWhoHearsWhatADesksOverrideSays(t *testing.T) {
	line := ivr.Line{ID: "shop", General: "support",
		Topics: []ivr.Topic{{ID: "login", Desk: "support"}, {ID: "fraud", Desk: "security"},
			{ID: "trip", Desk: "travel"}},
		Desks: map[string]*ivr.Desk{"security": {}, "spare": {}, "abroad": {}, "far": {},
			"support": {ByLanguage: map[string]string{"zh": "abroad"}},
			"travel":  {ByLanguage: map[string]string{"zh": "abroad", "en": "far"}}},
	}
	from := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	type heard struct {
		Topics []string
		Text   map[string]string
	}
	for desk, want := range map[string][]heard{
		"":         {{nil, map[string]string{"en": "Flood", "ja": "洪水", "zh": "水灾"}}},
		"support":  {{nil, map[string]string{"en": "Flood", "ja": "洪水"}}},
		"abroad":   {{nil, map[string]string{"zh": "水灾"}}},
		"security": {{[]string{"fraud"}, map[string]string{"en": "Flood", "ja": "洪水", "zh": "水灾"}}},
		"travel":   {{[]string{"trip"}, map[string]string{"ja": "洪水"}}},
		"far":      {{[]string{"trip"}, map[string]string{"en": "Flood"}}},
		"spare":    nil,
	} {
		until, say := from.Add(time.Hour), map[string]string{"en": "Flood", "ja": "洪水", "zh": "水灾"}
		var got []heard
		for _, a := range announced(&line, desk, from, until, say) {
			if !a.From.Equal(from) || !a.Until.Equal(until) {
				t.Errorf("%q: from %v until %v", desk, a.From, a.Until)
			}
			got = append(got, heard{a.Topics, a.Text})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", desk, diff)
		}
	}
	if until := announced(&line, "", from, time.Time{}, map[string]string{"en": "Flood"})[0].Until; until != Endless {
		t.Errorf("until revoked ends at %v", until)
	}
}

// A line has its own overrides, a desk also those of its line, and a desk that never closes has none.
func TestWhichOverridesRule(t *testing.T) {
	s, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	over := func(id int64, line, desk string) callbacks.DeclaredOverride {
		return callbacks.DeclaredOverride{ID: id, Line: line, Desk: desk, From: from, Until: from.Add(time.Hour)}
	}
	s = s.WithOverrides([]callbacks.DeclaredOverride{over(1, "gopay", ""), over(2, "gopay", "support")})
	s = s.WithOverrides([]callbacks.DeclaredOverride{over(3, "gopay", "emergency"), over(4, "gopay", "gone"),
		over(5, "upay", "")})
	for desk, want := range map[string][2][]int64{
		"":          {{1, 2}, {1}},
		"support":   {{1, 2}, {1, 2}},
		"emergency": {}, "gone": {},
	} {
		var got [2][]int64
		for _, o := range s.Declared("gopay", desk) {
			got[0] = append(got[0], o.ID)
		}
		for _, o := range s.Overrides("gopay", desk) {
			var id int64
			if _, err := fmt.Sscanf(o.Source, "override %d", &id); err == nil { // not one of the files
				got[1] = append(got[1], id)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", desk, diff)
		}
	}
}

// What is declared has a reason and texts that fit a list, ends in the future, and is not meant for ever.
func TestWhatMayBeDeclared(t *testing.T) {
	s, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	type declared = callbacks.DeclaredOverride
	for want, edit := range map[string]func(*declared){
		"":                                       func(o *declared) { o.Until = now.AddDate(0, 0, 62) },
		"longer than 62 days":                    func(o *declared) { o.Until = now.AddDate(0, 0, 63) },
		"has passed; it is Tue 2026-12-01 10:00": func(o *declared) { o.Until = now },
		"ends before it begins":                  func(o *declared) { o.From = o.Until },
		"has no reason":                          func(o *declared) { o.Reason = "" },
		"desk emergency of gopay never closes":   func(o *declared) { o.Desk = "emergency" },
		"the reason is longer than 200":          func(o *declared) { o.Reason = strings.Repeat("é", 201) },
		"the text for en is longer than 3000": func(o *declared) {
			o.Say = map[string]string{"en": strings.Repeat("é", 3001)}
		},
		"holds control characters": func(o *declared) { o.Say = map[string]string{"en": "Power\u2028cut"} },
	} {
		o := callbacks.DeclaredOverride{From: now, Until: now.Add(time.Hour), Reason: "Power cut"}
		edit(&o)
		err := CheckDeclared(s.ByID("gopay"), o, now)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
