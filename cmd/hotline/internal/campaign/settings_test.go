//go:build conformance

package campaign

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The crash campaign: the provider simulator and the instances are processes of their own, which are this test's
// program run again. What they are told on the way in is here.

const (
	campaignSettings     = "HOTLINE_CHAOS_SETTINGS"
	campaignNumber       = "+622150001000" // of the line whose agents are rung first
	campaignSecondNumber = "+622150002000" // of the one whose customers are
)

func init() {
	roles["simulator"] = runSimulator
	roles["instance"] = runInstance
}

// runSettings is what all processes of a campaign have in common.
type runSettings struct {
	Seed   uint64
	Dir    string // book, configuration, logs
	Store  string
	Token  string
	Key    []byte
	Public string // where the balancer is
	REST   string // where the simulator is; empty for the simulator itself
	Clock  fastClock
	// Callbacks is how many references the simulator's callers want to hear; Rate is how many ring in a real second.
	Callbacks int
	Rate      float64
	// Pace is the least time between two calls placed, on the fast clock.
	Pace time.Duration
	Name string // of the process, for its log
}

// A fastClock goes fast: the product's own time-outs would make a campaign last for hours. It is the same in every
// process.
type fastClock struct {
	Real, Virtual time.Time // the same instant on both clocks
	Speed         float64
}

// of is the fast clock on top of a real one.
func (k fastClock) of(real func() time.Time) func() time.Time {
	return func() time.Time { return k.at(real()) }
}

// at is the fast clock's reading at a real instant. The real one is read from the wall, because a monotonic reading
// means nothing to another process.
func (k fastClock) at(real time.Time) time.Time {
	return k.Virtual.Add(time.Duration(float64(real.Round(0).Sub(k.Real)) * k.Speed))
}

// real is how long a stretch of the fast clock lasts.
func (k fastClock) real(d time.Duration) time.Duration { return time.Duration(float64(d) / k.Speed) }

// timer is callbacks.SystemTimer for the fast clock.
func (k fastClock) timer(now func() time.Time) callbacks.Timer {
	return func(at time.Time) (<-chan time.Time, func()) {
		t := time.NewTimer(k.real(at.Sub(now())))
		return t.C, func() { t.Stop() }
	}
}

// settingsFromParent reads the settings that a process was started with.
func settingsFromParent() (s runSettings) {
	if err := json.Unmarshal([]byte(os.Getenv(campaignSettings)), &s); err != nil {
		giveUp(err)
	}
	return s
}

// giveUp ends a process of the campaign that cannot do its part.
func giveUp(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// tellParent tells the campaign something; one write, so that it is out before the process is killed.
func tellParent(format string, args ...any) {
	_, _ = os.Stdout.WriteString(fmt.Sprintf(format, args...) + "\n")
}
