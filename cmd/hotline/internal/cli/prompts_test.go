package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/audiotest"
)

func TestPromptsCommand(t *testing.T) {
	if _, err := run(t, "", "prompts"); err == nil ||
		!strings.Contains(err.Error(), "[missing longest missing-audio]") {
		t.Errorf("without a question: %v", err)
	}
	out, err := run(t, "", "prompts", "--longest", "--language", "ja", "--count", "3")
	if err != nil || strings.Count(out, "\n") != 4 || !strings.Contains(out, "number.ask") ||
		strings.Contains(out, " en ") {
		t.Errorf("%v\n%s", err, out)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	const goodbye, own = "prompts/audio/en/goodbye.wav", "prompts/audio/en/gopay/account.ask.wav"
	missing := func() string {
		t.Helper()
		out, err := run(t, "", "prompts", "--missing-audio", "--language", "en", "--line", "gopay", "--config", dir)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := missing(); !strings.Contains(out, own+" ") || !strings.Contains(out, goodbye+" ") ||
		strings.Contains(out, "{") || strings.Contains(out, "topic.") || strings.Contains(out, "/id/") {
		t.Errorf("not recorded:\n%s", out)
	}
	if err := os.MkdirAll(filepath.Join(dir, "prompts/audio/en"), 0o755); err != nil {
		t.Fatal(err)
	}
	apptest.Write(t, dir, goodbye, string(audiotest.WAV(90_000, 1)))
	if out := missing(); strings.Contains(out, goodbye) || !strings.Contains(out, own) {
		t.Errorf("one is recorded:\n%s", out)
	}
	// its length counts
	out, err = run(t, "", "prompts", "--longest", "--language", "en", "--count", "1", "--config", dir)
	if err != nil || !strings.Contains(out, "\n90 ") || !strings.Contains(out, "goodbye") {
		t.Errorf("%v\n%s", err, out)
	}
	apptest.Replace(t, filepath.Join(dir, "prompts", "ja.yaml"), "\nhelp.refund:", "\nhelp.refunt:", "\ngoodbye:",
		"\ngoodby:")
	out, err = run(t, "", "prompts", "--missing", "--config", dir)
	// paypay has its own words for it
	if err == nil || !strings.Contains(out, "paypay  ja  goodbye") || strings.Contains(out, "help.refund") {
		t.Errorf("%v\n%s", err, out)
	}
	apptest.Replace(t, filepath.Join(dir, "lines", "paypay.yaml"), "region: JP", "region: XX")
	if _, err = run(t, "", "prompts", "--missing", "--config", dir); err == nil ||
		!strings.Contains(err.Error(), "hide what is missing") {
		t.Errorf("with other mistakes: %v", err)
	}
}
