package hours

import (
	"fmt"
	"strings"
	"time"
)

// Readings of a clock that is set forward or back.

// InstantOf is when the clock of a zone shows a reading, in minutes after midnight, as RFC 5545 has it (section 3.3.5):
// a reading that the clock shows twice is the first of the two, and one that it skips is as long after the last hour
// before as if it had not been set forward: 02:30 is 03:30 then.
func InstantOf(d Date, minute int, zone *time.Location) time.Time {
	at := time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, zone)
	wanted := time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, time.UTC)
	if skipped := wanted.Sub(readingOf(at)); skipped > 0 {
		at = at.Add(skipped)
	}
	if start, back := setBack(at); back > 0 && at.Sub(start) < back {
		at = at.Add(-back)
	}
	return at.UTC()
}

// A Reading is what a clock shows: a date, and minutes after midnight.
type Reading struct {
	Date   Date
	Minute int
}

// ParseReading reads a date and a time of day written as 2026-12-31 22:00; 24:00 is the end of the day.
func ParseReading(text string) (Reading, error) {
	day, clock, _ := strings.Cut(text, " ")
	if len(day) != len("2026-12-31") || len(clock) != len("22:00") {
		return Reading{}, notAReading(text)
	}
	d, err := ParseDate(day)
	if err != nil {
		return Reading{}, err
	}
	minute, ok := parseReading(clock)
	if !ok {
		return Reading{}, fmt.Errorf("%s is not a time of day; write 00:00 to 24:00", quote(clock))
	}
	return Reading{d, minute}, nil
}

func notAReading(text string) error {
	if meant := ReadingMeant(text); strings.Contains(meant, " ") && meant != "" {
		return fmt.Errorf("%s is not a date and a time; write %s", quote(text), meant)
	}
	return fmt.Errorf("%s is not a date and a time; write them as 2026-12-31 22:00, on the line's own clock",
		quote(text))
}

// In is when the clock of a zone shows the reading, as [InstantOf] has it.
func (r Reading) In(zone *time.Location) time.Time { return InstantOf(r.Date, r.Minute, zone) }

// Doubt says which instant is meant where the clock of a zone skips the reading, or shows it twice; otherwise it is
// empty.
func (r Reading) Doubt(zone *time.Location) string {
	at := r.In(zone).In(zone)
	text := fmt.Sprintf("%s %02d:%02d", r.Date, r.Minute/60, r.Minute%60)
	reads := func(t time.Time) bool { return t.Hour()*60+t.Minute() == r.Minute%minutesPerDay }
	if !reads(at) {
		return fmt.Sprintf("the clock is set forward over %s, so that %s is meant; write that", text,
			at.Format("15:04"))
	}
	for _, back := range []time.Duration{30 * time.Minute, time.Hour} {
		if reads(at.Add(back)) {
			return fmt.Sprintf("the clock shows %s twice; the first time is meant", text)
		}
	}
	return ""
}

// Repeated reports whether the clock of an instant's location shows its reading for the second time.
func Repeated(at time.Time) bool {
	start, back := setBack(at)
	return back > 0 && at.Sub(start) < back
}

// UntilOf is the end of a stretch on the clock that is in use until then: one that is set back at its very end shows
// there what it would have come to.
func UntilOf(end time.Time) time.Time {
	if start, back := setBack(end); back > 0 && start.Equal(end) {
		_, offset := end.Zone()
		return end.In(time.FixedZone("", offset+int(back/time.Second)))
	}
	return end
}

// setBack is since when the offset of an instant applies, and by how much the clock was set back then; at most 0 if it
// was not.
func setBack(at time.Time) (start time.Time, back time.Duration) {
	start, _ = at.ZoneBounds()
	if start.IsZero() {
		return start, 0
	}
	_, before := start.Add(-time.Second).Zone()
	_, after := at.Zone()
	return start, time.Duration(before-after) * time.Second
}

// readingOf is what a clock shows, as an instant in UTC that reads the same.
func readingOf(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
}
