package config_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

// wholeWeek is the base with every weekday written, on the same lines, and holidays behind them.
func wholeWeek(t testing.TB) fstest.MapFS {
	t.Helper()
	fsys := base(t)
	before, rest, _ := strings.Cut(string(fsys["hours/shop.yaml"].Data), "  mon:")
	_, after, _ := strings.Cut(rest, "special:")
	fsys["hours/shop.yaml"].Data = []byte(before + `  {mon: ["09:00-12:00", "13:00-17:00"], tue: ["09:00-17:00"],
  wed: [], thu: [], sat: [], sun: [],
  fri: [22:00-24:00]}
special:` + after + "holidays: []\n")
	return fsys
}

// ofDesk is a week of a desk's own.
const ofDesk = `week: {mon: ["07:00-20:00"], tue: [], wed: [], thu: [], fri: [], sat: [], sun: []}`

func warned(warnings []config.Warning) string {
	var b strings.Builder
	for _, w := range warnings {
		fmt.Fprintf(&b, "%s/%s/%s %d: %s\n", w.Line, w.Desk, w.Set, w.Days, w)
	}
	return b.String()
}

// TestWarnings: a set that ends within 90 days, and an override that nobody has ended.
func TestWarnings(t *testing.T) {
	fsys := wholeWeek(t)
	fsys["holidays/works.yaml"] = file([]byte("name: works\ncovers: {from: 2026-01-01, to: 2026-12-31}\nsources: " +
		"[\"the works council\"]\ndays:\n  - {date: 2026-11-23, kind: holiday, name: Outing}\n"))
	fsys["hours/shop.yaml"].Data = append(bytes.TrimSuffix(fsys["hours/shop.yaml"].Data, []byte("holidays: []\n")),
		`holidays: [works]
overrides:
  - {from: 2026-10-02 10:00, until: until revoked, open: true, reason: Crisis}
  - {from: 2026-09-01 10:00, until: 2026-09-01 11:00, closed: true, reason: Drill}
`...)
	fsys["lines/shop.yaml"].Data = bytes.Replace(fsys["lines/shop.yaml"].Data, []byte("hours: line"),
		[]byte("hours: {"+ofDesk+"}"), 1)
	shop := load(t, fsys)
	const (
		crisis = "hours/shop.yaml:18: overrides[0]: open until revoked (Crisis) %s 2026-10-02 10:00; remove it " +
			"when it is over, or give it an end\n"
		uncovers = "hours/shop.yaml:16: holidays[0]: the set works (holidays/works.yaml:2) does not cover the days " +
			"from %s; import the holidays that have been announced, or extend the set\n"
		drill = "shop// 0: hours/shop.yaml:19: overrides[1]: ended on 2026-09-01; remove it, or correct its dates\n"
	)
	for _, tt := range []struct{ now, want string }{
		// 2 October 23:59 in Jakarta is 90 days before 31 December, which is covered.
		{"2026-10-02T16:59:59Z", "shop// 0: " + fmt.Sprintf(crisis, "since") + drill},
		// Midnight there: the day that is 90 days ahead is not.
		{"2026-10-02T17:00:00Z", "shop//works 90: " + fmt.Sprintf(uncovers, "2027-01-01 on, which "+
			"is in 90 days") + "shop// -1: " + fmt.Sprintf(crisis, "since") + drill},
		{"2026-12-31T17:00:00Z", "shop//works 0: " + fmt.Sprintf(uncovers, "today on") + "shop// -91: " +
			fmt.Sprintf(crisis, "since") +
			strings.Replace(drill, "dates\n", "dates; so are those on the lines 12\n", 1)},
		{"2026-01-05T00:00:00Z", "shop// 270: " + fmt.Sprintf(crisis, "begins on")},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := warned(shop.Warnings(now)); got != tt.want {
			t.Errorf("at %s:\n%swant\n%s", tt.now, got, tt.want)
		}
	}
}

// TestDeskWarnings: what only a desk relies on is told of the desk.
func TestDeskWarnings(t *testing.T) {
	fsys := wholeWeek(t)
	fsys["lines/shop.yaml"].Data = bytes.Replace(fsys["lines/shop.yaml"].Data, []byte("hours: line"), []byte(
		"hours: {"+ofDesk+", holidays: [id], overrides: [{from: 2026-11-24 10:00, until: until revoked, open: true, "+
			"reason: Help}]}"), 1)
	got := warned(load(t, fsys).Warnings(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)))
	if strings.Count(got, "\n") != 3 || !strings.Contains(got, "shop/support/id 0: lines/shop.yaml:18: "+
		"desks[0].hours.holidays[0]: the set id") ||
		!strings.Contains(got, "shop/support/ -38: lines/shop.yaml:18: desks[0].hours.overrides[0]: open until "+
			"revoked (Help)") {
		t.Error(got)
	}
}

