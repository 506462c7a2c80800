package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

var backedUp = time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)

// enough is how many bookings there are before the backup.
const enough = 30

// bookings are as many as are made until stop; booked counts them, and begun is closed when there are enough.
func bookings(t *testing.T, s *sqlite.Store, by int, booked *atomic.Int64, begun chan<- struct{}, stop <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		r := callbacks.Request{Key: fmt.Sprintf("%d/%d", by, n), Line: "gopay", Desk: "support",
			Number: fmt.Sprintf("+62%d%07d", by, n), Caller: fmt.Sprintf("+62%d%07d", by, n), Kind: callbacks.ASAP,
			Called: backedUp, Due: backedUp, Expires: backedUp.Add(time.Hour), SMSBody: func(c callbacks.Callback) string {
				return "booked " + c.Reference
			}}
		r.CallerHour = 1 << 20 // so that it is counted
		if _, err := s.Book(t.Context(), r, fmt.Sprintf("%d%06d", by, n)); err != nil {
			t.Error(err)
			return
		}
		if booked.Add(1) == enough {
			close(begun)
		}
	}
}

// records are callbacks with all that was written in the same transaction, by key.
func records(t *testing.T, path string) map[string]string {
	t.Helper()
	rows, err := another(t, path).Query(`SELECT c.request_key, c.id || c.reference || c.number || c.caller || c.due_ms ||
		c.state || coalesce((SELECT reference FROM reference_numbers WHERE reference = c.reference), ' no reference') ||
		coalesce((SELECT body FROM sms WHERE callback_id = c.id), ' no SMS') ||
		coalesce((SELECT number FROM callback_requests WHERE request_key = c.request_key), ' no request')
		FROM callbacks c`)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for rows.Next() {
		var key, record string
		if err := rows.Scan(&key, &record); err != nil {
			t.Fatal(err)
		}
		all[key] = record
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// A backup that is made while callers book has each booking whole or not at all: all that were booked before it, and
// from each caller none without those before.
func TestBackupWhileCallersBook(t *testing.T) {
	path := sqlitetest.New(t)
	s, dir := open(t, path), t.TempDir()
	const callers = 3
	var booked atomic.Int64
	var all sync.WaitGroup
	stop, begun := make(chan struct{}), make(chan struct{})
	for by := range callers {
		all.Go(func() { bookings(t, s, by+1, &booked, begun, stop) })
	}
	<-begun
	file := filepath.Join(dir, "copy.db")
	var before, after int64
	var health sqlstore.Health
	var err error
	for after <= before+callers && err == nil { // until one is made while some book
		_ = os.Remove(file) // of the try before
		before = booked.Load()
		health, err = sqlite.Backup(t.Context(), path, file)
		after = booked.Load() + callers // some are written and not yet counted
	}
	close(stop)
	all.Wait()
	if err != nil || health.Err() != nil {
		t.Fatal(err, health.Problems)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	target := filepath.Join(t.TempDir(), "hotline.db")
	aside, restored, err := sqlite.Restore(t.Context(), file, target, backedUp)
	if err != nil || aside != "" || cmp.Diff(restored, health) != "" {
		t.Fatalf("aside %q, %+v, %v", aside, restored, err)
	}
	live, copied := records(t, path), records(t, target)
	if n := int64(len(copied)); n < before || n > after {
		t.Errorf("%d bookings in the backup, of %d before and %d after it", n, before, after)
	}
	for key, record := range copied {
		if record != live[key] || strings.Contains(record, "no ") {
			t.Errorf("%s is %q in the backup and %q in the database", key, record, live[key])
		}
		var by, n int
		if _, err := fmt.Sscanf(key, "%d/%d", &by, &n); err != nil {
			t.Fatal(err)
		}
		if earlier := fmt.Sprintf("%d/%d", by, n-1); n > 0 && copied[earlier] == "" {
			t.Errorf("%s is in the backup without %s", key, earlier)
		}
	}
	if _, err := sqlite.Backup(t.Context(), path, file); err == nil || !strings.Contains(err.Error(), "overwritten") {
		t.Errorf("an existing file: %v", err)
	}
	if _, err := sqlite.Backup(t.Context(), filepath.Join(dir, "none.db"), filepath.Join(dir, "b.db")); err == nil {
		t.Error("there was no database")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 1 {
		t.Errorf("left are %q, %v", left, err)
	}
}

// What is there is moved aside with its log, and can be opened there.
func TestRestoreMovesAside(t *testing.T) {
	path, backup := sqlitetest.New(t), filepath.Join(t.TempDir(), "b.db")
	if _, err := sqlite.Backup(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "-wal"} { // as a killed server leaves them
		crashed := filepath.Join(t.TempDir(), "crashed")
		s, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Book(t.Context(), callbacks.Request{Key: "k" + name, Line: "gopay", Number: "+62" + name,
			Kind: callbacks.ASAP, Called: backedUp, Due: backedUp, Expires: backedUp.Add(time.Hour)},
			"1234567"+name); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(crashed, os.DirFS(filepath.Dir(path))); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		present := filepath.Join(crashed, "hotline.db")
		if name == "" { // closed
			present = path
		}
		before := "1234567" + name
		aside, _, err := sqlite.Restore(t.Context(), backup, present, backedUp)
		if err != nil || aside != present+".20260302T030000Z" {
			t.Fatalf("moved to %q, %v", aside, err)
		}
		if open(t, present); len(records(t, present)) != 0 {
			t.Error("it is not the backup")
		}
		if got := fmt.Sprint(records(t, aside)); !strings.Contains(got, before) {
			t.Errorf("aside is %s", got)
		}
		path = sqlitetest.New(t)
	}
}

// What a killed server has written last is in its log alone, and in the backup.
func TestBackupAfterACrash(t *testing.T) {
	path := sqlitetest.New(t)
	s := open(t, path)
	if _, err := s.Book(t.Context(), callbacks.Request{Key: "k", Line: "gopay", Number: "+62", Kind: callbacks.ASAP,
		Called: backedUp, Due: backedUp, Expires: backedUp.Add(time.Hour)}, "1234567"); err != nil {
		t.Fatal(err)
	}
	for _, lost := range []string{"", "-shm"} {
		crashed := filepath.Join(t.TempDir(), "crashed")
		if err := os.CopyFS(crashed, os.DirFS(filepath.Dir(path))); err != nil {
			t.Fatal(err)
		}
		if lost != "" {
			if err := os.Remove(filepath.Join(crashed, "hotline.db"+lost)); err != nil {
				t.Fatal(err)
			}
		}
		backup := filepath.Join(crashed, "backup.db")
		health, err := sqlite.Backup(t.Context(), filepath.Join(crashed, "hotline.db"), backup)
		if err != nil || health.Err() != nil || len(records(t, backup)) != 1 {
			t.Errorf("without %q: %v, %+v", lost, err, health)
		}
	}
}

// A database that cannot be read any more is what a backup is for. It is moved aside as it is.
func TestRestoreOverABrokenDatabase(t *testing.T) {
	path, backup := sqlitetest.New(t), filepath.Join(t.TempDir(), "b.db")
	if _, err := sqlite.Backup(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Check(t.Context(), path); err == nil || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("what to do is not in %v", err)
	}
	aside, _, err := sqlite.Restore(t.Context(), backup, path, backedUp)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(aside); err != nil || string(content) != "broken" {
		t.Errorf("aside is %q, %v", content, err)
	}
	open(t, path)
}

func TestRestoreRefuses(t *testing.T) {
	path := sqlitetest.New(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	damaged := append([]byte{}, whole...)
	for i := 4096; i < 4196; i++ {
		damaged[i] = 0xff
	}
	write("used.db-wal", nil)
	for name, c := range map[string]struct{ file, want string }{
		"cut off":  {write("cut.db", whole[:len(whole)/2]), ""},
		"damaged":  {write("damaged.db", damaged), ""},
		"empty":    {write("empty.db", nil), "goose_db_version"},
		"no file":  {filepath.Join(dir, "none.db"), "no such file"},
		"no SQL":   {write("text.db", []byte(strings.Repeat("not a database ", 1000))), "file is not a database"},
		"in use":   {write("used.db", whole), "a database, not a backup"},
		"a folder": {dir, ""},
	} {
		if _, _, err := sqlite.Restore(t.Context(), c.file, path, backedUp); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(whole) {
		t.Errorf("the database has changed: %v", err)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) > 2 { // and the lock
		t.Errorf("left are %q, %v", left, err)
	}
}

func TestCheckFindsProblems(t *testing.T) {
	path := sqlitetest.New(t)
	db := another(t, path)
	for _, query := range []string{"PRAGMA foreign_keys = 0", "INSERT INTO moves VALUES ('m', 7)",
		"INSERT INTO sms (id, line, desk, alert_key, body, state, created_ms, next_check_ms) " +
			"VALUES (9, 'gopay', '', 'a', '', 'sent', 1, 1)", "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'sms'"} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	health, err := sqlite.Check(t.Context(), path)
	if want := "sms: the numbering is at 3 and there is a row 9: the next rows cannot be written; a row of moves refers " +
		"to one of callbacks that there is not"; err != nil || health.Err() == nil ||
		!strings.HasSuffix(health.Err().Error(), want) {
		t.Errorf("%v, %v", health.Err(), err)
	}
	if _, err := db.Exec("DROP TABLE call_pacing"); err != nil {
		t.Fatal(err)
	}
	if health, err = sqlite.Check(t.Context(), path); err != nil || health.Err() == nil ||
		!strings.Contains(health.Err().Error(), "the table call_pacing is missing") {
		t.Errorf("%+v, %v", health, err)
	}
}

// After a rollback the program runs on tables that a later release has added to, and looks after them too. Tables that
// it cannot run on are left alone.
func TestLaterTables(t *testing.T) {
	path := sqlitetest.New(t)
	db := another(t, path)
	version := func(v int) {
		t.Helper()
		if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", v); err != nil {
			t.Fatal(err)
		}
	}
	version(99)
	if health, err := sqlite.Check(t.Context(), path); err != nil || health.Version != 99 || health.Err() != nil {
		t.Errorf("%+v, %v", health, err)
	}
	dir := t.TempDir()
	backup := filepath.Join(dir, "b.db")
	if _, err := sqlite.Backup(t.Context(), path, backup); err != nil {
		t.Error(err)
	}
	restored := filepath.Join(dir, "hotline.db")
	if _, _, err := sqlite.Restore(t.Context(), backup, restored, backedUp); err != nil {
		t.Error(err)
	}
	open(t, restored)
	version(100)
	_, err := sqlite.Check(t.Context(), path)
	if want := "of version 100 and this program runs on versions up to 99"; err == nil ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
	if _, err := sqlite.Backup(t.Context(), path, filepath.Join(dir, "later.db")); err == nil {
		t.Error("there is a backup of tables that this program does not know")
	}
}
