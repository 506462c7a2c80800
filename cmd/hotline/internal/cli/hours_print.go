package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// What "hotline hours" prints for people.

const (
	longTime  = "Monday 2 January 2006, 15:04"
	shortTime = "Mon 2 Jan 2006, 15:04"
	clock     = "15:04"
	stampTime = "Mon 2006-01-02 15:04" // for lists
)

// answerOne says whether the subject is open at an instant, until when, and why.
func answerOne(out io.Writer, s subject, text string, now time.Time) error {
	zone := s.calendar.Zone()
	at, err := parseTimeIn(text, zone, now)
	if err != nil {
		return err
	}
	e := s.withOverrides.Explain(at)
	fmt.Fprintf(out, "%s, %s (%s): %s\n", s.title(), at.In(zone).Format(longTime), zone, openOrClosed(e.State.Open))
	var times terminal.Table
	times.Add("since", timeOr(e.State.Since, zone, "always"))
	never := "for ever"
	if e.State.Layer == hours.LayerOverride {
		never = "further notice"
	}
	times.Add("until", timeOr(e.State.Until, zone, never))
	if !e.State.Open && !e.State.NextOpen.Equal(e.State.Until) {
		times.Add("opens", timeOr(e.State.NextOpen, zone, "never"))
	}
	times.Add("why", sourced(e.State.Reason, e.State.Source))
	for _, tag := range slices.Sorted(maps.Keys(e.State.Say)) {
		times.Add("says", fmt.Sprintf("%s: %q", tag, e.State.Say[tag]))
	}
	if err := times.Write(out, "  "); err != nil {
		return err
	}
	if err := printRules(out, e); err != nil {
		return err
	}
	return s.printDeclared(out, func(o callbacks.Override) bool { return o.Rules(at) })
}

// printRules lists every rule that had something to say, if there were several.
func printRules(out io.Writer, e hours.Explanation) error {
	if len(e.Considered) < 2 {
		return nil
	}
	fmt.Fprintln(out, "\nRules, the highest rank first:")
	var rules terminal.Table
	for _, c := range e.Considered {
		mark, verdict, words := " ", "-", c.Note
		if c.Decides {
			mark = "*"
		}
		if c.Applies {
			verdict, words = openOrClosed(c.Open), strings.TrimPrefix(strings.TrimPrefix(c.Reason, "Open: "),
				"Closed: ")
		}
		rules.Add(mark, string(c.Layer), verdict, words, c.Source)
	}
	if err := rules.Write(out, "  "); err != nil {
		return err
	}
	if e.Otherwise.Reason != "" {
		fmt.Fprintf(out, "Without the rule that decided: %s\n", sourced(e.Otherwise.Reason, e.Otherwise.Source))
	}
	return nil
}

// parseTimeIn reads what stands behind --at.
func parseTimeIn(text string, zone *time.Location, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	if at, err := time.ParseInLocation("2006-01-02 15:04", text, zone); err == nil {
		return at.UTC(), nil
	}
	return parseTime(text)
}

