package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/config/holidays"
)

const nextYear = `{"year": 2027, "papers": ["https://example.org/notice"], "days": [
 {"name": "元旦", "date": "2027-01-01", "isOffDay": true},
 {"name": "春节", "date": "2027-02-20", "isOffDay": false}]}`

func TestHolidaysList(t *testing.T) {
	out, err := run(t, "", "holidays", "list")
	if err != nil || !strings.Contains(out, "cn: 2024-01-01 to 2026-12-31, 89 holidays, 19 make-up days") ||
		!strings.Contains(out, "29 days of collective leave") {
		t.Errorf("%v\n%s", err, out)
	}
}

// An import is shown first, and written only when that is said: whole, and so that it can be read again.
func TestHolidaysImport(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "2027.json")
	if err := os.WriteFile(file, []byte(nextYear), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "- covers: 2024-01-01 to 2026-12-31\n+ covers: 2024-01-01 to 2027-12-31\n+ source: " +
		"https://example.org/notice\n+ 2027-01-01 Fri holiday    元旦\n+ 2027-02-20 Sat make-up    春节\n"
	out, err := run(t, "", "holidays", "import", file, "--name", "cn", "--config", dir)
	if err != nil || !strings.HasPrefix(out, want) || !strings.Contains(out, "Nothing is written.") {
		t.Errorf("%v\n%s", err, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Fatalf("without --write there is %v (%v)", left, err)
	}
	out, err = run(t, "", "holidays", "import", file, "--name", "cn", "--config", dir, "--write", "--write")
	if err != nil || !strings.HasPrefix(out, want) || !strings.Contains(out, "Written: ") {
		t.Errorf("%v\n%s", err, out)
	}
	sets, err := holidays.Load(os.DirFS(dir), "holidays")
	if err != nil || sets["cn"] == nil || sets["cn"].To.Year != 2027 || len(sets["cn"].Days) != 110 ||
		sets["cn"].Country != "CN" {
		t.Errorf("%v %v", sets, err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "holidays")); len(left) != 1 {
		t.Errorf("beside the set there is %v", left)
	}
	// Once more changes nothing, and the list shows the set of the directory.
	out, err = run(t, nextYear, "holidays", "import", "-", "--name", "cn", "--config", dir, "--write", "--write")
	if err != nil || !strings.Contains(out, "No difference: set cn has all of it already.") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run(t, "", "holidays", "list", "--config", dir); err != nil ||
		!strings.Contains(out, "2027-12-31, 90 holidays, 20 make-up days (holidays/cn.yaml)") ||
		!strings.Contains(out, "us: ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// One --write writes into a draft only: a running server would have the set in force before anybody has seen it there.
func TestHolidaysImportIntoADraft(t *testing.T) {
	dir, draft := t.TempDir(), filepath.Join(t.TempDir(), "draft")
	if _, err := run(t, "", "draft", draft); err != nil {
		t.Fatal(err)
	}
	args := []string{"holidays", "import", "-", "--name", "cn", "--write", "--config"}
	out, err := run(t, nextYear, append(args, dir)...)
	if err == nil || !strings.Contains(err.Error(),
		"nothing is written: "+dir+" is no draft, and a server that runs it") ||
		!strings.Contains(out, "+ 2027-01-01 Fri holiday    元旦") {
		t.Errorf("%v\n%s", err, out)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("something is written: %v", left)
	}
	out, err = run(t, nextYear, append(args, draft)...)
	if err != nil || !strings.Contains(out, "cn.yaml. It is in force after: hotline publish "+draft) {
		t.Errorf("%v\n%s", err, out)
	}
	if sets, err := holidays.Load(os.DirFS(draft),
		"holidays"); err != nil || sets["cn"] == nil || sets["cn"].To.Year != 2027 {
		t.Errorf("in the draft: %v, %v", err, sets)
	}
}

// A calendar of one's own is a set of its own; what is broken is named, and then nothing is written.
func TestHolidaysImportOfABrokenCalendar(t *testing.T) {
	dir := t.TempDir()
	calendar := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260817\nSUMMARY:Jubilee\nEND:VEVENT\nBEGIN:VEVENT\n" +
		"SUMMARY:Party\nEND:VEVENT\nEND:VCALENDAR\n"
	args := []string{"holidays", "import", "-", "--name", "own", "--config", dir, "--write", "--write"}
	if _, err := run(t, calendar, args...); err == nil ||
		!strings.Contains(err.Error(), `-:6: event "Party": has no beginning`) ||
		!strings.Contains(err.Error(), "--skip-broken") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Fatalf("something is written: %v", left)
	}
	out, err := run(t, calendar, append(args, "--skip-broken", "--source", "the board, 2026-01-05")...)
	if err != nil || !strings.Contains(out, `left out: -:6: event "Party"`) ||
		!strings.Contains(out, "+ 2026-08-17 Mon holiday    Jubilee") {
		t.Errorf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "holidays", "own.yaml"))
	want := "name: own\ncovers: {from: 2026-01-01, to: 2026-12-31}\nsources:\n  - \"the board, " +
		"2026-01-05\"\ndays:\n  - {date: 2026-08-17, kind: holiday, name: Jubilee}\n"
	if err != nil || string(data) != want {
		t.Errorf("%v\n%s", err, data)
	}
}

// Nothing is written before the reviewer has decided what is in doubt, by the flags that the listing names.
func TestHolidaysImportAsksTheReviewer(t *testing.T) {
	dir := t.TempDir()
	calendar := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101\nSUMMARY:New Year\nEND:VEVENT\nBEGIN:VEVENT\n" +
		"DTSTART:20271218\nSUMMARY:Work Day (swapped)\nEND:VEVENT\nEND:VCALENDAR\n"
	args := []string{"holidays", "import", "-", "--name", "own", "--config", dir}
	asked := "in doubt: -:6: 2027-12-18: \"Work Day (swapped)\": its name does not say for certain whether the day " +
		"is worked; say what it is with --decide 'Work Day (swapped)=holiday'"
	out, err := run(t, calendar, args...)
	if err != nil || !strings.Contains(out, asked) || !strings.Contains(out, "Nothing is written: 1 event in doubt.") {
		t.Errorf("%v\n%s", err, out)
	}
	args = append(args, "--write", "--write")
	out, err = run(t, calendar, args...)
	if err == nil || !strings.Contains(err.Error(), "nothing is written: 1 event in doubt") || !strings.Contains(out,
		asked) {
		t.Errorf("with --write: %v\n%s", err, out)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Fatalf("something is written: %v", left)
	}
	out, err = run(t, calendar, append(args, "--decide", "Work Day (swapped)=make-up")...)
	if err != nil || !strings.Contains(out, "+ 2027-12-18 Sat make-up    Work Day (swapped)") {
		t.Errorf("decided: %v\n%s", err, out)
	}
}

func TestMistakesWithHolidaysAreExplained(t *testing.T) {
	broken := t.TempDir()
	if err := os.MkdirAll(filepath.Join(broken, "holidays"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, "holidays", "cn.yaml"), []byte("name: cn\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		input string
		args  []string
		want  string
	}{
		{nextYear, []string{"import", "-"}, `"" is no name of a set`},
		{nextYear, []string{"import", "-", "--name", "CN"}, `"CN" is no name of a set`},
		{nextYear, []string{"import", "-", "--name", "cn", "--write"}, "cannot be edited; with --config DIR"},
		{nextYear, []string{"import", "-", "--name", "cn", "--years", "next"}, "write it like 2027 or 2026-2027"},
		{nextYear, []string{"import", "-", "--name", "cn", "--years", "2027-2026"}, "the first year comes first"},
		{nextYear, []string{"import", "-", "--name", "cn", "--years", "2029"},
			"holds no day from 2029-01-01 to 2029-12-31"},
		{nextYear, []string{"import", "-", "--name", "cn", "--decide", "元旦"}, "--decide \"元旦\": write NAME=KIND"},
		{nextYear, []string{"import", "-", "--name", "cn", "--decide", "Jubilee=ignore"},
			`"Jubilee", as it is decided on, is neither the name nor the date`},
		{nextYear, []string{"import", "-", "--name", "cn", "--zone", "Local Time"}, "is no zone"},
		{strings.ReplaceAll(nextYear, "2027", "2029"), []string{"import", "-", "--name", "cn"},
			"what is between would be covered by neither"},
		{"EGIN:VCALENDAR\n", []string{"import", "-", "--name", "xx"}, "nothing is imported:\n-:1: is no calendar"},
		{"", []string{"import", "no-such.ics", "--name", "xx"}, "there is no file no-such.ics"},
		{nextYear, []string{"import", "-", "--name", "cn", "--config", broken},
			"holidays/cn.yaml:1: covers: is missing"},
		{"", []string{"list", "--config", broken}, "cannot be used"},
	} {
		if _, err := run(t, c.input, append([]string{"holidays"}, c.args...)...); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.args, err, c.want)
		}
	}
}

// A fragment is not written as a whole year that is known.
func TestHolidaysImportOfAFragment(t *testing.T) {
	dir := t.TempDir()
	calendar := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20270817\nSUMMARY:Hari " +
		"Kemerdekaan\nEND:VEVENT\nEND:VCALENDAR\n"
	args := []string{"holidays", "import", "-", "--name", "id", "--config", dir, "--write", "--write"}
	out, err := run(t, calendar, args...)
	if err == nil || !strings.Contains(err.Error(), "hardly any day of 2027") {
		t.Errorf("%v\n%s", err, out)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("written all the same: %v", left)
	}
	if out, err := run(t, calendar, append(args, "--years", "2027")...); err != nil {
		t.Errorf("with --years: %v\n%s", err, out)
	}
}
