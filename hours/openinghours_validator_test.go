//go:build conformance && !race

package hours_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// question is one line for testdata/validators/opening_hours.mjs, and what is ours to compare.
type question struct {
	Hours string  `json:"hours"`
	At    []int64 `json:"at"` // milliseconds since 1970

	calendar *hours.Calendar
}

// openingHours writes a week in the notation of OpenStreetMap. Rules are joined by commas, which add: after a
// semicolon a rule replaces all that an earlier one says of its day, and so cuts a night shift off at midnight, which
// is not what a night shift is here.
func openingHours(week hours.Week) string {
	var rules []string
	for d, spans := range week {
		for _, s := range spans {
			rules = append(rules, fmt.Sprintf("%s %s", [...]string{"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"}[d], s))
		}
	}
	if len(rules) == 0 {
		return "off"
	}
	return strings.Join(rules, ", ")
}

// excused are the disagreements that are known, all of them the validator's errors after a clock was put forward. An
// entry that excuses nothing fails.
var excused = []struct {
	reason string
	is     func(local time.Time) bool
}{
	{"it finds the day before by going back 24 hours, so that on the day after a day of 23 hours the first hour " +
		"counts as a day too early",
		func(local time.Time) bool {
			y, m, d := local.Date()
			midnight := time.Date(y, m, d, 0, 0, 0, 0, local.Location())
			_, now := midnight.Zone()
			_, before := midnight.Add(-24 * time.Hour).Zone()
			return now-before < 24*60*60 && local.Sub(midnight) < time.Duration(now-before)*time.Second
		}},
	{"it lets the night of Thursday run into the Saturday that followed it where Friday was skipped; by the wall " +
		"clock that is the end of Friday's night",
		func(local time.Time) bool {
			return local.Location().String() == "Pacific/Apia" && local.Format(time.DateOnly) == "2011-12-31" &&
				local.Hour() < 5
		}},
}

// TestOpeningHoursAgrees asks the library of OpenStreetMap about 1,750 schedules, around changes of the clock.
func TestOpeningHoursAgrees(t *testing.T) {
	const schedules, instants = 250, 80
	used := make([]int, len(excused))
	for name, changes := range map[string][]string{
		"UTC":                 {"2026-03-29T01:00:00Z"},
		"Asia/Shanghai":       {"2026-03-29T01:00:00Z"},
		"America/New_York":    {"2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"},
		"Australia/Lord_Howe": {"2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"},
		"Africa/Casablanca":   {"2026-02-15T02:00:00Z", "2026-03-22T02:00:00Z"},
		"America/Havana":      {"2026-03-08T05:00:00Z", "2026-11-01T05:00:00Z"},
		"Pacific/Apia":        {"2011-12-30T10:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			z := zone(t, name)
			var questions []question
			for n := range schedules {
				near, err := time.Parse(time.RFC3339, changes[n%len(changes)])
				if err != nil {
					t.Fatal(err)
				}
				draw := drawFast(uint64(n))
				week := draw.rules(z, near).Week
				c, err := hours.New(z, week, nil)
				if err != nil {
					t.Fatal(err)
				}
				q := question{Hours: openingHours(week), calendar: c}
				for range instants {
					reach := 4 * 24 * 60
					if draw.oneIn(2) {
						reach = 6 * 60
					}
					q.At = append(q.At, near.Add(time.Duration(draw(-reach, reach))*time.Minute).UnixMilli())
				}
				questions = append(questions, q)
			}
			wrong := 0
			for i, answer := range ask(t, name, questions) {
				for k, ms := range questions[i].At {
					at := time.UnixMilli(ms)
					if want := answer[k] == '1'; questions[i].calendar.IsOpen(at) != want && !excuse(at.In(z), used) {
						if wrong++; wrong < 10 {
							t.Errorf("%s: ours says open %v: %s", at.In(z), !want, questions[i].Hours)
						}
					}
				}
			}
			if wrong > 0 {
				t.Errorf("%d disagreements", wrong)
			}
		})
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("nothing to excuse any more: %s", excused[i].reason)
		}
	}
}

func excuse(local time.Time, used []int) bool {
	for i, e := range excused {
		if e.is(local) {
			used[i]++
			return true
		}
	}
	return false
}

// ask runs the validator with the wall clock of a zone and returns a string of digits for each question.
func ask(t *testing.T, zone string, questions []question) (answers []string) {
	t.Helper()
	var in bytes.Buffer
	encoder := json.NewEncoder(&in)
	for _, q := range questions {
		if err := encoder.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "validators", "opening_hours.mjs"))
	command.Env = append(os.Environ(), "TZ="+zone)
	command.Stdin = &in
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("node: %v; is npm ci done in hours/testdata/validators?", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var answer struct{ Open, Error string }
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Error != "" {
			t.Fatalf("%s: %s", questions[len(answers)].Hours, answer.Error)
		}
		answers = append(answers, answer.Open)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}
