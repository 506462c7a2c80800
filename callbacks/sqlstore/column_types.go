package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A column of a table, and where a row in memory has it: a pointer, or one of the kinds below. Each table has one list
// of its columns, by which it is read, written and copied, so that none can be forgotten in one of the three. What a change may edit, and what is erased, is listed apart: see
// save and Store.Erase.
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

// only are those with these names, in this order.
func (c columns) only(names ...string) (some columns) {
	for _, name := range names {
		i := slices.IndexFunc(c, func(column column) bool { return column.name == name })
		if i < 0 {
			panic("sqlstore: there is no column " + name)
		}
		some = append(some, c[i])
	}
	return some
}

// without are all but one.
func (c columns) without(name string) columns {
	return slices.DeleteFunc(slices.Clone(c), func(column column) bool { return column.name == name })
}

// insertInto is a statement that writes a row of these columns.
func (c columns) insertInto(table string) string {
	return "INSERT INTO " + table + " (" + c.names() + ") VALUES " + marks(len(c))
}

// set is the list of an UPDATE.
func (c columns) set() string { return strings.ReplaceAll(c.names(), ",", " = ?,") + " = ?" }

// marks is a list of so many placeholders.
func marks(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")" }

// collect reads all rows of a query. of are the columns that it asks for.
func collect[R any](rows *sql.Rows, err error, of func(*R) columns) (list []R, _ error) {
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

// text is for a query of one text.
func text(s *string) columns { return columns{{"", s}} }

// millis is an instant that is kept as a number; see ms.
type millis struct{ time *time.Time }

func (m millis) Value() (driver.Value, error) { return ms(*m.time), nil }

func (m millis) Scan(from any) error {
	n, ok := from.(int64)
	*m.time = instant(n)
	return scanned(ok, from)
}

// duration is one that is kept in milliseconds.
type duration struct{ duration *time.Duration }

func (d duration) Value() (driver.Value, error) { return d.duration.Milliseconds(), nil }

func (d duration) Scan(from any) error {
	n, ok := from.(int64)
	*d.duration = time.Duration(n) * time.Millisecond
	return scanned(ok, from)
}

// anyText is a text that every database takes: what people type, and what errors quote, may be anything.
type anyText struct{ text *string }

func (t anyText) Value() (driver.Value, error) {
	return strings.ReplaceAll(strings.ToValidUTF8(*t.text, "\uFFFD"), "\x00", "\uFFFD"), nil
}

func (t anyText) Scan(from any) (err error) {
	text, ok := from.(string)
	*t.text = text
	return scanned(ok, from)
}

// texts are kept as JSON. None is nil.
type texts struct{ by *map[string]string }

func (t texts) Value() (driver.Value, error) {
	raw, err := json.Marshal(*t.by)
	return string(raw), err
}

func (t texts) Scan(from any) error {
	raw, ok := from.(string)
	if !ok {
		return scanned(ok, from)
	}
	err := json.Unmarshal([]byte(raw), t.by)
	if len(*t.by) == 0 {
		*t.by = nil
	}
	return err
}

func scanned(ok bool, from any) error {
	if !ok {
		return fmt.Errorf("the database has a %T", from)
	}
	return nil
}
