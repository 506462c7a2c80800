// Package spoken turns digits, dates and times into text that a telephone voice reads the way people say it.
//
// A language is named by the short tag that the lines' files use: "id", "en", "zh" or "ja" (see [Tags]).
// Any other tag is spoken in English: a caller then hears a usable sentence, not silence.
// Readers of configuration should refuse such a tag beforehand.
package spoken

import (
	"maps"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// A language says the pieces out of which [Digits], [When] and [Between] are put together.
type language interface {
	// digits says groups of decimal digits with a pause between them, after the word for "+" if plus is set.
	digits(plus bool, groups []string) string
	// at says a point in time.
	at(d day, c clock) string
	// between says a stretch that begins on d. The second clock is on the same day, midnight at its end,
	// or on the next day less than half a day later, so that the two never share a part of the day.
	between(d day, from, to clock) string
	// until joins two points in time that are spoken by at.
	until(from, to string) string
	// setBack adds to a time that it is after the clock was set back.
	setBack(said string) string
	// number says a count from 0 upwards, count one of days, hours or minutes, money an amount.
	number(n int) string
	count(n int, unit Unit) string
	money(m money) string
}

var languages = map[string]language{
	"en": english{},
	"id": indonesian{},
	"ja": japanese{},
	"zh": chinese{},
}

// Tags returns the tags of the languages that this package speaks, sorted.
func Tags() []string {
	return slices.Sorted(maps.Keys(languages))
}

func speaker(tag string) language {
	if l, ok := languages[tag]; ok {
		return l
	}
	return languages["en"]
}

// When says the instant t as a day and a time: "tomorrow, Tuesday, at 9 a.m.".
//
// Both t and now are read on the clocks of zone, which must not be nil. A reading that a clock shows twice, because it
// is set back, is the first of the two; the second one is said to be after that. Today and tomorrow are named as such,
// any other day by weekday and date; the year is added when t is more than 300 days from now. Seconds are left out. An
// English answer may end in "a.m.": a full stop should not follow it. A Japanese one ends in 時, 分 or 正午.
func When(tag string, t, now time.Time, zone *time.Location) string {
	t, now = t.In(zone), now.In(zone)
	return whenever(tag, speaker(tag).at(dayOf(t, now), clockOf(t)), t)
}

// whenever adds to a time that its reading is the second one of a clock that is set back.
func whenever(tag, said string, t time.Time) string {
	if !hours.Repeated(t) {
		return said
	}
	return speaker(tag).setBack(said)
}

// Between says the stretch from one instant to another: "today between 10 and 10:30 a.m.". In Japanese it ends in まで.
//
// It reads clocks and names days as [When] does; a stretch past midnight is named by the day on which it starts.
// One that lasts half a day or more and ends on another day is spoken as two points in time.
// One during which clocks are set back and show what they did before, is spoken as two points in time as well. Where to
// is not after from, only the start is spoken. In a list, said is the last instant that was said before: a day that is
// the same is left out. It is zero otherwise.
func Between(tag string, from, to, said, now time.Time, zone *time.Location) string {
	from, to, now = from.In(zone), hours.UntilOf(to.In(zone)), now.In(zone)
	l, first, last := speaker(tag), dayOf(from, now), dayOf(to, now)
	stretch := first
	stretch.said = !said.IsZero() && daysFrom(said.In(zone), from) == 0
	start, end := clockOf(from), clockOf(to)
	once := hours.Repeated(from) == hours.Repeated(to) || !hours.Repeated(to)
	switch days := daysFrom(from, to); {
	case !to.After(from), once && days == 0 && end <= start:
		return whenever(tag, l.at(first, start), from)
	case once && days == 0:
		return whenever(tag, l.between(stretch, start, end), from)
	case once && days == 1 && end == 0 && start > 0:
		return whenever(tag, l.between(stretch, start, dayEnd), from)
	case once && days == 1 && end < start && to.Sub(from) < 12*time.Hour:
		return whenever(tag, l.between(stretch, start, end), from)
	}
	return l.until(whenever(tag, l.at(first, start), from), whenever(tag, l.at(last, end), to))
}

// A clock is a reading of a wall clock in minutes after midnight, or dayEnd.
type clock int

// dayEnd is midnight seen from the evening before.
const dayEnd clock = 24 * 60

func clockOf(t time.Time) clock { return clock(t.Hour()*60 + t.Minute()) }

func (c clock) hour() int   { return int(c) / 60 }
func (c clock) minute() int { return int(c) % 60 }

// twelve is the hour as a twelve-hour clock shows it, 1 to 12.
func (c clock) twelve() int {
	if h := c.hour() % 12; h != 0 {
		return h
	}
	return 12
}

// A day is a date as seen from now.
type day struct {
	// ahead is 0 for today and 1 for tomorrow.
	ahead   int
	weekday time.Weekday
	date    int
	month   time.Month
	// year is 0 unless it has to be spoken.
	year int
	// said leaves the day out of a stretch.
	said bool
}

func dayOf(t, now time.Time) day {
	d := day{ahead: daysFrom(now, t), weekday: t.Weekday(), date: t.Day(), month: t.Month()}
	// Within ten months a date has one meaning.
	if d.ahead > 300 || d.ahead < -300 {
		d.year = t.Year()
	}
	return d
}

// daysFrom counts midnights from one wall-clock date to another. It counts in UTC, where every day has 24 hours.
func daysFrom(from, to time.Time) int {
	midnight := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}

// A part is a stretch of the day with a name of its own. It begins at from and ends where the next one begins.
type part struct {
	from clock
	name string
}

// partOf returns the name of the part to which c belongs. The parts are in order and the first begins at 0.
func partOf(parts []part, c clock) string {
	name := ""
	for _, p := range parts {
		if c >= p.from {
			name = p.name
		}
	}
	return name
}
