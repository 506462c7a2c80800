package app

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config/audiotest"
	"github.com/hotline-ivr/hotline/config/publish"
)

// A recording that another instance has put in force is served by this one, too; and names that nobody has do not keep
// the store busy.
func TestARecordingOfAnotherInstance(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlitetest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	sound := audiotest.WAV(100, 1)
	v := callbacks.Version{Hash: "h", Files: map[string][]byte{"prompts/audio/en/goodbye.wav": sound}}
	if _, _, err := store.AddVersion(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	find := audioOf(publish.NewLive(snapshot), store, func() time.Time { return now })
	name := callbacks.AudioName(sound)
	if got := find(t.Context(), name); string(got) != string(sound) {
		t.Errorf("found %d bytes", len(got))
	}
	for range audioLookups {
		if got := find(t.Context(), "../goodbye.wav"); got != nil {
			t.Errorf("found %d bytes of what is not there", len(got))
		}
	}
	if find(t.Context(), name) != nil {
		t.Error("the store is asked without end")
	}
	if now = now.Add(time.Second); find(t.Context(), name) == nil {
		t.Error("a second later it is not asked again")
	}
}
