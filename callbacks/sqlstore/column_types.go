package sqlstore

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A column of a table, and where a row in memory has it: a pointer, or one of the kinds below. Each table has one list
// of its columns, its key first, by which it is read, written and copied, so that none can be forgotten in one of the
// three. What is erased is listed apart, see Store.Erase.
type column struct {
	name string
	at   any
}

type columns []column

// named are columns that are only copied.
func named(names ...string) (c columns) {
	for _, name := range names {
		c = append(c, column{name: name})
	}
	return c
}

// names is the list for a query.
func (c columns) names() string {
	names := make([]string, len(c))
	for i, column := range c {
		names[i] = column.name
	}
	return strings.Join(names, ", ")
}

// pointers are what a row of these columns is scanned into.
func (c columns) pointers() []any {
	pointers := make([]any, len(c))
	for i, column := range c {
		pointers[i] = column.at
	}
	return pointers
}

// values are what is written.
func (c columns) values() []any {
	values := make([]any, len(c))
	for i, column := range c {
		values[i] = reflect.Indirect(reflect.ValueOf(column.at)).Interface()
	}
	return values
}

// without are all but those with these names.
func (c columns) without(names ...string) columns {
	return slices.DeleteFunc(slices.Clone(c), func(column column) bool { return slices.Contains(names, column.name) })
}

// insertInto is a statement that writes a row of these columns.
func (c columns) insertInto(table string) string {
	return "INSERT INTO " + table + " (" + c.names() + ") VALUES " + marks(len(c))
}

// insert writes a row; then is what follows its values in the statement. It returns how many rows were written.
func (c columns) insert(ctx context.Context, tx conn, table, then string) (int64, error) {
	return tx.exec(ctx, c.insertInto(table)+then, c.values()...)
}

// update writes a row, but for its key and the columns that stay as they are.
func (c columns) update(ctx context.Context, tx conn, table string, stay ...string) error {
	edited := c[1:].without(stay...)
	_, err := tx.exec(ctx, "UPDATE "+table+" SET ("+edited.names()+") = "+marks(len(edited))+" WHERE "+c[0].name+" = ?",
		append(edited.values(), c[:1].values()...)...)
	if err != nil {
		return fmt.Errorf("%s: %s %v: %w", table, c[0].name, c[:1].values()[0], err)
	}
	return nil
}

// marks is a list of so many placeholders.
func marks(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")" }

// many reads rows of a table: from is what follows FROM in the query.
func many[R any](ctx context.Context, q conn, of func(*R) columns, from string, args ...any) ([]R, error) {
	return rows(ctx, q, of, "SELECT "+of(new(R)).names()+" FROM "+from, args...)
}

// one is the first row that many would read, or [callbacks.ErrNotFound].
func one[R any](ctx context.Context, q conn, of func(*R) columns, from string, args ...any) (R, error) {
	return first(many(ctx, q, of, from, args...))
}

// value is what a query for one value returns, or [callbacks.ErrNotFound].
func value[T any](ctx context.Context, q conn, query string, args ...any) (T, error) {
	return first(rows(ctx, q, only[T], query, args...))
}

// only is for a query of one column.
func only[T any](at *T) columns { return columns{{"", at}} }

func first[R any](list []R, err error) (row R, _ error) {
	if err == nil && len(list) == 0 {
		err = callbacks.ErrNotFound
	}
	if err != nil {
		return row, err
	}
	return list[0], nil
}

// rows reads all rows of a query. of are the columns that it asks for.
func rows[R any](ctx context.Context, q conn, of func(*R) columns, query string, args ...any) (list []R, _ error) {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var row R
		if err := rows.Scan(of(&row).pointers()...); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		list = append(list, row)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

// instantOf is the instant that a query asks for; zero if it is NULL, or there is no row.
func instantOf(ctx context.Context, q conn, query string, args ...any) (time.Time, error) {
	n, err := value[sql.NullInt64](ctx, q, query, args...)
	if errors.Is(err, callbacks.ErrNotFound) {
		err = nil
	}
	return instant(n.Int64), err
}

// ms is an instant as it is stored.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant is the reverse of ms.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// asStored is an instant as it comes back.
func asStored(t time.Time) time.Time { return instant(ms(t)) }

// millis is an instant that is kept as a number; see ms.
type millis struct{ time *time.Time }

func (m millis) Value() (driver.Value, error) { return ms(*m.time), nil }

func (m millis) Scan(from any) error {
	n, err := scanned[int64](from)
	*m.time = instant(n)
	return err
}

// reference is the id of a row in another table; 0 is NULL.
type reference struct{ id *int64 }

func (r reference) Value() (driver.Value, error) {
	if *r.id == 0 {
		return nil, nil
	}
	return *r.id, nil
}

func (r reference) Scan(from any) (err error) {
	*r.id = 0
	if from != nil {
		*r.id, err = scanned[int64](from)
	}
	return err
}

// duration is one that is kept in milliseconds.
type duration struct{ duration *time.Duration }

func (d duration) Value() (driver.Value, error) { return d.duration.Milliseconds(), nil }

func (d duration) Scan(from any) error {
	n, err := scanned[int64](from)
	*d.duration = time.Duration(n) * time.Millisecond
	return err
}

// anyText is a text that every database takes: what people type, and what errors quote, may be anything.
type anyText struct{ text *string }

func (t anyText) Value() (driver.Value, error) {
	return strings.ReplaceAll(strings.ToValidUTF8(*t.text, "\uFFFD"), "\x00", "\uFFFD"), nil
}

func (t anyText) Scan(from any) (err error) {
	*t.text, err = scanned[string](from)
	return err
}

// texts are kept as JSON. None is nil.
type texts struct{ by *map[string]string }

func (t texts) Value() (driver.Value, error) {
	raw, err := json.Marshal(*t.by)
	return string(raw), err
}

func (t texts) Scan(from any) error {
	raw, err := scanned[string](from)
	if err == nil {
		err = json.Unmarshal([]byte(raw), t.by)
	}
	if len(*t.by) == 0 {
		*t.by = nil
	}
	return err
}

// files are kept together, compressed. None of them comes back as nil.
type files struct{ by *map[string][]byte }

func (f files) Value() (driver.Value, error) {
	var raw bytes.Buffer
	compressed := gzip.NewWriter(&raw)
	err := errors.Join(gob.NewEncoder(compressed).Encode(*f.by), compressed.Close())
	return raw.Bytes(), err
}

func (f files) Scan(from any) error {
	raw, err := scanned[[]byte](from)
	if err != nil {
		return err
	}
	compressed, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	err = gob.NewDecoder(compressed).Decode(f.by)
	for path, content := range *f.by {
		if content == nil {
			(*f.by)[path] = []byte{}
		}
	}
	return err
}

func scanned[T any](from any) (T, error) {
	value, ok := from.(T)
	if !ok {
		return value, fmt.Errorf("the database has a %T", from)
	}
	return value, nil
}
