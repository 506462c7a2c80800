package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// Points in time as people write them: one syntax for every flag.

// instantForms is that syntax, for help and refusals.
const instantForms = "now, 18:00, \"2026-12-01 14:00\" on the line's clock, RFC 3339 (2026-12-01T14:00:00+07:00), " +
	"or 2h for two hours from now"

// instantFlag defines a flag that [parseInstant] reads.
func instantFlag(flags *pflag.FlagSet, into *string, name, standard, what string) {
	flags.StringVar(into, name, standard, what+": "+instantForms)
}

// parseInstant reads a point in time. A time of day is the next one after an instant; nil is no zone to read it in.
func parseInstant(what, text string, zone *time.Location, now, after time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	if text == "now" {
		return now, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		if d <= 0 {
			return time.Time{}, fmt.Errorf("%s %s has passed; write how long from now, for example 2h", what, text)
		}
		return now.Add(d), nil
	}
	clock, notOfDay := time.Parse("15:04", text)
	date, notDated := time.Parse("2006-01-02 15:04", text)
	meant := hours.ReadingMeant(problem.Plain(text))
	switch {
	case notOfDay != nil && notDated != nil && meant != "":
		return time.Time{}, fmt.Errorf("%s %.40q is not a valid time; write %q", what, text, meant)
	case notOfDay != nil && notDated != nil:
		return time.Time{}, fmt.Errorf("%s %.40q is not a valid time; write %s", what, text, instantForms)
	case zone == nil:
		return time.Time{}, fmt.Errorf("%s %s: on whose clock? Name the line with --line, or write RFC 3339, for "+
			"example 2026-12-01T14:00:00+07:00", what, text)
	case notOfDay == nil:
		return nextReading(after.In(zone), clock), nil
	}
	return hours.InstantOf(hours.DateOf(date), date.Hour()*60+date.Minute(), zone), nil
}

// tellDoubt says which instant is meant where the clock of a zone skips a reading, or shows it twice, as hotline check
// does of files.
func tellDoubt(out io.Writer, what, text string, zone *time.Location) error {
	reading, err := hours.ParseReading(text)
	if err != nil {
		return nil // no reading of that clock
	}
	if doubt := reading.Doubt(zone); doubt != "" {
		_, err = fmt.Fprintf(out, "warning: %s %s\n", what, doubt)
	}
	return err
}

// nextReading is when a clock shows a time next.
func nextReading(now, clock time.Time) time.Time {
	for day := 0; ; day++ {
		date := hours.DateOf(now.AddDate(0, 0, day))
		at := hours.InstantOf(date, clock.Hour()*60+clock.Minute(), now.Location())
		if at.After(now) && at.In(now.Location()).Hour() == clock.Hour() { // not one that a clock change skips
			return at
		}
	}
}

// clockKey finds the clock of a command in its context.
type clockKey struct{}

// clockFrom is the clock that a command goes by: the one that it was given, or the real one.
func clockFrom(ctx context.Context) func() time.Time {
	if now, ok := ctx.Value(clockKey{}).(func() time.Time); ok {
		return now
	}
	return func() time.Time { return time.Now().UTC() }
}

// secondsOf is a clock without fractions of a second.
func secondsOf(clock func() time.Time) func() time.Time {
	return func() time.Time { return clock().Truncate(time.Second) }
}

// simulatedInstant is when a simulation begins, on the clock of a line.
func simulatedInstant(cmd *cobra.Command, text string, line *ivr.Line) (time.Time, error) {
	now := clockFrom(cmd.Context())().Truncate(time.Second)
	at, err := parseInstant("--at", text, line.Hours.Zone(), now, now)
	return at, errors.Join(err, tellDoubt(cmd.ErrOrStderr(), "--at:", text, line.Hours.Zone()))
}
