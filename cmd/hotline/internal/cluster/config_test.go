//go:build conformance && linux

package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

const lineNumber = "+622150001000"

// line has a desk that always answers, one that never takes an inbound call, and one that is closed today.
const line = `line: gopay
name: {en: "the line under load"}
hours: gopay
region: ID
numbers: ["` + lineNumber + `"]
languages: [{tag: en, locale: en-US, voice: Google.en-US-Standard-C}]
general: support
account: {min: 10, max: 13}
topics:
  - {id: stolen, desk: emergency, urgent: true}
  - {id: promotion, desk: support, help: false}
  - {id: technical, desk: later, help: false, ask: [], note: false}
desks:
  - {id: support, language: en, hours: always, ring: 20s, targets: [%s]}
  - {id: emergency, language: en, hours: always, ring: 20s, targets: [%s]}
  - {id: later, language: en, hours: line, ring: 20s, targets: [{id: later-1, client: later_1}]}
callbacks: {first: agent, slot: 30m, slots: 2, capacity: 10000, min_notice: 0s, max_open: 100000, expires_after: 72h}
text_messages: true
`

// writeConfig makes the configuration directory of all instances.
func writeConfig(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "config")
	clients := func(desk string, n int) string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("{id: %s-%d, client: %s_%d}", desk, i+1, desk, i+1))
		}
		return strings.Join(out, ", ")
	}
	week := ""
	for away := range 7 { // closed today and on the days beside it, in whatever zone today is meant
		day, spans := time.Now().AddDate(0, 0, away), `["09:00-17:00"]`
		if away < 2 || away == 6 {
			spans = "[]"
		}
		week += "  " + strings.ToLower(day.Format("Mon")) + ": " + spans + "\n"
	}
	err := errors.Join(os.CopyFS(dir, config.Shipped()), os.RemoveAll(filepath.Join(dir, "calls")),
		os.WriteFile(filepath.Join(dir, "lines", "gopay.yaml"),
			fmt.Appendf(nil, line, clients("support", 40), clients("emergency", 5)), 0o600),
		os.WriteFile(filepath.Join(dir, "hours", "gopay.yaml"),
			[]byte("line: gopay\nzone: Asia/Jakarta\nweek:\n"+week), 0o600))
	if err == nil {
		_, err = config.Load(os.DirFS(dir))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
