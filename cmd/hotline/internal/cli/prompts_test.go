package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
)

func TestPromptsCommand(t *testing.T) {
	if _, err := run(t, "", "prompts"); err == nil || !strings.Contains(err.Error(), "--missing or --longest") {
		t.Errorf("without a question: %v", err)
	}
	out, err := run(t, "", "prompts", "--longest", "--language", "ja", "--count", "3")
	if err != nil || strings.Count(out, "\n") != 4 || !strings.Contains(out, "help.locked") ||
		strings.Contains(out, " en ") {
		t.Errorf("%v\n%s", err, out)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
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