func openOrClosed(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

func timeOr(t time.Time, zone *time.Location, never string) string {
	if t.IsZero() {
		return never
	}
	return t.In(zone).Format(longTime)
}

func sourced(reason, source string) string {
	if source == "" {
		return reason
	}
	return reason + " [" + source + "]"
}

// printDays is the table of the coming days.
func printDays(out io.Writer, s subject, o hoursOptions, now time.Time) error {
	zone := s.calendar.Zone()
	first := hours.DateOf(now.In(zone))
	if o.from != "" {
		var err error
		if first, err = hours.ParseDate(o.from); err != nil {
			return fmt.Errorf("--from %w", err)
		}
	}
	fmt.Fprintf(out, "%s, %s\n", s.title(), zone)
	if o.from == "" {
		state := s.withOverrides.At(now)
		fmt.Fprintf(out, "Now, %s: %s until %s. %s\n", now.In(zone).Format(shortTime), openOrClosed(state.Open),
			timeOr(state.Until, zone, "further notice"), sourced(state.Reason, state.Source))
	}
	var days terminal.Table
	for i := range o.days {
		days.Add(dayRow(s, first, i)...)
	}
	if err := days.Write(out, "  "); err != nil {
		return err
	}
	begin := time.Date(first.Year, first.Month, first.Day, 0, 0, 0, 0, zone)
	end := time.Date(first.Year, first.Month, first.Day+o.days, 0, 0, 0, 0, zone)
	if err := s.printDeclared(out, func(o callbacks.Override) bool {
		return o.From.Before(end) &&
			o.Until.After(begin)
	}); err != nil {
		return err
	}
	for _, desk := range s.others {
		fmt.Fprintln(out, desk)
	}
	if o.from != "" {
		return nil // warnings are about the days ahead of now
	}
	for _, w := range s.warnings(now) {
		fmt.Fprintf(out, "warning: %s\n", w)
	}
	return nil
}

// printDeclared names what close and open have declared for the line, a line each.
func (s subject) printDeclared(out io.Writer, asked func(callbacks.Override) bool) error {
	for _, over := range s.declared {
		if !asked(over) {
			continue
		}
		if _, err := fmt.Fprintln(out, s.words(over)); err != nil {
			return err
		}
	}
	return nil
}

// dayRow is one day of the table: the date, the hours, what the day is called, and where that is written.
func dayRow(s subject, first hours.Date, i int) []string {
	zone := s.calendar.Zone()
	midnight := func(i int) time.Time { return time.Date(first.Year, first.Month, first.Day+i, 0, 0, 0, 0, zone) }
	begin, end := midnight(i), midnight(i+1)
	date := hours.DateOf(time.Date(first.Year, first.Month, first.Day+i, 0, 0, 0, 0, time.UTC))
	if begin.Day() != date.Day { // Samoa, 30 December 2011
		return []string{date.Weekday().String()[:3], date.String(), "-", "the zone left this day out", ""}
	}
	spans, name := s.calendar.Day(date)
	written, source := spelledSpans(spans), dayNote(s.calendar, date, begin)
	var notes []string
	if name != "" {
		notes = append(notes, name+makeUpNote(s.calendar, date, begin))
	}
	for _, o := range s.overrides {
		if o.From.Before(end) && (o.Until.IsZero() || o.Until.After(begin)) {
			notes = append(notes, openOrClosed(o.Open)+" by override: "+o.Reason)
			written, source = hoursOf(s.calendar, begin, end), o.Source
		}
	}
	for _, gap := range s.calendar.Uncovered(date, date) {
		notes = append(notes, "holidays not known: "+gap.Set)
	}
	if change := clockChange(begin, end); change != "" {
		notes = append(notes, change)
	}
	return []string{date.Weekday().String()[:3], date.String(), written, strings.Join(notes, "; "), source}
}

// makeUpNote marks a make-up working day: its name alone reads like a holiday.
func makeUpNote(calendar *hours.Calendar, date hours.Date, begin time.Time) string {
	for _, c := range calendar.Explain(begin.Add(12 * time.Hour)).Considered {
		if c.Decides && c.Kind == hours.MakeUp && c.Date == date {
			return " (make-up working day)"
		}
	}
	return ""
}

// spelledSpans are the hours that are written for a day. One that runs past midnight belongs to the day it begins on.
func spelledSpans(spans []hours.Span) string {
	if len(spans) == 0 {
		return "closed"
	}
	texts := make([]string, len(spans))
	for i, span := range spans {
		texts[i] = span.String()
	}
	return strings.Join(texts, ", ")
}

// hoursOf are the hours of a day that an override cuts: those that begin on it, and what is longer than a day cut at
// midnight.
func hoursOf(calendar *hours.Calendar, begin, end time.Time) string {
	var texts []string
	for span := range calendar.Spans(begin.AddDate(0, 0, -1), end.AddDate(0, 0, 1)) {
		from, to := span.From.In(begin.Location()), span.To.In(begin.Location())
		switch {
		case !to.After(begin) || !from.Before(end):
		case !from.After(begin) && !to.Before(end):
			texts = append(texts, "00:00-24:00")
		case from.Before(begin): // it stands on the day before, unless it is longer than a day
			if to.Sub(from) > 24*time.Hour {
				texts = append(texts, "00:00-"+to.Format(clock))
			}
		case to.Equal(end):
			texts = append(texts, from.Format(clock)+"-24:00")
		default:
			until := to.Format(clock)
			if to.Sub(from) > 24*time.Hour { // it goes on below
				until = "24:00"
			}
			texts = append(texts, from.Format(clock)+"-"+until)
		}
	}
	if len(texts) == 0 {
		return "closed"
	}
	return strings.Join(texts, ", ")
}

// dayNote is where the rule of the day is written.
func dayNote(calendar *hours.Calendar, date hours.Date, begin time.Time) string {
	for _, c := range calendar.Explain(begin.Add(12 * time.Hour)).Considered {
		if c.Applies && c.Layer != hours.LayerOverride && c.Date == date {
			return c.Source
		}
	}
	return ""
}

// clockChange tells of a day that is not 24 hours long.
func clockChange(begin, end time.Time) string {
	switch change := end.Sub(begin) - 24*time.Hour; {
	case change < 0:
		return fmt.Sprintf("clock set forward by %s", spellDuration(-change))
	case change > 0:
		return fmt.Sprintf("clock set back by %s", spellDuration(change))
	}
	return ""
}

func spellDuration(d time.Duration) string {
	text := d.String() // "30m0s", "1h0m0s"
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func deskIDs(desks map[string]*ivr.Desk) []string { return slices.Sorted(maps.Keys(desks)) }
