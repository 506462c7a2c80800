package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
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

// A backup is restored where another database is, which is moved aside.
func TestStoreBackupAndRestore(t *testing.T) {
	path := withCallback(t)
	t.Setenv("HOTLINE_STORE", path)
	backup := filepath.Join(t.TempDir(), "backup.db")
	out, err := run(t, "", "store", "backup", backup)
	counts := "  reference_numbers     1\n  callbacks             1\n"
	if err != nil || !strings.Contains(out, "backup.db is a copy of ") || !strings.Contains(out, counts) {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := run(t, "", "store", "backup", backup); err == nil || !strings.Contains(err.Error(), "overwritten") {
		t.Error(err)
	}
	t.Setenv("HOTLINE_STORE", "")
	if _, err := run(t, "", "store", "restore", backup); err == nil || !strings.Contains(err.Error(), "set HOTLINE_STORE") {
		t.Errorf("no database was named: %v", err)
	}
	t.Setenv("HOTLINE_STORE", "sqlite:"+sqlitetest.New(t))
	if out, err := run(t, "", "store", "restore", backup); err != nil || !strings.Contains(out, counts) ||
		!strings.Contains(out, "hotline.db is now ") || !strings.Contains(out, "dials the open callbacks (1) and sends") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run(t, "", "store", "check"); err != nil || !strings.Contains(out, counts) ||
		!strings.HasPrefix(out, "the tables are of version 1\n") || !strings.Contains(out, "The database is whole.") {
		t.Errorf("%v\n%s", err, out)
	}
	t.Setenv("HOTLINE_STORE", "postgres://hotline@db.example.com/hotline")
	for command, want := range map[string]string{"backup": "pg_dump --format=custom", "restore": "pg_restore "} {
		if _, err := run(t, "", "store", command, backup); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", command, err)
		}
	}
	if err := os.WriteFile(backup, []byte(strings.Repeat("no database ", 99)), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOTLINE_STORE", "sqlite:"+backup)
	if _, err := run(t, "", "store", "check"); err == nil || !strings.Contains(err.Error(), "file is not a database") {
		t.Error(err)
	}
}
