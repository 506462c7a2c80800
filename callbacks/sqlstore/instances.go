package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// instanceKept is how long something is kept of an instance that was not seen any more.
const instanceKept = 7 * 24 * time.Hour

// SeeInstance implements [callbacks.Ledger].
func (s *Store) SeeInstance(ctx context.Context, i callbacks.Instance) error {
	return s.inTx(ctx, "write what an instance runs", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO instances (id, host, hash, since_ms, refused_hash, problem, last_seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET host = excluded.host, hash = excluded.hash, since_ms = excluded.since_ms,
				refused_hash = excluded.refused_hash, problem = excluded.problem, last_seen_ms = excluded.last_seen_ms`,
			i.ID, words(i.Host), i.Hash, ms(i.Since), i.Offered, words(i.Problem), ms(i.Seen))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM instances WHERE id IN (SELECT id FROM instances WHERE last_seen_ms < ?`+tx.skipLocked()+`)`,
			ms(i.Seen.Add(-instanceKept)))
		return err
	})
}

// Instances implements [callbacks.Ledger].
func (s *Store) Instances(ctx context.Context, since time.Time) (list []callbacks.Instance, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, host, hash, since_ms, refused_hash, problem, last_seen_ms FROM instances WHERE last_seen_ms >= ?`, ms(since))
	if err != nil {
		return nil, s.wrap("list instances", err)
	}
	defer func() { err = s.wrap("list instances", errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var i callbacks.Instance
		var since, seen int64
		if err := rows.Scan(&i.ID, &i.Host, &i.Hash, &since, &i.Offered, &i.Problem, &seen); err != nil {
			return nil, err
		}
		i.Since, i.Seen = instant(since), instant(seen)
		list = append(list, i)
	}
	// Here and not there: the order of letters is the database's own.
	slices.SortFunc(list, func(a, b callbacks.Instance) int { return cmp.Compare(a.ID, b.ID) })
	return list, rows.Err()
}

// ForgetInstance implements [callbacks.Ledger].
func (s *Store) ForgetInstance(ctx context.Context, id string) error {
	return s.inTx(ctx, "forget an instance", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM instances WHERE id = ?`, id)
		return err
	})
}
