//go:build conformance

package campaign

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// recordedLeg is one telephone's part of a call as the provider simulator wrote it down.
type recordedLeg struct {
	to             string
	placed         bool // asked for by REST
	created, ended time.Time
	rang, answered time.Time
	pressed        time.Time
	by             *recordedLeg // of a customer's leg: the agent's, if they were rung first
	byPressed      time.Time    // and when they had pressed their last key before it rang
	taken          time.Time    // of a customer's leg that was rung first: when the agent last pressed a key
	// of the first one's leg: the product never heard how the second's ended, or could not write it down
	endLost    bool
	endFailed  bool // it did not hear so at once
	refused    bool // they were told that the desk has closed
	unanswered bool // a webhook of this leg was not answered as it should be
	dialled    string
	told       announcement // of a caller's leg
}

// A eventBook is what the oracle reads in the book.
type eventBook struct {
	legs       map[string]*recordedLeg
	order      []*recordedLeg
	spoken     map[string]string         // reference → customer
	bridges    map[string]int            // by customer
	rings      map[string][]*recordedLeg // by customer
	texts      map[string]int            // by customer and words
	violations []string
	failed     int // webhooks that were not answered as they should be
	fallbacks  int
	givenUp    int // calls of which the provider heard nothing more
}

func newEventBook() *eventBook {
	return &eventBook{legs: map[string]*recordedLeg{}, spoken: map[string]string{}, bridges: map[string]int{},
		rings: map[string][]*recordedLeg{}, texts: map[string]int{}}
}

func readBook(path string) (*eventBook, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	l := newEventBook()
	entries := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	for {
		var e simulator.Event
		if err := entries.Decode(&e); errors.Is(err, io.EOF) {
			return l, file.Close()
		} else if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		l.enter(e)
	}
}

func (l *eventBook) leg(e simulator.Event) *recordedLeg {
	g := l.legs[e.Leg]
	if g == nil {
		g = &recordedLeg{to: e.To, created: e.At}
		l.legs[e.Leg] = g
		l.order = append(l.order, g)
	}
	return g
}

// enter takes one event.
func (l *eventBook) enter(e simulator.Event) {
	switch e.Event {
	case simulator.EventSay:
		switch {
		case apology(e):
			l.leg(e).endLost = true
			return
		case refusal(e):
			l.leg(e).refused = true
			return
		}
		if e.Digits != "" {
			l.spoken[e.Digits] = e.From
		}
		l.leg(e).told.hears(e)
	case simulator.EventPlaceCall:
		l.leg(e).placed = true
	case simulator.EventRing:
		g := l.leg(e)
		g.rang = e.At
		if e.Role != simulate.RoleCaller && isCustomer(e.To) {
			l.rings[e.To] = append(l.rings[e.To], g)
			if g.by = l.ringing(e.To); g.by != nil {
				g.byPressed = g.by.pressed
			}
		}
	case simulator.EventAnswer:
		l.leg(e).answered = e.At
	case simulator.EventPress:
		l.leg(e).pressed = e.At
		if first := l.ringing(e.To); first != nil && first.placed {
			first.taken = e.At
		}
		l.leg(e).told.presses()
	case simulator.EventDial:
		l.leg(e).dialled = e.Target
	case simulator.EventBridge:
		customer := e.Target
		if e.Role != simulate.RoleCaller && isCustomer(e.To) { // they were rung first
			customer = e.To
		}
		l.bridges[customer]++
	case simulator.EventHangup:
		l.leg(e).ended = e.At
	case simulator.EventMessage:
		l.texts[e.To+": "+e.Text]++
	case simulator.EventWebhookFailed:
		l.failed++
		l.leg(e).unanswered = true
		if strings.Contains(e.URL, "/voice/fallback") && l.leg(e).endFailed {
			l.leg(e).endLost = true
		}
		if strings.Contains(e.URL, "/voice/customer/ended") || strings.Contains(e.URL, "/voice/first/ended") {
			l.leg(e).endLost, l.leg(e).endFailed = true, true
		}
	case simulator.EventFallback:
		l.fallbacks++
		l.leg(e).endLost = false // it is told there once more
	case simulator.EventViolation:
		if strings.Contains(e.Detail, "the call was given up") {
			l.givenUp++ // no instance was there for it
			return
		}
		l.violations = append(l.violations, e.Detail)
	}
}

// ringing is the agent's leg that rings this customer now.
func (l *eventBook) ringing(customer string) *recordedLeg {
	for i := len(l.order) - 1; i >= 0; i-- {
		if g := l.order[i]; g.dialled == customer && g.ended.IsZero() {
			return g
		}
	}
	return nil
}
