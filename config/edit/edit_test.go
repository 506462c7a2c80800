package edit_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/config/edit"
)

const party = `{date: 2026-12-04, closed: true, name: Staff meeting}`

// TestEdits: what is edited, and that everything else stays as it was, to the byte.
func TestEdits(t *testing.T) {
	insert := func(at int) func([]byte) ([]byte, error) {
		return func(data []byte) ([]byte, error) { return edit.Insert(data, "special", at, "{a: 1}") }
	}
	remove := func(at int) func([]byte) ([]byte, error) {
		return func(data []byte) ([]byte, error) { return edit.Remove(data, "special", at) }
	}
	for _, tt := range []struct {
		name         string
		how          func([]byte) ([]byte, error)
		before, want string
	}{
		{"absent", insert(0), "x: 1\n", "x: 1\nspecial:\n- {a: 1}\n"},
		{"absent, and gone again", remove(0), "x: 1\nspecial:\n- {a: 1}\n", "x: 1\n"},
		{"absent, no final line end", insert(0), "x: 1", "x: 1\nspecial:\n- {a: 1}"},
		{"absent, CRLF", insert(0), "x: 1\r\n", "x: 1\r\nspecial:\r\n- {a: 1}\r\n"},
		{"empty brackets", insert(9), "special: []   # none\n", "special: [{a: 1}]   # none\n"},
		{"brackets with a comment", insert(0), "special: [\n  # none\n]\n", "special: [{a: 1}\n  # none\n]\n"},
		{"flow", insert(1), "special: [{b: 2}] # b\n", "special: [{b: 2}, {a: 1}] # b\n"},
		{"flow, first", insert(0), "special: [ {b: 2} ]\n", "special: [ {a: 1}, {b: 2} ]\n"},
		{"flow, closing comma", insert(1), "special: [{b: 2},]\n", "special: [{b: 2}, {a: 1},]\n"},
		{"flow, many lines", insert(1), "special: [\n    {b: 2}   # b ]\n    # last\n]\n",
			"special: [\n    {b: 2},   # b ]\n    {a: 1}\n    # last\n]\n"},
		{"flow, many lines, closing comma", insert(1), "special: [\n  {b: 2},  # b\n  {c: 3},\n]\n",
			"special: [\n  {b: 2},  # b\n  {a: 1},\n  {c: 3},\n]\n"},
		{"flow, closed on the line", insert(2), "special: [{b: 2},\n  {c: 3}]\n",
			"special: [{b: 2},\n  {c: 3}, {a: 1}]\n"},
		{"flow, brackets in texts", insert(1), "special: [{b: \"]\\\"}\", c: '}''', d: it's}]\n",
			"special: [{b: \"]\\\"}\", c: '}''', d: it's}, {a: 1}]\n"},
		{"block", insert(1), "special:\n  # first\n  - {b: 2}   # b\n\n  # second\n  - c: 3\n    # inside\n    d: 4\n" +
			"# end\n",
			"special:\n  # first\n  - {b: 2}   # b\n  - {a: 1}\n\n  # second\n  - c: 3\n    # inside\n    d: 4\n" +
				"# end\n"},
		{"block, last", insert(2), "special:\n- {b: 2}\n-\n  c: 3\n  # after\n\ny: 1\n",
			"special:\n- {b: 2}\n-\n  c: 3\n- {a: 1}\n  # after\n\ny: 1\n"},
		{"block, no final line end", insert(1), "special:\n  - {b: 2}", "special:\n  - {b: 2}\n  - {a: 1}"},
		{"block, CRLF", insert(1), "special:\r\n  - {b: 2}\r\n", "special:\r\n  - {b: 2}\r\n  - {a: 1}\r\n"},
		{"remove", remove(0), "special:\n  # why\n  - b: 2\n    # because\n    c: 3   # gone with its line\n\n" +
			"  # next\n  - {d: 4}\n",
			"special:\n  # why\n    # because\n\n  # next\n  - {d: 4}\n"},
		{"remove the last", remove(1), "special:\n  - {b: 2}\n  - {c: 3}", "special:\n  - {b: 2}"},
		{"remove the only one", remove(0), "special:\n  - {b: 2}\n# end\n", "special: []\n# end\n"},
		{"remove, flow", remove(0), "special: [{b: 2},  {c: 3}]\n", "special: [{c: 3}]\n"},
		{"remove, flow, only", remove(0), "special: [ {b: 2} ]\n", "special: [  ]\n"},
		{"remove, flow, lines", remove(1), "special: [\n  {b: 2},  # b\n  {c: 3}\n]\n",
			"special: [\n  {b: 2}  # b\n  ]\n"},
		{"wide letters", insert(1), "special: [{名: 二}] # 三\n", "special: [{名: 二}, {a: 1}] # 三\n"},
	} {
		got, err := tt.how([]byte(tt.before))
		if tt.name == "remove, flow, lines" { // the line goes with its entry
			tt.want = "special: [\n  {b: 2}  # b\n]\n"
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestByHand: what is given up, with the file as it was.
func TestByHand(t *testing.T) {
	for name, data := range map[string]string{
		"one mapping in braces": "{special: []}",
		"an alias":              "a: &a []\nspecial: *a\n",
		"an anchor":             "special: &a\n  - {b: 2}\nx: 1\n",
		"null in words":         "special: ~\n",
		"nothing":               "special:\n",
		"no list":               "special: 1\n",
		"an end of document":    "x: 1\n...\n",
		"a text of lines":       "special:\n  - |\n    # no comment\n    text\n",
		"not in brackets":       "special: [a, b]\n",
		"a text up to the end":  "text: |\n  without a line end",
	} {
		for _, how := range []func([]byte) ([]byte, error){
			func(d []byte) ([]byte, error) { return edit.Insert(d, "special", 1, party) },
		} {
			if got, err := how([]byte(data)); !errors.Is(err, edit.ErrByHand) ||
				!strings.Contains(err.Error(), "by hand") || got != nil {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	for _, wrong := range []string{"a: [", "a: 1\n---\nb: 2\n", ""} {
		if _, err := edit.Insert([]byte(wrong), "special", 0, party); err == nil {
			t.Errorf("%q was edited", wrong)
		}
	}
	if _, err := edit.Insert([]byte("x: 1\n"), "special", 0, "{a: 1"); err == nil {
		t.Error("an entry that is no YAML was written")
	}
	if _, err := edit.Remove([]byte("special: []\n"), "special", 0); err == nil {
		t.Error("an entry that is not there was removed")
	}
}

// A layout is a file of hours as somebody may have written it.
func layout(t *rapid.T) (text string, entries int) {
	pick := func(label string, choice ...string) string { return rapid.SampledFrom(choice).Draw(t, label) }
	var b strings.Builder
	noise := func() {
		b.WriteString(pick("noise", "", "", "\n", "# a comment: [x\n", "\n  # indented - {y}\n\n", "#\n", "# '\n"))
	}
	noise()
	b.WriteString(pick("head", "line: shop\nzone: Asia/Jakarta\n", "zone: Asia/Jakarta # here\n", "name: \"# [no\"\n",
		"text: |-\n  # special:\n  - x\n"))
	noise()
	form := pick("form", "absent", "brackets", "flow", "lines", "block", "block", "block")
	var values []string
	if form == "flow" || form == "lines" || form == "block" {
		for i := range rapid.IntRange(1, 4).Draw(t, "entries") {
			values = append(values, fmt.Sprintf("{date: 2026-01-%02d, %s}", i+1,
				pick("value", "name: it's", "closed: true, name: \"a, }]\"", "open: [\"08:00-12:00\"], name: 'b '' c'",
					"name: 三日:x", "as: {b: [c, d]}")))
		}
	}
	switch tail := pick("behind", "\n", "   # why ]\n"); form {
	case "brackets":
		b.WriteString("special: " + pick("inside", "[]", "[ ]", "[\n  # none\n]") + tail)
	case "flow":
		b.WriteString("special: [" + strings.Join(values, pick("comma", ", ", ",", ",   ")) +
			pick("close", "", " ", ", ", ",") + "]" + tail)
	case "lines":
		b.WriteString("special: [\n")
		closing := pick("closing", "", ",")
		for i, v := range values {
			comma := ","
			if i == len(values)-1 {
				comma = closing
			}
			b.WriteString("    " + v + comma + pick("behind an entry", "\n", "   # c, ]\n", "\n    # between\n",
				"\n\n"))
		}
		b.WriteString(pick("bracket", "]", "  ]") + tail)
	case "block":
		indent := pick("indent", "", "  ", "    ")
		b.WriteString("special:" + tail)
		for _, v := range values {
			b.WriteString(pick("before an entry", "", "", "\n", indent+"# about it\n", "# - {z: 1}\n"))
			b.WriteString(indent + "-" + pick("dash", " ", "   ") + v + pick("behind an entry", "\n", "  # so\n"))
			if rapid.Bool().Draw(t, "long") {
				b.WriteString(indent + "- date: 2026-02-03\n" + pick("inside", "", "  # inside\n", "\n") + indent +
					"  name: Long   # why\n")
				entries++
			}
		}
	}
	entries += len(values)
	noise()
	b.WriteString(pick("rest", "", "notices: []\n", "notices:\n  - {from: x}\n", "week: {mon: []} # end\n"))
	noise()
	text = b.String()
	if rapid.Bool().Draw(t, "CRLF") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if rapid.Bool().Draw(t, "no final line end") {
		text = strings.TrimRight(text, "\r\n")
	}
	return text, entries
}

// meaning is a file for a program, and the entries of its list.
func meaning(t interface{ Fatalf(string, ...any) }, text []byte) (map[string]any, []any) {
	var all map[string]any
	if err := yaml.Unmarshal(text, &all); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	list, _ := all["special"].([]any)
	delete(all, "special")
	return all, list
}

func comments(text []byte) (out []string) {
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// TestEveryLayout: whatever the layout, what is added is one entry and nothing else, and taken away again leaves the
// bytes that were; what is removed or changed is one entry; comments on lines of their own stay, in their order.
func TestEveryLayout(t *testing.T) {
	var entry any
	if err := yaml.Unmarshal([]byte(party), &entry); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text, n := layout(t)
		before := []byte(text)
		rest, list := meaning(t, before)
		if len(list) != n {
			t.Fatalf("%d entries, want %d, in\n%s", len(list), n, text)
		}
		check := func(what string, after []byte, err error, want []any) {
			if err != nil {
				t.Fatalf("%s: %v\n%s", what, err, text)
			}
			gotRest, got := meaning(t, after)
			if diff := cmp.Diff(rest, gotRest) + cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
				t.Fatalf("%s: %s\nfrom\n%s\nto\n%s", what, diff, text, after)
			}
			if diff := cmp.Diff(comments(before), comments(after)); diff != "" {
				t.Fatalf("%s: comments (-before +after)\n%s", what, diff)
			}
		}
		at := rapid.IntRange(0, n).Draw(t, "at")
		added, err := edit.Insert(before, "special", at, party)
		check("insert", added, err, slices.Insert(slices.Clone(list), at, entry))
		again, err := edit.Remove(added, "special", at)
		if err != nil || string(again) != text {
			t.Fatalf("added and removed again (%v): %s\nadded:\n%s", err, cmp.Diff(text, string(again)), added)
		}
		if at == n {
			return
		}
		removed, err := edit.Remove(before, "special", at)
		check("remove", removed, err, slices.Delete(slices.Clone(list), at, at+1))
	})
}

// FuzzEdit: no file makes an edit panic, or change anything else than its entry.
func FuzzEdit(f *testing.F) {
	shipped, err := os.ReadFile("../hours/gopay.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(shipped), "special: [{a: 1}, {b: 2}]\n", "special:\n- a: 1\n  b: 2\n",
		"special:\r\nx: 1", "a: 1\rspecial: [ ]\r", "\ufeffspecial: []\n", "special: [\n{a: '\n'}]"} {
		f.Add([]byte(seed), 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		added, err := edit.Insert(data, "special", at, party)
		if err != nil {
			return
		}
		entries, err := edit.Entries(added, "special")
		if err != nil {
			t.Fatal(err)
		}
		if at = min(max(at, 0), len(entries)-1); entries[at].Content[1].Value != "2026-12-04" {
			t.Fatalf("the entry is not where it belongs:\n%s", added)
		}
		var readable map[string]any
		if again, err := edit.Remove(added, "special", at); err == nil && yaml.Unmarshal(data, &readable) == nil {
			rest, list := meaning(t, data)
			restAgain, listAgain := meaning(t, again)
			if diff := cmp.Diff(rest, restAgain) + cmp.Diff(list, listAgain); diff != "" &&
				len(list)+len(listAgain) > 0 {
				t.Fatalf("%s", diff)
			}
		}
	})
}
