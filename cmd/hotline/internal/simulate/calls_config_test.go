package simulate

import (
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Calls to a line whose files were edited.

func TestNoticesAreSpokenWhileTheyLast(t *testing.T) {
	snapshot := apptest.Edited(t, "hours/gopay.yaml", "announcements: []", `announcements:
  - {from: 2026-03-04 09:00, until: 2026-03-04 11:00, text: {id: "Sistem sedang dirawat.", en: "The system is being maintained.", zh: "系统维护中。"}}
  - {from: 2026-03-04 09:00, until: 2026-03-04 11:00, topics: [refund], text: {id: "Pengembalian lambat.", en: "Refunds are slow today.", zh: "退款较慢。"}}
  - {from: 2026-03-03 09:00, until: 2026-03-04 10:00, text: {id: "Kemarin.", en: "That was yesterday.", zh: "昨天。"}}
`)
	s := newScenario(t, openDay, withConfig(snapshot))
	heard := s.rings(home, "", english, hears("The system is being maintained.").press("4"),
		hears("Refunds are slow today.").hangUp())
	if strings.Contains(heard, "yesterday") {
		t.Errorf("a notice that is over is still spoken: %q", heard)
	}
	heard = s.rings(home, "", english, hears("The system is being maintained.").press("2"),
		hears("If this solves it").hangUp())
	if strings.Contains(heard, "Refunds are slow") {
		t.Errorf("a notice for others is spoken: %q", heard)
	}
}

const shanghai = "+8613812345678"

// The provider rings nobody in mainland China by itself: without a route that is said before anything is booked.
func TestACallerFromMainlandChinaWithoutARoute(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(shanghai, "I repeat", english, hears("Agents are back").press("0"),
		hears("we cannot call the country or region of your number").press("3"),
		hears("That key is not one of the choices. To hear the choices again, press 9").press("6"),
		hears("Please speak after the tone").speak())
	if len(s.did("book")) != 0 || len(s.did("message")) != 1 {
		t.Errorf("booked %v, messages %v", s.did("book"), s.did("message"))
	}
	s.settles()
}

func TestACallerFromMainlandChinaWithARoute(t *testing.T) {
	snapshot := apptest.Edited(t, "lines/gopay.yaml", "routes: []",
		`routes: [{prefix: "+86", byoc: BY0123456789abcdef0123456789abcdef}]`)
	s := newScenario(t, saturday, withConfig(snapshot))
	s.rings(shanghai, "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("1"))
	s.settles()
	s.bridged("support-1 with customer")
	through := false
	for _, w := range s.simulator.Webhooks() {
		through = through || strings.Contains(w.Body, `byoc="BY0123456789abcdef0123456789abcdef"`)
	}
	if !through {
		t.Error("the customer was not dialled through the route")
	}
}

// A line of one language does not ask for it.
func TestALineOfOneLanguage(t *testing.T) {
	snapshot := apptest.Edited(t, "lines/gopay.yaml",
		"  - {tag: id, locale: id-ID, voice: Google.id-ID-Standard-A}\n", "", "  - {tag: zh, locale: cmn-CN, voice: "+
			"Google.cmn-CN-Standard-A}\n", "", "language: id\n", "language: en\n")
	s := newScenario(t, openDay, withConfig(snapshot))
	heard := s.rings(home, "Thank you. Goodbye", hears("Welcome to GoPay support. For a stolen account").press("1"))
	if strings.Contains(heard, "For English") {
		t.Errorf("heard %q", heard)
	}
	s.bridged("caller with emergency-1")
}

// Whatever the provider sends as the calling number, the call goes on.
func TestStrangeCallingNumbers(t *testing.T) {
	for _, from := range []string{"anonymous", "+266696687", "client:alice", "sip:bob@example.com", "", "+1", "12345"} {
		t.Run(from, func(t *testing.T) {
			s := newScenario(t, openDay)
			s.rings(from, "Thank you. Goodbye", english, stolen)
			s.bridged("caller with emergency-1")
			s.rings(from, "", english, hears("For a stolen account").press("3"), unsolved,
				hears("Please enter your registered mobile number").press("1#"),
				hears("please check the number").hangUp())
			if asked := s.of(simulator.EventViolation); len(asked) != 0 {
				t.Error(asked)
			}
		})
	}
}

// Open means a desk that serves the topic and the caller's language: its hours are told, and it is rung.
func TestADeskForALanguage(t *testing.T) {
	snapshot := apptest.Edited(t, "lines/gopay.yaml", "  - id: support\n    language: id\n",
		"  - id: support\n    language: id\n    by_language: {zh: support-zh}\n",
		"  - id: emergency\n", `  - id: support-zh
    language: zh
    hours: {week: {sat: ["18:00-22:00"]}}
    ring: 20s
    targets: [{id: support-zh-1, client: gopay-agent-zh}]
  - id: emergency
`)
	s := newScenario(t, saturday, withConfig(snapshot))
	heard := s.rings(home, "再见", hears("中文").press("3"), hears("付款").press("0"))
	if strings.Contains(heard, "上线") {
		t.Errorf("told that it is closed: %q", heard)
	}
	s.bridged("caller with support-zh-1")
	s.rings(home, "", english, hears("Agents are back Monday").hangUp())
}
