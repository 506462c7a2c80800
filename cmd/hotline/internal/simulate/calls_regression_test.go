package simulate

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Mistakes that were found and mended, one scenario each.

// loseAnswer loses the answer to the first webhook of a kind whose URL has this path.
func loseAnswer(kind, path string) scenarioOption {
	lost := false
	return withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
		if lost || w.Kind != kind || !strings.Contains(w.URL, path) {
			return simulator.WebhookFault{}
		}
		lost = true
		return simulator.WebhookFault{LoseAnswer: true}
	}})
}

// An agent pressed 1, and our answer to that was lost: they were never connected, so another agent is rung.
func TestTheAnswerToTheAgentsOneIsLost(t *testing.T) {
	s := newScenario(t, openDay, loseAnswer(simulator.KindGather, "/voice/whisper/key"))
	s.mayDrop = true
	s.rings(home, "Thank you. Goodbye", english, hears("press star").press("0"))
	if len(s.of(simulator.EventBridge)) != 1 {
		t.Errorf("connected %d times", len(s.of(simulator.EventBridge)))
	}
}

// They have talked, and our answer to the end of the Dial was lost: nobody is put through a second time.
func TestTheAnswerToTheEndOfATalkIsLost(t *testing.T) {
	s := newScenario(t, openDay, loseAnswer(simulator.KindDial, "/voice/step"))
	s.rings(home, "Thank you. Goodbye", english, hears("press star").press("0"))
	s.bridged("caller with support-1")
}

// The customer pressed 1 and was not connected: they are rung again.
func TestTheAnswerToTheCustomersOneIsLost(t *testing.T) {
	s := newScenario(t, saturday, loseAnswer(simulator.KindGather, "/voice/customer/key"))
	s.mayDrop = true
	s.rings(home, "I repeat", booking...)
	s.settles()
	if bridges := s.of(simulator.EventBridge); len(bridges) != 1 {
		t.Errorf("connected %d times, want once", len(bridges))
	}
}

// A key that means nothing does not cut off a customer who is rung back.
func TestACustomerPressesAnotherKey(t *testing.T) {
	s := newScenario(t, saturday)
	s.customer.Keys = simulator.Script("5", "1")
	s.rings(home, "I repeat", booking...)
	s.settles()
	s.bridged("support-1 with customer")

	s = newScenario(t, saturday)
	s.customer.Keys = simulator.Always("5")
	s.mayBreak = true
	s.rings(home, "I repeat", booking...)
	s.settles()
	s.bridged()
	if heard := heardBy(s.eventsNow(), "customer"); !strings.Contains(heard,
		"Please call us if you still need help. Goodbye.") {
		t.Errorf("cut off without a goodbye: %q", heard)
	}
}

// Slots that are full are not offered again, and others take their place.
func TestFullSlotsMakeRoomForOthers(t *testing.T) {
	s := newScenario(t, saturday)
	person := hears("press star").press("0")
	for i := range 4 {
		s.rings("+62812345600"+string(rune('0'+i))+"0", "I repeat", english, person,
			hears("8 to 8:30 a.m., press 3").press("2"))
	}
	s.rings(home, "We will call you Monday, 9 March, between 8:30 and 9", english, person,
		hears("8 to 8:30 a.m., press 3").press("2"),
		hears("Sorry, that time has just been taken").press("2"))
	s.settles()
	if booked := s.did("book"); len(booked) != 5 {
		t.Errorf("%d callbacks", len(booked))
	}
}

// The number of one matter is not handed on as that of another.
func TestAnotherTopicAsksForItsOwnNumber(t *testing.T) {
	s := newScenario(t, openDay)
	s.rings(home, "Thank you", english, paymentFailed, unsolved, myNumber, transaction, right,
		hears("We are connecting you").press("*"), hears("For a refund, press 4").press("4"), unsolved,
		hears("refund application number").press("999888#"), hears("9 9 9, 8 8 8").press("1"), waits)
	if told := heardBy(s.eventsNow(), "support-1"); strings.Contains(told, "1 2 3, 4 5 6") ||
		!strings.Contains(told, "9 9 9, 8 8 8") {
		t.Errorf("the agent is told %q", told)
	}
}

// Who corrects himself with the star and keys the number again is understood.
func TestStarAndTheNumberAgain(t *testing.T) {
	s := newScenario(t, openDay)
	s.rings(home, "", english, paymentFailed, unsolved, hears("registered mobile number").press("0812*081299998888#"),
		hears("Your number is 0 8 1 2, 9 9 9 9, 8 8 8 8").hangUp())
}

