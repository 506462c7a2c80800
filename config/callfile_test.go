package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/config"
)

func TestLoadedCalls(t *testing.T) {
	fsys := base(t)
	fsys["calls/shop-later.yaml"] = file([]byte(`call: Closed
line: shop
at: 2026-11-23 12:30
from: anonymous
agents: no-answer
customer: voicemail
steps:
  - {hear: a, press: 0812#}
  - {hear: b, silence: true}
  - {hear: c, speak: true}
  - {hear: d, hang_up: true}
expect:
  closed_until: 2026-11-23 13:00
  callback: {at: 2026-11-23 13:00, desk: support, urgent: false, kept: false}
`))
	no := false
	at := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	want := []config.Call{{
		File: "calls/shop-later.yaml", Line: "shop", Title: "Closed", At: at.Add(-time.Hour / 2), From: "anonymous",
		Others: "no-answer", Customer: "voicemail",
		Steps: []config.Step{{Hear: "a", Press: "0812#"}, {Hear: "b", Silence: true}, {Hear: "c", Speak: true},
			{Hear: "d", HangUp: true}}, Expect: config.Expectation{ClosedUntil: at,
			Callback: &config.ExpectedCallback{At: at, Desk: "support", Urgent: &no, Kept: &no}},
		Sources: sources("calls/shop-later.yaml", "call:1 at:3 steps[0]:8 steps[1]:9 steps[2]:10 steps[3]:11 "+
			"expect:12 expect.closed_until:13 expect.callback:14 expect.callback.at:14 expect.callback.desk:14 "+
			"expect.callback.urgent:14 expect.callback.kept:14"),
	}, {
		File: "calls/shop-open.yaml", Line: "shop", Title: "A caller asks for a person",
		At: time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC), Agents: map[string]string{"support-1": "busy"},
		Others: "answer", Customer: "answer", Steps: []config.Step{{Hear: "language.offer in en 1", Press: "1"},
			{Hear: "menu.agent", Press: "0"}, {Hear: "goodbye"}},
		Expect: config.Expectation{Desk: "support"},
		Sources: sources("calls/shop-open.yaml", "call:1 at:3 steps[0]:6 steps[1]:7 steps[2]:8 expect:9 "+
			"expect.desk:10"),
	}}
	if diff := cmp.Diff(want, load(t, fsys).Calls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// sources reads "key:line" for each word.
func sources(file, text string) map[string]string {
	out := map[string]string{}
	for word := range strings.FieldsSeq(text) {
		key, line, _ := strings.Cut(word, ":")
		out[key] = file + ":" + line
	}
	return out
}

// A configuration needs no calls, and an edit of one tells it apart.
func TestCallsAreOptional(t *testing.T) {
	fsys := base(t)
	with := load(t, fsys)
	delete(fsys, "calls/shop-open.yaml")
	if without := load(t, fsys); len(without.Calls) != 0 || without.Hash == with.Hash {
		t.Errorf("%d calls, hashes %s and %s", len(without.Calls), with.Hash, without.Hash)
	}
}

func TestTooManyCalls(t *testing.T) {
	fsys := base(t)
	text := fsys["calls/shop-open.yaml"].Data
	for i := range 5000 {
		fsys[fmt.Sprintf("calls/shop-%d.yaml", i)] = file(text)
	}
	if _, err := config.Load(fsys); err == nil || err.Error() != "calls: holds 5001 calls; at most 5000 are supported" {
		t.Errorf("err = %v", err)
	}
}

// Of many lines a message names the nearest, or none: thousands of calls would repeat the list.
func TestACallOfALineAmongMany(t *testing.T) {
	fsys := many(t, 30)
	text := string(base(t)["calls/shop-open.yaml"].Data)
	fsys["calls/a.yaml"] = file([]byte(strings.Replace(text, "line: shop\n", "line: sshop7\n", 1)))
	fsys["calls/b.yaml"] = file([]byte(strings.Replace(text, "line: shop\n", "line: elsewhere\n", 1)))
	_, err := config.Load(fsys)
	want := "calls/a.yaml:2: line: there is no line \"sshop7\"; did you mean \"shop7\"?\n" +
		"calls/b.yaml:2: line: there is no line \"elsewhere\"; add lines/elsewhere.yaml, or name a line that is there"
	if err == nil || err.Error() != want {
		t.Errorf("err = %v", err)
	}
}
