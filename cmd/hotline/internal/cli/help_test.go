package cli

import (
	"io"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestEveryCommandHasAnExample(t *testing.T) {
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if !cmd.HasSubCommands() && !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(New(nil, io.Discard, io.Discard))
}

func TestWhatWasMeant(t *testing.T) {
	for args, want := range map[string]string{
		"chek":                      `unknown command "chek" for "hotline"; did you mean "check"?`,
		"help chek":                 `unknown command "chek" for "hotline"; did you mean "check"?`,
		"import":                    `unknown command "import" for "hotline"; did you mean "hotline holidays import"?`,
		"callback list":             `did you mean "callbacks"?`,
		"callbacks lst":             `did you mean "list"?`,
		"nonsense":                  "hotline --help lists them",
		"hours gopay":               `hotline hours takes no argument such as "gopay", only flags`,
		"hours --lien gopay":        "unknown flag: --lien; did you mean --line?",
		"hours --twilio-edge tokyo": "unknown flag: --twilio-edge; hotline hours --help lists them",
	} {
		if _, err := run(t, "", strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
}

func TestVersion(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-11-28T08:00:00Z"},
		{Key: "vcs.modified", Value: "true"}, {Key: "GOOS", Value: "linux"}}}
	want := "hotline v1.2.3, revision abc of 2026-11-28T08:00:00Z, edited since, built with go1.26"
	if words := buildWords(info, true); words != want {
		t.Error(words)
	}
	out, err := run(t, "", "version")
	if flag, flagErr := run(t, "", "--version"); err != nil || flagErr != nil || !strings.HasPrefix(out, "hotline ") ||
		flag != out {
		t.Errorf("%v, %q; --version: %v, %q", err, out, flagErr, flag)
	}
}

func TestCompletion(t *testing.T) {
	books(t)
	for args, want := range map[string]string{
		"hours --line ":                     "gopay\nokpay\npaypay\nupay\nwallet\n",
		"hours --line paypay --desk ":       "emergency\n",
		"explain --line gopay --topic ":     "refund\n",
		"explain --line paypay --language ": "en\nja\nzh\n",
		"callbacks list --state ":           "broken\n",
		"callbacks show ":                   "1000002\tgopay support, booked\n",
		"call --agents ":                    "voicemail\n",
		"callbacks export --format ":        "csv\njson\n",
		"check ":                            ":16\n", // directories
	} {
		words := append([]string{"__complete"}, strings.Split(args, " ")...)
		if out, err := run(t, "", words...); err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
}

// A customer is looked up only by who says that they mean it, and that is logged.
func TestFindByNumber(t *testing.T) {
	books(t)
	refused, err := run(t, "", "callbacks", "find", "+62 812-3456-7801")
	if err == nil || strings.Contains(refused, "1000001") {
		t.Errorf("unasked: %v\n%s", err, refused)
	}
	for _, args := range [][]string{{"+62 812-3456-7801"}, {"081234567801", "--line", "gopay"}} {
		out, err := run(t, "y\n", append([]string{"callbacks", "find"}, args...)...)
		if err != nil || !strings.Contains(out, "1000001") || strings.Contains(out, "1000002") ||
			!strings.Contains(out, `"callbacks were looked up by number","number":"…7801"`) {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	if _, err := run(t, "", "callbacks", "find", "0812", "--yes"); err == nil ||
		!strings.Contains(err.Error(), "say with --line") {
		t.Error(err)
	}
}
