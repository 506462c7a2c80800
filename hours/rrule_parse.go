package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// parseRRule reads a rule that begins on a valid date.
func parseRRule(text string, from Date) (*rrule, error) {
	if from.Year < firstYear || from.Year > lastYear {
		return nil, fmt.Errorf("begins in %d; let it begin in a year from %d to %d", from.Year, firstYear, lastYear)
	}
	if len(text) > 1000 {
		return nil, fmt.Errorf("is %d characters long; a rule has at most 1000", len(text))
	}
	r := &rrule{
		text: strings.ToUpper(strings.TrimSpace(text)), interval: 1, wkst: time.Monday,
		start: from.number(), known: from.number(), until: Date{lastYear, time.December, 31}.number(),
	}
	r.text = strings.TrimPrefix(r.text, "RRULE:")
	seen := map[string]bool{}
	for part := range strings.SplitSeq(r.text, ";") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return nil, fmt.Errorf("%s is not a part of a rule; write NAME=VALUE, for example FREQ=YEARLY", quote(part))
		}
		if seen[key] {
			return nil, fmt.Errorf("%s is given twice; keep one", key)
		}
		seen[key] = true
		if err := r.set(key, value); err != nil {
			return nil, err
		}
	}
	if err := r.check(seen); err != nil {
		return nil, err
	}
	r.complete(from)
	return r, nil
}

// set reads one part of the rule.
func (r *rrule) set(key, value string) (err error) {
	switch key {
	case "FREQ":
		switch value {
		case "YEARLY", "MONTHLY", "WEEKLY", "DAILY":
			r.freq = value
			return nil
		case "HOURLY", "MINUTELY", "SECONDLY":
			return fmt.Errorf("FREQ=%s comes back within a day; a special day is a whole day: "+
				"use DAILY, WEEKLY, MONTHLY or YEARLY, and write the hours with open", value)
		}
		return fmt.Errorf("FREQ=%s is unknown; use DAILY, WEEKLY, MONTHLY or YEARLY", quote(value))
	case "BYHOUR", "BYMINUTE", "BYSECOND":
		return fmt.Errorf("%s counts within a day; a special day is a whole day: "+
			"leave it out, and write the hours with open", key)
	case "INTERVAL":
		r.interval, err = oneNumber(key, value, 1, 9999)
	case "COUNT":
		r.count, err = oneNumber(key, value, 1, 100_000)
	case "UNTIL":
		return r.setUntil(value)
	case "WKST":
		var w nthWeekday
		if w, err = parseWeekday(value); err == nil && w.n != 0 {
			err = fmt.Errorf("WKST=%s is no weekday; write one of MO, TU, WE, TH, FR, SA, SU", quote(value))
		}
		r.wkst = w.day
	case "BYMONTH":
		r.months, err = numbers(key, value, 1, 12, false)
	case "BYMONTHDAY":
		r.monthDays, err = numbers(key, value, 1, 31, true)
	case "BYYEARDAY":
		r.yearDays, err = numbers(key, value, 1, 366, true)
	case "BYWEEKNO":
		r.weekNumbers, err = numbers(key, value, 1, 53, true)
	case "BYSETPOS":
		r.positions, err = numbers(key, value, 1, 366, true)
	case "BYDAY":
		for item := range strings.SplitSeq(value, ",") {
			w, err := parseWeekday(item)
			if err != nil {
				return err
			}
			r.weekdays = append(r.weekdays, w)
		}
	default:
		return fmt.Errorf("%s is not a part of a recurrence rule; see RFC 5545, section 3.3.10", quote(key))
	}
	return err
}

// setUntil reads the last day. Of a date with a time only the date counts.
func (r *rrule) setUntil(value string) error {
	day, clock, timed := strings.Cut(value, "T")
	if timed {
		clock = strings.TrimSuffix(clock, "Z")
		if _, ok := digits(clock); !ok || len(clock) != 6 {
			day = ""
		}
	}
	if len(day) != 8 {
		return fmt.Errorf("UNTIL=%s is no date; write it as YYYYMMDD", quote(value))
	}
	d, err := ParseDate(day[:4] + "-" + day[4:6] + "-" + day[6:])
	if err != nil {
		return fmt.Errorf("UNTIL=%s is no date; write it as YYYYMMDD", quote(value))
	}
	r.until = min(r.until, d.number())
	return nil
}

