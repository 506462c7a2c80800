package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Mistakes of the table and the stream that were found and mended.

func hoursFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTableOfStrangeZones(t *testing.T) {
	for _, c := range []struct{ zone, from, want string }{
		{"Australia/Lord_Howe", "2026-10-04", "clock set forward by 30m "},
		{"Pacific/Apia", "2011-12-30", "the zone left this day out"},
	} {
		file := hoursFile(t, "zone: "+c.zone+"\nweek:\n  thu: [\"09:00-17:00\"]\n  sun: [\"09:00-17:00\"]\n")
		out, err := run(t, "", "hours", "--file", file, "--from", c.from, "--days", "1")
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v, want %q in\n%s", c.zone, err, c.want, out)
		}
	}
}

func TestTableShowsASpecialDayBesideAMidnight(t *testing.T) {
	file := hoursFile(t, `zone: Asia/Jakarta
week:
  wed: ["20:00-24:00"]
special:
  - {date: 2026-11-26, open: ["00:00-10:00"], name: Special Thursday}
`)
	out, err := run(t, "", "hours", "--file", file, "--from", "2026-11-25", "--days", "2")
	if err != nil || !strings.Contains(out, "2026-11-25  20:00-24:00") ||
		!strings.Contains(out, "2026-11-26  00:00-10:00  Special Thursday") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTableCitesTheOverrideAndMarksMakeUpDays(t *testing.T) {
	file := hoursFile(t, `zone: Asia/Shanghai
week:
  mon: ["09:00-17:00"]
holidays: [cn]
make_up: mon
overrides:
  - {from: 2026-10-12 12:00, until: 2026-10-13 09:00, closed: true, reason: Power cut}
`)
	out, err := run(t, "", "hours", "--file", file, "--from", "2026-10-10", "--days", "3")
	if err != nil || !strings.Contains(out, "(make-up working day)") || !strings.Contains(out, "shop.yaml:7") {
		t.Errorf("%v\n%s", err, out)
	}
}

// An instant at the end of what can be written loses no answer before it.
func TestStreamOfExtremeInstants(t *testing.T) {
	file := hoursFile(t, "zone: Asia/Jakarta\nweek:\n  mon: [\"09:00-17:00\"]\n")
	out, err := run(t, "2026-10-09T22:00:00Z\n9999-12-31T23:59:59Z\n", "hours", "--file", file, "--at", "-")
	if err != nil || strings.Count(out, "\n") != 2 {
		t.Errorf("%v\n%s", err, out)
	}
}
