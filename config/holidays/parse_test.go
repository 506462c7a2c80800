package holidays_test

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/hours"
)

// entryOf is what a set says of a date.
func entryOf(set *holidays.Set, date hours.Date) (holidays.Day, bool) {
	for _, day := range set.Days {
		if day.Date == date {
			return day, true
		}
	}
	return holidays.Day{}, false
}

const sound = `# For tests.
name: xx
covers: {from: 2026-01-01, to: 2026-12-31}
sources: ["somebody"]
days:
  - {date: 2026-01-01, kind: holiday, name: First}
  - {date: 2026-05-01, kind: make-up, name: Second}
`

func TestParse(t *testing.T) {
	set, err := holidays.Parse("holidays/xx.yaml", []byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	want := &holidays.Set{Name: "xx", From: hours.Date{Year: 2026, Month: 1, Day: 1},
		To:      hours.Date{Year: 2026, Month: 12, Day: 31},
		Sources: []string{"somebody"}, Comment: "For tests.", File: "holidays/xx.yaml", CoversLine: 3,
		Days: []holidays.Day{
			{Date: hours.Date{Year: 2026, Month: 1, Day: 1}, Kind: holidays.Holiday, Name: "First", Line: 6},
			{Date: hours.Date{Year: 2026, Month: 5, Day: 1}, Kind: holidays.MakeUp, Name: "Second", Line: 7}}}
	if diff := cmp.Diff(want, set); diff != "" {
		t.Error(diff)
	}
	if !set.Has(holidays.MakeUp) || set.Has(holidays.Collective) {
		t.Error("Has is wrong")
	}
	if d, ok := entryOf(set, hours.Date{Year: 2026, Month: 5, Day: 1}); !ok || d.Name != "Second" {
		t.Errorf("1 May: %v %v", d, ok)
	}
}

func TestMistakesOfFiles(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{sound, "", "xx.yaml: is empty"},
		{sound, "- a", "xx.yaml:1: has to be keys and values"},
		{sound, "name: xx\n", "covers: is missing"},
		{sound, sound + "---\na: b\n", "a second document begins here"},
		{"kind: make-up", "kind: [", "cannot be read as YAML"},
		{"name: xx", "name: XX", `xx.yaml:2: name: "XX" is no identifier`},
		{"name: xx", "nam: xx", "xx.yaml:2: nam: unknown key; did you mean \"name\"?"},
		{"name: xx", "name: xx\nname: xx", "xx.yaml:3: name: is written twice, first on line 2"},
		{"name: xx", "name: xx\ncountry: cn", "xx.yaml:3: country: \"cn\" is no country"},
		{"name: xx", "name: xx\ncountry: NO", ""},
		{"name: xx", "name: 12", "is not text for YAML"},
		{"from: 2026-01-01", "from: 2026-02-30", "xx.yaml:3: covers.from: \"2026-02-30\" is not a day of the calendar"},
		{"from: 2026-01-01", "from: 2027-01-01", "xx.yaml:3: covers: ends before it begins"},
		{"from: 2026-01-01", "from: 2026-01-02", "xx.yaml:6: days: 2026-01-01 is outside of what the set covers"},
		{`["somebody"]`, "[]", "xx.yaml:4: sources: names nobody"},
		{`["somebody"]`, `[""]`, "sources[0]: is empty"},
		{`["somebody"]`, `"somebody"`, "sources: has to be a list"},
		{"kind: make-up", "kind: makeup", `xx.yaml:7: days[1].kind: "makeup" is not known; did you mean "make-up"?`},
		{"kind: make-up", "kind: feast", "is not known; known here: holiday, collective, make-up"},
		{"covers: {from: 2026-01-01, to: 2026-12-31}", "", "covers: is missing; say which days the set knows"},
		{"kind: make-up, ", "", "xx.yaml:7: days[1].kind: is missing"},
		{"name: Second", "name: [a]", "xx.yaml:7: days[1].name: has to be a single value"},
		{"name: Second", `name: "a\nb"`, "cannot be printed"},
		{"name: Second", `name: "a\u202eb"`, "cannot be printed"},
		{"name: Second", "name: " + strings.Repeat("a", 201), "is longer than 200 bytes"},
		{"2026-05-01", "2026-01-01", "xx.yaml:7: days: 2026-01-01 is written twice, first on line 6"},
		{"2026-01-01, kind", "2026-06-01, kind", "xx.yaml:7: days: 2026-05-01 comes after 2026-06-01; sort the days"},
		{"days:", "days: &a", ""},
		{"{date: 2026-05-01, kind: make-up, name: Second}", "*a", "cannot be read as YAML"},
		{"{date: 2026-05-01, kind: make-up, name: Second}", "Second", "xx.yaml:7: days[1]: has to be keys and values"},
	} {
		_, err := holidays.Parse("xx.yaml", []byte(strings.Replace(sound, c.old, c.new, 1)))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.new, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q: got %v, want %q", c.new, err, c.want)
		}
	}
	// All mistakes at once, in the order of the file.
	_, err := holidays.Parse("xx.yaml", []byte("name: X\ncovers: {from: a, to: b}\nsources: []\ndays: [a]\n"))
	problems, ok := errors.AsType[holidays.Problems](err)
	if !ok || len(problems) != 5 || !slices.IsSortedFunc(problems,
		func(a, b holidays.Problem) int { return a.Line - b.Line }) {
		t.Errorf("got %v", err)
	}
}

