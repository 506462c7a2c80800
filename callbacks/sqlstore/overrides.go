package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const overrideColumns = `id, line, desk, opens, from_ms, until_ms, reason, announcement, declared_by, created_ms, lifted_ms, lifted_by`

// words is a text that every database takes: what people type, and what errors quote, may be anything.
func words(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// DeclareOverride implements [callbacks.Ledger].
func (s *Store) DeclareOverride(ctx context.Context, o callbacks.Override) (callbacks.Override, error) {
	if ms(o.Until) <= ms(o.From) {
		return callbacks.Override{}, fmt.Errorf("declare an override: it begins at %v and would end at %v; name a later end", o.From, o.Until)
	}
	announced, err := json.Marshal(o.Say)
	if err != nil {
		return callbacks.Override{}, fmt.Errorf("declare an override: what it says: %w", err)
	}
	var written callbacks.Override
	err = s.inTx(ctx, "declare an override", func(tx conn) (err error) {
		if err := tx.serialize(ctx, "overrides"); err != nil { // numbers are in the order in which others see them
			return err
		}
		written, err = scanOverride(tx.QueryRowContext(ctx, `INSERT INTO overrides (line, desk, opens, from_ms, until_ms, reason, announcement,
			declared_by, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING `+overrideColumns,
			o.Line, o.Desk, o.Open, ms(o.From), ms(o.Until), words(o.Reason), string(announced), words(o.By), ms(o.Created)))
		return err
	})
	if err != nil {
		return callbacks.Override{}, err
	}
	return written, nil
}

// LiftOverrides implements [callbacks.Ledger].
func (s *Store) LiftOverrides(ctx context.Context, line, desk, by string, now time.Time) (lifted []callbacks.Override, err error) {
	err = s.inTx(ctx, "lift overrides", func(tx conn) (err error) {
		lifted, err = manyOverrides(tx.QueryContext(ctx, `UPDATE overrides SET lifted_ms = ?, lifted_by = ?
			WHERE lifted_ms = 0 AND line = ? AND desk = ? AND until_ms > ? RETURNING `+overrideColumns, ms(now), words(by), line, desk, ms(now)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return lifted, nil
}

// Overrides implements [callbacks.Ledger].
func (s *Store) Overrides(ctx context.Context, after time.Time) ([]callbacks.Override, error) {
	list, err := manyOverrides(s.read.QueryContext(ctx, `SELECT `+overrideColumns+` FROM overrides WHERE lifted_ms = 0 AND until_ms > ?`, ms(after)))
	return list, s.wrap("list overrides", err)
}

// manyOverrides reads what a query returned, in the order of their writing.
func manyOverrides(rows *sql.Rows, err error) (list []callbacks.Override, _ error) {
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		o, err := scanOverride(rows)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b callbacks.Override) int { return cmp.Compare(a.ID, b.ID) })
	return list, errors.Join(rows.Err(), rows.Close())
}

func scanOverride(row scanner) (o callbacks.Override, err error) {
	var from, until, created, lifted int64
	var announced string
	err = row.Scan(&o.ID, &o.Line, &o.Desk, &o.Open, &from, &until, &o.Reason, &announced, &o.By, &created, &lifted, &o.LiftedBy)
	if err != nil {
		return o, err
	}
	o.From, o.Until, o.Created, o.Lifted = instant(from), instant(until), instant(created), instant(lifted)
	if err := json.Unmarshal([]byte(announced), &o.Say); err != nil {
		return o, fmt.Errorf("override %d: what it says: %w", o.ID, err)
	}
	if len(o.Say) == 0 {
		o.Say = nil
	}
	return o, nil
}
