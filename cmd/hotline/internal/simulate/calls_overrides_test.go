package simulate

import (
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// A caller hears what an override says, also while the line is closed by it.
func TestAnOverrideIsSpoken(t *testing.T) {
	snapshot := apptest.Edited(t, "hours/gopay.yaml", "\noverrides: []", `
overrides:
  - {from: 2026-03-04 09:00, until: 2026-03-04 11:00, closed: true, reason: Power cut, say: {id: "Listrik padam.", en: "There is no electricity here.", zh: "停电。"}}`)
	s := newScenario(t, openDay, withConfig(snapshot))
	heard := s.rings(home, "", english, hears("There is no electricity here.").hangUp())
	if !strings.Contains(heard, "Agents are back today at 11 a.m.") {
		t.Errorf("heard %q", heard)
	}
}
