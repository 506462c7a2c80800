package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
)

// When a line is open, and why, as somebody at a terminal asks.

const moving = "../../../../config/testdata/hours/moving.yaml"

func TestHoursTable(t *testing.T) {
	out, err := run(t, "", "hours", "--file", moving, "--from", "2026-10-06", "--days", "7")
	if err != nil {
		t.Fatal(err)
	}
	// The Chinese names are two columns wide each, and what follows them stands in one column.
	want := `moving, Asia/Shanghai
  Tue  2026-10-06  closed                    国庆节             holidays/cn.yaml
  Wed  2026-10-07  closed                    国庆节             holidays/cn.yaml
  Thu  2026-10-08  closed                    Moving house       ` + moving + `:9
  Fri  2026-10-09  22:00-06:00                                  ` + moving + `:4
  Sat  2026-10-10  09:00-12:00, 13:00-18:00  Extra working day  ` + moving + `:10
  Sun  2026-10-11  closed                                       ` + moving + `:2
  Mon  2026-10-12  09:00-12:00, 13:00-18:00                     ` + moving + `:3
`
	out = regexp.MustCompile(`(holidays/cn\.yaml):\d+`).ReplaceAllString(out, "$1")
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHoursTableOfStrangeDays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "strange.yaml")
	err := os.WriteFile(file, []byte(`zone: Europe/Berlin
week:
  fri: ["22:00-06:00"]
  sat: ["20:00-24:00"]
  sun: ["00:00-04:00", "06:00-24:00"]
  mon: ["00:00-24:00"]
  tue: ["00:00-24:00"]
  wed: ["00:00-12:00"]
overrides:
  - {from: 2026-10-22 10:00, until: 2026-10-22 11:30, open: true, reason: Rehearsal}
  - {from: 2026-10-30 23:00, until: until revoked, closed: true, reason: Flood}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	out, err := run(t, "", "hours", "--file", file, "--from", "2026-10-22", "--days", "10")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2026-10-22": "10:00-11:30  open by override: Rehearsal",
		"2026-10-23": "22:00-06:00",
		"2026-10-24": "20:00-24:00", // as it is written: what touches at midnight stands on its own day
		"2026-10-25": "00:00-04:00, 06:00-24:00  clock set back by 1h",
		"2026-10-26": "00:00-24:00",
		"2026-10-27": "00:00-24:00",
		"2026-10-28": "00:00-12:00",
		"2026-10-29": "closed",
		"2026-10-30": "22:00-23:00  closed by override: Flood",
		"2026-10-31": "closed  closed by override: Flood",
	} {
		i := strings.Index(out, day)
		if i < 0 {
			t.Fatalf("no %s in\n%s", day, out)
		}
		row, _, _ := strings.Cut(out[i+len(day):], "\n")
		if got := strings.Join(strings.Fields(row), " "); !strings.HasPrefix(got,
			strings.Join(strings.Fields(want), " ")+" ") && got != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
	if out, err = run(t, "", "hours", "--file", file); err != nil ||
		!strings.Contains(out, "warning: "+file+":11: overrides[1]: closed until revoked (Flood)") {
		t.Errorf("no reminder of the flood in\n%s", out)
	}
}

func TestHoursOfLines(t *testing.T) {
	out, err := run(t, "", "hours", "--line", "gopay")
	if err != nil || !strings.HasPrefix(out, "gopay, Asia/Jakarta\nNow, ") ||
		!strings.Contains(out, "Desk emergency never closes.") ||
		strings.Count(out, "\n  ") != 14 {
		t.Errorf("%v\n%s", err, out)
	}
	if all, err := run(t, "", "hours"); err != nil || strings.Count(all, "\nNow, ") != 5 ||
		!strings.Contains(all, "\nupay, Asia/Shanghai\n") {
		t.Errorf("of all lines: %v\n%s", err, all)
	}
	out, err = run(t, "", "hours", "--line", "gopay", "--desk", "emergency", "--from", "2026-12-25", "--days", "1")
	if err != nil || !strings.Contains(out, "gopay, desk emergency, Asia/Jakarta\n  Fri  2026-12-25  00:00-24:00") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestHoursAt(t *testing.T) {
	for _, at := range []string{"2026-12-24 14:00", "2026-12-24T14:00:00+07:00"} {
		out, err := run(t, "", "hours", "--line", "gopay", "--at", at)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			"gopay, Thursday 24 December 2026, 14:00 (Asia/Jakarta): closed\n",
			"  since  Thursday 24 December 2026, 13:00\n",
			"  until  Saturday 26 December 2026, 09:00\n",
			"Cuti Bersama Natal (2026-12-24)",
			"[hours/gopay.yaml:",
			"\n  *  special  closed  ",
			"\n     holiday  closed  ",
			"  holidays/id.yaml:",
			"\n     week     open    Thursday's hours, 08:00-17:00.",
			"Without the rule that decided: Closed: Cuti Bersama Natal",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("--at %s: no %q in\n%s", at, want, out)
			}
		}
	}
	out, err := run(t, "", "hours", "--line", "gopay", "--desk", "emergency", "--at", "now")
	if err != nil || !strings.Contains(out, ": open\n") || !strings.Contains(out, "until  for ever") {
		t.Errorf("%v\n%s", err, out)
	}
}

// The clock of New York skips an hour of one day and shows one of another twice: what is meant is said, in the words of
// hotline check.
func TestHoursAtWhenTheClockChanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "york.yaml")
	if err := os.WriteFile(file, []byte("zone: America/New_York\nweek: {mon: [\"08:00-17:00\"]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2027-03-14 02:30": "warning: --at: the clock is set forward over 2027-03-14 02:30, so that 03:30 is meant; write that\n",
		"2027-11-07 01:30": "warning: --at: the clock shows 2027-11-07 01:30 twice; the first time is meant\n",
		"2027-11-07 03:30": "york, ",
	} {
		out, err := run(t, "", "hours", "--file", file, "--at", at)
		if err != nil || !strings.HasPrefix(out, want) || !strings.Contains(out, "(America/New_York): closed\n") {
			t.Errorf("--at %s: %v\n%s", at, err, out)
		}
		streamed, err := run(t, at+"\n", "hours", "--file", file, "--at", "-")
		want = strings.Replace(want, "--at", "line 1", 1)
		if err != nil || !strings.Contains(streamed, want) && strings.Contains(want, "warning") {
			t.Errorf("%s: %v\n%s", at, err, streamed)
		}
	}
}

func TestHoursStream(t *testing.T) {
	out, err := run(t, "2026-12-31T12:00:00+08:00\r\n2026-12-31T02:30:00Z\n", "hours", "--file", moving, "--at", "-")
	want := `{"at":"2026-12-31T04:00:00Z","line":"moving","open":false,"since":"2026-12-31T04:00:00Z","until":"2027-01-01T14:00:00Z","next_open":"2027-01-01T14:00:00Z",` +
		`"reason":"Closed: Year-end (2026-12-31), open only 09:00-12:00.","rule":"special 2026-12-31 Year-end","source":"` + moving + `:8"}
{"at":"2026-12-31T02:30:00Z","line":"moving","open":true,"since":"2026-12-31T01:00:00Z","until":"2026-12-31T04:00:00Z","next_open":null,` +
		`"reason":"Open: Year-end (2026-12-31), 09:00-12:00.","rule":"special 2026-12-31 Year-end","source":"` +
		moving + `:8"}
`
	if diff := cmp.Diff(want, out); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	out, err = run(t, "2026-12-31T12:00:00Z", "hours", "--line", "gopay", "--desk", "emergency", "--at", "-")
	if err != nil || !strings.Contains(out,
		`"line":"gopay","open":true,"since":null,"until":null,"next_open":null,"reason":"Open at all hours.","rule":"always","source":""}`) {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run(t, "2026-12-31T12:00:00Z\n\nnoon\n", "hours", "--line", "gopay", "--at", "-")
	if err == nil || !strings.Contains(err.Error(), `line 3: "noon" is not a valid time`) ||
		strings.Count(out, "\n") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
}

// Ten thousand instants are answered in one process, one object a line, in their order.
func TestHoursStreamOfMany(t *testing.T) {
	var in strings.Builder
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10_000 {
		fmt.Fprintln(&in, first.Add(time.Duration(i)*157*time.Minute).Format(time.RFC3339))
	}
	out, err := run(t, in.String(), "hours", "--file", moving, "--at", "-")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 10_000 {
		t.Fatalf("%d answers", len(lines))
	}
	open := 0
	for i, line := range lines {
		var answer hoursAnswer
		if err := json.Unmarshal([]byte(line), &answer); err != nil ||
			!answer.At.Equal(first.Add(time.Duration(i)*157*time.Minute)) {
			t.Fatalf("answer %d: %v %s", i, err, line)
		}
		if answer.Open {
			open++
		}
		if answer.Open != (answer.NextOpen == nil) || answer.Until == nil || !answer.Until.After(answer.At) {
			t.Fatalf("answer %d: %s", i, line)
		}
	}
	if open < 500 || open > 3000 {
		t.Errorf("open at %d instants", open)
	}
}

// Who asks one instant at a time gets each answer before the next question.
func TestHoursStreamAnswersAtOnce(t *testing.T) {
	questions, ask := io.Pipe()
	answers, answer := io.Pipe()
	root := New(questions, answer, io.Discard)
	root.SetArgs([]string{"hours", "--line", "gopay", "--at", "-"})
	ended := make(chan error, 1)
	go func() {
		err := root.ExecuteContext(t.Context())
		_ = answer.Close() // or the test waits for ever for what a failed command does not say
		ended <- err
	}()
	heard := bufio.NewScanner(answers)
	for _, at := range []string{"2026-03-04T03:00:00Z", "2026-03-04T23:00:00Z"} {
		fmt.Fprintln(ask, at)
		if !heard.Scan() || !strings.Contains(heard.Text(), at) {
			t.Fatalf("%s: %q", at, heard.Text())
		}
	}
	if err := ask.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestHoursMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--line", "nope"}, `there is no line "nope"; known here: gopay, okpay`},
		{[]string{"--line", "gopay", "--desk", "nope"},
			`line gopay has no desk "nope"; it has: emergency, senior, support`},
		{[]string{"--line", "gopay", "--at", "soon"}, "is not a valid time; write now, 18:00, "},
		{[]string{"--at", "now"}, "name it with --line: gopay, okpay, paypay, upay, wallet"},
		{[]string{"--line", "gopay", "--at", "2026-12-01 10:30am"}, `is not a valid time; write "2026-12-01 10:30"`},
		{[]string{"--line", "gopay", "--at", "18：00"}, `is not a valid time; write "18:00"`},
		{[]string{"--from", "soon"}, "write it as YYYY-MM-DD"},
		{[]string{"--from", "20261224"}, "is not a date; write 2026-12-24"},
		{[]string{"--days", "0"}, "ask for 1 to 400 days"},
		{[]string{"--file", "no-such.yaml"}, "no-such.yaml"},
		{[]string{"--file", moving, "--desk", "support"}, "leave one of them out"},
		{[]string{"--file", "../../../../config/testdata/base/lines/shop.yaml"},
			"lines/shop.yaml:2: region: unknown key"},
	} {
		if _, err := run(t, "", append([]string{"hours"}, c.args...)...); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.args, err, c.want)
		}
	}
}

func TestHoursSchemaIsPrinted(t *testing.T) {
	out, err := run(t, "", "hours", "--schema")
	if err != nil || !json.Valid([]byte(out)) || !strings.Contains(out, `"make_up"`) {
		t.Errorf("%v %.80q", err, out)
	}
}

func TestCheckWarns(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), "\noverrides: []",
		"\noverrides: [{from: 2026-03-02 10:00, until: until revoked, closed: true, reason: Flood}]")
	if err := os.RemoveAll(filepath.Join(dir, "calls")); err != nil { // which the override breaks
		t.Fatal(err)
	}
	out, err := run(t, "", "check", dir)
	if err != nil || !strings.Contains(out, "\nwarning: hours/gopay.yaml:") ||
		!strings.Contains(out, "closed until revoked (Flood) since 2026-03-02 10:00") ||
		!strings.Contains(out, "SUCCESS, 5 lines") {
		t.Errorf("%v\n%s", err, out)
	}
}
