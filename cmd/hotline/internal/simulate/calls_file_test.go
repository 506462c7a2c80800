//go:build unix

package simulate

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
)

// The database file is taken away from under the running product, as when somebody tidies up or restores a backup: from
// the first request after that no reference is spoken, and agents are rung as before.
func TestNoReferenceIsSpokenWithoutItsFile(t *testing.T) {
	rename := func(from, to string) func(string) error {
		return func(path string) error { return os.Rename(path+from, path+to) }
	}
	for name, c := range map[string]struct {
		take, bring func(path string) error // bring: nil where nothing comes back
		restart     string                  // why one is refused meanwhile; empty where none is tried
	}{
		"moved away and back": {take: rename("", ".away"), bring: rename(".away", ""),
			restart: "put that very file back"},
		"its log moved away and back": {take: rename("-wal", ".away"), bring: rename(".away", "-wal")},
		"deleted":                     {take: os.Remove, restart: "-wal and "},
		"its log deleted":             {take: func(path string) error { return os.Remove(path + "-wal") }},
		"replaced by a backup": {take: func(path string) error {
			backup := filepath.Join(filepath.Dir(path), "backup.db")
			if err := sqlitetest.Write(backup); err != nil {
				return err
			}
			return os.Rename(backup, path)
		}, restart: "put that very file back"},
	} {
		t.Run(name, func(t *testing.T) {
			path, log := sqlitetest.New(t), &bytes.Buffer{}
			s := newScenario(t, saturday, withLog(slog.New(slog.NewTextHandler(log, nil))),
				func(s *setting) { s.store = "sqlite:" + path })
			s.mayBreak = true
			s.rings(home, "I repeat", booking...)
			s.readyIs(http.StatusOK)
			last := hears("We can call you back").press("2")
			last.meanwhile = func() { // from the very next request on
				if err := c.take(path); err != nil {
					t.Fatal(err)
				}
			}
			asked := append(slices.Clone(asking[:len(asking)-1]), last)
			s.refused("+6281200000002", append(asked, hears("Sorry, we could not book the callback").speak())...)
			if !strings.Contains(log.String(), path) {
				t.Error("the log does not name the file")
			}
			s.refused("+6281200000003",
				append(slices.Clone(asking), hears("Sorry, we could not book the callback").speak())...)
			// whose callback stood
			s.refused(home, append(slices.Clone(asking), hears("Sorry, we could not book the callback").hangUp())...)
			s.rings("+6281200000004", "Goodbye", english, stolen)
			s.bridged("caller with emergency-1")
			s.readyIs(http.StatusServiceUnavailable)
			if c.restart != "" { // another process, or this one anew
				if store, err := app.OpenStore(t.Context(), "sqlite:"+path); err == nil {
					t.Errorf("opened all the same, %v", store.Close())
				} else if !strings.Contains(err.Error(), c.restart) {
					t.Errorf("refused for %v", err)
				}
			}
			if c.bring == nil {
				return
			}
			if err := c.bring(path); err != nil {
				t.Fatal(err)
			}
			s.readyIs(http.StatusOK)
			s.rings("+6281200000005", "I repeat", append(slices.Clone(asking), noNote)...)
			s.settles()
			s.bridged("caller with emergency-1", "support-1 with customer", "support-2 with customer")
		})
	}
}

// refused is a call in which nothing is told as noted.
func (s *scenario) refused(from string, steps ...step) {
	s.t.Helper()
	heard := s.rings(from, "", steps...)
	for _, told := range []string{"reference number is", "Your callback is booked", "Your message has been saved",
		"You have a callback",
		"stands"} {
		if strings.Contains(heard, told) {
			s.t.Errorf("told %q without its file: %q", told, heard)
		}
	}
}

// readyIs asks /readyz once its latest answer is old, and /healthz, which is well in any case.
func (s *scenario) readyIs(want int) {
	s.t.Helper()
	s.runTo(s.simulator.Now().Add(app.ReadyFor).Format("2006-01-02T15:04:05Z07:00"))
	if code, text := s.asks("/readyz"); code != want || strings.Contains(text, "/") {
		s.t.Errorf("/readyz: %d %q, want %d", code, text, want)
	}
	if code, _ := s.asks("/healthz"); code != http.StatusOK {
		s.t.Errorf("/healthz: %d", code)
	}
}
