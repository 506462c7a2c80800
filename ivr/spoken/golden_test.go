package spoken_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

var update = flag.Bool("update", false, "write the golden files anew; read the difference before you keep it")

// TestGolden says every half hour of a day, and every date of a year with a leap day, in every language.
// The files are meant to be read by somebody who speaks the language.
func TestGolden(t *testing.T) {
	for _, tag := range spoken.Tags() {
		t.Run(tag, func(t *testing.T) {
			path := filepath.Join("testdata", tag+".golden")
			got := golden(t, tag)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; write it with: go test ./ivr/spoken -run TestGolden -update", err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", path, diff)
			}
		})
	}
}

func golden(t *testing.T, tag string) []byte {
	jakarta := zone(t, "Asia/Jakarta")
	now := at(t, jakarta, "2027-02-28 12:00:00")
	var out bytes.Buffer

	fmt.Fprintf(&out, "# points: every half hour of today and tomorrow, heard on %s\n", now.Format("2006-01-02 15:04"))
	midnight := at(t, jakarta, "2027-02-28 00:00:00")
	for i := range 96 {
		instant := midnight.Add(time.Duration(i) * 30 * time.Minute)
		fmt.Fprintf(&out, "%s %s\n", instant.Format("02 15:04"), spoken.When(tag, instant, now, jakarta))
	}
	fmt.Fprintln(&out, "# stretches: half an hour")
	for i := range 48 {
		from := midnight.Add(time.Duration(i) * 30 * time.Minute)
		to := from.Add(30 * time.Minute)
		fmt.Fprintf(&out, "%s-%s %s\n", from.Format("15:04"), to.Format("15:04"),
			spoken.Between(tag, from, to, time.Time{}, now, jakarta))
	}
	fmt.Fprintln(&out, "# stretches: from 9:30 onwards")
	for i := range 48 {
		from := midnight.Add(9*time.Hour + 30*time.Minute)
		to := from.Add(time.Duration(i) * 30 * time.Minute)
		fmt.Fprintf(&out, "%s-%s %s\n", from.Format("15:04"), to.Format("02 15:04"),
			spoken.Between(tag, from, to, time.Time{}, now, jakarta))
	}
	fmt.Fprintln(&out, "# days: 9 o'clock on every day of the year from 1 March")
	for i := range 366 {
		instant := at(t, jakarta, "2027-03-01 09:00:00").AddDate(0, 0, i)
		fmt.Fprintf(&out, "%s %s\n", instant.Format(time.DateOnly), spoken.When(tag, instant, now, jakarta))
	}
	fmt.Fprintln(&out, "# hours: every hour of another day")
	for i := range 24 {
		instant := at(t, jakarta, "2027-09-24 00:00:00").Add(time.Duration(i) * time.Hour)
		fmt.Fprintf(&out, "%s %s\n", instant.Format("15:04"), spoken.When(tag, instant, now, jakarta))
	}
	fmt.Fprintln(&out, "# counts")
	for _, n := range []int{0, 1, 2, 3, 5, 7, 10, 12, 14, 20, 21, 30, 45, 60, 90, 100, 102, 180, 365} {
		fmt.Fprintf(&out, "%d %s; %s; %s\n", n, spoken.Count(tag, n, spoken.Minutes),
			spoken.Count(tag, n, spoken.Hours), spoken.Count(tag, n, spoken.Days))
	}
	fmt.Fprintln(&out, "# money")
	for _, amount := range []string{"1", "2", "10", "22", "200", "1000", "2500", "6500", "10000", "25000", "150000",
		"1000000", "20000000"} {
		for _, currency := range []string{"IDR", "JPY", "CNY", "SGD", "USD", "EUR"} {
			text, err := spoken.Money(tag, amount, currency)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s %s %s\n", amount, currency, text)
		}
	}
	return out.Bytes()
}
