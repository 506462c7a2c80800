//go:build unix

package sqlite_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
)

// told is what was told as noted.
func (d *displaced) told() []string {
	d.t.Helper()
	list, err := d.List(context.Background(), callbacks.Filter{})
	d.must(err)
	var references []string
	for _, callback := range list {
		references = append(references, callback.Reference)
	}
	if len(references) == 0 {
		d.t.Fatal("nothing was told")
	}
	return references
}

// opensWith fails unless the database, opened anew, has what was told, and takes more.
func (d *displaced) opensWith(references []string) {
	d.t.Helper()
	d.Store = open(d.t, d.path)
	d.beside = another(d.t, d.path)
	for _, reference := range references {
		d.kept(reference)
	}
	d.keeps("opened anew")
}

// stays fails unless opening is refused for this reason and leaves every file as it is.
func (d *displaced) stays(why string) {
	d.t.Helper()
	before := d.content()
	store, err := sqlite.Open(context.Background(), d.path)
	if err == nil {
		d.must(store.Close())
	}
	if err == nil || !strings.Contains(err.Error(), why) {
		d.t.Errorf("opened with %v, want %q", err, why)
	}
	after := d.content()
	for _, name := range []string{"hotline.db", "hotline.db-wal", "hotline.db.away", "backup.db"} {
		if before[name] != after[name] {
			d.t.Errorf("%s had %d bytes and has %d, or others", name, len(before[name]), len(after[name]))
		}
	}
}

func (d *displaced) content() map[string]string {
	d.t.Helper()
	content := map[string]string{}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(d.path), "*"))
	d.must(err)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		d.must(err)
		content[filepath.Base(name)] = string(raw)
	}
	return content
}

// In each the store is closed when the database is away, or goes on, as one does that is about to be killed.
func TestWhatWasToldOutlivesARestartWithoutTheFile(t *testing.T) {
	for name, place := range map[string]func(d *displaced){
		"nothing":      func(*displaced) {},
		"an empty one": func(d *displaced) { d.must(os.WriteFile(d.path, nil, 0o600)) },
		"a backup": func(d *displaced) {
			d.must(os.Rename(filepath.Join(filepath.Dir(d.path), "backup.db"), d.path))
		},
	} {
		for _, closed := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", closed", false: ", in use"}[closed], func(t *testing.T) {
				d := displace(t)
				backup := filepath.Join(filepath.Dir(d.path), "backup.db")
				_, err := d.beside.Exec("VACUUM INTO ?", backup)
				d.must(err)
				d.keeps("after the backup")
				told := d.told()
				d.must(d.beside.Close())
				d.must(os.Rename(d.path, d.path+".away"))
				place(d)
				if closed {
					d.must(d.Close())
				}
				for range 2 {
					d.stays("put that very file back")
				}
				d.must(os.Rename(d.path+".away", d.path))
				d.opensWith(told)
			})
		}
	}
}

// The way that the error and the README name: all three are moved away, then a backup is put in their place.
func TestABackupIsPutInPlace(t *testing.T) {
	d := displace(t)
	told := d.told()
	d.must(d.beside.Close())
	d.must(os.Rename(d.path, d.path+".away"))
	d.must(d.Close())
	d.must(sqlitetest.Write(d.path))
	for _, beside := range []string{"-wal", "-shm"} {
		d.stays("move " + d.path + "-wal and " + d.path + "-shm away too")
		d.must(os.Rename(d.path+beside, d.path+".away"+beside))
	}
	open(t, d.path)
	d.path += ".away"
	d.opensWith(told)
}

// All three are copied to another place after a crash: the log there is the copy's own.
func TestACopyWithItsLogIsOpened(t *testing.T) {
	d := displace(t)
	told := d.told()
	files := d.content()
	d.path = filepath.Join(t.TempDir(), "hotline.db")
	for name, content := range files {
		d.must(os.WriteFile(filepath.Join(filepath.Dir(d.path), name), []byte(content), 0o600))
	}
	d.opensWith(told)
}

// links are ways to name a database by a link to it.
var links = map[string]func(dir string) (link string, err error){
	"absolute": func(dir string) (string, error) {
		link := filepath.Join(dir, "link.db")
		return link, os.Symlink(filepath.Join(dir, "data", "hotline.db"), link)
	},
	"a link to a link": func(dir string) (string, error) {
		link := filepath.Join(dir, "link.db")
		second := filepath.Join(dir, "second.db")
		return link, errors.Join(os.Symlink("second.db", link), os.Symlink("data/hotline.db", second))
	},
	"upwards from a linked directory": func(dir string) (string, error) {
		elsewhere := filepath.Join(dir, "elsewhere", "deep")
		linked := filepath.Join(dir, "linked")
		return filepath.Join(linked, "link.db"), errors.Join(os.MkdirAll(elsewhere, 0o700),
			os.Symlink(elsewhere, linked),
			os.Symlink("../../data/hotline.db", filepath.Join(elsewhere, "link.db")))
	},
}

// SQLite has its log beside the file that the link leads to.
func TestTheLogOfALinkedFileIsDeleted(t *testing.T) {
	for name, lead := range links {
		for _, beside := range []string{"-wal", "-shm"} {
			t.Run(name+beside, func(t *testing.T) {
				dir := t.TempDir()
				file := filepath.Join(dir, "data", "hotline.db")
				link, err := lead(dir)
				if err := errors.Join(err, os.Mkdir(filepath.Dir(file), 0o700)); err != nil { // the file itself is new
					t.Fatal(err)
				}
				d := &displaced{Store: open(t, link), t: t, path: file}
				d.keeps("at the beginning")
				d.must(os.Remove(file + beside))
				d.refuses("deleted", "was deleted or moved away")
			})
		}
	}
}

func TestALinkIsLedElsewhere(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link.db")
	d := &displaced{Store: open(t, link), t: t, path: link}
	d.must(d.Close())
	d.must(os.Rename(link, filepath.Join(dir, "first.db")))
	d.must(os.Symlink("first.db", link))
	d.Store = open(t, link)
	d.keeps("at the beginning")
	d.must(os.Remove(link))
	d.refuses("deleted", "was deleted or moved away")
	d.must(sqlitetest.Write(filepath.Join(dir, "second.db")))
	d.must(os.Symlink("second.db", link))
	d.refuses("led elsewhere", "was replaced by another file")
	d.must(os.Remove(link))
	d.must(os.Symlink("first.db", link))
	d.keeps("led back")
}

func TestALinkedDatabaseThatOthersCanRead(t *testing.T) {
	for name, lead := range links {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "data", "hotline.db")
			link, err := lead(dir)
			if err := errors.Join(err, os.Mkdir(filepath.Dir(file), 0o700)); err != nil {
				t.Fatal(err)
			}
			open(t, link)
			for _, name := range []string{file, file + "-wal", file + "-shm"} {
				if err := os.Chmod(name, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if changed := open(t, link).Restricted; len(changed) != 3 {
				t.Errorf("changed %q", changed)
			}
			for _, name := range []string{file, file + "-wal", file + "-shm"} {
				if mode := modeOf(t, name); mode != 0o600 {
					t.Errorf("%s is %o", name, mode)
				}
			}
		})
	}
}

func TestALinkThatLeadsNowhere(t *testing.T) {
	for name, target := range map[string]string{"to itself": "link.db", "to no directory": "missing/hotline.db"} {
		link := filepath.Join(t.TempDir(), "link.db")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		store, err := sqlite.Open(context.Background(), link)
		if err == nil {
			t.Errorf("%s: opened, %v", name, store.Close())
		}
		if _, err := os.Stat(link); err == nil || name == "to no directory" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
