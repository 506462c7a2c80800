package callbacks_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

func fields(table string) (rows [][]string) {
	for line := range strings.Lines(strings.TrimSpace(table)) {
		rows = append(rows, strings.Fields(line))
	}
	return rows
}

var policy = callbacks.Policy{
	Blocked:     []callbacks.Blocked{{Prefix: "+62811", Reason: "costly"}},
	Unreachable: []string{"+850"},
	Routes:      []callbacks.Route{{Prefix: "+852", Byoc: "BYhongkong"}, {Prefix: "+8529", Byoc: "BYmobile"}},
}

func TestRoute(t *testing.T) {
	for number, want := range map[string]string{
		"+85221234567": "BYhongkong", "+85291234567": "BYmobile", "+6281234567890": "", "+85": "", "": "",
	} {
		backwards := callbacks.Policy{Routes: []callbacks.Route{policy.Routes[1], policy.Routes[0]}}
		for _, p := range []callbacks.Policy{policy, backwards} {
			if got := p.Route(number).Byoc; got != want {
				t.Errorf("Route(%q) = %q, want %q; routes %v", number, got, want, p.Routes)
			}
		}
	}
}

func jakarta(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// officeHours is Monday to Friday 09:00–12:00 and 13:00–17:00 in Jakarta, which is 7 hours ahead of UTC.
func officeHours(t testing.TB, special ...hours.Special) *hours.Calendar {
	t.Helper()
	var week hours.Week
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []hours.Span{{From: 9 * 60, To: 12 * 60}, {From: 13 * 60, To: 17 * 60}}
	}
	cal, err := hours.New(jakarta(t), week, special)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func TestOffer(t *testing.T) {
	cal, zone := officeHours(t), jakarta(t)
	at := func(text string) time.Time {
		t.Helper()
		v, err := time.ParseInLocation("Mon 2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	p := callbacks.Policy{MinNotice: 30 * time.Minute}
	for _, c := range []struct {
		name, now string
		urgent    bool
		asap      string
		slots     string
	}{
		{"open", "Mon 2026-03-02 10:00", false, "Mon 2026-03-02 10:00", "10:30 11:00 11:30"},
		{"open, between slots", "Mon 2026-03-02 10:01", false, "Mon 2026-03-02 10:01", "11:00 11:30 13:00"},
		{"lunch", "Mon 2026-03-02 12:00", false, "Mon 2026-03-02 13:00", "13:00 13:30 14:00"},
		{"Friday evening", "Fri 2026-03-06 17:00", false, "Mon 2026-03-09 09:00", "09:00 09:30 10:00"},
		{"urgent, in the night", "Sat 2026-03-07 02:00", true, "Sat 2026-03-07 02:00", ""},
	} {
		o := p.OfferTo("", cal, at(c.now), c.urgent)
		if !o.ASAP.Equal(at(c.asap)) || o.ASAP.Location() != time.UTC {
			t.Errorf("%s: ASAP = %v, want %v", c.name, o.ASAP, at(c.asap))
		}
		var slots []string
		for _, s := range o.Slots {
			slots = append(slots, s.From.In(zone).Format("15:04"))
			if s.To.Sub(s.From) != 30*time.Minute {
				t.Errorf("%s: a slot of %v", c.name, s.To.Sub(s.From))
			}
		}
		if got := strings.Join(slots, " "); got != c.slots {
			t.Errorf("%s: slots = %q, want %q", c.name, got, c.slots)
		}
	}
	never, err := hours.New(zone, hours.Week{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := p.OfferTo("", never, at("Mon 2026-03-02 10:00"), false); !o.ASAP.IsZero() || len(o.Slots) != 0 {
		t.Errorf("a desk that never opens offers %+v", o)
	}
}

func TestOfferProperty(t *testing.T) {
	cal := officeHours(t)
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now"), 0)
		p := callbacks.Policy{MinNotice: time.Duration(rapid.IntRange(0, 600).Draw(t, "lead")) * time.Minute,
			OpeningDelay: time.Duration(rapid.IntRange(0, 90).Draw(t, "delay")) * time.Minute,
			SlotCount:    rapid.IntRange(2, 4).Draw(t, "count")}
		o := p.OfferTo("", cal, now, false)
		if o.ASAP.Before(now) || !cal.IsOpen(o.ASAP) || len(o.Slots) != p.SlotCount {
			t.Fatalf("%+v at %v", o, now)
		}
		for _, s := range o.Slots {
			if s.From.Before(o.ASAP) || s.From.Before(now.Add(p.MinNotice)) || !cal.IsOpen(s.From) ||
				!cal.IsOpen(s.To.Add(-time.Second)) {
				t.Fatalf("slot %v at %v", s, now)
			}
		}
	})
}

func TestExpires(t *testing.T) {
	due := time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)
	if got := (callbacks.Policy{}).Expires(due); got.Sub(due) != 72*time.Hour {
		t.Errorf("by default %v", got.Sub(due))
	}
	if got := (callbacks.Policy{ExpiresAfter: time.Hour}).Expires(due); got.Sub(due) != time.Hour {
		t.Errorf("%v", got.Sub(due))
	}
}

func TestMask(t *testing.T) {
	for number, want := range map[string]string{
		"+6281234567890": "…7890", "12345": "…2345", "1234": "…", "1": "…", "": "", "支付宝账号": "…付宝账号",
	} {
		if got := callbacks.Mask(number); got != want {
			t.Errorf("Mask(%q) = %q, want %q", number, got, want)
		}
	}
}

func TestReference(t *testing.T) {
	seen := map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		ref, err := callbacks.DrawReference(bytes.NewReader(rapid.SliceOfN(rapid.Byte(), 300, 300).Draw(rt, "random")))
		if err != nil {
			return // all draws were out of range
		}
		if len(ref) != 7 || ref[0] == '0' || strings.Trim(ref, "0123456789") != "" {
			rt.Fatalf("reference %q", ref)
		}
		seen[ref] = true
	})
	if len(seen) < 10 {
		t.Errorf("only %d references were drawn", len(seen))
	}
	if _, err := callbacks.DrawReference(bytes.NewReader(nil)); err == nil {
		t.Error("no randomness, and yet a reference")
	}
}
