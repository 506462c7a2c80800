// Package apptest is what the tests of several packages under cmd/hotline need: configurations to try and places to put
// them.
package apptest

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hotline-ivr/hotline/config"
)

// Shipped is the configuration that comes with the program.
var Shipped = sync.OnceValues(func() (*config.Snapshot, error) { return config.Load(config.Shipped()) })

// Copy is the shipped configuration in a directory of its own.
func Copy(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Replace edits a file: pairs of what it holds and what takes its place.
func Replace(t testing.TB, file string, pairs ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(text), pairs[i]) {
			t.Fatalf("%s has nothing of %q", file, pairs[i])
		}
	}
	if err := os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Read is a file of a directory, by its path with slashes.
func Read(t testing.TB, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Write writes one.
func Write(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Edited is the shipped configuration with one file edited, as [Replace] does.
func Edited(t testing.TB, file string, pairs ...string) *config.Snapshot {
	t.Helper()
	dir := Copy(t)
	Replace(t, filepath.Join(dir, filepath.FromSlash(file)), pairs...)
	snapshot, err := config.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// Get is the text of a page.
func Get(t testing.TB, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// InMemory is where databases are that shall survive processes, not the computer: a disk that is shared with other
// tests can take longer for one commit than a lease of a fast clock. Empty: there is only the disk.
func InMemory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err != nil || !info.IsDir() {
		return ""
	}
	return shm
}

// MemoryDir is a directory there, until the test ends.
func MemoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(InMemory(), "hotline-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
