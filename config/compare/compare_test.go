package compare_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/audiotest"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/internal/configtest"
	"github.com/hotline-ivr/hotline/hours"
)

// thursday is the instant at which configurations are compared: in Jakarta Thursday 26 November 2026, 10 o'clock.
var thursday = time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)

// An edit of the base is told in these words.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name, file, old, new string
		want                 string
	}{
		{"nothing", "", "", "", ""},
		{"a comment", "hours/shop.yaml", "week:", "# mind the week\nweek:", ""},
		{"an afternoon", "hours/shop.yaml", "special:\n",
			"special:\n  - {date: 2026-12-07, open: [\"09:00-12:00\"], name: Staff meeting}\n", `shop
  hours, on the clock of Asia/Jakarta
    Mon 2026-12-07  closes 13:00-17:00  (was 09:00-12:00 13:00-17:00, now 09:00-12:00)  hours/shop.yaml:8 Staff meeting
`},
		{"the week", "hours/shop.yaml", `tue: ["09:00-17:00"]`, `tue: ["09:00-19:00"]`, `shop
  hours, on the clock of Asia/Jakarta
    Tuesdays but 2026-12-29  opens 17:00-19:00  (was 09:00-17:00, now 09:00-19:00)  hours/shop.yaml:5
`},
		{"a special day less", "hours/shop.yaml", "  - {date: 2026-12-25, closed: true, name: Christmas}\n", "", `shop
  hours, on the clock of Asia/Jakarta
    Fri 2026-12-25  opens 22:00-24:00  (was closed, now 22:00-24:00)  no longer Christmas
`},
		{"a far day", "hours/shop.yaml", "special:\n",
			"special:\n  - {date: 2027-06-07, closed: true, name: Moving house}\n", `shop
  hours, on the clock of Asia/Jakarta
    nothing in the days that were compared, but later; the first of it:
    Mon 2027-06-07  closes 09:00-12:00 13:00-17:00  (was 09:00-12:00 13:00-17:00, now closed)  hours/shop.yaml:8 Moving house
`},
		{"a ring", "lines/shop.yaml", "ring: 20s", "ring: 40s", `shop
  desk support: ring  40s, was 20s
`},
		{"an agent", "lines/shop.yaml", "+622150002001", "+622150002009", `shop
  desk support  telephone support-1: number …2009, was number …2001
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := configtest.Base(t)
			before := configtest.Load(t, fsys)
			if c.file != "" {
				text := strings.Replace(string(fsys[c.file].Data), c.old, c.new, 1)
				if text == string(fsys[c.file].Data) {
					t.Fatal("the edit changes nothing")
				}
				fsys[c.file] = configtest.File([]byte(text))
			}
			changes := compare.Snapshots(before, configtest.Load(t, fsys), thursday, 60)
			if got := changes.String(); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if changes.Empty() != (c.want == "") {
				t.Errorf("empty: %t", changes.Empty())
			}
		})
	}
}

// When the clock is set back an hour comes twice, and it is said which of the two is meant.
func TestCompareWhenAnHourComesTwice(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := hours.Week{}
	for d := range day {
		day[d] = []hours.Span{{From: 0, To: 24 * 60}}
	}
	calendar := func(closed ...hours.Override) *config.Snapshot {
		c, err := hours.Build(hours.Rules{Zone: berlin, Week: day, Overrides: closed})
		if err != nil {
			t.Fatal(err)
		}
		return snapshotOf(c)
	}
	first := time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC) // 02:00, summer time
	for _, c := range []struct {
		until time.Duration
		want  string
	}{
		{time.Hour, "closes 02:00+02:00 to 02:00+01:00"},
		{30 * time.Minute, "closes 02:00+02:00 to 02:30+02:00"},
		{2 * time.Hour, "closes 02:00+02:00 to 03:00+01:00"},
	} {
		closed := hours.Override{From: first, Until: first.Add(c.until), Reason: "Works"}
		if got := compare.Snapshots(calendar(), calendar(closed), first, 2).String(); !strings.Contains(got, c.want) {
			t.Errorf("want %q in\n%s", c.want, got)
		}
	}
}

// Recordings are told like words; and that a sentence was reworded without its recording, which callers go on hearing.
func TestCompareRecordings(t *testing.T) {
	const reworded = "goodbye in en"
	recorded := func(sound byte, words string) *config.Snapshot {
		fsys := configtest.Base(t)
		fsys["prompts/en.yaml"] = configtest.File([]byte(strings.Replace(string(fsys["prompts/en.yaml"].Data), reworded,
			words, 1)))
		if sound > 0 {
			fsys["prompts/audio/en/goodbye.wav"] = configtest.File(audiotest.WAV(100, sound))
		}
		return configtest.Load(t, fsys)
	}
	for _, c := range []struct {
		old, new *config.Snapshot
		want     string
	}{
		{recorded(1, reworded), recorded(1, reworded), ""},
		{recorded(0, reworded), recorded(1, reworded), "en: now recorded"},
		{recorded(1, reworded), recorded(2, reworded), "en: another recording"},
		{recorded(1, reworded), recorded(0, reworded), "en: no longer recorded, so spoken"},
		{recorded(0, reworded), recorded(0, "Bye"), `en: "Bye", was "goodbye in en"`},
		{recorded(1, reworded), recorded(2, "Bye"), `en: "Bye", was "goodbye in en"; another recording`},
		{recorded(1, reworded), recorded(1, "Bye"),
			`en: "Bye", was "goodbye in en"; the recording is still the one before, and is heard`},
	} {
		want := ""
		if c.want != "" {
			want = "shop\n  prompt goodbye  " + c.want + "\n"
		}
		if got := compare.Snapshots(c.old, c.new, thursday, 60).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A summary is the first change, and how many more there are; lines that change alike are one.
func TestSummary(t *testing.T) {
	row := compare.DayChange{When: "Fridays", Closes: []string{"17:00-19:00"}, Was: []string{"09:00-19:00"}}
	hours := compare.HoursChanges{Zone: "Asia/Jakarta", Days: []compare.DayChange{row}, Later: &row}
	other := compare.Change{About: "desk support", Text: "rings for 30s"}
	changed := func(line string) compare.LineChanges {
		return compare.LineChanges{Line: line, Change: "changed", Hours: []compare.HoursChanges{hours},
			Others: []compare.Change{other}}
	}
	for want, each := range map[string][]compare.LineChanges{
		"":                                nil,
		"upay: a new line, +622150001000": {{Line: "upay", Change: "added", Numbers: []string{"+622150001000"}}},
		"gopay, okpay: Fridays closes 17:00-19:00 (was 09:00-19:00, now closed) (and 2 more)": {changed("gopay"),
			changed("okpay")},
		"gopay: prompt " + strings.Repeat("é", 55) + "…": {{Line: "gopay", Change: "changed",
			Others: []compare.Change{{About: "prompt", Text: strings.Repeat("é", 90)}}}},
	} {
		if got := (compare.Changes{Each: each}).Summary(); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}
