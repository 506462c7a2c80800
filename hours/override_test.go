package hours_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/hours"
)

// A closure in an emergency goes over everything that is written, and leaves the rest as it was.
func TestWithOverrides(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	day := []hours.Span{{From: 8 * 60, To: 17 * 60}}
	at := func(hour, minute int) time.Time { return time.Date(2026, 3, 4, hour, minute, 0, 0, zone) }
	written := hours.Override{From: at(6, 0), Until: at(12, 0), Open: true, Reason: "Early",
		Source: "hours/gopay.yaml:70"}
	base, err := hours.Build(hours.Rules{Zone: zone, Week: hours.Week{nil, day, day, day, day, day, nil},
		Overrides: []hours.Override{written}})
	if err != nil {
		t.Fatal(err)
	}
	power := hours.Override{From: at(10, 0), Until: at(15, 0), Reason: "Power cut", Source: "override 1"}
	back := hours.Override{From: at(11, 0), Until: at(11, 30), Open: true, Reason: "Generator", Source: "override 2"}
	both := base.WithOverrides(power, back)
	for _, c := range []struct {
		hour, minute int
		open         bool
		source       string
	}{
		{5, 59, false, ""}, {6, 0, true, "hours/gopay.yaml:70"}, {9, 59, true, "hours/gopay.yaml:70"}, {10, 0, false,
			"override 1"},
		{11, 0, true, "override 2"}, {11, 30, false, "override 1"}, {14, 59, false, "override 1"}, {15, 0, true, ""},
		{17, 0,
			false, ""},
	} {
		if s := both.At(at(c.hour, c.minute)); s.Open != c.open || s.Source != c.source {
			t.Errorf("%02d:%02d: open %v by %q, want %v by %q", c.hour, c.minute, s.Open, s.Source, c.open, c.source)
		}
	}
	if s := base.At(at(10, 0)); !s.Open {
		t.Error("the calendar itself has changed")
	}
	var rules []string
	for _, r := range both.Explain(at(11, 0)).Considered {
		if r.Layer == hours.LayerOverride {
			rules = append(rules, r.Source)
		}
	}
	if want := []string{"override 2", "hours/gopay.yaml:70", "override 1"}; !slices.Equal(rules, want) {
		t.Errorf("considered were %q, want %q", rules, want)
	}
	if base.WithOverrides() != base ||
		base.WithOverrides(hours.Override{From: at(2, 0), Until: at(1, 0), Reason: "?"}) != base {
		t.Error("without an override that lasts the calendar stays the same")
	}
}

// TestOverridesInForceAreNotChecked: an override in force keeps its effect, whatever Check says about it.
func TestOverridesInForceAreNotChecked(t *testing.T) {
	over := hours.Override{From: time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)}
	if over.Check() == nil {
		t.Fatal("an override without a reason passes")
	}
	if hours.Always(time.UTC).WithOverrides(over).IsOpen(over.From) {
		t.Error("the override is lost")
	}
}

// WithOverrides agrees, at every instant tried, with asking the overrides by hand.
func TestTheLastOverrideDecides(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	near := time.Date(2026, 3, 8, 6, 0, 0, 0, time.UTC) // the night of the spring change
	rapid.Check(t, func(t *rapid.T) {
		draw := drawer(func(low, high int) int { return rapid.IntRange(low, high).Draw(t, "n") })
		base, err := hours.Build(draw.rules(zone, near))
		if err != nil {
			t.Fatal(err)
		}
		var over []hours.Override
		for range draw(0, 5) {
			from := near.Add(time.Duration(draw(-2000, 2000)) * time.Minute)
			over = append(over, hours.Override{From: from, Until: from.Add(time.Duration(draw(1, 2000)) * time.Minute),
				Open: draw(0, 1) == 1, Reason: "emergency"})
		}
		under := base.WithOverrides(over[:len(over)/2]...).WithOverrides(over[len(over)/2:]...)
		for range 200 {
			at := near.Add(time.Duration(draw(-4000, 6000)) * time.Minute)
			want := base.IsOpen(at)
			for _, o := range over {
				if !at.Before(o.From) && at.Before(o.Until) {
					want = o.Open
				}
			}
			if got := under.IsOpen(at); got != want {
				t.Fatalf("%s: open %v, want %v", at, got, want)
			}
			if state := under.At(at); !state.Until.IsZero() && under.IsOpen(state.Until) == state.Open {
				t.Fatalf("%s: until %s, when nothing changes", at, state.Until)
			}
		}
	})
}
