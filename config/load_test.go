package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/internal/configtest"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

func base(t testing.TB) fstest.MapFS { return configtest.Base(t) }

func load(t testing.TB, fsys fs.FS) *config.Snapshot { return configtest.Load(t, fsys) }

func TestLoad(t *testing.T) {
	s := load(t, base(t))
	if len(s.Lines) != 1 {
		t.Fatalf("%d lines", len(s.Lines))
	}
	line := s.Lines[0]
	want := &ivr.Line{
		ID: "shop", Region: "ID", Numbers: []string{"+622150001000", "+622150001001"},
		Languages: []ivr.Language{
			{Tag: "en", Locale: "en-US", Voice: "Google.en-US-Standard-C"},
			{Tag: "id", Locale: "id-ID", Voice: "Google.id-ID-Standard-A"}},
		Announcements: []ivr.Announcement{{From: time.Date(2026, 12, 31, 15, 0, 0, 0, time.UTC),
			Until:  time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC),
			Topics: []string{"login"}, Text: map[string]string{"en": "Maintenance.", "id": "Pemeliharaan."}}},
		Topics: []ivr.Topic{
			{ID: "stolen", Desk: "emergency", Urgent: true},
			{ID: "login", Desk: "support", Help: true, AskAccount: true},
			{ID: "refund", Desk: "support", AskAccount: true, Questions: []string{"refund"}}},
		Menu:  []ivr.Choice{{ID: "stolen"}, {ID: "login"}, {ID: "refund"}},
		Names: map[string]string{"en": "the shop", "id": "toko"},
		Desks: map[string]*ivr.Desk{
			"support": {ID: "support", Language: "id", Ring: 20 * time.Second, Targets: []callbacks.Target{
				{ID: "support-1", Kind: callbacks.Number, Address: "+622150002001"},
				{ID: "support-2", Kind: callbacks.Client, Address: "shop_agent_2"},
				{ID: "support-3", Kind: callbacks.SIP, Address: "sip:agent@example.com"}}},
			"emergency": {ID: "emergency", Language: "en", Ring: 25 * time.Second, Targets: []callbacks.Target{
				{ID: "emergency-1", Kind: callbacks.Number, Address: "+622150003001"}}}},
		General:   "support",
		Account:   ivr.NumberRule{Min: 10, Max: 13, Starts: []string{"08"}, CallingNumber: true},
		Questions: map[string]ivr.NumberRule{"refund": {Min: 6, Max: 14}},
		Callbacks: callbacks.Policy{SlotLength: 30 * time.Minute, SlotCount: 3, SlotCapacity: 4,
			MinNotice:   30 * time.Minute,
			MaxAttempts: 3, MaxDeskAttempts: 6, RetryAfter: 10 * time.Minute, ExpiresAfter: 72 * time.Hour,
			Retention: 720 * time.Hour, Countries: []string{"ID"}, Ours: line.Callbacks.Ours,
			Blocked: []callbacks.Blocked{{Prefix: "+62811", Reason: "costly"}}, Unreachable: []string{"+86", "+850"},
			Routes: []callbacks.Route{{Prefix: "+86", Byoc: "BY0123456789abcdef0123456789abcdef"}}},
		NoInputLimit: 2, NoMatchLimit: 4, MessageSeconds: 60, NoteSeconds: 30,
	}
	want.Version = line.Version
	ignore := cmpopts.IgnoreTypes(&hours.Calendar{}, &ivr.Prompts{})
	if diff := cmp.Diff(want, line, ignore); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text, ok := line.Prompts.Text("shop", "id", "welcome"); !ok || text != "welcome dalam id {line}" {
		t.Errorf("prompt = %q, %v", text, ok)
	}
}

func TestLoadedHours(t *testing.T) {
	line := load(t, base(t)).ByID("shop")
	z := line.Hours.Zone()
	tests := []struct {
		at           time.Time
		open         bool
		rule, source string
	}{
		{time.Date(2026, 11, 23, 9, 0, 0, 0, z), true, "week mon 09:00-12:00", "hours/shop.yaml:4"},
		{time.Date(2026, 11, 27, 23, 59, 0, 0, z), true, "week fri 22:00-24:00", "hours/shop.yaml:6"},
		{time.Date(2026, 11, 25, 10, 0, 0, 0, z), false, "week wed closed", "hours/shop.yaml:3"},
		{time.Date(2026, 12, 25, 10, 0, 0, 0, z), false, "special 2026-12-25 Christmas", "hours/shop.yaml:8"},
		{time.Date(2026, 12, 27, 10, 0, 0, 0, z), true, "special 2026-12-27 Make-up day", "hours/shop.yaml:10"},
		{time.Date(2026, 12, 30, 12, 0, 0, 0, z), false, "special 2026-12-28..2026-12-30 Short days",
			"hours/shop.yaml:9"},
	}
	for _, tt := range tests {
		got := line.Desks["support"].Hours.At(tt.at)
		if got.Open != tt.open || got.Rule != tt.rule || got.Source != tt.source {
			t.Errorf("at %s: %+v, want %+v", tt.at, got, tt)
		}
	}
	if got := line.Desks["emergency"].Hours.At(tests[3].at); !got.Open || got.Rule != "always" {
		t.Errorf("emergency desk: %+v", got)
	}
}

