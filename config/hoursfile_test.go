package config_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// loadHours reads a file of testdata/hours with the sets that come with the program.
func loadHours(t testing.TB, file string) *config.HoursFile {
	t.Helper()
	data, err := os.ReadFile("testdata/hours/" + file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := config.LoadHours(config.Shipped(), file, data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// wall is an instant by the clock of a calendar.
func wall(t testing.TB, c *hours.Calendar, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, c.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestFilesOfHours(t *testing.T) {
	for _, tt := range []struct {
		file, at string
		open     bool
		source   string
	}{
		{"moving.yaml", "2026-03-02 11:59", true, "moving.yaml:3"},
		{"moving.yaml", "2026-03-02 12:00", false, "moving.yaml:3"},
		{"moving.yaml", "2026-03-07 05:59", true, "moving.yaml:4"},     // Friday's, past midnight
		{"moving.yaml", "2026-03-10 10:00", false, "moving.yaml:2"},    // Tuesday, which is not listed
		{"moving.yaml", "2026-02-14 10:00", true, "holidays/cn.yaml:"}, // make-up working day, a Saturday
		{"moving.yaml", "2026-02-16 10:00", false, "moving.yaml:11"},   // the line's own day before the set's
		// the last day of the Spring Festival, a Monday
		{"moving.yaml", "2026-02-23 10:00", false, "holidays/cn.yaml:"},
		{"moving.yaml", "2026-10-02 23:00", false, "holidays/cn.yaml:"},      // National Day, a Friday
		{"moving.yaml", "2026-10-08 10:00", false, "moving.yaml:9"},          // Moving house
		{"moving.yaml", "2026-10-10 14:00", true, "moving.yaml:10"},          // a Saturday by Monday's hours
		{"moving.yaml", "2026-12-31 11:59", true, "moving.yaml:8"},           // Year-end
		{"moving.yaml", "2026-12-31 12:00", false, "moving.yaml:8"},          // its end
		{"everything.yaml", "2027-01-01 09:00", false, "everything.yaml:15"}, // a Friday between the years
		{"everything.yaml", "2028-02-29 10:30", true, "everything.yaml:16"},  // yearly
		{"everything.yaml", "2026-11-26 09:00", false, "everything.yaml:17"}, // the fourth Thursday of November
		{"everything.yaml", "2026-11-27 13:00", false, "everything.yaml:18"}, // the last Friday of a month
		{"everything.yaml", "2026-06-20 09:00", true, "everything.yaml:19"},  // every other Saturday
		{"everything.yaml", "2026-06-13 09:00", false, "everything.yaml:10"}, // not this one
		{"everything.yaml", "2026-12-27 09:00", true, "everything.yaml:20"},  // a date before a recurring day
		{"everything.yaml", "2026-06-01 09:59", false, "holidays/id.yaml:"},  // Pancasila Day
		{"everything.yaml", "2026-06-01 10:00", false, "everything.yaml:22"}, // an override of half an hour
		{"everything.yaml", "2035-07-05 03:00", true, "everything.yaml:23"},  // until revoked
		{"everything.yaml", "2041-07-05 03:00", true, "everything.yaml:23"},  // still
		// collective leave in one set, a holiday in another
		{"everything.yaml", "2026-02-16 09:00", false, "holidays/cn.yaml:"},
		// collective leave, on which this line works
		{"everything.yaml", "2026-05-15 09:00", true, "everything.yaml:9"},
		// a make-up working day, on which it rests
		{"everything.yaml", "2026-02-28 09:00", false, "holidays/cn.yaml:"},
	} {
		f := loadHours(t, tt.file)
		got := f.Calendar.At(wall(t, f.Calendar, tt.at))
		if got.Open != tt.open || !strings.HasPrefix(got.Source, tt.source) {
			t.Errorf("%s at %s: %+v, want %v from %s", tt.file, tt.at, got, tt.open, tt.source)
		}
	}
}

// TestHoursFileName: the file's name stands for a line that it does not name.
func TestHoursFileName(t *testing.T) {
	if a, b := loadHours(t, "moving.yaml"), loadHours(t, "everything.yaml"); a.Name != "moving" ||
		b.Name != "everything" {
		t.Errorf("names %q and %q", a.Name, b.Name)
	}
}

func TestMistakesInAFileOfHours(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "draft.yaml: is empty; write the file, or remove it",
		"zone: UTC\nweek: {m: []}":   `draft.yaml:2: week.m: unknown key; known here: mon, tue, wed, thu, fri, sat, sun`,
		"zone: UTC":                  `draft.yaml:1: week: is missing; list the hours of each weekday, for example mon: ["09:00-17:00"]`,
		strings.Repeat("#", 1<<18+1): "draft.yaml: has 262145 bytes; at most 262144 are supported",
	} {
		if _, err := config.LoadHours(config.Shipped(), "draft.yaml", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

// TestSetsOfTheConfiguration: a set of the configuration takes the place of the built-in one, and a new one can be
// named.
func TestSetsOfTheConfiguration(t *testing.T) {
	fsys := base(t)
	set := func(name, date string) []byte {
		return []byte("name: " + name + "\ncovers: {from: 2026-01-01, to: 2026-12-31}\n" +
			"sources: [\"the works council\"]\ndays:\n  - {date: " + date + ", kind: holiday, name: Outing}\n")
	}
	fsys["holidays/works.yaml"] = file(set("works", "2026-11-23"))
	fsys["holidays/id.yaml"] = file(set("id", "2026-11-24"))
	fsys["hours/shop.yaml"].Data = append(fsys["hours/shop.yaml"].Data, "holidays: [works, id]\n"...)
	line := load(t, fsys).ByID("shop")
	for at, open := range map[string]bool{"2026-11-23 10:00": false, "2026-11-24 10:00": false,
		"2026-08-17 10:00": true} {
		if got := line.Hours.At(wall(t, line.Hours, at)); got.Open != open {
			t.Errorf("%s: %+v", at, got)
		}
	}
	fsys["holidays/works.yaml"] = file(set("work", "2026-11-23"))
	if _, err := config.Load(fsys); err == nil || !strings.Contains(err.Error(), "holidays/works.yaml") {
		t.Errorf("a set of another name: %v", err)
	}
}

// TestHashCoversSets: an edited set is another configuration.
func TestHashCoversSets(t *testing.T) {
	fsys, before := base(t), load(t, base(t)).Hash
	data, err := fs.ReadFile(config.Shipped(), "holidays/id.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fsys["holidays/id.yaml"] = file(bytes.Replace(data, []byte("Natal"), []byte("Christmas"), 1))
	if load(t, fsys).Hash == before {
		t.Error("the same hash with an edited set")
	}
}

// TestDeskHours: a desk may have a week of its own, and has the line's days where it has none.
func TestDeskHours(t *testing.T) {
	own := func(hours string) *ivr.Line {
		fsys := base(t)
		fsys["lines/shop.yaml"].Data = bytes.Replace(fsys["lines/shop.yaml"].Data, []byte("hours: line"),
			[]byte("hours: "+hours), 1)
		fsys["hours/shop.yaml"].Data = append(fsys["hours/shop.yaml"].Data,
			"holidays: [id]\n"+
				"overrides: [{from: 2026-11-23 14:00, until: 2026-11-23 15:00, closed: true, reason: Drill}]\n"...)
		return load(t, fsys).ByID("shop")
	}
	week := own(`{week: {mon: ["07:00-20:00"], thu: ["07:00-20:00"], fri: ["07:00-11:30", "13:00-20:00"]}}`)
	bare := own(`{week: {mon: ["07:00-20:00"], thu: ["07:00-20:00"], fri: ["07:00-20:00"]}, special: [], holidays: [], overrides: []}`)
	for _, tt := range []struct {
		at                string
		week, bare, line  bool
		about, weekSource string
	}{
		{"2026-11-23 07:00", true, true, false, "its own Monday", "lines/shop.yaml:18"},
		{"2026-11-23 14:30", false, true, false, "the line's override", "hours/shop.yaml:17"},
		{"2026-11-27 12:00", false, true, false, "its own Friday", "lines/shop.yaml:18"},
		{"2026-11-24 10:00", false, false, true, "no Tuesday", "lines/shop.yaml:18"},
		{"2026-12-25 10:00", false, true, false, "the line's special day", "hours/shop.yaml:8"},
		{"2026-12-27 18:00", true, false, false, "the line's make-up day, by the desk's own Monday",
			"hours/shop.yaml:10"},
		{"2026-08-17 10:00", false, true, false, "the line's set of holidays", "holidays/id.yaml:"},
	} {
		at := wall(t, week.Hours, tt.at)
		got := week.Desks["support"].Hours.At(at)
		if got.Open != tt.week || !strings.HasPrefix(got.Source, tt.weekSource) {
			t.Errorf("%s (%s): %+v", tt.at, tt.about, got)
		}
		if bare.Desks["support"].Hours.IsOpen(at) != tt.bare || week.Hours.IsOpen(at) != tt.line {
			t.Errorf("%s (%s): without the line's days %v, the line itself %v", tt.at, tt.about, !tt.bare, !tt.line)
		}
		if !week.Desks["emergency"].Hours.IsOpen(at) {
			t.Errorf("%s: the emergency desk is closed", tt.at)
		}
	}
}

// TestOverrideIsAnnounced: what an override says is an announcement while it lasts; the general desk's concerns
// everybody. A reading that the clock shows twice is the first of the two, and one that it skips is as much later.
func TestOverridesWhenTheClockChanges(t *testing.T) {
	for zone, want := range map[string][2]string{
		"America/New_York": {"2027-03-14T07:30:00Z", "2027-11-07T05:30:00Z"},
		"Europe/Berlin":    {"2027-03-28T01:30:00Z", "2027-10-31T00:30:00Z"},
	} {
		fsys, gap, twice := base(t), "2027-03-14 02:30", "2027-11-07 01:30"
		if zone == "Europe/Berlin" {
			gap, twice = "2027-03-28 02:30", "2027-10-31 02:30"
		}
		data := regexp.MustCompile(`(?m)^zone: .*$`).ReplaceAll(fsys["hours/shop.yaml"].Data, []byte("zone: "+zone))
		fsys["hours/shop.yaml"].Data = append(data, fmt.Sprintf("overrides:\n  - {from: %s, until: %s, closed: true, "+
			"reason: Works, say: {en: \"Works.\", id: \"Kerja.\"}}\n", gap, twice)...)
		snapshot := load(t, fsys)
		said := warned(snapshot.Warnings(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)))
		for _, note := range []string{"from: the clock is set forward over " + gap + ", so that 03:30 is meant",
			"until: the clock shows " + twice + " twice; the first time is meant"} {
			if strings.Count(said, note) != 1 {
				t.Errorf("%s: want %q in\n%s", zone, note, said)
			}
		}
		got := snapshot.ByID("shop").Announcements
		if i := slices.IndexFunc(got, func(a ivr.Announcement) bool { return a.Text["en"] == "Works." }); i < 0 ||
			got[i].From.Format(time.RFC3339) != want[0] || got[i].Until.Format(time.RFC3339) != want[1] {
			t.Errorf("%s: %+v", zone, got)
		}
	}
}

func TestOverrideIsAnnounced(t *testing.T) {
	fsys := base(t)
	fsys["hours/shop.yaml"].Data = append(fsys["hours/shop.yaml"].Data, `overrides:
  - {from: 2026-11-23 10:00, until: 2026-11-23 11:00, closed: true, reason: Drill, say: {en: "A drill.", id: "Latihan."}}
  - {from: 2026-12-01 10:00, until: until revoked, closed: true, reason: Flood, say: {en: "A flood.", id: "Banjir."}}
`...)
	fsys["lines/shop.yaml"].Data = bytes.Replace(fsys["lines/shop.yaml"].Data, []byte("hours: line"), []byte(
		`hours: {week: {mon: ["07:00-20:00"]}, overrides: [{from: 2026-11-24 10:00, until: 2026-11-24 11:00, open: true, reason: Help, say: {en: "Help.", id: "Bantuan."}}]}`), 1)
	line := load(t, fsys).ByID("shop")
	at := func(text string) time.Time { return wall(t, line.Hours, text).UTC() }
	want := []ivr.Announcement{
		{From: at("2026-11-23 10:00"), Until: at("2026-11-23 11:00"),
			Text: map[string]string{"en": "A drill.", "id": "Latihan."}},
		{From: at("2026-12-01 10:00"), Until: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
			Text: map[string]string{"en": "A flood.", "id": "Banjir."}},
		line.Announcements[2],
		{From: at("2026-11-24 10:00"), Until: at("2026-11-24 11:00"),
			Text: map[string]string{"en": "Help.", "id": "Bantuan."}},
	}
	if diff := cmp.Diff(want, line.Announcements); diff != "" || len(want[2].Topics) != 1 {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := line.Hours.At(at("2026-11-23 10:30")); got.Open || got.Say["en"] != "A drill." {
		t.Errorf("%+v", got)
	}
	if !line.Desks["support"].Hours.IsOpen(at("2026-11-24 10:30")) ||
		line.Desks["support"].Hours.IsOpen(at("2026-11-24 11:00")) {
		t.Error("the desk's own override does not apply")
	}
}
