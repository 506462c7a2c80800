package compare_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/internal/configtest"
)

// A call test that is gone, new, renamed or another is told; a comment in its file is not.
func TestCompareCallTests(t *testing.T) {
	const title = " (A caller asks for a person)"
	for _, c := range []struct {
		name string
		edit func(text string) map[string]string
		want string
	}{
		{"a comment", func(text string) map[string]string {
			return map[string]string{"calls/shop-open.yaml": "# Of last year.\n" + text}
		}, ""},
		{"removed", func(string) map[string]string { return nil },
			"shop\n  call test  removed calls/shop-open.yaml" + title + "\n"},
		{"changed", func(text string) map[string]string {
			return map[string]string{"calls/shop-open.yaml": strings.Replace(text, "line: shop\n",
				"line: shop\nfrom: anonymous\n", 1)}
		}, "shop\n  call test  changed calls/shop-open.yaml" + title + ": from\n"},
		{"renamed", func(text string) map[string]string { return map[string]string{"calls/a.yaml": text} },
			"shop\n  call test  added calls/a.yaml" + title + "\n  call test  removed calls/shop-open.yaml" + title +
				"\n"},
		{"added", func(text string) map[string]string {
			return map[string]string{"calls/shop-open.yaml": text, "calls/z.yaml": text}
		}, "shop\n  call test  added calls/z.yaml" + title + "\n"},
	} {
		old, new := configtest.Base(t), configtest.Base(t)
		text := string(old["calls/shop-open.yaml"].Data)
		delete(new, "calls/shop-open.yaml")
		for name, data := range c.edit(text) {
			new[name] = configtest.File([]byte(data))
		}
		changes := compare.Snapshots(configtest.Load(t, old), configtest.Load(t, new), thursday, 60)
		if got := changes.String(); got != c.want || changes.Empty() != (c.want == "") {
			t.Errorf("%s: got\n%s", c.name, got)
		}
	}
	first, second := configtest.Many(t, 2), configtest.Many(t, 2)
	text := string(configtest.Base(t)["calls/shop-open.yaml"].Data)
	first["calls/a.yaml"] = configtest.File([]byte(strings.Replace(text, "line: shop\n", "line: shop0\n", 1)))
	second["calls/a.yaml"] = configtest.File([]byte(strings.Replace(text, "line: shop\n", "line: shop1\n", 1)))
	want := "shop0\n  call test  removed calls/a.yaml" + title + "\n\nshop1\n  call test  added calls/a.yaml" + title +
		"\n"
	if got := compare.Snapshots(configtest.Load(t, first), configtest.Load(t, second), thursday,
		60).String(); got != want {
		t.Errorf("to another line: got\n%s", got)
	}
}

// No field of a call test can be changed without being told, but for where its keys stand.
func TestCompareSeesEveryFieldOfACall(t *testing.T) {
	whole := func() config.Call {
		yes := true
		return config.Call{
			File: "calls/a.yaml", Line: "shop", Title: "A", At: thursday, From: "anonymous",
			Agents: map[string]string{"a": "busy"}, Others: "busy", Customer: "busy",
			Steps: []config.Step{{Hear: "Good day", Press: "1"}},
			Expect: config.Expectation{Desk: "support",
				Callback:    &config.ExpectedCallback{At: thursday, Desk: "support", Urgent: &yes, Kept: &yes},
				ClosedUntil: thursday.Add(time.Hour)},
		}
	}
	snapshot := func(c config.Call) *config.Snapshot {
		return &config.Snapshot{Lines: configtest.Load(t, configtest.Base(t)).Lines, Calls: []config.Call{c}}
	}
	before, after := snapshot(whole()), snapshot(whole())
	if changes := compare.Snapshots(before, after, thursday, 1); !changes.Empty() {
		t.Fatalf("nothing was changed, and this is told:\n%s", changes)
	}
	seen := 0
	changed(t, "Call", reflect.ValueOf(&after.Calls[0]), func(path string) {
		seen++
		if path == "Call.Line" { // to a line that there is not
			return
		}
		if compare.Snapshots(before, after, thursday, 1).Empty() {
			t.Errorf("%s was changed, and nothing is told", path)
		}
	})
	if seen < 15 {
		t.Errorf("only %d changes were tried", seen)
	}
}
