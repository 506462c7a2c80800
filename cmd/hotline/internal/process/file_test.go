//go:build unix

package process

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The file is moved away from under a real server, which is then killed or stopped. One that is started meanwhile ends
// and says why. With the file back, what was spoken is there.
func TestWhatWasSpokenOutlivesARestartWithoutTheFile(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			s := startServe(t)
			heard := s.stolenAt(t, 1, "+6281234567891") + s.stolenAt(t, 2, "+6281234567892")
			if err := os.Rename(s.store, s.store+".away"); err != nil {
				t.Fatal(err)
			}
			s.signal(sig)
			if err := s.ends(); (err != nil) != (sig == syscall.SIGKILL) {
				t.Errorf("it ended with %v: %+v", err, s.seen)
			}
			s.start()
			if _, ok := s.waits("serving"); ok {
				t.Fatal("it serves without its file")
			}
			if err := s.ends(); err == nil || !strings.Contains(fmt.Sprint(s.seen), "put that very file back") {
				t.Errorf("started without its file it ended with %v: %+v", err, s.seen)
			}
			if err := os.Rename(s.store+".away", s.store); err != nil {
				t.Fatal(err)
			}
			s.start()
			s.says("serving")
			s.stop()
			store, err := app.OpenStore(t.Context(), "sqlite:"+s.store)
			if err != nil {
				t.Fatal(err)
			}
			list, err := store.List(t.Context(), callbacks.Filter{})
			if err := errors.Join(err, store.Close()); err != nil || len(list) != 2 {
				t.Fatalf("%d callbacks are left, %v", len(list), err)
			}
			for _, callback := range list {
				if !strings.Contains(heard, spoken.Digits("en", callback.Reference)) {
					t.Errorf("nobody heard %s: %q", callback.Reference, heard)
				}
			}
		})
	}
}

// stolenAt is a call about a stolen account, which is taken at any hour, to its end: nobody picks up, and a callback is
// booked. It returns what the caller heard.
func (s *serving) stolenAt(t *testing.T, seed uint64, from string) string {
	t.Helper()
	var heard strings.Builder
	_, err := s.rings(simulator.Options{Seed: seed, Observe: func(e simulator.Event) {
		if e.Event == simulator.EventSay && e.Role == simulate.RoleCaller {
			heard.WriteString(e.Text + " ")
		}
	}}, from, "2", "1", "1")
	if err != nil {
		t.Fatal(err)
	}
	return heard.String()
}