func TestSnapshotFinds(t *testing.T) {
	s := load(t, base(t))
	line := s.ByID("shop")
	if line == nil || s.ByNumber("+622150001001") != line {
		t.Fatalf("ByID = %v, ByNumber = %v", line, s.ByNumber("+622150001001"))
	}
	if s.ByID("other") != nil || s.ByNumber("+622150002001") != nil {
		t.Error("found a line that is not there")
	}
	plan, ok := s.Plan("shop", "emergency")
	want := callbacks.Plan{Policy: line.Callbacks, Targets: line.Desks["emergency"].Targets, Ring: 25 * time.Second,
		From: "+622150001000"}
	if diff := cmp.Diff(want, plan, cmpopts.IgnoreTypes(&hours.Calendar{}),
		cmpopts.IgnoreFields(callbacks.Plan{}, "SMSBody")); diff != "" || !ok ||
		plan.Hours != line.Desks["emergency"].Hours {
		t.Errorf("Plan = %v (-want +got):\n%s", ok, diff)
	}
	for _, of := range [][2]string{{"shop", "front"}, {"other", "support"}} {
		if _, ok := s.Plan(of[0], of[1]); ok {
			t.Errorf("Plan(%v) found", of)
		}
	}
}

func TestHashTellsConfigurationsApart(t *testing.T) {
	first, again := load(t, base(t)).Hash, load(t, base(t)).Hash
	if first != again || len(first) != 16 {
		t.Errorf("hashes %q and %q of the same files", first, again)
	}
	fsys := base(t)
	fsys["hours/shop.yaml"].Data = append(fsys["hours/shop.yaml"].Data, "# edited\n"...)
	if load(t, fsys).Hash == first {
		t.Error("the same hash after an edit")
	}
}

// TestPassedOver: what editors and mounted volumes leave in a directory is not read.
func TestPassedOver(t *testing.T) {
	fsys := base(t)
	for _, name := range []string{"hours/shop.yaml~", "hours/.shop.yaml.swp", "hours/.#shop.yaml",
		"lines/..data/shop.yaml", "lines/README.md", "lines/~$shop.yaml", "lines.old/shop.yaml"} {
		fsys[name] = &fstest.MapFile{Data: []byte("not: [yaml")}
	}
	load(t, fsys)
}

// TestSpareSentences: the sentences of a topic that is not in the menu just now may stay.
func TestSpareSentences(t *testing.T) {
	fsys := base(t)
	fsys["prompts/en.yaml"].Data = append(fsys["prompts/en.yaml"].Data,
		"topic.fees: \"fees\"\nhelp.fees: \"See the list of fees.\"\n"...)
	load(t, fsys)
}

// TestAnotherLinesHoursAreNotAdvised: a file that is gone is missed by its line, and the nearest name is another
// line's, with hours in another zone.
func TestAnotherLinesHoursAreNotAdvised(t *testing.T) {
	fsys := shippedFiles(t)
	delete(fsys, "hours/gopay.yaml")
	_, err := config.Load(fsys)
	if err == nil || strings.Contains(err.Error(), "did you mean \"okpay\"") ||
		!strings.Contains(err.Error(), "there is no hours/gopay.yaml; known here: okpay, paypay, upay, wallet") {
		t.Errorf("%v", err)
	}
}

// TestAWrongNameIsToldAlone: nothing is said of what is missed where one name is wrong, and nothing is silent.
func TestAWrongNameIsToldAlone(t *testing.T) {
	for from, names := range map[string][]string{
		"topics.yaml":      {"topics.yml", "topics.yaml.txt", "Topics.yaml", "TOPICS.YAML", "topics (1).yaml"},
		"lines/gopay.yaml": {"lines/gopay.YAML", "lines/gopay.yaml.txt", "lines/Gopay.yaml", "lines/Copy of gopay.yaml"},
		"hours/gopay.yaml": {"hours/gopay.yml", "hours/gopay.yaml.txt", "hours/gopay 的副本.yaml"},
		"prompts/en.yaml":  {"prompts/en.YAML", "prompts/en_old.yaml", "prompts/EN.yaml"},
		"holidays/id.yaml": {"holidays/id.YAML", "holidays/id.yaml.txt", "holidays/id.yml", "holidays/ID.yaml"},
		"hours":            {"Hours", "hour"},
		"lines":            {"line"}, "prompts": {"Prompts"}, "holidays": {"holiday"}, "calls": {"call", "Calls"},
	} {
		for _, to := range names {
			fsys := shippedFiles(t)
			for name, file := range shippedFiles(t) {
				if rest, ok := strings.CutPrefix(name, from); ok && (rest == "" || rest[0] == '/') {
					delete(fsys, name)
					fsys[to+rest] = file
				}
			}
			_, err := config.Load(fsys)
			problems, _ := errors.AsType[config.Problems](err)
			if len(problems) != 1 || problems[0].File != to || !strings.Contains(problems[0].Message, "rename it to ") {
				t.Errorf("%s: %v", to, err)
			}
		}
	}
}