// The last wrong entry is explained too, card numbers above all.
func TestTheLastCardNumberIsAnswered(t *testing.T) {
	s := newScenario(t, openDay)
	heard := s.rings(home, "Thank you", english, paymentFailed, unsolved, hears("account").press("1234#"),
		hears("account").press("1234#"), hears("account").press("4111111111111111#"))
	if !strings.Contains(heard, "That looks like a card number") {
		t.Errorf("heard %q", heard)
	}
}

// The other desk of the topic does not answer: 0 in the menu is still a person, at the general desk.
func TestZeroFindsAPersonElsewhere(t *testing.T) {
	s := newScenario(t, openDay)
	s.agents(map[string]string{"emergency-1": "busy", "emergency-2": "busy"})
	s.rings(home, "Thank you", english, stolen, hears("To try again now, press 0").press("*"),
		hears("For a failed payment").press("0"))
	s.bridged("caller with support-1")
}

// A minute before closing "as soon as possible" is the next opening, and said so.
func TestJustBeforeClosing(t *testing.T) {
	s := newScenario(t, "2026-03-04T16:59:00+07:00")
	s.everyAgent("busy")
	s.rings(home, "I repeat", english, hears("press star").press("0"),
		hears("as soon as we can from tomorrow").press("1"))
	s.everyAgent("answer")
	s.settles()
	s.bridged("support-1 with customer")
}

// A message belongs to the desk that the matter is for.
func TestAMessageBelongsToADesk(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(home, "I repeat", english, hears("press star").press("0"), hears("press 6").press("6"),
		hears("Please speak").speak())
	if left := s.did("message"); len(left) != 1 || left[0].Desk != "support" {
		t.Errorf("messages: %+v", left)
	}
}

// Nobody is rung back at a telephone of our own.
func TestOurOwnNumbersAreNotRungBack(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings("anonymous", "", english, hears("press star").press("0"), hears("press 1").press("1"),
		hears("Please enter the phone number").press("02150001000#"),
		hears("we do not call numbers of this kind").press("2"),
		hears("Please enter the phone number").press("02150002001#"),
		hears("we do not call numbers of this kind").hangUp())
}

// restarted is a configuration of which no earlier version is known.
type restarted struct{ *config.Snapshot }

func (r restarted) Find(id, _ string) *ivr.Line { return r.ByID(id) }

// A language that a restart has taken away is answered in the line's first, on both kinds of calls.
func TestALanguageThatIsGone(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(home, "受理编号", slices.Concat([]step{hears("中文").press("3"), hears("退款").press("0"),
		hears("").press("1")})...)
	less := apptest.Edited(t, "lines/gopay.yaml", "  - {tag: zh, locale: cmn-CN, voice: Google.cmn-CN-Standard-A}\n",
		"")
	s.Server.Lines = restarted{less}
	s.settles()
	s.bridged("support-1 with customer")
	if heard := heardBy(s.eventsNow(), "customer"); !strings.Contains(heard, "tekan 1") {
		t.Errorf("the customer heard %q", heard)
	}
}

// An instance that cannot reach its store can keep no callback.
func TestReadyzAsksTheStore(t *testing.T) {
	s := newScenario(t, openDay)
	if text := apptest.Get(t, s.Server.PublicURL+"/readyz"); text != "ready\n" {
		t.Errorf("a healthy app: %q", text)
	}
	s.breakStore()
	s.runTo("2026-03-04T10:00:05+07:00") // so long an answer is good for
	answer, err := http.Get(s.Server.PublicURL + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without a store: %d", answer.StatusCode)
	}
}

// Long notices are cut rather than that every call fails.
func TestLongNoticesDoNotBreakCalls(t *testing.T) {
	var notices strings.Builder
	notices.WriteString("announcements:\n")
	for range 12 {
		text := strings.Repeat("系统维护", 600)
		notices.WriteString("  - {from: 2026-03-04 09:00, until: 2026-03-04 11:00, text: {id: \"a\", en: \"b\", zh: \"" + text + "\"}}\n")
	}
	s := newScenario(t, openDay,
		withConfig(apptest.Edited(t, "hours/gopay.yaml", "announcements: []", notices.String())))
	s.rings(home, "", hears("中文").press("3"), hears("请按1").hangUp())
}
