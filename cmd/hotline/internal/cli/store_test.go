package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
)

// withCallback is a database with one callback in it, a closure in an emergency and a version of the configuration.
func withCallback(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.db")
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	now := tuesday
	_, err = store.Book(t.Context(), callbacks.Request{Key: "k", Line: "gopay", Desk: "support", Number: home,
		Kind:   callbacks.ASAP,
		Called: now, Due: now, Expires: now.Add(time.Hour)}, "1234567")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.DeclareOverride(t.Context(),
		callbacks.DeclaredOverride{Line: "gopay", From: now, Until: now.Add(time.Hour), Reason: "fire"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.AddVersion(t.Context(),
		callbacks.Version{Hash: "h", At: now, Files: map[string][]byte{"a": []byte("1")}}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

func TestStoreMove(t *testing.T) {
	old, target := withCallback(t), "sqlite:"+filepath.Join(t.TempDir(), "new.db")
	t.Setenv("HOTLINE_STORE", target)
	if out, err := run(t, "", "store", "move", old); err != nil || !strings.Contains(out, "Copied 5 rows") {
		// the callback, its reference; when a call was placed last; the closure; the version with its file
		t.Fatalf("%v\n%s", err, out)
	}
	store, err := app.OpenStore(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := store.Callback(t.Context(), 1); err != nil || c.Reference != "1234567" || c.Number != home {
		t.Errorf("moved as %+v, %v", c, err)
	}
	if v, err := store.Version(t.Context(), 0); err != nil || v.Hash != "h" || string(v.Files["a"]) != "1" {
		t.Errorf("the version moved as %+v, %v", v, err)
	}
	if list, err := store.Overrides(t.Context(), tuesday); err != nil || len(list) != 1 || list[0].Reason != "fire" {
		t.Errorf("the closure moved as %+v, %v", list, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "typo.db")
	for name, tt := range map[string]struct{ from, want string }{
		"twice": {old, "nothing was copied: sqlite: take over: the store that everything would go to is not " +
			"empty"},
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
