package publish_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hotline-ivr/hotline/config/publish"
)

// Ways in which a file comes to have another content. Each is one that an editor, a copying program, a version control
// system or a mounted volume has.
var ways = []struct {
	name string
	save func(d *desk, name, text string)
}{
	{"in place", (*desk).saves},
	{"renamed over", func(d *desk, name, text string) {
		d.saves(filepath.Dir(name)+"/.new", text)
		d.renames(filepath.Dir(name)+"/.new", name)
	}},
	{"deleted and made again", func(d *desk, name, text string) {
		d.removes(name)
		d.Look(d.t.Context())
		d.saves(name, text)
	}},
	{"deleted for long and made again", func(d *desk, name, text string) {
		d.removes(name)
		d.settles()
		d.saves(name, text)
	}},
	{"moved to a backup and written anew", func(d *desk, name, text string) {
		d.renames(name, name+"~")
		d.Look(d.t.Context())
		d.saves(name, text)
	}},
	{"half written, then whole", func(d *desk, name, text string) {
		for _, part := range []int{len(text) / 3, len(text) / 2, len(text) - 3} {
			d.saves(name, strings.TrimRight(text[:max(part, 0)], "\n"))
			for range 4 { // longer than a directory at rest is waited for
				d.Look(d.t.Context())
				d.now = d.now.Add(publish.Settle)
			}
		}
		d.saves(name, text)
	}},
	{"half written when the process starts again, then whole", func(d *desk, name, text string) {
		d.saves(name, strings.TrimRight(text[:len(text)/2], "\n"))
		d.starts()
		for range 4 {
			d.Look(d.t.Context())
			d.now = d.now.Add(publish.Settle)
		}
		d.saves(name, text)
	}},
	{"with the time of the old one", func(d *desk, name, text string) {
		info, err := os.Stat(d.path(name))
		if err != nil {
			d.t.Fatal(err)
		}
		d.saves(name, text)
		if err := os.Chtimes(d.path(name), info.ModTime(), info.ModTime()); err != nil {
			d.t.Fatal(err)
		}
	}},
	{"by a swapped symlink of a file", func(d *desk, name, text string) {
		target := filepath.Join(d.t.TempDir(), "file.yaml")
		if err := os.WriteFile(target, []byte(text), 0o644); err != nil {
			d.t.Fatal(err)
		}
		if err := os.Symlink(target, d.path(name+".link")); err != nil {
			d.t.Fatal(err)
		}
		d.renames(name+".link", name)
	}},
	{"by a swapped symlink of the folder", func(d *desk, name, text string) {
		folder := filepath.Dir(name)
		next := d.t.TempDir()
		if err := os.CopyFS(next, os.DirFS(d.path(folder))); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(next, filepath.Base(name)), []byte(text), 0o644); err != nil {
			d.t.Fatal(err)
		}
		d.renames(folder, fmt.Sprintf("before-%d", len(d.said.String())))
		if err := os.Symlink(next, d.path(folder)); err != nil {
			d.t.Fatal(err)
		}
	}},
}

// Mistakes, and what the supervisor is told of each.
var mistakes = []struct {
	name, file string
	edit       func(text string) string
	told       string
}{
	{"no YAML", "hours/gopay.yaml", func(s string) string {
		return strings.Replace(s, "mon: [", "mon: [[", 1)
	}, "hours/gopay.yaml:"},
	{"an unknown key", "hours/gopay.yaml", func(s string) string {
		return strings.Replace(s, "  tue:", "  tues:", 1)
	}, `did you mean "tue"`},
	{"numbers in the hours", "hours/gopay.yaml", func(s string) string {
		return s + "numbers: [\"+622150001009\"]\n"
	}, "hours/gopay.yaml:87: numbers: unknown key"},
	{"hours that overlap", "hours/okpay.yaml", func(s string) string {
		return strings.Replace(s, `mon: ["09:00-18:00"]`, `mon: ["09:00-18:00", "17:00-19:00"]`, 1)
	}, "hours/okpay.yaml:9"},
	{"nothing", "hours/gopay.yaml", func(string) string { return "" }, "hours/gopay.yaml: is empty"},
	{"rubbish", "lines/gopay.yaml", func(string) string { return "\x00\x01\xff\n" }, "lines/gopay.yaml"},
	{"a desk that is not there", "lines/gopay.yaml", func(s string) string {
		return strings.Replace(s, "general: support", "general: suport", 1)
	}, `did you mean "support"`},
	{"another line's number", "lines/okpay.yaml", func(s string) string {
		return strings.Replace(s, "+6566001000", "+622150001000", 1)
	}, "is answered by line"},
	{"no sentence", "prompts/en.yaml", func(s string) string {
		return strings.Replace(s, "goodbye:", "goodby:", 1)
	}, "prompts/en.yaml"},
	{"too large", "topics.yaml", func(s string) string {
		return s + strings.Repeat("# and so on\n", 30000)
	}, "topics.yaml"},
	{"a call test that fails", "hours/gopay.yaml", func(s string) string {
		return strings.Replace(s, "sun: []", "sun: [\"09:00-10:00\"]  # fails", 1)
	}, "calls/gopay-sunday.yaml:5"},
}

