package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Promote implements dispatch.Store.
func (s *Store) Promote(ctx context.Context, now time.Time, most int) (int, error) {
	// Nearly always there are none, and asking needs no lock. The least is at one end of an index, whatever the planner
	// guesses.
	first, err := instantOf(ctx, s.read, `SELECT min(due_ms) FROM callbacks WHERE state = 'booked' AND ready = 0`)
	if err != nil || first.IsZero() || first.After(now) {
		return 0, s.wrap("look for due callbacks", err)
	}
	// The subquery is materialized: a plan may run one with SKIP LOCKED for each row.
	marked, err := s.exec(ctx, "mark due callbacks", `WITH due AS MATERIALIZED (
			SELECT id FROM callbacks WHERE state = 'booked' AND ready = 0 AND due_ms <= ?
			ORDER BY due_ms LIMIT ?`+s.dialect.SkipLocked+`)
		UPDATE callbacks SET ready = 1 WHERE id IN (SELECT id FROM due)`, ms(now), most)
	return int(marked), err
}

// Waiting implements dispatch.Store. It steps from desk to desk along the index, however many callbacks each has.
func (s *Store) Waiting(ctx context.Context) ([]callbacks.Desk, error) {
	const ready = ` FROM callbacks c WHERE c.state = 'booked' AND c.ready = 1 `
	next := func(column string) string { // of the next desk of the line, or else of the first one of the next line
		return `coalesce((SELECT c.` + column + ready + `AND c.line = d.line AND c.desk > d.desk
				ORDER BY c.line, c.desk LIMIT 1),
			(SELECT c.` + column + ready + `AND c.line > d.line ORDER BY c.line, c.desk LIMIT 1))`
	}
	return s.desks(ctx, "list desks with callbacks", `WITH RECURSIVE desks (line, desk) AS (
			SELECT line, desk FROM (SELECT c.line, c.desk`+ready+`ORDER BY c.line, c.desk LIMIT 1) AS first
			UNION ALL
			SELECT `+next("line")+`, `+next("desk")+` FROM desks d WHERE d.line IS NOT NULL)
		SELECT line, desk FROM desks WHERE line IS NOT NULL`)
}

// Ready implements dispatch.Store.
func (s *Store) Ready(ctx context.Context, d callbacks.Desk, after *callbacks.Callback,
	most int) ([]callbacks.Callback, error) {
	where, args := `state = 'booked' AND ready = 1 AND line = ? AND desk = ?`, []any{d.Line, d.Desk}
	if after != nil {
		where += ` AND (urgent < ? OR urgent = ? AND (priority < ? OR priority = ? AND (called_ms, id) > (?, ?)))`
		args = append(args, after.Urgent, after.Urgent, after.Priority, after.Priority, ms(after.Called), after.ID)
	}
	list, err := manyCallbacks(ctx, s.read, where+` ORDER BY urgent DESC, priority DESC, called_ms, id LIMIT ?`,
		append(args, most)...)
	return list, s.wrap("list ready callbacks", err)
}

// Expired implements dispatch.Store.
func (s *Store) Expired(ctx context.Context, now time.Time, most int) ([]callbacks.Callback, error) {
	list, err := manyCallbacks(ctx, s.read, `state = 'booked' AND expires_ms <= ? ORDER BY expires_ms, id LIMIT ?`,
		ms(now), most)
	return list, s.wrap("list overdue callbacks", err)
}

// NextDue implements dispatch.Store.
func (s *Store) NextDue(ctx context.Context, now time.Time) (time.Time, error) {
	next, err := instantOf(ctx, s.read, `SELECT min(t) FROM (
		SELECT min(due_ms) AS t FROM callbacks WHERE state = 'booked' AND ready = 0
		UNION ALL
		SELECT min(expires_ms) FROM callbacks WHERE state = 'booked' AND expires_ms > ?1) AS next`, ms(now))
	return next, s.wrap("find the next due callback", err)
}
