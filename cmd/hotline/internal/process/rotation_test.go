//go:build unix

package process

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The steps of config/deploy/keys.md, on a running server.

// restartsWith is a restart as an operator does it, with a setting changed.
func (s *serving) restartsWith(setting string) {
	s.stop()
	s.env = append(s.env, setting) // the last one counts
	s.serve()
}

// A call goes on across the restarts in which its state's key is replaced.
func TestStateKeysAreRotatedDuringACall(t *testing.T) {
	older, newer := strings.Repeat("A", 43)+"=", strings.Repeat("B", 42)+"A="
	s := startServe(t, "HOTLINE_STATE_KEYS="+older)
	var heard []string
	caller := func(steps ...string) simulator.Party {
		return simulator.Party{Name: simulate.RoleCaller, Keys: func(p simulator.Prompt) simulator.Reply {
			heard = append(heard, p.SaidText)
			if p.Index >= len(steps) {
				return simulator.Reply{HangUp: true}
			}
			if steps[p.Index] != "" {
				s.restartsWith("HOTLINE_STATE_KEYS=" + steps[p.Index])
			}
			return simulator.Reply{Digits: "2"} // English, and a failed payment
		}}
	}
	rings := func(steps ...string) string {
		t.Helper()
		heard = nil
		if _, err := s.ringsParty(simulator.Options{}, "+6281234567890", caller(steps...)); err != nil {
			t.Fatal(err)
		}
		return strings.Join(heard, "\n")
	}
	if all := rings(older+","+newer, newer+","+older); strings.Contains(all, "Mohon maaf") ||
		!strings.Contains(all, "payment") {
		t.Errorf("a call during the rotation heard\n%s", all)
	}
	if !strings.Contains(rings("", newer), "payment") {
		t.Errorf("a call that began with the new key heard\n%s", strings.Join(heard, "\n"))
	}
	if all := rings("", older); !strings.Contains(all, "Mohon maaf") {
		t.Errorf("no key opens what the call carries, and it heard\n%s", all)
	}
	s.stop()
}

// While both tokens are set, webhooks signed with either are answered; then the old one is void.
func TestTheAuthTokenIsRotated(t *testing.T) {
	older, newer := servedToken, strings.Repeat("e", 32)
	s := startServe(t, "HOTLINE_TWILIO_AUTH_TOKEN="+newer+","+older)
	answers := func(token string) bool {
		t.Helper()
		telephones, err := s.rings(simulator.Options{AuthToken: token}, "+6281234567890", "2")
		if err != nil {
			t.Fatal(err)
		}
		return telephones.Webhooks()[0].Status == http.StatusOK
	}
	if !answers(older) || !answers(newer) {
		t.Error("with both set, one of them is refused")
	}
	s.restartsWith("HOTLINE_TWILIO_AUTH_TOKEN=" + newer)
	if answers(older) || !answers(newer) {
		t.Error("the old one still counts, or the new one does not")
	}
	s.stop()
}

// While both keys are listed, webhooks signed with either are answered.
func TestSharedKeysAreRotated(t *testing.T) {
	first := simulator.SharedKey{Name: "webhooks_sharedkey_1", Secret: "the-first-secret"}
	second := simulator.SharedKey{Name: "webhooks_sharedkey_2", Secret: "the-second-secret"}
	of := func(k simulator.SharedKey) string { return k.Name + ":HMAC_SHA256:" + k.Secret }
	s := startServe(t, "HOTLINE_TWILIO_KEYS_ONLY=yes",
		"HOTLINE_TWILIO_SIGNING_KEYS="+of(second)+","+of(first))
	answers := func(key simulator.SharedKey) bool {
		t.Helper()
		telephones, err := s.rings(simulator.Options{SharedKey: key}, "+6281234567890", "2")
		if err != nil {
			t.Fatal(err)
		}
		return telephones.Webhooks()[0].Status == http.StatusOK
	}
	if !answers(first) || !answers(second) {
		t.Error("with both listed, one of them is refused")
	}
	s.restartsWith("HOTLINE_TWILIO_SIGNING_KEYS=" + of(second))
	if answers(first) || !answers(second) {
		t.Error("the first one still counts, or the second one does not")
	}
	s.stop()
}
