package holidays

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
)

const (
	longestRule = 500 // bytes
	mostEmpty   = 50  // rules of a file that name no day
	mostRepeats = 2 * schema.MostHolidays
	mostSteps   = 30_000_000 // days that all rules of a file together go through
)

// A rule is an RRULE of days.
type rule struct {
	option rrule.ROption
	count  int
	last   *moment   // UNTIL as it is written
	hours  bool      // it names times of the day
	until  time.Time // the last reading, in the frame of its event; zero: none
}

// endless reports whether the rule has no end of its own.
func (r rule) endless() bool { return r.count == 0 && r.last == nil }

var ruleParts = []string{"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY",
	"BYWEEKNO", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND"}

// rule reads an RRULE of an event or of a zone.
func (z *zones) rule(p property, f frame) (rule, error) {
	r, err := readRule(p.value, f)
	if err != nil || r.last == nil {
		return r, err
	}
	last, err := z.onFrame(property{line: p.line, name: "UNTIL"}, *r.last, f)
	if err != nil {
		return r, err
	}
	if r.until = last.reading(f); last.date {
		r.until = r.until.Add(24*time.Hour - time.Second)
	}
	return r, nil
}

// readRule reads the text of a rule. Holidays are days: what repeats within a day is refused.
func readRule(text string, f frame) (rule, error) {
	if len(text) > longestRule {
		return rule{}, fmt.Errorf("the rule has %d characters; at most %d are supported", len(text), longestRule)
	}
	var r rule
	var rest []string
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.Trim(strings.TrimSpace(text), ";")), ";") {
		key, value, ok := strings.Cut(part, "=")
		switch {
		case !ok || value == "" || !slices.Contains(ruleParts, key):
			return rule{}, fmt.Errorf("the rule has a part %q that is not known", problem.Short(part))
		case seen[key]:
			return rule{}, fmt.Errorf("the rule says %s twice", key)
		}
		seen[key] = true
		keep, err := r.part(key, value, f)
		if err != nil {
			return rule{}, err
		}
		if keep {
			rest = append(rest, part)
		}
	}
	if !seen["FREQ"] {
		return rule{}, errors.New("the rule has no FREQ")
	}
	if seen["COUNT"] && seen["UNTIL"] {
		return rule{}, errors.New("the rule has COUNT as well as UNTIL")
	}
	option, err := rrule.StrToROption(strings.Join(rest, ";"))
	if err != nil {
		return rule{}, fmt.Errorf("the rule cannot be read: %w", err)
	}
	r.option = *option
	return r, nil
}

// part checks one part of a rule. What is not kept is done without the library.
func (r *rule) part(key, value string, f frame) (keep bool, err error) {
	switch key {
	case "FREQ":
		switch value {
		case "SECONDLY", "MINUTELY", "HOURLY":
			return false, fmt.Errorf("the rule repeats %s; holidays are days, so write DAILY, WEEKLY, MONTHLY or "+
				"YEARLY", strings.ToLower(value))
		}
	case "UNTIL":
		m, err := parseMoment(value, "", nil, "")
		if err != nil {
			return false, fmt.Errorf("UNTIL: %w", err)
		}
		r.last = &m
		return false, nil
	case "COUNT", "INTERVAL":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 100_000 {
			return false, fmt.Errorf("%s is %q; it has to be 1 to 100000", key, problem.Short(value))
		}
		if key == "COUNT" {
			r.count = n
			return false, nil
		}
	case "BYHOUR", "BYMINUTE", "BYSECOND":
		// With dates these have to be ignored (RFC 5545, section 3.3.10). Otherwise they may only repeat the start.
		if n, err := strconv.Atoi(value); !f.date && (err != nil || n != f.part(key)) {
			return false, fmt.Errorf("%s=%s repeats at other times of the day than the event's; holidays are days", key,
				problem.Short(value))
		}
		r.hours = true
		return false, nil
	}
	return true, nil
}

// expand lists the start of a rule and its readings from one to another, both included.
func (im *importer) expand(r rule, start, from, end time.Time) (out []time.Time, err error) {
	// The library panics at some rules that make no sense.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the rule cannot be used: %v", p)
		}
	}()
	// A rule that names no day, such as 30 February, is searched for until the year 9999. The calendar repeats after
	// 400 years, so the search is moved to the end of time, where it is short.
	years := (rrule.MAXYEAR - max(end.Year(), start.Year())) / 400 * 400
	option := r.option
	option.Dtstart = start.AddDate(years, 0, 0)
	// without one, the library ends after 292 years
	option.Until = time.Date(rrule.MAXYEAR, 12, 31, 0, 0, 0, 0, time.UTC)
	found, err := rrule.NewRRule(option)
	if err != nil {
		return nil, fmt.Errorf("the rule cannot be used: %w", err)
	}
	out = []time.Time{start} // the start is the first one, whether the rule names it or not
	next, last := found.Iterator(), option.Dtstart
	for n := 1; r.count == 0 || n < r.count; {
		t, ok := next()
		if !ok {
			if im.dead++; im.dead > mostEmpty {
				im.refuse(0, "", "more than %d rules name no day", mostEmpty)
			}
			return out, nil
		}
		// Days without a name cost as much as those with one.
		im.steps += 1 + int(t.Sub(last)/(24*time.Hour))
		if last = t; im.steps > mostSteps {
			im.refuse(0, "", "the rules of the file are too many; name fewer years, or remove what is no holiday")
			return nil, errors.New("its rule is not followed")
		}
		if t = t.AddDate(-years, 0, 0); t.After(end) || !r.until.IsZero() && t.After(r.until) {
			return out, nil
		}
		if t.Equal(start) {
			continue
		}
		if n++; t.Before(from) {
			continue
		}
		if out = append(out, t); len(out) > mostRepeats {
			return nil, fmt.Errorf("the rule names more than %d days; name fewer years, for example --years 2026-2027",
				mostRepeats)
		}
	}
	return out, nil
}
