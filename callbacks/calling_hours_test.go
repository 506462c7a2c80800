package callbacks_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// Calling hours are told by the clock where their number is.

var byDay = hours.Span{From: 8 * 60, To: 21 * 60}

// around is open at every hour of every day, in Jakarta.
func around(t testing.TB) *hours.Calendar { t.Helper(); return hours.Always(jakarta(t)) }

func TestOfferWithinCallingHours(t *testing.T) {
	always, office := around(t), officeHours(t)
	for _, c := range []struct {
		name, number string
		cal          *hours.Calendar
		now          string // Jakarta, UTC+7
		asap, slots  string
	}{
		{"by day at home", "+622150009999", always, "2026-03-02 10:10", "2026-03-02 10:10", "10:30 11:00 11:30"},
		{"at night at home", "+622150009999", always, "2026-03-02 03:00", "2026-03-02 08:00", "08:00 08:30 09:00"},
		{"the last slot of the day ends when the window does", "+622150009999", always, "2026-03-02 20:20",
			"2026-03-02 20:20", "20:30 08:00 08:30"},
		{"Jayapura, two hours ahead", "+62967123456", always, "2026-03-02 19:10", "2026-03-03 06:00",
			"06:00 06:30 07:00"},
		{"Tokyo, two hours ahead, before the office closes", "+81312345678", office, "2026-03-02 16:00",
			"2026-03-02 16:00",
			"16:00 16:30 09:00"},
		{"London, eight hours behind in March's first weeks", "+442071234567", office, "2026-03-02 10:00",
			"2026-03-02 15:00", "15:00 15:30 16:00"},
		{"London, after its clocks have changed", "+442071234567", office, "2026-03-30 10:00", "2026-03-30 14:00",
			"14:00 14:30 15:00"},
		{"New York, where it is evening when Jakarta works", "+12125551234", office, "2026-03-02 12:30",
			"2026-03-03 09:00",
			""},
		{"not known: the desk's zone", "+80012345678", always, "2026-03-02 03:00", "2026-03-02 08:00",
			"08:00 08:30 09:00"},
		{"no number: the desk's zone", "", always, "2026-03-02 03:00", "2026-03-02 08:00", "08:00 08:30 09:00"},
		{"withheld: the desk's zone", "anonymous", always, "2026-03-02 03:00", "2026-03-02 08:00", "08:00 08:30 09:00"},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, jakarta(t))
		if err != nil {
			t.Fatal(err)
		}
		o := callbacks.Policy{CallingHours: byDay}.OfferTo(c.number, c.cal, now, false)
		if got := o.ASAP.In(jakarta(t)).Format("2006-01-02 15:04"); got != c.asap && c.slots != "" {
			t.Errorf("%s: ASAP = %s, want %s", c.name, got, c.asap)
		}
		var slots []string
		for _, s := range o.Slots {
			slots = append(slots, s.From.In(jakarta(t)).Format("15:04"))
		}
		if got := strings.Join(slots, " "); got != c.slots && c.slots != "" {
			t.Errorf("%s: slots = %q, want %q", c.name, got, c.slots)
		}
	}
	night := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC) // 03:00 in Jakarta
	if o := (callbacks.Policy{CallingHours: byDay}).OfferTo("+622150009999", around(t), night,
		true); !o.ASAP.Equal(night) {
		t.Errorf("an urgent callback waits until %v", o.ASAP)
	}
	if o := (callbacks.Policy{}).OfferTo("+622150009999", around(t), night, false); !o.ASAP.Equal(night) {
		t.Errorf("without a window a callback waits until %v", o.ASAP)
	}
}

// Office hours of Jakarta are 21:00 to 05:00 in New York in winter: nobody there is ever rung at within calling hours,
// and nothing is booked.
func TestNothingIsOfferedOutsideCallingHours(t *testing.T) {
	morning := hours.Span{From: 8 * 60, To: 18 * 60}
	o := callbacks.Policy{CallingHours: morning}.OfferTo("+12125551234", officeHours(t), start, false)
	if !o.ASAP.IsZero() || len(o.Slots) != 0 {
		t.Errorf("%+v", o)
	}
}

// A number that may belong to several zones is rung within the calling hours of all of them, unless that leaves hardly
// an hour.
func TestNumbersOfSeveralZones(t *testing.T) {
	for _, c := range []struct {
		number string
		zones  []string // the calling hours of each of these count
	}{
		{"+351912345678", []string{"Europe/Lisbon", "Atlantic/Azores"}},
		{"+447700900123", []string{"Europe/London"}},
		{"+1907555123", []string{"America/Anchorage", "America/Adak"}},
		{"+18005551234", []string{"America/New_York"}}, // from Guam to Puerto Rico; the middle decides
	} {
		for month := time.January; month <= time.December; month++ {
			for hour := range 24 {
				now := time.Date(2026, month, 10, hour, 0, 0, 0, time.UTC)
				o := callbacks.Policy{CallingHours: byDay}.OfferTo(c.number, around(t), now, false)
				if wait := o.ASAP.Sub(now); wait < 0 || wait > 14*time.Hour {
					t.Errorf("%s at %v: rung at %v", c.number, now, o.ASAP)
				}
				for _, name := range c.zones {
					zone, err := time.LoadLocation(name)
					if err != nil {
						t.Fatal(err)
					}
					if at := o.ASAP.In(zone).Hour(); len(c.zones) > 1 && (at < 8 || at >= 21) {
						t.Errorf("%s is rung at %v", c.number, o.ASAP.In(zone))
					}
				}
			}
		}
	}
}

// Whatever is offered is open, and within the calling hours.
func TestOfferToProperty(t *testing.T) {
	desk := officeHours(t)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.SampledFrom([]string{"+622150009999", "+81312345678", "+442071234567", "+351912345678",
			"+9771234567", "+61881234567", ""}).Draw(t, "number")
		zone := map[string]string{"+81312345678": "Asia/Tokyo", "+442071234567": "Europe/London",
			"+351912345678": "Atlantic/Azores",
			"+9771234567":   "Asia/Kathmandu", "+61881234567": "Australia/Adelaide"}[number]
		if zone == "" {
			zone = "Asia/Jakarta"
		}
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		from := rapid.IntRange(6, 8).Draw(t, "from")
		to := rapid.IntRange(19, 24).Draw(t, "to")
		now := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now"), 0)
		o := callbacks.Policy{CallingHours: hours.Span{From: from * 60, To: to * 60}}.OfferTo(number, desk, now, false)
		calling := func(at time.Time) bool { h := at.In(where).Hour(); return from <= h && h < to && desk.IsOpen(at) }
		if o.ASAP.IsZero() || o.ASAP.Before(now) || !calling(o.ASAP) {
			t.Fatalf("%s: as soon as possible is %v", number, o.ASAP.In(where))
		}
		for _, s := range o.Slots {
			if !calling(s.From) || !calling(s.To.Add(-time.Second)) {
				t.Fatalf("%s: slot %v", number, s)
			}
		}
	})
}
