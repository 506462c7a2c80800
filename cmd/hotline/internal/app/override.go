package app

import (
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/problem"
)

// DescribeOverride puts an override into words, on the clock of its line.
func DescribeOverride(o callbacks.DeclaredOverride, snapshot *config.Snapshot, now time.Time) string {
	zone := time.UTC
	if line := snapshot.ByID(o.Line); line != nil {
		zone = line.Hours.Zone()
	}
	what, whom := "closed", o.Line
	if o.Open {
		what = "open"
	}
	if o.Desk != "" {
		whom += ", desk " + o.Desk
	}
	clock := func(t time.Time) string { return t.In(zone).Format(problem.TimeLayout) }
	from := ""
	if o.From.After(now) {
		from = " from " + clock(o.From)
	}
	return fmt.Sprintf("override %d: %s is %s%s until %s (%s): %s, by %s", o.ID, whom, what, from, clock(o.Until),
		zone, o.Reason, o.By)
}
