package simulate

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A scenario is a test that reads as telephone calls: who rings when, what is heard and pressed, what comes of it.
// Whatever the provider would object to fails it, and so does anything left dangling at the end.
type scenario struct {
	*simulation
	t    *testing.T
	line *ivr.Line

	mu            sync.Mutex
	events        []simulator.Event
	productEvents []twilio.Event
	customer      simulator.Party
	mayDrop       bool   // a leg without a fallback may be given up in this scenario
	mayBreak      bool   // a callback may end unkept in this scenario
	onBook        func() // called when a callback has been written and not yet spoken
	bookedAt      int    // how many events there were when the latest callback or message was written
	log           lockedBuffer
	secrets       sync.Map // what no log may hold
}

const (
	home     = "+6281234567890"
	openDay  = "2026-03-04T10:00:00+07:00" // a Wednesday
	saturday = "2026-03-07T20:00:00+07:00" // closed until Monday 8 o'clock
	night    = "2026-03-21T03:00:00+07:00" // Idul Fitri, three in the morning
)

type scenarioOption func(*setting)

// A setting is where and when a scenario takes place.
type setting struct {
	options
	line string
}

func withFaults(faults simulator.Faults) scenarioOption {
	return func(s *setting) { s.faults = faults }
}

func withConfig(snapshot *config.Snapshot) scenarioOption {
	return func(s *setting) { s.snapshot = snapshot }
}

func onLine(id string) scenarioOption { return func(s *setting) { s.line = id } }

func withLog(log *slog.Logger) scenarioOption { return func(s *setting) { s.log = log } }

// newScenario opens the line gopay, or another, at an instant. Agents answer and press 1 unless told otherwise,
// customers too.
func newScenario(t *testing.T, at string, changes ...scenarioOption) *scenario {
	t.Helper()
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatalf("the shipped configuration: %v", err)
	}
	start, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	s := &scenario{t: t, customer: simulator.Party{Name: "customer", After: 5 * time.Second,
		Keys: simulator.Always("1")}}
	set := setting{line: "gopay", options: options{
		snapshot: snapshot, at: start, log: logWithoutTime(&s.log), seed: 1,
		simulatorEvent: func(e simulator.Event) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.events = append(s.events, e)
		},
		productEvent: s.productEvent,
	}}
	for _, option := range changes {
		option(&set)
	}
	s.line = set.snapshot.ByID(set.line)
	if set.store == "" && set.openedStore == nil {
		set.store = "sqlite:" + sqlitetest.New(t)
	}
	if s.simulation, err = newSimulation(context.Background(), set.options); err != nil {
		t.Fatal(err)
	}
	s.agents(nil)
	t.Cleanup(s.end)
	return s
}

func (s *scenario) productEvent(h twilio.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.productEvents = append(s.productEvents, h)
	s.secret(h.Callback.Reference)
	if h.Callback.Number != "" {
		s.simulator.Subscribe(h.Callback.Number, s.customer)
	}
	if h.Name == "book" || h.Name == "message" {
		s.bookedAt = len(s.events)
	}
	if h.Name == "book" && s.onBook != nil {
		s.onBook()
	}
}

func (s *scenario) end() {
	for _, violation := range s.simulator.Violations() {
		if !s.mayDrop || !strings.Contains(violation, "the call was given up") {
			s.t.Errorf("the provider simulator objects: %s", violation)
		}
	}
	if dangling := s.simulator.Dangling(); len(dangling) > 0 {
		s.t.Errorf("left dangling: %q", dangling)
	}
	checkREST(s.t, s.simulator.Requests())
	s.callbacksKept()
	s.checkLog()
	if err := s.close(); err != nil {
		s.t.Errorf("close: %v", err)
	}
	if s.t.Failed() {
		s.t.Logf("the scenario as it went:\n%s", s.transcript())
	}
}

// callbacksMade fails for every callback that was given up, unless the scenario is about that.
func (s *scenario) callbacksKept() {
	for _, booked := range s.did("book") {
		callback, err := s.Service.Callback(context.Background(), booked.Callback.ID)
		if err == nil && (callback.State == callbacks.Expired || callback.State == callbacks.Undialable) &&
			!s.mayBreak {
			s.t.Errorf("callback %s is %s", callback.Reference, callback.State)
		}
	}
}

// transcript is the transcript so far.
func (s *scenario) transcript() string {
	var out strings.Builder
	t := newTranscript(&out, s.line, false)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		t.simulatorEvent(e)
	}
	for _, h := range s.productEvents {
		fmt.Fprintf(&out, "hotline %s\n", t.wordsOf(h))
	}
	return out.String()
}

// agents says what the agent at each target does; targets that are not named answer and press 1.
func (s *scenario) agents(does map[string]string) {
	for _, desk := range s.line.Desks {
		for _, target := range desk.Targets {
			agent := behaviours[cmp.Or(does[target.ID], "answer")]
			agent.Name = target.ID
			s.simulator.Subscribe(target.To(), agent)
		}
	}
}

func (s *scenario) everyAgent(does string) {
	all := map[string]string{}
	for _, desk := range s.line.Desks {
		for _, target := range desk.Targets {
			all[target.ID] = does
		}
	}
	s.agents(all)
}

// A step is one question of the line and the caller's answer.
type step struct {
	hears         string
	presses       string
	hangsUp       bool
	saysNothing   bool
	speaksMessage bool
	speaks        time.Duration // before the keys, where a message is taken
	meanwhile     func()
	asIs          bool // the key is pressed as it is: see reply
}

