package callbacks_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Office hours are 09:00 to 17:00 in Jakarta, with an hour's break at noon.
func TestSoonest(t *testing.T) {
	office := officeHours(t)
	for _, c := range []struct {
		name, now, want string
		policy          callbacks.Policy
	}{
		{"open", "2026-03-02 10:00", "2026-03-02 10:00", callbacks.Policy{OpeningDelay: time.Hour,
			ASAPCutoff: time.Hour}},
		{"about to close", "2026-03-02 16:31", "2026-03-03 09:00", callbacks.Policy{ASAPCutoff: 30 * time.Minute}},
		{"at the cut-off", "2026-03-02 16:30", "2026-03-03 09:00", callbacks.Policy{ASAPCutoff: 30 * time.Minute}},
		{"before the cut-off", "2026-03-02 16:29", "2026-03-02 16:29", callbacks.Policy{ASAPCutoff: 30 * time.Minute}},
		{"about to close on Friday, and the morning's delay", "2026-03-06 16:40", "2026-03-09 09:20",
			callbacks.Policy{ASAPCutoff: 30 * time.Minute, OpeningDelay: 20 * time.Minute}},
		{"at night", "2026-03-02 22:00", "2026-03-03 09:20", callbacks.Policy{OpeningDelay: 20 * time.Minute}},
		{"before the opening", "2026-03-02 08:59", "2026-03-02 09:20",
			callbacks.Policy{OpeningDelay: 20 * time.Minute}},
		{"a delay longer than the day", "2026-03-02 22:00", "2026-03-03 09:00",
			callbacks.Policy{OpeningDelay: 12 * time.Hour}},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, jakarta(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.policy.OfferTo("", office, now,
			false).ASAP.In(jakarta(t)).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if o := (callbacks.Policy{ASAPCutoff: time.Hour}).OfferTo("", around(t), start, false); !o.ASAP.Equal(start) {
		t.Errorf("what never closes is about to: %v", o.ASAP)
	}
}

func TestLimitsOf(t *testing.T) {
	office := officeHours(t)
	p := callbacks.Policy{Limits: callbacks.CallerLimits{CallerHour: 30}, MaxOpen: 50, OpeningDelay: 20 * time.Minute,
		OpeningSpacing: 5 * time.Minute, ASAPCutoff: 30 * time.Minute}
	at := func(hour, minute int) time.Time { return time.Date(2026, 3, 3, hour, minute, 0, 0, jakarta(t)) }
	r := callbacks.Request{Kind: callbacks.ASAP, Number: customer, Due: at(9, 20)}
	l := p.LimitsOf(r, office)
	wanted := callbacks.DefaultCallerLimits
	wanted.CallerHour = 30
	if l.CallerLimits != wanted || l.MaxOpen != 50 {
		t.Errorf("limits %+v", l)
	}
	if l.OpeningSpacing != 5*time.Minute || !l.SpacingEnd.Equal(at(11, 25)) {
		t.Errorf("the callbacks of the night are spread until %v", l.SpacingEnd.In(jakarta(t)))
	}
	late := p
	late.OpeningDelay = 6 * time.Hour
	r.Due = at(15, 0)
	if l := late.LimitsOf(r, office); !l.SpacingEnd.Equal(at(16, 25)) {
		t.Errorf("they are spread until %v, past the cut-off before closing", l.SpacingEnd.In(jakarta(t)))
	}
	r.Due = at(11, 0)
	if l := p.LimitsOf(r, office); !l.SpacingEnd.Equal(at(11, 25)) {
		t.Errorf("in the middle of the day %+v", l)
	}
	r.Due, r.Kind = at(9, 20), callbacks.Slot
	if l := p.LimitsOf(r, office); l.OpeningSpacing != 0 {
		t.Errorf("a slot is moved: %+v", l)
	}
	r.Urgent = true
	if l := p.LimitsOf(r, office); l != (callbacks.Limits{CallerLimits: wanted}) {
		t.Errorf("an urgent one is bound by %+v, want its caller's limits only", l)
	}
}
