//go:build conformance

package simulate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

func onStore(name string) scenarioOption { return func(s *setting) { s.store = name } }

// Calls with the callbacks in PostgreSQL, with webhooks that come twice.
func TestCallsOnPostgreSQL(t *testing.T) {
	cluster := pgtest.New(t)
	twice := withFaults(simulator.Faults{Webhook: func(simulator.Webhook) simulator.WebhookFault { return simulator.WebhookFault{Repeat: 1} }})
	t.Run("booked, moved, with a note, kept", func(t *testing.T) {
		s := newScenario(t, saturday, onStore(cluster.Database(t)), twice)
		s.rings(home, "Your note has been added", append(slices.Clone(loginClosed), hears("To add").press("1"),
			hears("It helps to say").speak())...)
		reference := s.did("book")[0].Reference
		s.rings(home, "Your callback has been moved", english, mine, hears("reference").press(reference+"#"),
			hears("press 2").press("2"), hears("press 2").press("2"))
		s.agentDoes("support-1", "1", "3", "1")
		s.settles()
		s.bridged("support-1 with customer")
		if texts := s.simulator.Messages(); len(texts) != 2 {
			t.Errorf("text messages %+v", texts)
		}
	})
	t.Run("no database", func(t *testing.T) {
		_, err := newSimulation(t.Context(), options{snapshot: errorless(apptest.Shipped()), at: time.Now(),
			store: "postgres://hotline:secret@/nothere?host=/nowhere"})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("without a database: %v", err)
		}
	})
}

func errorless[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