func hears(words string) step          { return step{hears: words} }
func (b step) press(keys string) step  { b.presses = keys; return b }
func (b step) hangUp() step            { b.hangsUp = true; return b }
func (b step) asItIs(keys string) step { b.presses, b.asIs = keys, true; return b }
func (b step) silence() step           { b.saysNothing = true; return b }
func (b step) speak() step             { b.speaksMessage = true; return b }

// reply is what the caller does. Tests name the keys of an offer as it is while the line is open; while the emergency
// is its first choice, the others are one higher.
func (b step) reply(heard string) simulator.Reply {
	if !b.asIs && emergencyOffered.MatchString(heard) && strings.Contains("12345", b.presses) && len(b.presses) == 1 {
		b.presses = string(b.presses[0] + 1)
	}
	return simulator.Reply{Speak: b.speaks, Digits: b.presses, HangUp: b.hangsUp, Silence: b.saysNothing}
}

var emergencyOffered = regexp.MustCompile(`For a stolen account or phone, press 1\..*We can call you back|` +
	`Untuk akun atau ponsel dicuri, tekan 1\..*menelepon nomor|账户或手机被盗，请按1。.*可以回拨|不正利用や盗難は、1を.*折り返し`)

// rings makes a call and plays it to its end. After the last step the caller listens only; last must be heard then.
func (s *scenario) rings(from, last string, steps ...step) string {
	s.t.Helper()
	asked := 0
	s.secret(from)
	party := simulator.Party{Name: RoleCaller, Keys: func(p simulator.Prompt) simulator.Reply {
		if asked >= len(steps) {
			return simulator.Reply{}
		}
		next := steps[asked]
		asked++
		if !strings.Contains(p.SaidText, next.hears) {
			s.t.Errorf("question %d: want to hear %q, heard %q", asked, next.hears, p.SaidText)
			return simulator.Reply{HangUp: true}
		}
		if next.meanwhile != nil {
			next.meanwhile()
		}
		s.secret(next.presses)
		return next.reply(p.SaidText)
	}}
	mark := len(s.eventsNow())
	call := s.simulator.Ring(from, s.line.Numbers[0], party)
	if err := s.simulator.RunUntil(context.Background(), s.simulator.Now().Add(2*time.Hour), call.Done); err != nil {
		s.t.Fatalf("the call does not end: %v\n%s", err, s.transcript())
	}
	if asked < len(steps) {
		s.t.Errorf("the call ended before question %d, %q", asked+1, steps[asked].hears)
	}
	heard := heardBy(s.eventsNow()[mark:], RoleCaller)
	if !strings.Contains(heard, last) {
		s.t.Errorf("want to hear %q in the end, heard %q", last, heard)
	}
	return heard
}

func (s *scenario) eventsNow() []simulator.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]simulator.Event(nil), s.events...)
}

func heardBy(events []simulator.Event, role string) string {
	var heard []string
	for _, e := range events {
		if (e.Event == simulator.EventSay || e.Event == simulator.EventPlay) && e.Role == role {
			heard = append(heard, e.Text)
		}
	}
	return strings.Join(heard, " ")
}

// settles lets time run until nothing that was booked is outstanding.
func (s *scenario) settles() {
	s.t.Helper()
	if err := s.simulator.RunUntil(context.Background(), s.simulator.Now().Add(keepLimit), s.settled); err != nil {
		s.t.Fatalf("it never settles: %v\n%s", err, s.transcript())
	}
}

func (s *scenario) runTo(at string) {
	s.t.Helper()
	until, err := time.Parse(time.RFC3339, at)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.simulator.Run(context.Background(), until); err != nil {
		s.t.Fatal(err)
	}
}

// of picks events by name.
func (s *scenario) of(name string) []simulator.Event {
	var picked []simulator.Event
	for _, e := range s.eventsNow() {
		if e.Event == name {
			picked = append(picked, e)
		}
	}
	return picked
}

// did picks what the product did by name.
func (s *scenario) did(name string) []twilio.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	var picked []twilio.Event
	for _, h := range s.productEvents {
		if h.Name == name {
			picked = append(picked, h)
		}
	}
	return picked
}

// bridged fails unless exactly these pairs were connected, in order.
func (s *scenario) bridged(pairs ...string) {
	s.t.Helper()
	var got []string
	for _, e := range s.of(simulator.EventBridge) {
		got = append(got, e.Role+" with "+e.Target)
	}
	if strings.Join(got, ", ") != strings.Join(pairs, ", ") {
		s.t.Errorf("connected were %q, want %q", got, pairs)
	}
}

// clock is an event's time on the line's wall.
func (s *scenario) clock(e simulator.Event) string {
	return e.At.In(s.line.Hours.Zone()).Format("Mon 15:04")
}

// customerRung fails unless the customer's telephone rang once, at this time on the line's wall.
func (s *scenario) customerRung(clock string) {
	s.t.Helper()
	var rung []string
	for _, e := range s.of(simulator.EventRing) {
		if e.Role == "customer" {
			rung = append(rung, s.clock(e))
		}
	}
	if len(rung) != 1 || rung[0] != clock {
		s.t.Errorf("the customer is rung on %v, want %s", rung, clock)
	}
}

// placedFirst fails unless the first call for a callback was placed at this time on the line's wall.
func (s *scenario) placedFirst(clock string) {
	s.t.Helper()
	if placed := s.of(simulator.EventPlaceCall); len(placed) == 0 || s.clock(placed[0]) != clock {
		s.t.Errorf("want the first call to be placed at %s, placed were %v", clock, placed)
	}
}
