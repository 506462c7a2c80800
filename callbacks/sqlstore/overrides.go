package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func overrideColumns(o *callbacks.Override) columns {
	return columns{
		{"id", &o.ID}, {"line", &o.Line}, {"desk", &o.Desk}, {"opens", &o.Open},
		{"from_ms", millis{&o.From}}, {"until_ms", millis{&o.Until}}, {"reason", anyText{&o.Reason}},
		{"announcement", texts{&o.Say}}, {"declared_by", anyText{&o.By}}, {"created_ms", millis{&o.Created}},
		{"lifted_ms", millis{&o.Lifted}}, {"lifted_by", anyText{&o.LiftedBy}},
	}
}

var overrideNames = overrideColumns(&callbacks.Override{}).names()

// DeclareOverride writes an override and returns it with its ID, not lifted. It is an error if Until is not after From.
func (s *Store) DeclareOverride(ctx context.Context, o callbacks.Override) (callbacks.Override, error) {
	if ms(o.Until) <= ms(o.From) {
		return callbacks.Override{}, fmt.Errorf(
			"declare an override: it begins at %v and would end at %v; name a later end", o.From, o.Until)
	}
	o.Lifted, o.LiftedBy = time.Time{}, ""
	return write(ctx, s, "declare an override", func(tx conn) (callbacks.Override, error) {
		if err := tx.serialize(ctx, "overrides"); err != nil { // numbers are in the order in which others see them
			return o, err
		}
		row := overrideColumns(&o)
		written := row.without("id")
		err := tx.QueryRowContext(ctx, written.insertInto("overrides")+" RETURNING "+overrideNames, written.values()...).
			Scan(row.pointers()...)
		return o, err
	})
}

// LiftOverrides ends those that are in force, or have still to begin, for a line and exactly this desk (empty: those of
// the line as a whole) and returns them as they are then, in the order in which they were declared. None is no error.
func (s *Store) LiftOverrides(ctx context.Context, line, desk, by string, now time.Time) ([]callbacks.Override, error) {
	return write(ctx, s, "lift overrides", func(tx conn) ([]callbacks.Override, error) {
		return manyOverrides(tx.QueryContext(ctx, `UPDATE overrides SET lifted_ms = ?, lifted_by = ?
			WHERE lifted_ms = 0 AND line = ? AND desk = ? AND until_ms > ? RETURNING `+overrideNames,
			ms(now), anyText{&by}, line, desk, ms(now)))
	})
}

// Overrides lists those that are not lifted and end after the instant, in the order in which they were declared.
func (s *Store) Overrides(ctx context.Context, after time.Time) ([]callbacks.Override, error) {
	list, err := manyOverrides(s.read.QueryContext(ctx, `SELECT `+overrideNames+` FROM overrides
		WHERE lifted_ms = 0 AND until_ms > ?`, ms(after)))
	return list, s.wrap("list overrides", err)
}

// manyOverrides reads what a query returned, in the order of their writing.
func manyOverrides(rows *sql.Rows, err error) ([]callbacks.Override, error) {
	list, err := collect(rows, err, overrideColumns)
	slices.SortFunc(list, func(a, b callbacks.Override) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}