// check finds parts that are missing, and parts that RFC 5545 does not allow together.
func (r *rrule) check(seen map[string]bool) error {
	counted := slices.ContainsFunc(r.weekdays, func(w nthWeekday) bool { return w.n != 0 })
	by := len(r.months) + len(r.monthDays) + len(r.yearDays) + len(r.weekNumbers) + len(r.weekdays)
	switch {
	case r.freq == "":
		return fmt.Errorf("has no FREQ; begin it with FREQ=YEARLY, MONTHLY, WEEKLY or DAILY")
	case seen["COUNT"] && seen["UNTIL"]:
		return fmt.Errorf("has both COUNT and UNTIL; keep one")
	case counted && r.freq != "MONTHLY" && r.freq != "YEARLY":
		return fmt.Errorf("counts weekdays in BYDAY, which only FREQ=MONTHLY and FREQ=YEARLY allow; leave the " +
			"numbers out")
	case counted && len(r.weekNumbers) > 0:
		return fmt.Errorf("counts weekdays in BYDAY beside BYWEEKNO; leave the numbers out")
	case len(r.weekNumbers) > 0 && r.freq != "YEARLY":
		return fmt.Errorf("has BYWEEKNO, which only FREQ=YEARLY allows")
	case len(r.yearDays) > 0 && r.freq != "YEARLY":
		return fmt.Errorf("has BYYEARDAY, which only FREQ=YEARLY allows")
	case len(r.monthDays) > 0 && r.freq == "WEEKLY":
		return fmt.Errorf("has BYMONTHDAY, which FREQ=WEEKLY does not allow")
	case len(r.positions) > 0 && by == 0:
		return fmt.Errorf("has BYSETPOS and nothing to choose from; add BYDAY, BYMONTHDAY, BYMONTH, BYYEARDAY or " +
			"BYWEEKNO")
	}
	return nil
}

// complete takes the parts that the rule leaves out from its first day.
func (r *rrule) complete(from Date) {
	own := []nthWeekday{{day: from.Weekday()}}
	if len(r.weekNumbers) > 0 && len(r.weekdays)+len(r.monthDays)+len(r.yearDays) == 0 {
		r.weekdays = own
		return
	}
	if len(r.weekNumbers)+len(r.weekdays)+len(r.monthDays)+len(r.yearDays) > 0 {
		return
	}
	switch r.freq {
	case "YEARLY":
		if len(r.months) == 0 {
			r.months = []int{int(from.Month)}
		}
		r.monthDays = []int{from.Day}
	case "MONTHLY":
		r.monthDays = []int{from.Day}
	case "WEEKLY":
		r.weekdays = own
	}
}

// numbers reads the list of a BY… part. Signed numbers may count from the end.
func numbers(key, value string, least, most int, signed bool) (out []int, err error) {
	for item := range strings.SplitSeq(value, ",") {
		sign := 1
		if signed {
			if rest, ok := strings.CutPrefix(item, "-"); ok {
				sign, item = -1, rest
			} else {
				item = strings.TrimPrefix(item, "+")
			}
		}
		n, err := oneNumber(key, item, least, most)
		if err != nil {
			return nil, err
		}
		out = append(out, sign*n)
	}
	return out, nil
}

func oneNumber(key, value string, least, most int) (int, error) {
	n, ok := digits(value)
	if !ok || value == "" || len(value) > 6 || n < least || n > most {
		return 0, fmt.Errorf("%s=%s is out of bounds; write %d to %d", key, quote(value), least, most)
	}
	return n, nil
}

// parseWeekday reads MO, 2MO or -1MO.
func parseWeekday(text string) (nthWeekday, error) {
	wrong := fmt.Errorf("%s is no weekday of a rule; write MO, TU, WE, TH, FR, SA or SU, counted as in 2MO or -1FR",
		quote(text))
	if len(text) < 2 {
		return nthWeekday{}, wrong
	}
	day := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, text[len(text)-2:])
	if day < 0 {
		return nthWeekday{}, wrong
	}
	w := nthWeekday{day: time.Weekday(day)}
	if count := text[:len(text)-2]; count != "" {
		n, err := numbers("BYDAY", count, 1, 53, true)
		if err != nil || len(n) != 1 {
			return nthWeekday{}, wrong
		}
		w.n = n[0]
	}
	return w, nil
}
