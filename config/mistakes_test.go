package config_test

import (
	"bytes"
	"errors"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/config"
)

var update = flag.Bool("update", false, "write the messages that Load prints into testdata/mistakes")

// A mistake is one case of testdata/mistakes: edits that spoil the base, and the messages that Load has to answer with.
//
// There is one txtar archive for each subject. In it "-- mistake NAME --" begins a case. Its first lines are for
// readers, then come the edits (see apply), then "-- want --" and the messages. To add a case, write it without
// messages and run go test ./config -run TestMistakes -update.
type mistake struct {
	archive, name string
	edits, want   string
}

const (
	beginMistake = "-- mistake "
	beginWant    = "-- want --\n"
)

// mistakes are all cases, in the order of the archives.
func mistakes(t testing.TB) (out []mistake) {
	t.Helper()
	archives, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, archive := range archives {
		data, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range strings.Split("\n"+string(data), "\n"+beginMistake)[1:] {
			name, text, _ := strings.Cut(text, " --\n")
			if !strings.HasSuffix(text, "\n") {
				text += "\n" // the split took it
			}
			edits, want, _ := strings.Cut(text, beginWant)
			if seen[name] {
				t.Errorf("%s: there are two mistakes %s", archive, name)
			}
			seen[name] = true
			out = append(out, mistake{archive: archive, name: name, edits: edits, want: want})
		}
	}
	if len(out) < 290 {
		t.Fatalf("%d mistakes; there were 290", len(out))
	}
	return out
}

// spoiled is the base with the mistake.
func (m mistake) spoiled(t *testing.T) fstest.MapFS {
	t.Helper()
	fsys := base(t)
	for section, body := range sections(m.edits) {
		apply(t, fsys, section, body)
	}
	return fsys
}

// TestMistakes makes one mistake at a time in the base and compares the messages.
func TestMistakes(t *testing.T) {
	all := mistakes(t)
	for i := range all {
		m := &all[i]
		t.Run(m.name, func(t *testing.T) {
			snapshot, err := config.Load(m.spoiled(t))
			if problems, ok := errors.AsType[config.Problems](err); !ok || len(problems) == 0 || snapshot != nil {
				t.Fatalf("Load = %v, %v; want problems", snapshot, err)
			}
			got := err.Error() + "\n"
			if *update {
				m.want = got
			} else if diff := cmp.Diff(m.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m.archive, diff)
			}
		})
	}
	if *update && !t.Failed() {
		write(t, all)
	}
}

// An editor of Windows puts a mark at the beginning of a file, and two characters at the end of each line. The messages
// are the same.
func TestMistakesInWindowsFiles(t *testing.T) {
	for _, m := range mistakes(t) {
		if m.archive != "testdata/mistakes/yaml.txtar" {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			fsys := m.spoiled(t)
			for _, f := range fsys {
				f.Data = append([]byte("\ufeff"), bytes.ReplaceAll(f.Data, []byte("\n"), []byte("\r\n"))...)
			}
			_, err := config.Load(fsys)
			if diff := cmp.Diff(m.want, err.Error()+"\n"); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// write puts the mistakes back into their archives.
func write(t *testing.T, all []mistake) {
	t.Helper()
	archives := map[string]string{}
	for _, m := range all {
		archives[m.archive] += beginMistake + m.name + " --\n" + m.edits + beginWant + m.want
	}
	for archive, text := range archives {
		if err := os.WriteFile(archive, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sections yields the parts of a case that begin with a line "-- name --". What stands before the first is for readers.
func sections(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, part := range strings.Split("\n"+text, "\n-- ")[1:] {
			name, body, _ := strings.Cut(part+"\n", " --\n")
			if !yield(name, strings.TrimSuffix(body, "\n")) {
				return
			}
		}
	}
}

// apply changes a configuration as a section of a case says: "copy" and "remove" files, "edit FILE", or a whole FILE.
func apply(t *testing.T, fsys fstest.MapFS, section, text string) {
	t.Helper()
	file, isEdit := strings.CutPrefix(section, "edit ")
	if section != "copy" && section != "remove" && !isEdit {
		fsys[section] = &fstest.MapFile{Data: []byte(text)}
		return
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case section == "copy":
			from, to, _ := strings.Cut(line, " ")
			fsys[to] = &fstest.MapFile{Data: fsys[from].Data}
		case section == "remove":
			delete(fsys, line)
		default:
			fsys[file] = &fstest.MapFile{Data: []byte(edit(t, string(fsys[file].Data), line))}
		}
	}
}

// edit carries out "old => new" (\n and \t stand for a line's end and a tab), "^first line" or "-key".
func edit(t *testing.T, text, how string) string {
	t.Helper()
	if first, ok := strings.CutPrefix(how, "^"); ok {
		return first + "\n" + text
	}
	if key, ok := strings.CutPrefix(how, "-"); ok {
		lines := strings.SplitAfter(text, "\n")
		kept := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.HasPrefix(l, key+":") })
		if len(kept) == len(lines) {
			t.Fatalf("no line %q to remove", key)
		}
		return strings.Join(kept, "")
	}
	old, changed, ok := strings.Cut(how, " => ")
	if !ok {
		t.Fatalf("no edit: %q", how)
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	old, changed = unescape.Replace(old), unescape.Replace(changed)
	if !strings.Contains(text, old) {
		t.Fatalf("nothing to edit: %q", old)
	}
	return strings.Replace(text, old, changed, 1)
}