// TestWarningsOfAFile: a single file warns like a line.
func TestWarningsOfAFile(t *testing.T) {
	f := loadHours(t, "everything.yaml")
	got := warned(f.Warnings(time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)))
	for _, want := range []string{"everything//id 0: everything.yaml:11: holidays[0]",
		"everything//cn 0: everything.yaml:11: holidays[1]", "everything.yaml:23: overrides[1]"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// braced are placeholders as a sentence has them.
func braced(args []string) (text string) {
	for _, arg := range args {
		text += " {" + arg + "}"
	}
	return text
}

// TestWarningsOfLines: names and numbers that will not do with the provider are said with file, line and remedy,
// whatever the day; and they are no mistakes.
func TestWarningsOfLines(t *testing.T) {
	const clean = ""
	for name, tt := range map[string]struct{ old, new, want string }{
		"a hyphen": {"shop_agent_2", "shop-agent.2",
			"lines/shop.yaml:22: desks[0].targets[1].client: the provider's mobile SDKs take only letters, digits " +
				"and underscores in a client's name; " +
				"rename shop-agent.2 here and where the agent signs in, for example shop_agent_2"},
		"letters, digits, underscores": {"shop_agent_2", "Shop_2", clean},
		"a number of mainland China": {`numbers: ["+622150001000", "+622150001001"]`, `numbers: ["+862150001000"]`,
			"lines/shop.yaml:21: desks[0].targets[0].number: a call to this telephone would show …1000, which is " +
				"refused, since the provider has no numbers of mainland China; " +
				"add caller_id: a number that the account owns"},
		"one with a caller ID": {`numbers: ["+622150001000", "+622150001001"]`,
			"numbers: [\"+862150001000\"]\ncaller_id: \"+6566002000\"", clean},
		"text messages from there": {"numbers: [\"+622150001000\", \"+622150001001\"]",
			"numbers: [\"+862150001000\"]\ncaller_id: \"+6566002000\"\ntext_messages: true",
			"lines/shop.yaml:5: text_messages: text messages would come from …1000, and the provider has no numbers " +
				"of mainland China; add text_sender: a number or a name of the account's"},
		"a list of countries without its own": {"  unreachable:", "  countries: [SG]\n  unreachable:",
			"lines/shop.yaml:40: callbacks.countries: ID, the line's own country, is not among them: its customers " +
				"are not called; add it unless that is meant"},
		"a voice that is not known": {"voice: Google.en-US-Standard-C",
			"voice: Google.en-US-New-A, allow_unknown_voice: " +
				"true", clean},
		"one that is known after all": {"voice: Google.en-US-Standard-C", "voice: Google.en-US-Standard-C, " +
			"allow_unknown_voice: true", "lines/shop.yaml:5: languages[0].allow_unknown_voice: is not needed: voice " +
			"Google.en-US-Standard-C is known; remove it"},
		"with a sender": {"numbers: [\"+622150001000\", " +
			"\"+622150001001\"]", "numbers: [\"+862150001000\"]\ncaller_id: \"+6566002000\"\ntext_messages: " +
			"true\ntext_sender: SHOP", clean},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := wholeWeek(t)
			text := fsys["lines/shop.yaml"].Data
			if strings.Contains(tt.new, "text_messages") {
				text = bytes.Replace(text, []byte("text_messages: false\n"), nil, 1)
				for _, tag := range []string{"en", "id"} {
					file := fsys["prompts/"+tag+".yaml"]
					for _, need := range ivr.CommonPromptNeeds(true) {
						if !bytes.Contains(file.Data, []byte(need.Key+":")) {
							file.Data = fmt.Appendf(file.Data, "%s: \"7%s\"\n", need.Key, braced(need.Args))
						}
					}
				}
			}
			fsys["lines/shop.yaml"].Data = bytes.Replace(text, []byte(tt.old), []byte(tt.new), 1)
			var got []string
			for _, w := range load(t, fsys).Warnings(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
				if !w.Undated || w.Line != "shop" {
					t.Errorf("%+v", w)
				}
				got = append(got, w.Problem.String())
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestShippedLinesAreWiredForTheProvider: none of them warns.
func TestShippedLinesAreWiredForTheProvider(t *testing.T) {
	snapshot, err := config.Load(config.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range snapshot.Warnings(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
		if w.Undated {
			t.Error(w.Problem)
		}
	}
}

// TestSentencesThatNobodyHears: a line's own words in a language that it does not speak.
func TestSentencesThatNobodyHears(t *testing.T) {
	fsys := wholeWeek(t)
	fsys["prompts/ja.yaml"] = &fstest.MapFile{Data: []byte("shop/welcome: \"{line}でございます。\"\n")}
	var got []string
	for _, w := range load(t, fsys).Warnings(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
		got = append(got, w.Problem.String())
	}
	want := "prompts/ja.yaml:1: shop/welcome: line shop does not speak ja, so nobody hears this; remove it"
	if strings.Join(got, "\n") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNewWarnings: those that an edit brings, not those that only stand on another line now.
func TestNewWarnings(t *testing.T) {
	before, edited := wholeWeek(t), wholeWeek(t)
	text := string(before["hours/shop.yaml"].Data)
	before["hours/shop.yaml"].Data = []byte(strings.Replace(text, "[22:00-24:00]", "[22:00-13:00]", 1))
	edited["hours/shop.yaml"].Data = []byte("# moved\n" + strings.NewReplacer("[22:00-24:00]", "[22:00-13:00]",
		"tue: [\"09:00-17:00\"]", "tue: [\"09:00-05:00\"]").Replace(text))
	now := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	got := load(t, edited).NewWarnings(load(t, before), now)
	if len(got) != 1 || got[0].Key != "week.tue[0]" || got[0].Problem.Line != 5 {
		t.Errorf("%v", got)
	}
}
