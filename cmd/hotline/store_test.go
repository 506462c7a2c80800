package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
)

// withPromise is a database with one promise in it.
func withPromise(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.db")
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	_, err = store.Book(t.Context(), callbacks.Request{Key: "k", Line: "gopay", Desk: "support", Number: home, Kind: callbacks.ASAP,
		Called: now, Due: now, Expires: now.Add(time.Hour)}, "1234567")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

func TestStoreMove(t *testing.T) {
	old, target := withPromise(t), "sqlite:"+filepath.Join(t.TempDir(), "new.db")
	t.Setenv("HOTLINE_STORE", target)
	if out, err := run(t, "", "store", "move", old); err != nil || !strings.Contains(out, "Copied 2 rows") { // the promise, its reference
		t.Fatalf("%v\n%s", err, out)
	}
	store, err := openStore(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := store.Callback(t.Context(), 1); err != nil || c.Reference != "1234567" || c.Number != home {
		t.Errorf("moved as %+v, %v", c, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "typo.db")
	for name, tt := range map[string]struct{ from, want string }{
		"twice":         {old, "nothing was copied: sqlite: take over: the store that everything would go to is not empty"},
		"to itself":     {target, "both are the same database"},
		"from nowhere":  {"sqlite:" + missing, "no such file or directory"},
		"from no store": {"mysql://x", "the database to copy from"},
	} {
		if _, err := run(t, "", "store", "move", tt.from); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a database was made where there was none to copy from")
	}
}
