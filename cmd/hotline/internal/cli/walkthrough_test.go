package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/settings"
)

var rewrite = flag.Bool("rewrite", false, "write what the commands of the handbook's walk-through print into it")

// handbook is the supervisors' handbook.
var handbook = filepath.Join(repository, "config", "README.md")

// The handbook's walk-through: a supervisor changes tomorrow's hours, sees what it will do, publishes, rings, and takes
// it back; and closes the line at once. Every command is given, in this order, to a server that runs, and prints what
// is shown there.
func TestHandbookWalkThrough(t *testing.T) {
	dir := t.TempDir()
	live, draft := filepath.Join(dir, "etc"), filepath.Join(dir, "tomorrow")
	if err := os.CopyFS(live, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	now := func() time.Time { // Thursday noon in Jakarta, when the walk-through begins
		return time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC).Add(time.Since(began))
	}
	t.Setenv("USER", "anna")
	t.Setenv("SUDO_USER", "")
	database := "sqlite:" + filepath.Join(dir, "hotline.db")
	t.Setenv("HOTLINE_STORE", database)
	ctx, stop := context.WithCancel(withClock(t.Context(), now))
	defer stop()
	stopped := servesDirectory(t, ctx, live, database)

	written, err := os.ReadFile(handbook)
	if err != nil {
		t.Fatal(err)
	}
	text, given := string(written), 0
	words := strings.NewReplacer("/etc/hotline/config", live, "/tmp/tomorrow", draft)
	back := strings.NewReplacer(live, "/etc/hotline/config", draft, "/tmp/tomorrow")
	for _, title := range []string{"## Changing the configuration", "## Closing at once"} {
		_, section, found := strings.Cut(string(written), title+"\n")
		if !found {
			t.Fatalf("the handbook has no section %q", title)
		}
		section, _, _ = strings.Cut(section, "\n## ")
		for _, block := range strings.Split(section, "```console\n")[1:] {
			block, _, _ = strings.Cut(block, "```")
			var out strings.Builder
			for _, line := range strings.SplitAfter(block, "\n") {
				command, is := strings.CutPrefix(line, "$ hotline ")
				if !is {
					continue
				}
				given++
				out.WriteString(line)
				out.WriteString(back.Replace(typeCommand(t, ctx, words.Replace(command))))
			}
			if elided.MatchString(block) {
				if diff := unlike(shapeOf(block), shapeOf(out.String())); diff != "" {
					t.Errorf("the handbook shows (-) what the program does not print (+):\n%s", diff)
				}
				continue
			}
			if diff := cmp.Diff(shapeOf(block), shapeOf(out.String())); diff != "" && !*rewrite {
				t.Errorf("the handbook shows (-) what the program does not print (+):\n%s", diff)
			}
			text = strings.Replace(text, "```console\n"+block+"```", "```console\n"+out.String()+"```", 1)
		}
	}
	if given < 12 {
		t.Errorf("only %d commands were given; the pattern of this test must have changed", given)
	}
	if *rewrite {
		if err := os.WriteFile(handbook, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-stopped; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("it stopped with %v", err)
	}
}

// varies is what is another in every run: hashes, times of day in UTC, names of instances, users, seconds.
var varies = regexp.MustCompile(`\b[0-9a-f]{16}\b|\d\d:\d\d:\d\dZ|instance [^ ]+/[0-9a-f]{8}|by [a-z]+\n|Z  root|Z  [a-z]+  `)

func shapeOf(text string) string {
	return varies.ReplaceAllStringFunc(text, func(found string) string {
		switch {
		case strings.HasPrefix(found, "instance "):
			return "instance …"
		case strings.HasPrefix(found, "by "):
			return "by …\n"
		}
		return "…"
	})
}

// typeCommand gives a command as somebody at a terminal does.
func typeCommand(t *testing.T, ctx context.Context, command string) string {
	t.Helper()
	var out bytes.Buffer
	root := New(strings.NewReader(""), &out, &out)
	root.SetArgs(shellWords(strings.TrimSpace(command)))
	if err := root.ExecuteContext(ctx); err != nil {
		out.WriteString("hotline: " + err.Error() + "\n")
	}
	return out.String()
}

// shellWords splits at blanks that are not within quotation marks.
func shellWords(command string) (words []string) {
	quoted := false
	for _, part := range strings.FieldsFunc(command, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	}) {
		words = append(words, strings.ReplaceAll(part, `"`, ""))
	}
	return words
}

// servesDirectory runs a server on a directory, which says how it ended.
func servesDirectory(t *testing.T, ctx context.Context, dir, database string) <-chan error {
	t.Helper()
	env := map[string]string{
		"HOTLINE_LISTEN": "127.0.0.1:0", "HOTLINE_PUBLIC_URL": "https://hotline.example.com", "HOTLINE_STORE": database,
		"HOTLINE_STATE_KEYS":         strings.Repeat("A", 43) + "=",
		"HOTLINE_TWILIO_ACCOUNT_SID": simulate.AccountSID, "HOTLINE_TWILIO_AUTH_TOKEN": strings.Repeat("f", 32),
	}
	settings, err := settings.Load(nil, "", func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	up, ended := make(chan struct{}), make(chan error, 1)
	source := publish.Options{Dir: dir, Files: os.DirFS(dir)}
	go func() {
		ended <- app.Serve(ctx, settings, source, clockFrom(ctx), slog.New(slog.NewTextHandler(io.Discard, nil)),
			func(net.Addr) { close(up) })
	}()
	select {
	case <-up:
	case err := <-ended:
		t.Fatal(err)
	}
	return ended
}
