package simulate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/audiotest"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// recorded is the shipped configuration with recordings in English, by key, of so many milliseconds.
func recorded(t *testing.T, milliseconds map[string]int) *config.Snapshot {
	t.Helper()
	dir := apptest.Copy(t)
	for key, length := range milliseconds {
		file := filepath.Join(dir, "prompts/audio/en", key+".wav")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, audiotest.WAV(length, byte(len(key))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	snapshot, err := config.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// Recordings are played in the place of sentences, and take as long as they are. They are heard as the words that
// they hold: by callers who wait for the sentence that names a key, in transcripts, and by call tests.
func TestRecordedSentencesAreHeard(t *testing.T) {
	snapshot := recorded(t, map[string]int{"menu.agent": 2200, "desk.next": 1300, "gopay/limit.person": 700})
	var call config.Call
	for _, c := range snapshot.Calls {
		if c.File == "calls/gopay-second-agent.yaml" {
			call = c
		}
	}
	r := runAll(t, snapshot, call)[call.File]
	if r.Differs != "" || !strings.Contains(r.Transcript, "hears    (recorded) To speak to an agent") ||
		!strings.Contains(r.Transcript, "hears    (recorded) We are trying another agent") {
		t.Errorf("%s\n%s", r.Differs, r.Transcript)
	}

	s := newScenario(t, openDay, withConfig(snapshot))
	s.agents(map[string]string{"support-1": "busy"})
	s.simulator.Ring(home, s.line.Numbers[0], simulator.Party{Name: RoleCaller, Keys: eager("2,0")})
	s.settles()
	s.bridged("caller with support-2")
	played := s.of(simulator.EventPlay)
	if len(played) != 2 || played[0].Seconds != 2.2 || played[1].Seconds != 1.3 || played[0].Detail != "audio/wav" {
		t.Fatalf("played %+v", played)
	}
	pressed, rung := s.of(simulator.EventPress)[1], s.of(simulator.EventDial)[1]
	if wait := pressed.At.Sub(played[0].At); wait < 2200*time.Millisecond || wait > 3200*time.Millisecond {
		t.Errorf("0 is pressed %v after the sentence that names it begins", wait)
	}
	if wait := rung.At.Sub(played[1].At); wait != 1300*time.Millisecond {
		t.Errorf("the next agent is rung %v after it is said", wait)
	}
}

// A recording is exchanged while a call is up: the address that the call was given is good as before, and new calls
// hear the new one.
func TestARecordingIsExchangedDuringACall(t *testing.T) {
	before, after := recorded(t, map[string]int{"menu.agent": 2200}), recorded(t, map[string]int{"menu.agent": 900})
	s := newScenario(t, openDay, withConfig(before))
	publish := hears("To speak to an agent").press("9")
	publish.meanwhile = func() { s.Live.Publish(after, s.simulator.Now()) }
	s.rings(home, "", english, publish, hears("To speak to an agent").hangUp())
	s.rings(home, "", english, hears("To speak to an agent").hangUp())
	var lengths []float64
	for _, e := range s.of(simulator.EventPlay) {
		lengths = append(lengths, e.Seconds)
	}
	if len(lengths) != 3 || lengths[0] != 2.2 || lengths[1] != 2.2 || lengths[2] != 0.9 {
		t.Errorf("played are %v s", lengths)
	}
}
