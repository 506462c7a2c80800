package hours

import "time"

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
