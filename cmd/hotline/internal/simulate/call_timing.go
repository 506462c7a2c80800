package simulate

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A callTiming is what a call costs its caller: seconds since pick-up and keys pressed, until something comes of it.
type callTiming struct {
	pickedUp time.Time
	keys     int
	over     bool
	rows     []string
}

// simulatorEvent counts the caller's keys, and notes the telephones that ring for them.
func (t *callTiming) simulatorEvent(event simulator.Event) {
	caller := event.Role == RoleCaller
	switch {
	case caller && event.Event == simulator.EventAnswer:
		t.pickedUp = event.At
	case caller && event.Event == simulator.EventPress:
		t.keys++
	case caller && event.Event == simulator.EventHangup:
		t.reaches(event.At, "the call is over")
		t.over = true
	case !caller && event.Event == simulator.EventRing:
		t.reaches(event.At, event.Role+" rings")
	}
}

// reaches notes what has come of the call, while it lasts.
func (t *callTiming) reaches(at time.Time, what string) {
	if !t.over && !t.pickedUp.IsZero() {
		t.rows = append(t.rows, fmt.Sprintf("%6.1f s %3d keys  %s", at.Sub(t.pickedUp).Seconds(), t.keys, what))
	}
}

func (t *callTiming) print(out io.Writer) error {
	_, err := fmt.Fprintln(out, strings.Join(append([]string{"From pick-up:"}, t.rows...), "\n"))
	return err
}
