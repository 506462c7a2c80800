package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// instanceKept is how long something is kept of an instance that was not seen any more.
const instanceKept = 7 * 24 * time.Hour

func instanceColumns(i *callbacks.Instance) columns {
	return columns{
		{"id", &i.ID}, {"host", anyText{&i.Host}}, {"hash", &i.Hash}, {"since_ms", millis{&i.Since}},
		{"refused_hash", &i.Offered}, {"problem", anyText{&i.Problem}}, {"last_seen_ms", millis{&i.Seen}},
	}
}

// SeeInstance writes what an instance reports of itself, in the place of what it reported before. It removes those that
// have reported nothing for a week before i.Seen.
func (s *Store) SeeInstance(ctx context.Context, i callbacks.Instance) error {
	return s.inTx(ctx, "write what an instance runs", func(tx conn) error {
		row := instanceColumns(&i)
		_, err := tx.ExecContext(ctx, row.insertInto("instances")+` ON CONFLICT (id) DO UPDATE SET host = excluded.host,
			hash = excluded.hash, since_ms = excluded.since_ms, refused_hash = excluded.refused_hash,
			problem = excluded.problem, last_seen_ms = excluded.last_seen_ms`, row.values()...)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM instances WHERE id IN
			(SELECT id FROM instances WHERE last_seen_ms < ?`+tx.skipLocked()+`)`, ms(i.Seen.Add(-instanceKept)))
		return err
	})
}

// Instances lists those that have reported something at the instant or since, by ID.
func (s *Store) Instances(ctx context.Context, since time.Time) ([]callbacks.Instance, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+instanceColumns(&callbacks.Instance{}).names()+
		" FROM instances WHERE last_seen_ms >= ?", ms(since))
	list, err := collect(rows, err, instanceColumns)
	// Here and not there: the order of letters is the database's own.
	slices.SortFunc(list, func(a, b callbacks.Instance) int { return cmp.Compare(a.ID, b.ID) })
	return list, s.wrap("list instances", err)
}

// ForgetInstance removes one that stops. That there is none is no error.
func (s *Store) ForgetInstance(ctx context.Context, id string) error {
	return s.inTx(ctx, "forget an instance", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM instances WHERE id = ?`, id)
		return err
	})
}
