package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// The commands as somebody at a terminal meets them.

// run is without the line that says which configuration answered; see TestWhichConfigurationAnswered.
func run(t *testing.T, input string, args ...string) (output string, err error) {
	t.Helper()
	var out bytes.Buffer
	root := New(strings.NewReader(input), &out, &out)
	root.SetArgs(args)
	err = root.ExecuteContext(atTuesday(t))
	return answered.ReplaceAllString(out.String(), ""), err
}

var answered = regexp.MustCompile(`(?m)^configuration: .*\n`)

// Every kind of event that the help names can be seen, each as a JSON object on a line of its own.
func TestCallPrintsJSON(t *testing.T) {
	calls := [][]string{
		{"--at", openDay, "--press", "2,2,2,1#,123456#,1", "--agents", "answer"},
		{"--at", openDay, "--press", "2,,0,1,1", "--agents", "refuse"},
		{"--at", night, "--press", "2,1,6", "--agents", "busy"},
	}
	seen := map[string]bool{}
	for _, call := range calls {
		out, err := run(t, "", append([]string{"call", "--json"}, call...)...)
		if err != nil {
			t.Fatalf("%v: %v", call, err)
		}
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			var event struct{ At, Event string }
			if err := json.Unmarshal([]byte(line), &event); err != nil || event.At == "" {
				t.Fatalf("%q is no event: %v", line, err)
			}
			seen[event.Event] = true
		}
	}
	// enqueue and cancel cannot happen in a first call to a line whose targets ring in turn: enqueue is seen in the
	// simulator's own tests, cancel in those of returning callers.
	for _, name := range []string{"say", "gather", "press", "silence", "dial", "record", "book", "place-call", "taken",
		"bridge", "message", "hangup"} {
		if !seen[name] {
			t.Errorf("no event %q; there were %v", name, seen)
		}
	}
}

// The same call prints the same transcript, to the byte.
func TestCallIsReproducible(t *testing.T) {
	args := []string{"call", "--at", openDay, "--press", "2,0,1,1", "--agents", "voicemail"}
	first, err := run(t, "", args...)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := run(t, "", args...); err != nil || second != first {
		t.Errorf("two runs differ (%v)", err)
	}
	if !strings.Contains(first, "is connected with customer") {
		t.Errorf("the callback was not kept:\n%s", first)
	}
}

func TestCallAsksForKeys(t *testing.T) {
	out, err := run(t, "2\n1\n", "call", "--at", openDay)
	if err != nil || !strings.Contains(out, "keys> ") || !strings.Contains(out, "is connected with emergency-1") {
		t.Errorf("%v\n%s", err, out)
	}
	// The end of the input hangs up.
	if out, err := run(t, "2\n", "call", "--at", openDay); err != nil ||
		!strings.Contains(out, "caller       hangs up") {
		t.Errorf("%v\n%s", err, out)
	}
}

// A robbed caller who presses each key once it was named: seconds and keys until the emergency desk rings.
func TestEagerCall(t *testing.T) {
	out, err := run(t, "", "call", "--at", "2026-03-21T03:00:00+07:00", "--press", "1,1", "--eager")
	_, cost, _ := strings.Cut(out, "From pick-up:\n")
	if err != nil || !regexp.MustCompile(`^ +[0-9.]+ s   2 keys  emergency-1 rings\n +[0-9.]+ s   2 keys  the call is over\n$`).
		MatchString(cost) {
		t.Errorf("%v; the cost of the call is told as %q", err, cost)
	}
	if _, err := run(t, "", "call", "--eager"); err == nil || !strings.Contains(err.Error(), "--press") {
		t.Errorf("--eager without keys: %v", err)
	}
}

func TestMistakesAtTheTerminalAreExplained(t *testing.T) {
	t.Setenv("HOTLINE_TWILIO_AUTH_TOKEN", "")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"call", "--line", "nope"}, `there is no line "nope"; known here: gopay, okpay`},
		{[]string{"call", "--at", "yesterday"}, "is not a valid time; write now, 18:00, "},
		{[]string{"call", "--agents", "asleep"}, "use answer, busy, no-answer, refuse or voicemail"},
		{[]string{"check", "no-such-directory"}, "no-such-directory"},
		{[]string{"check", "root.go"}, "is a file; name the directory"},
		{[]string{"sign", "https://x.example/"}, "set HOTLINE_TWILIO_AUTH_TOKEN"},
		{[]string{"serve"}, "twilio_auth_token: is missing"},
		{[]string{"sing"}, "unknown command"},
	} {
		if _, err := run(t, "", c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.args, err, c.want)
		}
	}
}