// TestHoursOfAnotherLineByMistake: the line that names the wrong hours is blamed, not the file that nobody names then.
func TestHoursOfAnotherLineByMistake(t *testing.T) {
	fsys := shippedFiles(t)
	file := fsys["lines/gopay.yaml"]
	file.Data = []byte(strings.Replace(string(file.Data), "hours: gopay", "hours: okpay", 1))
	_, err := config.Load(fsys)
	want := "lines/gopay.yaml:11: hours: is okpay, and no line has hours/gopay.yaml; write hours: gopay, or remove that file"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

// TestOldWords: announcements may stand under the name that they had.
func TestOldWords(t *testing.T) {
	fsys := base(t)
	want := load(t, fsys).ByID("shop").Announcements
	text := strings.Replace(string(fsys["hours/shop.yaml"].Data), "announcements:", "notices:", 1)
	fsys["hours/shop.yaml"].Data = []byte(text)
	s := load(t, fsys)
	if diff := cmp.Diff(want, s.ByID("shop").Announcements); diff != "" || len(want) == 0 {
		t.Errorf("(-announcements +notices):\n%s", diff)
	}
	if at := s.Source("shop", "announcements"); at != "hours/shop.yaml:11" {
		t.Errorf("they stand at %s", at)
	}
}

// TestOptional: what may be left out gets a value.
func TestOptional(t *testing.T) {
	fsys := base(t)
	text := string(fsys["lines/shop.yaml"].Data)
	text = strings.Replace(text, "limits: {no_input: 2, no_match: 4, message_seconds: 60}\n", "", 1)
	text = text[:strings.Index(text, "callbacks:")] + text[strings.Index(text, "name:"):]
	fsys["lines/shop.yaml"].Data = []byte(text)
	fsys["hours/shop.yaml"].Data = []byte("line: shop\nzone: Asia/Jakarta\nweek:\n  mon: []\n")
	line := load(t, fsys).ByID("shop")
	if line.NoInputLimit != 3 || line.NoMatchLimit != 3 || line.MessageSeconds != 120 {
		t.Errorf("limits %d %d %d", line.NoInputLimit, line.NoMatchLimit, line.MessageSeconds)
	}
	own := map[string]bool{"+622150001000": true, "+622150001001": true, "+622150002001": true, "+622150003001": true}
	if diff := cmp.Diff(callbacks.Policy{Countries: []string{"ID"}, Ours: own, Unreachable: []string{"+86"}},
		line.Callbacks); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

func TestTooLarge(t *testing.T) {
	fsys := base(t)
	fsys["hours/shop.yaml"].Data = append(fsys["hours/shop.yaml"].Data, strings.Repeat("#\n", 1<<17)...)
	_, err := config.Load(fsys)
	if err == nil || !strings.Contains(err.Error(), "at most 262144 are supported") {
		t.Errorf("err = %v", err)
	}
}

// TestHostileFilesAreCheap: what is damaged, or made to cost much, is refused without costing it.
func TestHostileFilesAreCheap(t *testing.T) {
	const size = 1<<18 - 1000
	fill := func(text string) string { return strings.Repeat(text, size/len(text)) }
	var keys strings.Builder
	for i := 0; keys.Len() < size; i++ {
		fmt.Fprintf(&keys, "a sentence that nobody speaks, number %d: a\n", i)
	}
	for name, text := range map[string]string{
		"open brackets": fill("["), "open braces": fill("{"), "dashes": fill("- "), "keys": fill("? "),
		"nested keys": fill("a: "), "many keys": keys.String(), "anchors": fill("&a "), "tags": fill("!!str "),
		"quotation marks": fill(`"`), "percent": fill("%"),
		"aliases": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" +
			"c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n",
		"braces in a prompt": "goodbye: \"" + fill("{x}") + "\"",
		"many spans":         "week:\n  mon: [" + fill(`"22:00-06:00",`) + "]",
		"many special days":  "special: [" + fill("{},") + "]",
	} {
		for _, file := range []string{"hours/shop.yaml", "lines/shop.yaml", "prompts/en.yaml", "calls/shop-open.yaml"} {
			fsys := base(t)
			fsys[file].Data = []byte(text)
			began := time.Now()
			_, err := config.Load(fsys)
			if took := time.Since(began); err == nil || took > 10*time.Second || len(err.Error()) > 1<<20 {
				t.Errorf("%s in %s: %s, error of %d bytes", name, file, took, len(fmt.Sprint(err)))
			} else if took > time.Second/2 {
				t.Logf("%s in %s: %s, error of %d bytes", name, file, took, len(fmt.Sprint(err)))
			}
		}
	}
}

func file(data []byte) *fstest.MapFile { return configtest.File(data) }
