//go:build !race

package config_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/hours"
)

// differ tells what is not the same in two snapshots, in all that they hold, seen and unseen, down to the compiled rules of every
// calendar. Nothing is left out: what calendars and places remember of questions that they were asked is nothing yet.
func differ(a, b *config.Snapshot) string {
	if reflect.DeepEqual(a, b) {
		return ""
	}
	return "they differ: " + cmp.Diff(a, b, cmp.Exporter(func(reflect.Type) bool { return true }),
		cmp.Comparer(func(a, b *hours.Calendar) bool { return reflect.DeepEqual(a, b) }))
}

// A reloading house holds a configuration that is edited, and what was last read of it without a mistake.
type reloading struct {
	fsys, read fstest.MapFS // read is what snapshot was made of
	snapshot   *config.Snapshot
}

func newReloading(t testing.TB, fsys fstest.MapFS) *reloading {
	return &reloading{fsys: fsys, read: maps.Clone(fsys), snapshot: load(t, fsys)}
}

// reload compares what is read again with what is read anew. It is false after a mistake.
func (r *reloading) reload(t rapid.TB) bool {
	t.Helper()
	want, wrong := config.Load(r.fsys)
	got, err := r.snapshot.Reload(r.fsys)
	if fmt.Sprint(err) != fmt.Sprint(wrong) {
		t.Fatalf("read again:\n%v\nread anew:\n%v", err, wrong)
	}
	if diff := differ(want, got); diff != "" {
		t.Fatalf("(-read anew +read again):\n%s", diff)
	}
	anew, err := config.Load(r.read)
	if err != nil {
		t.Fatal(err)
	}
	if diff := differ(anew, r.snapshot); diff != "" {
		t.Fatalf("reading again changed what was there:\n%s", diff)
	}
	if wrong != nil {
		return false
	}
	r.read, r.snapshot = maps.Clone(r.fsys), got
	return true
}

// TestReloadOfMistakes makes each mistake after the base was read, and takes it back.
func TestReloadOfMistakes(t *testing.T) {
	house := newReloading(t, base(t))
	for _, m := range mistakes(t) {
		t.Run(m.name, func(t *testing.T) {
			house.fsys = m.spoiled(t)
			if house.reload(t) {
				t.Error("this is no mistake")
			}
		})
	}
}

// family is a configuration in which lines share what they can: hours, topics, prompts, sets of holidays.
func family(t testing.TB) fstest.MapFS {
	t.Helper()
	fsys := many(t, 3)
	line := fsys["lines/shop0.yaml"].Data
	replace := func(data []byte, pairs ...string) *fstest.MapFile {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(string(data), pairs[i]) {
				t.Fatalf("nothing to replace: %q", pairs[i])
			}
		}
		return file([]byte(strings.NewReplacer(pairs...).Replace(string(data))))
	}
	fsys["topics.yaml"] = file([]byte("questions: [{id: order, min: 4, max: 9}]\n" +
		"topics:\n  - {id: login, desk: support, help: true}\n  - {id: fees, desk: support, help: true}\n  - {id: stolen, desk: emergency, urgent: true}\n"))
	own := "  - id: emergency\n    language: en\n    hours:\n      week: {mon: [\"08:00-20:00\"]}\n      holidays: [mine]\n"
	fsys["lines/guest.yaml"] = replace(line, "line: shop0\n", "line: guest\nhours: shop1\nfigures: {fee: 2500 IDR}\n", "+622160000000", "+622160000100",
		"+622160000001", "+622160000101", "{id: login, desk: support, help: true, ask: [account]}", "login", "{id: stolen, desk: emergency, urgent: true}", "fees",
		"  - id: emergency\n    language: en\n    hours: always\n", own)
	fsys["lines/shop2.yaml"] = replace(line, "line: shop0\n", "line: shop2\n", "+622160000000", "+622160000004", "+622160000001", "+622160000005",
		"{id: login, desk: support, help: true, ask: [account]}", "login", "{id: stolen, desk: emergency, urgent: true}", "stolen")
	fsys["holidays/mine.yaml"] = file([]byte("name: mine\ncovers: {from: 2026-01-01, to: 2027-12-31}\nsources: [\"our own\"]\n" +
		"days:\n  - {date: 2026-08-17, kind: holiday, name: Founders}\n"))
	call := base(t)["calls/shop-open.yaml"].Data
	fsys["calls/one.yaml"], fsys["calls/two.yaml"] = replace(call, "line: shop", "line: shop1"), replace(call, "line: shop", "line: guest")
	for _, tag := range []string{"en", "id"} {
		fsys["prompts/"+tag+".yaml"] = file(append(slices.Clone(fsys["prompts/"+tag+".yaml"].Data),
			"topic.fees: fees\nhelp.fees: \"none\"\nguest/help.fees: \"It is {fee}.\"\nshop2/help.login: \"Ours.\"\n"...))
	}
	return fsys
}

