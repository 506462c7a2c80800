package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// What the README shows is what the program prints.

const goRun = "$ go run ./cmd/hotline "

func TestREADMEShowsWhatTheProgramPrints(t *testing.T) {
	readme, err := os.ReadFile("../../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, block := range strings.Split(string(readme), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		command, output, _ := strings.Cut(block, "\n")
		args, ok := strings.CutPrefix(command, goRun)
		if !ok || strings.TrimSpace(output) == "" || strings.HasPrefix(output, "$") {
			continue
		}
		shown++
		t.Run(args, func(t *testing.T) {
			var out bytes.Buffer
			root := New(strings.NewReader(""), &out, &out)
			root.SetArgs(strings.Fields(strings.ReplaceAll(args, "/tmp/wrong", wrongConfiguration(t))))
			if err := root.ExecuteContext(t.Context()); err != nil {
				out.WriteString("hotline: " + err.Error() + "\n")
			}
			if diff := cmp.Diff(output, out.String()); diff != "" {
				t.Errorf("the README shows (-) what the program does not print (+):\n%s", diff)
			}
		})
	}
	if shown < 2 {
		t.Errorf("the README shows %d commands with their output; the pattern of this test must have changed", shown)
	}
}

// wrongConfiguration is the shipped one with the mistakes that the README shows.
func wrongConfiguration(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../../../config")); err != nil {
		t.Fatal(err)
	}
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), `  tue: ["08`, `  tues: ["08`, `"09:00-13:00"`, `"09:00-13:0"`)
	apptest.Replace(t, filepath.Join(dir, "lines", "gopay.yaml"), `["+622150001000"]`, `[+622150001000]`, "\n  - senior\n", "\n  - {id: senior, desk: seniors}\n")
	return dir
}