func TestSignSaysOverWhat(t *testing.T) {
	t.Setenv("HOTLINE_TWILIO_AUTH_TOKEN", "12345,old")
	// The provider's own published example.
	out, err := run(t, "", "sign", "https://mycompany.com/myapp.php?foo=1&bar=2", "CallSid=CA1234567890ABCDE",
		"Caller=+14158675309", "Digits=1234", "From=+14158675309", "To=+18005551212")
	if err != nil || !strings.Contains(out, "RSOYDt4T1cUTdK1PDd93/VVr8B8=") ||
		!strings.Contains(out, "bar=2CallSidCA1234567890ABCDECaller+1415") {
		t.Errorf("%v\n%s", err, out)
	}
	// What is signed for our own account would be accepted: the account stands in it.
	t.Setenv("HOTLINE_TWILIO_ACCOUNT_SID", simulate.AccountSID)
	for _, fields := range [][]string{{"CallSid=CA1"}, {"CallSid=CA1", "AccountSid=ACanother"}} {
		out, err := run(t, "", append([]string{"sign", "https://x.example/voice/incoming"}, fields...)...)
		if err != nil || strings.Contains(out, "AccountSid="+simulate.AccountSID) != (len(fields) == 1) {
			t.Errorf("%v: %v\n%s", fields, err, out)
		}
	}
	t.Setenv("HOTLINE_TWILIO_ACCOUNT_SID", "")
	t.Setenv("HOTLINE_TWILIO_SIGNING_KEYS", "webhooks_sharedkey_1:HMAC_SHA256:a-secret-of-ours")
	out, err = run(t, "", "sign", "--key", "webhooks_sharedkey_1", "https://x.example/", "Digits=1")
	signature := twilio.SigningKey{Algorithm: twilio.HMACSHA256, Secret: "a-secret-of-ours"}.Sign("https://x.example/",
		url.Values{"Digits": {"1"}})
	const settings = "X-Twilio-Webhooks-Signature-Settings: key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
	if err != nil || !strings.Contains(out, "-H 'X-Twilio-Signature: "+signature+"' -H '"+settings+"'") ||
		strings.Contains(out, "a-secret") {
		t.Errorf("with a shared key: %v\n%s", err, out)
	}
	for _, wrong := range [][]string{{"sign", "/voice/incoming"}, {"sign", "https://x.example/", "novalue"},
		{"sign", "--key", "another", "https://x.example/"}} {
		if _, err := run(t, "", wrong...); err == nil {
			t.Errorf("%v is accepted", wrong)
		}
	}
}

func TestCheckAcceptsWhatIsShipped(t *testing.T) {
	for _, args := range [][]string{{"check"}, {"check", "../../../../config"}} {
		if out, err := run(t, "", args...); err != nil || !strings.Contains(out, "SUCCESS, 5 lines") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

// The help of the program names every command.
func TestHelpNamesEveryCommand(t *testing.T) {
	out, err := run(t, "", "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range New(nil, io.Discard, io.Discard).Commands() {
		name := command.Name()
		if !slices.ContainsFunc(strings.Split(out, "\n"),
			func(line string) bool { return strings.HasPrefix(line, "  "+name+" ") }) {
			t.Errorf("help does not name %s:\n%s", name, out)
		}
	}
}

// check decides call tests, as the server does before it takes an edit up.
func TestCheckDecidesCallTests(t *testing.T) {
	dir := apptest.Copy(t)
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), `mon: ["08:00-17:00"]`, `mon: ["09:00-17:00"]`)
	out, err := run(t, "", "check", dir)
	if err == nil || !strings.HasPrefix(err.Error(), "check: FAILED, 1 of 27 call tests; ") ||
		!strings.Contains(out, "\ncalls/gopay-saturday-evening.yaml:8: steps[2]: want to hear ") ||
		!strings.Contains(out, "\nnot tried here, but by hotline test: calls/") {
		t.Errorf("%v\n%s", err, out)
	}
}
