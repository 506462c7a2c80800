package hours_test

import (
	"math/rand/v2"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/hours"
)

// A drawer draws a number from low to high, both included: from rapid, which can shrink what it drew, or from a seeded
// generator, which is fast.
type drawer func(low, high int) int

func drawRapid(rt *rapid.T) drawer {
	return func(low, high int) int { return rapid.IntRange(low, high).Draw(rt, "n") }
}

func drawFast(seed uint64) drawer {
	r := rand.New(rand.NewPCG(seed, 4))
	return func(low, high int) int { return low + r.IntN(high-low+1) }
}

func (draw drawer) oneIn(n int) bool { return draw(1, n) == 1 }

// day draws spans of one day that do not overlap; none begins before early, and a last one may run past midnight until
// early.
func (draw drawer) day(early int) (out []hours.Span) {
	unit := []int{1, 5, 15, 30}[draw(0, 3)]
	var cuts []int
	for range 2 * draw(0, 3) {
		if cut := unit * draw((early+unit-1)/unit, 24*60/unit); !slices.Contains(cuts, cut) {
			cuts = append(cuts, cut)
		}
	}
	slices.Sort(cuts)
	for i := 0; i+1 < len(cuts); i += 2 {
		out = append(out, hours.Span{From: cuts[i], To: cuts[i+1]})
	}
	if len(out) > 0 && early > 0 && draw.oneIn(2) {
		out[len(out)-1].To = draw(0, early/unit) * unit
		if s := &out[len(out)-1]; s.To == s.From {
			s.To = 24 * 60
		}
	}
	draw.shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (draw drawer) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, draw(0, i))
	}
}

// rules draws rules of every kind around an instant.
func (draw drawer) rules(zone *time.Location, near time.Time) hours.Rules {
	const early = 5 * 60
	r := hours.Rules{Zone: zone, Collective: draw.oneIn(2)}
	for d := range r.Week {
		if !draw.oneIn(8) {
			r.Week[d] = draw.day(early)
		} else {
			r.Week[d] = []hours.Span{{From: 0, To: 24 * 60}}
			if before := r.Week[(d+6)%7]; slices.ContainsFunc(before, hours.Span.Overnight) {
				r.Week[d] = nil
			}
		}
	}
	if slices.ContainsFunc(r.Week[6], hours.Span.Overnight) &&
		slices.ContainsFunc(r.Week[0], func(s hours.Span) bool { return s.From == 0 }) {
		r.Week[0] = nil
	}
	r.Special = draw.special(near)
	for _, name := range []string{"aa", "bb"}[:draw(0, 2)] {
		r.Holidays = append(r.Holidays, draw.holidays(name, near))
	}
	if draw.oneIn(2) {
		as := time.Weekday(draw(-1, 6))
		r.MakeUp = &as
	}
	from := near.Add(-50 * time.Hour)
	for range draw(0, 2) {
		from = from.Add(time.Duration(draw(0, 60*60)) * time.Minute)
		o := hours.Override{From: from, Until: from.Add(time.Duration(draw(1, 600)) * time.Minute), Open: draw.oneIn(2),
			Reason: "Override"}
		r.Overrides = append(r.Overrides, o)
		from = o.Until
	}
	return r
}

// date is a day near an instant. Counted in UTC: where a zone skipped a day, two offsets are the same date.
func date0(near time.Time, offset int) hours.Date {
	return hours.DateOf(near.UTC().AddDate(0, 0, offset))
}

func (draw drawer) special(near time.Time) (out []hours.Special) {
	add := func(s hours.Special) {
		switch draw(0, 2) {
		case 0:
			s.Closed = true
		case 1:
			as := time.Weekday(draw(0, 6))
			s.As = &as
		case 2:
			if s.Open = draw.day(300 * draw(0, 1)); len(s.Open) == 0 {
				s.Closed = true
			}
		}
		out = append(out, s)
	}
	for offset := -4; offset <= 4; offset++ {
		if draw.oneIn(5) {
			add(hours.Special{From: date0(near, offset), Name: "Dated"})
		}
	}
	pick := func() hours.Date { return date0(near, draw(-3, 3)) }
	if d := pick(); draw.oneIn(2) {
		add(hours.Special{Yearly: &hours.Yearly{Month: d.Month, Day: d.Day}, Name: "Yearly"})
	}
	if d := pick(); draw.oneIn(2) {
		add(hours.Special{Nth: &hours.Nth{Month: d.Month * time.Month(draw(0, 1)), Weekday: d.Weekday(),
			N: (d.Day-1)/7 + 1},
			Name: "Nth"})
	}
	if draw.oneIn(3) {
		rule := []string{"FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=MONTHLY;BYDAY=-1SU",
			"FREQ=WEEKLY;COUNT=2",
			"FREQ=YEARLY"}[draw(0, 4)]
		add(hours.Special{From: date0(near, draw(-10, 3)), RRule: rule, Name: "Rule"})
	}
	draw.shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (draw drawer) holidays(name string, near time.Time) hours.HolidaySet {
	set := hours.HolidaySet{Name: name, From: date0(near, -400), To: date0(near, draw(-2, 400))}
	for offset := -4; offset <= 4; offset++ {
		if draw.oneIn(4) {
			set.Days = append(set.Days,
				hours.Holiday{Date: date0(near, offset), Kind: hours.HolidayKind(draw(0, 2)), Name: "Holiday"})
		}
	}
	draw.shuffle(len(set.Days), func(i, j int) { set.Days[i], set.Days[j] = set.Days[j], set.Days[i] })
	return set
}
