package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/hours"
)

// Writing a file of hours anew, or in another order, changes no answer.

// drawFile draws the lines of a file of hours: what stands before the lists, the special days, the overrides.
func drawFile(t *rapid.T) (head string, special, overrides []string) {
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	spans := func(label string) string {
		return rapid.SampledFrom([]string{"[]", `["09:00-12:00"]`, `[08:30-11:00, "13:00-24:00"]`, `["18:00-06:00"]`,
			`["00:00-24:00"]`, `["07:00-08:00", "20:00-02:00"]`}).Draw(t, label)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "zone: %s\nweek:\n", rapid.SampledFrom([]string{"Asia/Jakarta", "Europe/Berlin",
		"Australia/Lord_Howe", "America/New_York", "Africa/Casablanca"}).Draw(t, "zone"))
	for i, day := range days {
		// Only every other day may run past midnight, so that no two overlap.
		text := `["08:00-17:00"]`
		if i%2 == 0 && i < 6 {
			text = spans(day)
		}
		if text == `["00:00-24:00"]` {
			text = `["08:00-24:00"]`
		}
		fmt.Fprintf(&b, "  %s: %s\n", day, text)
	}
	b.WriteString(rapid.SampledFrom([]string{"", "holidays: [id]\ncollective_leave: work\n",
		"holidays: [cn, id]\nmake_up: mon\n", "holidays: [jp]\n"}).Draw(t, "holidays"))
	what := func(label string) string {
		return rapid.SampledFrom([]string{"closed: true", `open: ["10:00-11:00"]`, `open: ["23:00-01:00"]`, "as: mon",
			"as: sat"}).Draw(t, label)
	}
	for day := 1; day <= 28; day += rapid.IntRange(1, 9).Draw(t, "step") {
		special = append(special, fmt.Sprintf("  - {date: 2026-03-%02d, %s, name: D%d}\n", day, what("dated"), day))
	}
	for i, form := range []string{"yearly: 03-25, to: 04-02", "nth: {n: 2, weekday: tue}",
		"nth: {n: -1, weekday: sun, month: 3}", "rrule: FREQ=DAILY;INTERVAL=5, from: 2026-01-01"} {
		if rapid.Bool().Draw(t, "recurs") {
			special = append(special, fmt.Sprintf("  - {%s, %s, name: R%d}\n", form, what("recurring"), i))
		}
	}
	for day := 1; day <= 28; day += rapid.IntRange(3, 15).Draw(t, "pause") {
		overrides = append(overrides, fmt.Sprintf("  - {from: 2026-03-%02d 11:00, until: 2026-03-%02d 04:30, %s: true, reason: O%d}\n",
			day, day+1, rapid.SampledFrom([]string{"open", "closed"}).Draw(t, "override"), day))
	}
	return b.String(), special, overrides
}

func TestFilesReadTheSameHoweverTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head, special, overrides := drawFile(t)
		read := func(text string) *hours.Calendar {
			f, err := config.LoadHours(config.Shipped(), "drawn.yaml", []byte(text))
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			return f.Calendar
		}
		text := head + "special:\n" + strings.Join(special, "") + "overrides:\n" + strings.Join(overrides, "")
		var node yaml.Node
		if err := yaml.Unmarshal([]byte(text), &node); err != nil {
			t.Fatal(err)
		}
		again, err := yaml.Marshal(&node)
		if err != nil {
			t.Fatal(err)
		}
		mixed := "overrides:\n" + strings.Join(rapid.Permutation(overrides).Draw(t, "overrides"), "") +
			"special:\n" + strings.Join(rapid.Permutation(special).Draw(t, "special"), "") + head
		first := read(text)
		for _, other := range []*hours.Calendar{read(string(again)), read(mixed)} {
			for range 20 {
				at := time.Date(2026, 3, 1, 0, 0, 0, 0,
					time.UTC).Add(time.Duration(rapid.IntRange(-1000, 50_000).Draw(t, "minute")) * time.Minute)
				a, b := first.At(at), other.At(at)
				a.Source, b.Source = "", "" // another line of another file
				if a.Open != b.Open || a.Since != b.Since || a.Until != b.Until || a.NextOpen != b.NextOpen ||
					a.Reason != b.Reason || a.Rule != b.Rule {
					t.Fatalf("at %s: %+v and %+v of\n%s", at, a, b, text)
				}
			}
		}
	})
}
