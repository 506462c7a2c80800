package simulate

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Calls during which a supervisor edits the files, or closes the line.

// an edition is a configuration that can be published while callers ring.
type edition struct {
	*publish.Live
	*config.Snapshot
}

func newEdition(t *testing.T) edition {
	t.Helper()
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return edition{publish.NewLive(snapshot), snapshot}
}

func (e edition) option() scenarioOption {
	return func(s *setting) { s.live, s.snapshot = e.Live, e.Snapshot }
}

// while does something when the caller hears a question, before they answer it.
func (b step) while(does func()) step { b.meanwhile = does; return b }

// The desk's menu is edited while a caller listens to it: their keys mean what they heard, and the next caller hears
// the new one.
func TestACallFinishesWithTheMenuThatItBeganWith(t *testing.T) {
	e := newEdition(t)
	after := apptest.Edited(t, "lines/gopay.yaml", "  - payment-failed\n", "", "  - refund\n", "")
	s := newScenario(t, openDay, e.option())
	s.rings(home, "Thank you. Goodbye", english,
		hears("For a failed payment or transfer, press 2.").while(func() {
			e.Publish(after,
				s.simulator.Now())
		}).press("2"),
		unsolved, myNumber, transaction, right, waits)
	s.bridged("caller with support-1")
	if told := heardBy(s.eventsNow(), "support-1"); !strings.Contains(told, "pembayaran") {
		t.Errorf("the agent is not told of the failed payment, but %q", told)
	}
	heard := s.rings("+6281234567891", "", english, hears("press 2.").hangUp())
	if strings.Contains(heard, "failed payment") {
		t.Errorf("a new caller hears the old menu: %q", heard)
	}
}

// An instance that never knew the configuration with which a call began: the topic is gone, and the caller is asked
// again.
func TestACallThatBeganWithAForgottenMenu(t *testing.T) {
	e := newEdition(t)
	after := apptest.Edited(t, "lines/gopay.yaml", "  - payment-failed\n", "", "  - refund\n", "")
	s := newScenario(t, openDay, e.option())
	s.rings(home, "Thank you. Goodbye", english,
		hears("For a failed payment or transfer, press 2.").press("2"),
		hears("If this solves it").while(func() {
			e.Publish(after, s.simulator.Now().Add(-10*time.Hour)) // long ago, so that the one before is forgotten
			e.Publish(after, s.simulator.Now())
		}).press("2"),
		waits)
	s.bridged("caller with support-1")
}

// The line itself is taken out of the configuration while somebody is talking to it.
func TestACallToALineThatIsRemoved(t *testing.T) {
	e := newEdition(t)
	only := onlyLine(t, "okpay")
	s := newScenario(t, openDay, e.option())
	s.rings(home, "Thank you. Goodbye", english,
		hears("For a failed payment or transfer, press 2.").while(func() {
			e.Publish(only,
				s.simulator.Now())
		}).press("2"),
		unsolved, myNumber, transaction, right, waits)
	s.bridged("caller with support-1")
	s.rings(home, "This number is not in use")
}

// onlyLine is the shipped configuration with one line.
func onlyLine(t *testing.T, id string) *config.Snapshot {
	t.Helper()
	files := publish.Files{}
	all, err := publish.ReadFiles(config.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range all {
		switch folder, file, _ := strings.Cut(name, "/"); {
		case (folder == "lines" || folder == "hours") && file != id+".yaml", folder == "calls" &&
			!strings.HasPrefix(file, id+"-"):
		case folder == "prompts":
			files[name] = othersSentences(id).ReplaceAll(data, nil)
		default:
			files[name] = data
		}
	}
	snapshot, err := config.Load(files.FS())
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// othersSentences are the lines of a file of prompts that belong to other lines than this one.
func othersSentences(id string) *regexp.Regexp {
	var others []string
	for _, other := range []string{"gopay", "okpay", "paypay", "upay", "wallet"} {
		if other != id {
			others = append(others, other)
		}
	}
	return regexp.MustCompile(`(?m)^(` + strings.Join(others, "|") + `)/.*\n`)
}

func closure(s *scenario, from, until time.Duration) callbacks.DeclaredOverride {
	now := s.simulator.Now()
	return callbacks.DeclaredOverride{ID: 1, Line: "gopay", From: now.Add(from), Until: now.Add(until),
		Reason: "Power cut",
		By:     "anna",
		Say:    map[string]string{"en": "There is no electricity in our office."}}
}

// The line is closed while a caller is being asked: they are not put through to an empty room, but promised a callback
// for when the closure ends, and rung then.
func TestALineIsClosedDuringACall(t *testing.T) {
	e := newEdition(t)
	s := newScenario(t, openDay, e.option()) // Wednesday 10:00
	s.rings(home, "I repeat", english, paymentFailed, unsolved, myNumber, transaction,
		hears("If that is right, press 1").while(func() {
			e.Override([]callbacks.DeclaredOverride{closure(s, 0, 2*time.Hour)})
		}).press("1"),
		hears("Agents are back today at 12:01 p.m. We can call you back on your").press("1"), noNote)
	s.bridged()
	s.settles()
	s.bridged("support-1 with customer")
	for _, e := range s.of(simulator.EventRing) {
		if e.Role == "support-1" && s.clock(e) < "Wed 12:00" {
			t.Errorf("an agent is rung at %s, while the line is closed", s.clock(e))
		}
	}
}

// What a closure says is heard by the next caller, in the languages for which there is a text; in the others the line
// is closed without a word about why.
func TestAClosureIsAnnounced(t *testing.T) {
	e := newEdition(t)
	s := newScenario(t, openDay, e.option())
	e.Override([]callbacks.DeclaredOverride{closure(s, 0, 2*time.Hour)})
	heard := s.rings(home, "", english, hears("There is no electricity in our office.").hangUp())
	if !strings.Contains(heard, "Agents are back today at noon") {
		t.Errorf("heard %q", heard)
	}
	heard = s.rings(home, "", hears("For English").press("1"), hears("").hangUp())
	if strings.Contains(heard, "electricity") || !strings.Contains(heard, "tutup") {
		t.Errorf("in Indonesian heard is %q", heard)
	}
}

// A callback that was booked for a time that is closed afterwards is put off until the line opens, and kept.
func TestACallbackIsPutOffByAClosure(t *testing.T) {
	e := newEdition(t)
	s := newScenario(t, openDay, e.option())
	s.everyAgent("busy")
	s.rings(home, "I repeat", english, paymentFailed, unsolved, myNumber, transaction, right, waits,
		hears("on your number ending in 7 8 9 0").press("1"), noNote)
	e.Override([]callbacks.DeclaredOverride{closure(s, 0, 3*time.Hour)})
	s.everyAgent("answer")
	s.settles()
	s.bridged("support-1 with customer")
	reached := s.of(simulator.EventBridge)[0]
	if clock := s.clock(reached); clock < "Wed 13:00" || clock > "Wed 13:30" {
		t.Errorf("they talk at %s, and the closure ends a little after one", clock)
	}
}

// A closure that is lifted lets the next caller through at once.
func TestALiftedClosure(t *testing.T) {
	e := newEdition(t)
	s := newScenario(t, openDay, e.option())
	e.Override([]callbacks.DeclaredOverride{closure(s, 0, 2*time.Hour)})
	s.rings(home, "We are closed", english, hears("Agents are back").hangUp())
	e.Override(nil)
	s.rings(home, "Thank you. Goodbye", english, hears("press star").press("0"))
	s.bridged("caller with support-1")
}