func TestLoad(t *testing.T) {
	files := fstest.MapFS{
		"holidays/xx.yaml": {Data: []byte(sound)}, "holidays/yy.yaml": {Data: []byte(sound)},
		"holidays/.zz.yaml": {Data: []byte("a")},
		"holidays/vv.yaml":  {Data: make([]byte, 2<<20)}, "holidays/README.md": {Data: []byte("a")},
		"holidays/dir.yaml": {Mode: fs.ModeDir},
	}
	sets, err := holidays.Load(files, "holidays")
	if len(sets) != 1 || sets["xx"] == nil || sets["xx"].File != "holidays/xx.yaml" {
		t.Errorf("sets: %v", sets)
	}
	for _, want := range []string{"holidays/yy.yaml: name: is xx, but the file is named yy.yaml",
		"holidays/vv.yaml: has 2097152 bytes", "holidays/dir.yaml: cannot be read"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if sets, err := holidays.Load(files, "nowhere"); err != nil || len(sets) != 0 {
		t.Errorf("a directory that does not exist: %v %v", sets, err)
	}
}

// What is shipped is written as it would be written, so that an import changes no more than what it brings.
func TestShippedFilesAreCanonical(t *testing.T) {
	for _, name := range []string{"cn", "id", "jp", "sg", "us"} {
		data, err := os.ReadFile(name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(data), string(shippedSet(t, name).YAML())); diff != "" {
			t.Errorf("%s.yaml: %s", name, diff)
		}
	}
}

// ours are the fields that are not a matter of where a set was read.
var ours = cmp.Options{cmpopts.IgnoreFields(holidays.Set{}, "File", "CoversLine"),
	cmpopts.IgnoreFields(holidays.Day{}, "Line"), cmpopts.EquateEmpty()}

// genSet draws a valid set with names that YAML could mistake.
func genSet(t *rapid.T) *holidays.Set {
	name := rapid.OneOf(rapid.SampledFrom([]string{"true", "null", "12", "2026-01-01", "~", "- a", "a: b", "#a", `"`,
		`\`, "'", "Nyepi", "春节", "!x", "&x", "*x", "0x1f", "1e3", "=", "<<", "[a]", "a #b", "yes"}),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab 春:#'\"\\{}[],&*!|>%@`é")), 1, 20, -1).Filter(func(s string) bool {
			return strings.TrimSpace(s) != ""
		}))
	s := &holidays.Set{Name: "xx", Sources: rapid.SliceOfN(name, 1, 3).Draw(t, "sources"),
		Comment: rapid.SampledFrom([]string{"", "a", "a\n\n b"}).Draw(t, "comment")}
	first := time.Date(rapid.IntRange(1990, 2100).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC)
	length := rapid.IntRange(0, 800).Draw(t, "length")
	s.From, s.To = hours.DateOf(first), hours.DateOf(first.AddDate(0, 0, length))
	offsets := rapid.SliceOfNDistinct(rapid.IntRange(0, length), 0, 40, rapid.ID[int]).Draw(t, "days")
	slices.Sort(offsets)
	for _, n := range offsets {
		s.Days = append(s.Days, holidays.Day{Date: hours.DateOf(first.AddDate(0, 0, n)), Name: name.Draw(t, "name"),
			Kind: rapid.SampledFrom([]holidays.Kind{holidays.Holiday, holidays.Collective, holidays.MakeUp}).Draw(t,
				"kind")})
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := genSet(t)
		again, err := holidays.Parse("xx.yaml", set.YAML())
		if err != nil {
			t.Fatalf("%v\n%s", err, set.YAML())
		}
		if diff := cmp.Diff(set, again, ours); diff != "" {
			t.Errorf("%s\n%s", diff, set.YAML())
		}
	})
}

// Merging puts the other set over the days that it covers, and changes no others.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genSet(t), genSet(t)
		merged, err := a.Merge(b)
		if apart := a.To.DaysUntil(b.From) > 1 || b.To.DaysUntil(a.From) > 1; apart != (err != nil) {
			t.Fatalf("apart %v, error %v", apart, err)
		}
		if err != nil {
			return
		}
		if _, err := holidays.Parse("xx.yaml", merged.YAML()); err != nil {
			t.Fatal(err)
		}
		for day := time.Date(merged.From.Year, merged.From.Month, merged.From.Day, 0, 0, 0, 0,
			time.UTC); ; day = day.AddDate(0, 0, 1) {
			d := hours.DateOf(day)
			if d.Compare(merged.To) > 0 {
				break
			}
			from := a
			if b.From.Compare(d) <= 0 && d.Compare(b.To) <= 0 {
				from = b
			}
			got, ok1 := entryOf(merged, d)
			want, ok2 := entryOf(from, d)
			if ok1 != ok2 || got.Name != want.Name || got.Kind != want.Kind {
				t.Fatalf("%s is %v, want %v", d, got, want)
			}
		}
	})
}

// A difference read as it is written makes the one set of the other.
func TestDiff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genSet(t), genSet(t)
		if diff := holidays.Diff(a, a); diff != "" {
			t.Fatalf("a set differs from itself:\n%s", diff)
		}
		all := func(set *holidays.Set, sign string) []string {
			return strings.Split(strings.ReplaceAll("\n"+strings.TrimSuffix(holidays.Diff(nil, set), "\n"), "\n+ ",
				"\n"+sign), "\n")[1:]
		}
		have := all(a, "")
		for line := range strings.Lines(holidays.Diff(a, b)) {
			sign, text := line[:2], strings.TrimSuffix(line[2:], "\n")
			if sign == "+ " {
				have = append(have, text)
				continue
			}
			i := slices.Index(have, text)
			if i < 0 {
				t.Fatalf("%q goes, but is not there", text)
			}
			have = slices.Delete(have, i, i+1)
		}
		want := all(b, "")
		slices.Sort(have)
		slices.Sort(want)
		if diff := cmp.Diff(want, have); diff != "" {
			t.Error(diff)
		}
	})
}
