package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

// special runs the command on 2026-11-26, in the morning of Jakarta.
func special(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	var out bytes.Buffer
	root := New(nil, &out, &out)
	root.SetArgs(append([]string{"special-days", "--line", "gopay"}, args...))
	err = root.ExecuteContext(withClock(t.Context(), func() time.Time {
		return time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	}))
	return answered.ReplaceAllString(out.String(), ""), err
}

func TestSpecialLists(t *testing.T) {
	out, err := special(t)
	want := "Thu 2026-12-24     as sat            Cuti Bersama Natal  hours/gopay.yaml:54\n" +
		"every 31 December  open 08:00-15:00  Year-end            hours/gopay.yaml:56\n" +
		"Fri 2027-01-01     closed            Tahun Baru Masehi   hours/gopay.yaml:58\n"
	if out != want || err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := special(t, "--all"); err != nil || !strings.Contains(out, "Mon 2026-02-16     as sat") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := special(t, "--from", "2026-12-25"); err != nil || strings.Contains(out, "2026-12-24") ||
		!strings.Contains(out, "2027-01-01") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSpecialComesAndGoes: a day is added and removed again, and the file is what it was.
func TestSpecialComesAndGoes(t *testing.T) {
	dir := draft(t)
	file := filepath.Join(dir, "hours", "gopay.yaml")
	before := read(t, file)
	add := []string{"--config", dir, "--add", "2026-12-04", "--open", "08:00-12:00,13:00-15:00", "--name",
		"Staff meeting: all"}
	told := "closes 15:00-17:00, opens 11:30-12:00  (was 08:00-11:30 13:00-17:00, now 08:00-12:00 13:00-15:00)  " +
		"hours/gopay.yaml:54 Staff meeting"
	out, err := special(t, append(add, "--dry-run")...)
	if err != nil || !strings.Contains(out, told) || !strings.Contains(out, "Nothing was written") ||
		read(t, file) != before {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err = special(t, add...)
	line := "  - {date: 2026-12-04, open: [\"08:00-12:00\", \"13:00-15:00\"], name: \"Staff meeting: all\"}\n"
	want := strings.Replace(before, "  - {date: 2026-12-24", line+"  - {date: 2026-12-24", 1)
	if err != nil || !strings.Contains(out, told) || !strings.HasSuffix(out, "hours/gopay.yaml is written.\n") ||
		read(t, file) != want {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := config.Load(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	out, err = special(t, "--config", dir, "--remove", "2026-12-04")
	if err != nil || !strings.Contains(out, "no longer Staff meeting") || read(t, file) != before {
		t.Fatalf("%v\n%s", err, out)
	}
	for what, args := range map[string][]string{
		"  - {from: 2026-12-28, to: 2026-12-30, closed: true, name: Moving house}\n": {"--closed", "--add",
			"2026-12-28..2026-12-30", "--name", "Moving house"},
		"  - {date: 2027-02-06, as: fri, name: Extra day}\n": {"--as", "fri", "--add",
			"2027-02-06", "--name", "Extra day"},
	} {
		if _, err := special(t, append([]string{"--config", dir}, args...)...); err != nil ||
			!strings.Contains(read(t, file), what) {
			t.Errorf("%v: %v\n%s", args, err, read(t, file))
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestSpecialRefuses: what cannot be written is not, and the reason says what to do.
func TestSpecialRefuses(t *testing.T) {
	dir := draft(t, [3]string{"hours/gopay.yaml", "  # DEFAULT TO EDIT: no holiday",
		"  - {from: 2026-12-28, to: 2026-12-30, closed: true, name: Moving}\n  # DEFAULT TO EDIT: no holiday"})
	file := filepath.Join(dir, "hours", "gopay.yaml")
	before := read(t, file)
	for _, tt := range []struct{ args, want string }{
		{"--add 2026-12-24 --closed --name Eve",
			"hours/gopay.yaml:55: special[5]: 2026-12-24 is a special day already, in hours/gopay.yaml:54"},
		{"--add 2026-12-23 --as satt --name Eve", `"satt" is not known; did you mean "sat"?`},
		{"--add 2026-12-23 --open 8-12 --name Eve", `--open "8-12" is not a span of hours; write "08:00-12:00"`},
		{"--add 2026-12-23 --open 8–17 --name Eve", `--open "8-17" is not a span of hours; write "08:00-17:00"`},
		{"--add 2026-12-23 --open 08:00–17:00 --name Eve", `– (U+2013) only looks like -: write "08:00-17:00"`},
		{"--add 2026–12–23 --closed --name Eve", `– (U+2013) only looks like -: write "2026-12-23"`},
		{"--add 2026-12-23 --closed", "say what the day is called"},
		{"--add 2026-11-25 --closed --name Yesterday", "--add 2026-11-25 has passed: it is Thu 2026-11-26 there"},
		{"--add 2026-12-23 --name Eve", "say what happens on the day"},
		{"--add 2026-12-23 --closed --as sat --name Eve", "with one of --closed"},
		{"--add 23.12.2026 --closed --name Eve", "--add \"23.12.2026\" is not a date"},
		{"--add 2026-12-23..2026-12-22 --closed --name Eve", "the last day comes before the first"},
		{"--add 2026-12-23 --remove 2026-12-24", "do one after the other"},
		{"--remove 2026-12-23", "has no special day on Wed 2026-12-23; hotline special-days --line gopay lists"},
		{"--remove 2026-12-29", `the entry "Moving" is of 2026-12-28..2026-12-30; remove all of it with --remove 2026-12-28..2026-12-30`},
		{"--remove 2026-12-31", "one that comes back is edited by hand"},
		{"--remove 2026-12-24 --closed", "--closed is of a day to be added"},
		{"--open 08:00-12:00 --name Eve --closed", "--closed is of a day to be added; name the day with --add"},
		{"--dry-run", "--dry-run is of a day to be added"},
		{"--line nobody", `there is no line "nobody"`},
		{"--line=", "name the line"},
	} {
		out, err := special(t, append([]string{"--config", dir}, strings.Fields(tt.args)...)...)
		if err == nil || !strings.Contains(out+err.Error(), tt.want) {
			t.Errorf("%s: %v\n%s", tt.args, err, out)
		}
	}
	if _, err := special(t, "--add", "2026-12-23", "--closed", "--name", "Eve"); err == nil ||
		!strings.Contains(err.Error(), "cannot be edited") {
		t.Errorf("the built-in configuration: %v", err)
	}
	if read(t, file) != before {
		t.Error("something was written")
	}
}

// TestSpecialIsWarnedOf: what check would warn of about the added day is said before it is in force; what it warns of
// otherwise is not.
func TestSpecialIsWarnedOf(t *testing.T) {
	dir := draft(t, [3]string{"hours/gopay.yaml", `fri: ["08:00-11:30"`, `fri: ["08:00-11:03"`})
	out, err := special(t, "--config", dir, "--add", "2026-12-04", "--open", "08:00-05:00", "--name", "Night", "--dry-run")
	if err != nil || strings.Count(out, "warning:") != 1 || !strings.Contains(out,
		"warning: hours/gopay.yaml:54: special[4].open[0]: is the day 08:00 to the next day 05:00, 21 hours; did you mean") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSpecialOfSharedHours says whose hours change, and what does not look like a list is left to a person.
func TestSpecialOfSharedHours(t *testing.T) {
	dir := draft(t, [3]string{"lines/okpay.yaml", "hours: okpay", "hours: gopay"})
	if err := os.Remove(filepath.Join(dir, "hours", "okpay.yaml")); err != nil {
		t.Fatal(err)
	}
	out, err := special(t, "--config", dir, "--add", "2026-12-04", "--closed", "--name", "Staff meeting")
	if err != nil || !strings.HasPrefix(out, "The lines gopay and okpay have their hours from hours/gopay.yaml.\n") ||
		!strings.Contains(out, "gopay, okpay\n") {
		t.Errorf("%v\n%s", err, out)
	}
	file := filepath.Join(dir, "hours", "gopay.yaml")
	if err := os.WriteFile(file, []byte("{line: gopay, zone: Asia/Jakarta, week: {mon: [\"08:00-17:00\"]}}\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	_, err = special(t, "--config", dir, "--add", "2026-12-07", "--closed", "--name", "Staff meeting")
	if err == nil || !strings.Contains(err.Error(), "edit it by hand") ||
		!strings.Contains(err.Error(), "- {date: 2026-12-07, closed: true, name: Staff meeting}") {
		t.Errorf("err = %v", err)
	}
}
