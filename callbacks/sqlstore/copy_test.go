package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// notCopied are tables and columns that a move leaves out, and why.
var notCopied = map[string]string{
	"goose_db_version":     "it is the database's own",
	"instances":            "they report themselves again",
	"attempts.write_order": "PostgreSQL numbers the rows anew, in the order in which they are copied",
}

// A database is a store, and a connection past it.
type database struct {
	*sqlstore.Store
	db *sql.DB
	// catalogue is a query for all tables and their columns.
	catalogue string
}

// postgresSchema begins a catalogue of PostgreSQL's, which wants placeholders numbered.
const postgresSchema = `SELECT table_name, column_name `

const sqliteCatalogue = `SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
	WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`

func inSQLite(t *testing.T) database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hotline.db")
	s, err := sqlite.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return database{s.Store, beside(t, "sqlite", "file:"+path+"?_pragma=foreign_keys(1)"), sqliteCatalogue}
}

func beside(t *testing.T, driver, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// columns are what the database itself says it has, but for what is not copied.
func (d database) columns(t *testing.T) map[string][]string {
	t.Helper()
	rows, err := d.db.Query(d.catalogue)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		if notCopied[table] == "" && notCopied[table+"."+column] == "" {
			all[table] = append(all[table], column)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func sorted(all map[string][]string) map[string][]string {
	for _, columns := range all {
		slices.Sort(columns)
	}
	return all
}

// A move copies every column that there is.
func testColumns(t *testing.T, d database) {
	t.Helper()
	if diff := cmp.Diff(sorted(d.columns(t)), sorted(sqlstore.Copied())); diff != "" {
		t.Errorf("-in the database +copied\n%s", diff)
	}
}

func TestEveryColumnOfSQLiteIsCopied(t *testing.T) { testColumns(t, inSQLite(t)) }

// A filledRow is one of a table, by column.
type filledRow struct {
	table string
	row   map[string]any
}

// filled is a row of each table in which no column has its default.
var filled = []filledRow{
	{"reference_numbers", map[string]any{"reference": "1111111"}},
	{"reference_numbers", map[string]any{"reference": "2222222"}},
	{"reference_numbers", map[string]any{"reference": "3333333"}},
	{"callbacks", map[string]any{
		"id": 7, "request_key": "CA1/1", "reference": "1111111", "line": "gopay", "desk": "support", "topic": "refund",
		"language": "zh", "number": "+628111", "caller": "+628222", "account": "0812", "answers": "transaction:1",
		"kind": "slot", "urgent": true, "priority": 2, "called_ms": 1001, "due_ms": 1002, "held_ms": 1003,
		"cancel_after_attempt": true, "slot_start_ms": 1004, "slot_end_ms": 1005, "expires_ms": 1006,
		"state": "customer-reached", "reached": true, "agent_first": true, "desk_attempts": 3, "attempts": 4,
		"next_target": 5, "pass": 6,
		"fence": 8,
		"ready": 1, "remark": "busy", "ended_ms": 1007, "erased_ms": 1008,
		"note_sid": "RE1", "note_url": "https://example.com/RE1", "note_seconds": 9,
	}},
	{"attempts", map[string]any{
		"id": "a1", "callback_id": 7, "line": "gopay", "desk": "support", "target_id": "support-1",
		"target_kind":    "sip",
		"target_address": "sip:a@example.com", "from_number": "+622150", "ring_ms": 20000, "state": "ended",
		"outcome": "busy", "call_sid": "CA2", "status": "busy", "status_seq": 3, "fence": 8, "pass": 6,
		"created_ms": 1009, "next_check_ms": 1010,
	}},
	{"call_pacing", map[string]any{"name": "calls", "last_call_ms": 1011}},
	{"moves", map[string]any{"move_key": "CA3/2", "callback_id": 7}},
	{"callback_requests", map[string]any{
		"request_key": "CA1/1", "line": "gopay", "caller": "+628222", "number": "+628111", "requested_ms": 1012,
	}},
	{"silenced_numbers", map[string]any{"number": "+628111", "until_ms": 1013}},
	{"wrong_proofs", map[string]any{
		"proof_key": "CA4/1", "callback_id": 7, "number": "+628333", "caller": "+628222", "given_ms": 1014,
	}},
	{"messages", map[string]any{
		"message_key": "CA5/1", "reference": "2222222", "line": "upay", "desk": "support", "topic": "other",
		"language": "id",
		"caller":   "+628333", "account": "0813", "answers": "amount:5", "recording_sid": "RE2",
		"recording_url": "https://example.com/RE2", "recording_seconds": 10, "received_ms": 1015, "erased_ms": 1016,
	}},
	{"call_records", map[string]any{
		"call_key": "CA6", "reference": "3333333", "line": "upay", "desk": "support", "topic": "other",
		"language": "id",
		"caller":   "+628444", "account": "0814", "answers": "amount:6", "began_ms": 1017, "erased_ms": 1018,
	}},
	{"sms", map[string]any{
		"id": 11, "line": "gopay", "desk": "support", "callback_id": 7, "alert_key": "", "occasions": 0, "body": "您好",
		"state": "sent", "delivery": "undelivered", "tries": 2,
		"message_sid": "SM1", "error_code": 30005, "remark": "no such number", "created_ms": 1019,
		"next_check_ms": 1020,
	}},
	{"sms", map[string]any{
		"id": 12, "line": "gopay", "desk": "support", "callback_id": nil, "alert_key": "call/CA8", "occasions": 2,
		"body": "number ending in 8111", "state": "sent", "message_sid": "SM2", "created_ms": 1021,
		"next_check_ms": 1022,
	}},
	{"accepted_dials", map[string]any{"call_sid": "CA7", "dial": 2, "target": "support-1", "address": "+628",
		"accepted_ms": 1021, "ended_ms": 8}},
	{"jobs", map[string]any{"name": "report", "last_run_ms": 1022, "leased_until_ms": 1023}},
	{"overrides", map[string]any{
		"id": 12, "line": "gopay", "desk": "support", "opens": true, "from_ms": 1024, "until_ms": 1025, "reason": "地震",
		"announcement": `{"zh":"关闭"}`, "declared_by": "sari", "created_ms": 1026, "lifted_ms": 1027,
		"lifted_by": "budi",
	}},
	{"config_versions", map[string]any{
		"number": 13, "hash": "h", "published_ms": 1028, "author": "sari", "note": "roll back to 1",
		"summary": "变更", "changes": "变", "files": []byte{0, 0xff},
	}},
	{"config_audio", map[string]any{"name": "a.wav", "sound": []byte{0, 0xfe}}},
	{"config_version_audio", map[string]any{"number": 13, "path": "prompts/audio/en/goodbye.wav", "name": "a.wav"}},
}

// fill writes the rows past the store.
func (d database) fill(t *testing.T) {
	t.Helper()
	if _, err := d.db.Exec("DELETE FROM call_pacing"); err != nil {
		t.Fatal(err)
	}
	for table, columns := range d.columns(t) {
		i := slices.IndexFunc(filled, func(f filledRow) bool { return f.table == table })
		if i < 0 {
			t.Fatalf("there is no row of %s", table)
		}
		slices.Sort(columns)
		if got := slices.Sorted(maps.Keys(filled[i].row)); !slices.Equal(got, columns) {
			t.Errorf("%s is filled with %q and has %q", table, got, columns)
		}
	}
	for _, f := range filled {
		d.insert(t, f.table, f.row)
	}
}

func (d database) insert(t *testing.T, table string, row map[string]any) {
	t.Helper()
	var names, marks []string
	var values []any
	for name, value := range row {
		names, marks, values = append(names, name), append(marks, "?"), append(values, value)
	}
	if strings.HasPrefix(d.catalogue, postgresSchema) {
		for i := range marks {
			marks[i] = fmt.Sprint("$", i+1)
		}
	}
	_, err := d.db.Exec("INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks,
		", ")+")", values...)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
}

// rows are all rows of all tables.
func (d database) rows(t *testing.T) (all []string) {
	t.Helper()
	for table, columns := range d.columns(t) {
		slices.Sort(columns)
		rows, err := d.db.Query("SELECT " + strings.Join(columns, ", ") + " FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			for i, column := range columns {
				if values[i] == true { // SQLite has a number
					values[i] = 1
				}
				all = append(all, fmt.Sprintf("%s.%s: %v", table, column, values[i]))
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// testMove moves everything to another database, row by row the same.
func testMove(t *testing.T, from, to database) {
	t.Helper()
	if err := to.CopyFrom(t.Context(), from.Store, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.rows(t), to.rows(t)); diff != "" || len(from.rows(t)) == 0 {
		t.Errorf("-before +after\n%s", diff)
	}
}

func TestEveryColumnMovesToSQLite(t *testing.T) {
	from := inSQLite(t)
	from.fill(t)
	testMove(t, from, inSQLite(t))
}
