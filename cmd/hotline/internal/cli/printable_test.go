package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

// What a stranger can have written into the store: a SIP name that clears the screen, ends a line, turns the direction
// of writing, or is no UTF-8 at all, in which 0x9b alone begins a command to the terminal.
const hostile = "sip:\x1b[2J\x1b]0;owned\x07\r\nx\x7f\u0085\u009b31m\u2028\u202e\u2066\x00\x9b31m残高@pbx.example.com"

// isPrintable fails when a text could do anything to a terminal but print and begin a line.
func isPrintable(t *testing.T, what, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s: no UTF-8: %q", what, text)
	}
	if at := strings.IndexFunc(text, func(r rune) bool {
		return r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp))
	}); at >= 0 {
		t.Errorf("%s: %q", what, text[max(0, at-40):min(len(text), at+40)])
	}
}

func TestNothingOfAStrangersMovesTheCursor(t *testing.T) {
	store := books(t, func(_ int, r *callbacks.Request) {
		r.Number, r.Account, r.Caller, r.Topic = hostile, hostile, hostile, hostile
		r.Answers = callbacks.Answers("refund:" + hostile)
	})
	if _, err := store.Change(t.Context(), 1,
		func(r *callbacks.Record) error { r.Callback.Remark = hostile; return nil }); err != nil {
		t.Fatal(err)
	}
	message := callbacks.Message{Key: "k", Reference: "3000000", Line: "upay", Desk: hostile, Topic: hostile,
		Caller:    hostile,
		Recording: callbacks.Recording{SID: hostile}}
	if _, err := store.SaveMessage(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	for _, masked := range []string{"", " --unmasked"} {
		for _, args := range []string{"list", "show 1000000", "messages"} {
			out := gives(t, args+masked, ".com")
			isPrintable(t, args+masked, out)
			// A line break in a field would be a row that says anything.
			for line := range strings.Lines(out) {
				if strings.HasPrefix(line, "x") {
					t.Errorf("%s%s: a stranger wrote the line %q", args, masked, line)
				}
			}
		}
		for _, format := range []string{"csv", "json"} {
			out := writes(t, "--state all --format "+format+masked)
			isPrintable(t, "export "+format+masked, out)
			if masked != "" && !strings.Contains(out, "残高@pbx.example.com") {
				t.Errorf("export %s: what can be printed is gone: %s", format, out)
			}
		}
	}
	var first exported
	if err := json.NewDecoder(strings.NewReader(writes(t, "--format json --unmasked"))).Decode(&first); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"number": first.Number, "account": first.Account, "topic": first.Topic} {
		isPrintable(t, name, text)
	}
	// Who rings a line of the simulation names themselves.
	for _, args := range [][]string{
		{"call", "--from", hostile, "--at", night, "--press", "2,1,6"},
		{"explain", "--line", "gopay", "--from", hostile, "--at", openDay},
	} {
		out, err := run(t, "", args...)
		if err != nil {
			t.Errorf("%s: %v", args[0], err)
		}
		isPrintable(t, args[0], out)
	}
}

func TestPrintableLeavesWhatCanBePrinted(t *testing.T) {
	for _, text := range []string{"", "+62 812-3456", "余额不足", "ñ n\u0303 👋🏽", "👩\u200d💻", "a\u00a0b", "\uFFFD"} {
		if got := terminal.Printable(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