// swaps are edits that a supervisor makes, in one direction or the other. Some are mistakes, some only together with others.
var swaps = []string{
	"mon: [\"09:00-12:00\"", "mon: [\"08:00-12:00\"", "zone: Asia/Jakarta", "zone: Asia/Tokyo", "holidays: [id, cn, jp]", "holidays: [id, mine]",
	"make_up: mon", "make_up: mno", "line: shop1", "line: shop2", "line: shop0", "line: shop9", "hours: shop1", "hours: shop0",
	"hours: always", "hours: line", "+622160000002", "+622160000100", "+622150002001", "+622160000002", "+622150002001", "+62809150002",
	"help: true", "help: false", "urgent: true", "urgent: false", "id: login,", "id: logon,", "[login]", "[refund]", "desk: support", "desk: emergency",
	"min: 4", "min: 5", "id: order", "id: refund", "{fee}", "{fees}", "fee: 2500 IDR", "price: 7 days", "guest/help.fees", "shop1/help.fees",
	"help.fees", "topic.fees", "welcome:", "welcom:", "shop2/help", "shop3/help", "tag: id", "tag: ja", "2026-08-17", "2026-08-18", "kind: holiday", "kind: day",
	"press: 1", "press: 2", "support-1", "support-7", "2026-11-23 09:30", "2026-11-23 07:30", "  - login\n", "  - fees\n", "text_messages: false", "text_messages: true",
	"id: emergency", "id: night", "name: mine", "name: ours", "none", "some {fee}", "ring: 20s", "ring: 2s", "ask: [account", "ask: [order",
}

// drawEdit edits, adds, removes or renames a file.
func drawEdit(rt *rapid.T, fsys, original fstest.MapFS) {
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(fsys))).Draw(rt, "file")
	text := string(fsys[name].Data)
	lines := strings.SplitAfter(text, "\n")
	at := rapid.IntRange(0, len(lines)-1).Draw(rt, "at")
	switch rapid.SampledFrom([]string{"swap", "swap", "swap", "swap", "back", "back", "comment", "drop", "twice", "remove", "copy", "rename", "add"}).Draw(rt, "how") {
	case "swap":
		i := 2 * rapid.IntRange(0, len(swaps)/2-1).Draw(rt, "swap")
		from, to := swaps[i], swaps[i+1]
		if rapid.Bool().Draw(rt, "other way") {
			from, to = to, from
		}
		all := slices.DeleteFunc(slices.Sorted(maps.Keys(fsys)), func(name string) bool { return !strings.Contains(string(fsys[name].Data), from) })
		if len(all) > 0 {
			name = rapid.SampledFrom(all).Draw(rt, "in")
			fsys[name] = file([]byte(strings.Replace(string(fsys[name].Data), from, to, 1)))
		}
	case "back":
		if name = rapid.SampledFrom(slices.Sorted(maps.Keys(original))).Draw(rt, "which"); rapid.Bool().Draw(rt, "all") {
			clear(fsys)
			maps.Copy(fsys, original)
		}
		fsys[name] = original[name]
	case "comment":
		fsys[name] = file([]byte("# edited\n" + text))
	case "drop":
		fsys[name] = file([]byte(strings.Join(slices.Delete(lines, at, at+1), "")))
	case "twice":
		fsys[name] = file([]byte(strings.Join(slices.Insert(lines, at, lines[at]), "")))
	case "remove":
		delete(fsys, name)
	case "copy", "rename":
		to := rapid.SampledFrom([]string{"hours/shop9.yaml", "lines/shop9.yaml", "calls/three.yaml", "prompts/ja.yaml", "holidays/ours.yaml", "holidays/jp.yaml", "lines/shop9.yml"}).Draw(rt, "to")
		fsys[to] = fsys[name]
		if rapid.Bool().Draw(rt, "and away") {
			delete(fsys, name)
		}
	case "add": // a line that is right
		swap := func(name, numbers string) *fstest.MapFile {
			text := strings.ReplaceAll(string(original[name].Data), "line: shop0", "line: shop9")
			return file([]byte(strings.ReplaceAll(text, "+62216000000", numbers)))
		}
		fsys["lines/shop9.yaml"], fsys["hours/shop9.yaml"] = swap("lines/shop0.yaml", "+62216000090"), swap("hours/shop0.yaml", "")
	}
	if len(fsys) == 0 {
		fsys[name] = original[name]
	}
}

// TestReloadIsLoad: whatever is edited, in whatever order, reading again gives what reading anew gives.
func TestReloadIsLoad(t *testing.T) {
	original := family(t)
	good, bad := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		house := newReloading(t, maps.Clone(original))
		for range rapid.IntRange(1, 6).Draw(rt, "edits") {
			drawEdit(rt, house.fsys, original)
			if house.reload(rt) {
				good++
			} else {
				bad++
			}
		}
	})
	t.Logf("%d edits were right, %d wrong", good, bad)
	if good < 20 || bad < 20 {
		t.Errorf("%d edits were right and %d wrong, which tries little", good, bad)
	}
}
