package config_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/config/compare"
)

var typingStep = flag.Int("typing", 2003, "try one in so many typing mistakes in the shipped files")

// A slip is a typing mistake in a file.
type slip struct {
	file  string
	line  int
	how   string        // what was mistyped, and how
	whole string        // the line before
	text  func() string // of the whole file, with the mistake
}

// lookAlikes are what an editor, a keyboard or a web page makes of a character.
var lookAlikes = map[rune]string{'-': "–—−－", ':': "：", '"': "“”＂", ',': "，", '{': "｛", '}': "｝", '[': "［", ']': "］",
	'0': "０O", '1': "１l", '2': "２", '5': "５", '8': "８", 'a': "а", 'e': "е", 'o': "о", 'c': "с", '#': "＃", '+': "＋",
	' ': "\t\u00a0\u3000"}

// slips visits every typing mistake of a file: each character deleted, doubled, exchanged with the next or with one
// that looks like it, and each line a column further in or out. Comments are passed over, and the letters of sentences
// and names: no program knows how those are spelt.
func slips(file, text string, visit func(slip)) {
	at, number := 0, 0
	for line := range strings.Lines(text) {
		number++
		start, body := at, strings.TrimSuffix(line, "\n")
		at += len(line)
		if before, _, ok := strings.Cut(" "+body, " #"); ok {
			body = strings.TrimSuffix(before, " ")
			body = strings.TrimPrefix(body, " ")
		}
		if strings.TrimSpace(body) == "" {
			continue
		}
		put := func(i, j int, with, how string, word bool) {
			if text[start+i:start+j] != with && !word {
				visit(slip{file, number, how, line, func() string { return text[:start+i] + with + text[start+j:] }})
			}
		}
		put(0, 0, " ", "indented", false)
		if strings.HasPrefix(body, " ") {
			put(0, 1, "", "outdented", false)
		}
		words := wordsIn(file, body)
		for i, r := range body {
			end, word := i+len(string(r)), words[i]
			put(i, end, "", fmt.Sprintf("%q deleted", r), word)
			put(i, i, string(r), fmt.Sprintf("%q doubled", r), word)
			for _, next := range body[end:] {
				put(i, end+len(string(next)), string(next)+string(r), fmt.Sprintf("%q and %q swapped", r, next),
					(word || words[end]) && !strings.ContainsAny(string(r)+string(next), `"{}`))
				break
			}
			for _, other := range lookAlikes[r] {
				put(i, end, string(other), fmt.Sprintf("%q for %q", other, r), word)
			}
		}
	}
}

// wordsIn are the positions in a line that belong to words in quotation marks which are spoken or told.
func wordsIn(file, line string) map[int]bool {
	words := map[int]bool{}
	told := path.Dir(file) == "prompts" || strings.Contains(line, "name:") || strings.Contains(line, "reason:")
	quoted, braces := false, 0
	_, values, _ := strings.Cut(line, "name: ")
	bare := len(line) - len(values)
	for i, r := range line {
		switch r {
		case '"':
			quoted = !quoted
		case '{':
			braces++
		case '}':
			braces--
		default:
			inside := quoted && (path.Dir(file) != "prompts" || braces == 0) || !quoted && values != "" && i >= bare &&
				!strings.ContainsAny(values, "\"") && r != ','
			words[i] = told && inside && !unicode.IsDigit(r)
		}
	}
	return words
}

// What became of a mistake.
const (
	refused   = "refused on its line"
	elsewhere = "refused on another line"
	failed    = "refused by a call test"
	warns     = "warned about"
	same      = "changes nothing"
	meant     = "passes, and could be meant"
	passes    = "passes"
)

// couldBeMeant are lines on which another value is as good: names and addresses of telephones, quantities, days, and
// figures that are no keys.
var couldBeMeant = regexp.MustCompile(`(client|sip|number|numbers|prefix|min|max|date|from|to|yearly): |` +
	`^(limits|variables| +calling_hours|number\.ask|[a-z]+/account\.[a-z]+): |^ +[a-z_]+: +"?[0-9][0-9a-z]*\b`)

// shippedFiles are the files of the shipped configuration, to be changed.
func shippedFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	err := fs.WalkDir(config.Shipped(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(config.Shipped(), name)
		fsys[name] = file(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fsys
}

// TestTypingMistakes makes typing mistakes in the shipped files, one at a time: one that changes what callers get is
// refused, or warned about, mostly on its line. What is beyond this: the spelling of words, whose telephone a number
// is, and how many minutes are right. -typing 1 tries all.
func TestTypingMistakes(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	shipped, before := shippedFiles(t), load(t, config.Shipped())
	known := warningTexts(before, now)
	var files []string
	for _, name := range slices.Sorted(maps.Keys(shipped)) {
		if dir := path.Dir(name); path.Ext(name) == ".yaml" && dir != "holidays" && dir != "calls" {
			files = append(files, name)
		}
	}
	counted, n := map[string]int{}, 0
	for _, name := range files {
		slips(name, string(shipped[name].Data), func(s slip) {
			if n++; n%*typingStep != 0 {
				return
			}
			fsys := maps.Clone(shipped)
			fsys[name] = file([]byte(s.text()))
			what, told := s.outcome(fsys, before, known, now)
			if what == passes && couldBeMeant.MatchString(s.whole) {
				what = meant
			}
			counted[what]++
			switch what {
			case passes:
				t.Errorf("%s:%d: %s passes without a word: %s", s.file, s.line, s.how, told)
			case elsewhere:
				t.Logf("%s:%d: %s: %s", s.file, s.line, s.how, told)
			}
		})
	}
	t.Logf("%6d mistakes in all", n)
	for _, what := range slices.Sorted(maps.Keys(counted)) {
		t.Logf("%6d %s", counted[what], what)
	}
}

func (s slip) outcome(fsys fs.FS, before *config.Snapshot, known map[string]bool, now time.Time) (what, told string) {
	after, err := config.Load(fsys)
	if problems, ok := errors.AsType[config.Problems](err); ok {
		if slices.ContainsFunc(problems, func(p config.Problem) bool { return s.near(p) }) {
			return refused, ""
		}
		return elsewhere, cmp.Or(problems[0].String(), "")
	}
	for _, w := range after.Warnings(now) {
		if !known[w.Problem.String()] && s.near(w.Problem) {
			return warns, ""
		}
	}
	if report, err := calltest.Check(context.Background(), after); err != nil || report.Err() != nil {
		return failed, ""
	}
	changes := compare.Snapshots(before, after, now, 30)
	if changes.Empty() {
		return same, ""
	}
	return passes, fmt.Sprintf("%+v", changes.Each[0])
}

// near is a problem on the line of the mistake, or about something that is no longer there.
func (s slip) near(p config.Problem) bool {
	return p.File == s.file && (p.Line == s.line || p.Line == 0)
}

func warningTexts(s *config.Snapshot, now time.Time) map[string]bool {
	texts := map[string]bool{}
	for _, w := range s.Warnings(now) {
		texts[w.Problem.String()] = true
	}
	return texts
}
