//go:build unix

package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The file is moved away from under a real server, which is then killed or stopped. One that is started meanwhile ends
// and says why. With the file back, what was spoken is there.
func TestWhatWasSpokenOutlivesARestartWithoutTheFile(t *testing.T) {
	for name, sig := range map[string]os.Signal{"killed": os.Kill, "stopped": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			s := startServe(t)
			heard := s.stolenAt(t, 1, "+6281234567891") + s.stolenAt(t, 2, "+6281234567892")
			if err := os.Rename(s.store, s.store+".away"); err != nil {
				t.Fatal(err)
			}
			s.signal(sig)
			if err := s.ends(); (err != nil) != (sig == os.Kill) {
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
// booked. Calls of one server have different seeds. It returns what the caller heard.
func (s *serving) stolenAt(t *testing.T, seed uint64, from string) string {
	t.Helper()
	var heard strings.Builder
	telephones := simulator.New(simulator.Options{
		Start: time.Now(), AccountSID: simulate.AccountSID, AuthToken: servedToken, Client: &http.Client{Transport: s},
		Seed: seed,
		Observe: func(e simulator.Event) {
			if e.Event == simulator.EventSay && e.Role == simulate.RoleCaller {
				heard.WriteString(e.Text + " ")
			}
		},
	})
	defer telephones.Close()
	const line = "+622150001000"
	telephones.Number(line, simulator.Number{VoiceURL: servedURL + twilio.PathIncoming,
		StatusCallback: servedURL + twilio.PathStatus})
	call := telephones.Ring(from, line,
		simulator.Party{Name: simulate.RoleCaller, Keys: simulator.Script("2", "1", "1")})
	if err := telephones.RunUntil(t.Context(), telephones.Now().Add(time.Hour), call.Done); err != nil {
		t.Fatal(err)
	}
	return heard.String()
}