// Whatever is saved in whatever way: what was in force stays in force, the supervisor is told, a restart changes
// nothing of it, and the corrected file is taken up. Calls run all the while, and each finds one whole configuration.
// How a file is saved is seen before anything of it is read: of the pairs every third is tried, so that each way meets
// at least three mistakes, and each mistake three ways.
func TestWaysToSaveAndKindsOfMistake(t *testing.T) {
	for i, way := range ways {
		for j, mistake := range mistakes {
			if (i+j)%3 != 0 {
				continue
			}
			if strings.HasSuffix(way.name, "the folder") && filepath.Dir(mistake.file) == "." {
				continue // beside the folders
			}
			t.Run(way.name+"/"+mistake.name, func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				d.failsWhenMarked()
				before, text := d.State().Hash, d.read(mistake.file)
				if mistake.edit(text) == text {
					t.Fatal("the mistake changes nothing")
				}
				way.save(d, mistake.file, mistake.edit(text))
				d.settles()
				d.inForce(before)
				d.refused(mistake.told)

				d.starts()
				d.inForce(before)
				d.settles()
				d.inForce(before)
				d.refused(mistake.told)
				if n := len(d.versions()); n != 1 {
					t.Errorf("%d versions are recorded of one that was in force", n)
				}

				good := strings.Replace(text, "\n", "\n# corrected\n", 1)
				way.save(d, mistake.file, good)
				d.settles()
				if s := d.State(); s.Hash == before || s.Refused != nil || s.Version != 2 {
					t.Errorf("the corrected file is not in force: %+v, refused %v", s, s.Refused)
				}
				if d.heard[before] == 0 || d.heard[d.State().Hash] == 0 || len(d.heard) != 2 {
					t.Errorf("callers were answered by %v, want by %s and then by %s", d.heard, before, d.State().Hash)
				}
			})
		}
	}
}

// The same file, saved in whatever way, without a mistake.
func TestWaysToSave(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			d := newDesk(t)
			before := d.State().Hash
			text := d.read("hours/gopay.yaml")
			way.save(d, "hours/gopay.yaml", strings.Replace(text, `fri: ["08:00-11:30", "13:00-17:00"]`,
				`fri: ["08:00-11:30", "13:00-15:30"]`, 1))
			d.settles()
			if s := d.State(); s.Hash == before || s.Refused != nil || d.open("16:00") || !d.open("15:00") {
				t.Errorf("not in force: %+v", s)
			}
			if n := len(d.versions()); n != 2 {
				t.Errorf("%d versions, want 2: half of an edit was put in force", n)
			}
			way.save(d, "hours/gopay.yaml", text)
			d.settles()
			d.inForce(before)
		})
	}
}

func (d *desk) renames(old, new string) {
	d.t.Helper()
	if err := os.Rename(d.path(old), d.path(new)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) removes(name string) {
	d.t.Helper()
	if err := os.Remove(d.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.t.Fatal(err)
	}
}

// failsWhenMarked makes call tests of gopay fail while its hours say that they do.
func (d *desk) failsWhenMarked() {
	d.runTests = func() error {
		if data, err := os.ReadFile(d.path("hours/gopay.yaml")); err == nil &&
			strings.Contains(string(data), "# fails") {
			return errors.New("calls/gopay-sunday.yaml:5: want to hear \"closed\", heard \"open\"")
		}
		return nil
	}
}

// rings is a caller who rings now, and one whose call began with the first configuration: both find a whole line.
func (d *desk) rings() {
	d.t.Helper()
	snapshot := d.Live().Snapshot()
	for _, line := range snapshot.Lines {
		if line.Version != snapshot.Hash {
			d.t.Errorf("half a configuration: line %s of %s in %s", line.ID, line.Version, snapshot.Hash)
		}
	}
	line := d.Live().ByNumber("+622150001000")
	if line == nil || line.Hours == nil || line.Desks[line.General] == nil {
		d.t.Fatal("nobody answers gopay's number")
	}
	d.heard[line.Version]++
	if begun := d.Live().Find("gopay", d.first); begun == nil || begun.Version != d.first {
		d.t.Errorf("a call that began with %s goes on with another line", d.first)
	}
}

// Many callers at once, while one edit after the other is published.
func TestCallersWhilePublishing(t *testing.T) {
	d := newDesk(t)
	text := d.read("hours/gopay.yaml")
	live, stop := d.Live(), make(chan struct{})
	var callers sync.WaitGroup
	var answered atomic.Int64
	for range 2 {
		callers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				snapshot, line := live.Snapshot(), live.ByNumber("+622150001000")
				if line == nil || snapshot.ByID("gopay").Version != snapshot.Hash ||
					live.Find("gopay", line.Version) == nil {
					t.Error("a caller finds no line, or half a configuration")
					return
				}
				answered.Add(1)
			}
		})
	}
	const edits = 10
	for i := range edits {
		d.saves("hours/gopay.yaml", fmt.Sprintf("%s# edit %d\n", text, i))
		d.now = d.Look(t.Context())
		d.now = d.Look(t.Context())
	}
	close(stop)
	callers.Wait()
	if n := len(d.versions()); n != edits+1 || answered.Load() < edits {
		t.Errorf("%d versions, %d callers", n, answered.Load())
	}
}
