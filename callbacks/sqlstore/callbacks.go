package sqlstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A callbackRow is a callback, and what only the store knows of it.
type callbackRow struct {
	callbacks.Callback
	requestKey string
	// slotStart stays as chosen when a retry moves Due.
	slotStart time.Time
	fence     int64
	ready     int
	erased    time.Time
}

func (r *callbackRow) columns() columns {
	return columns{
		{"id", &r.ID}, {"request_key", &r.requestKey}, {"reference", &r.Reference},
		{"line", &r.Line}, {"desk", &r.Desk}, {"topic", &r.Topic}, {"language", &r.Language},
		{"number", &r.Number}, {"caller", &r.Caller}, {"account", &r.Account}, {"answers", &r.Answers},
		{"kind", &r.Kind}, {"urgent", &r.Urgent}, {"priority", &r.Priority},
		{"called_ms", millis{&r.Called}}, {"due_ms", millis{&r.Due}}, {"held_ms", millis{&r.Held}},
		{"cancel_after_attempt", &r.CancelAfterAttempt},
		{"slot_start_ms", millis{&r.slotStart}}, {"slot_end_ms", millis{&r.SlotEnd}},
		{"expires_ms", millis{&r.Expires}},
		{"state", &r.State}, {"reached", &r.Reached}, {"agent_first", &r.AgentFirst},
		{"desk_attempts", &r.DeskAttempts}, {"attempts", &r.Attempts},
		{"next_target", &r.NextTarget}, {"pass", &r.Pass}, {"fence", &r.fence}, {"ready", &r.ready},
		{"remark", &r.Remark},
		{"ended_ms", millis{&r.Ended}}, {"erased_ms", millis{&r.erased}},
		{"note_sid", &r.Note.SID}, {"note_url", &r.Note.URL}, {"note_seconds", &r.Note.Seconds},
	}
}

var callbackColumns = new(callbackRow).columns().names()

// openStates is the condition of the partial indexes, word for word, so that they are used.
const openStates = `state IN ('booked', 'dialling', 'agent-reached', 'customer-reached', 'task')`

// oneCallback runs a query for one callback; [callbacks.ErrNotFound] if there is none. In a transaction that writes,
// nobody else changes it until the end.
func oneCallback(ctx context.Context, q conn, where string, args ...any) (callbackRow, error) {
	return one(ctx, q, (*callbackRow).columns, "callbacks WHERE "+where+q.lock(), args...)
}

// manyCallbacks runs a query for callbacks.
func manyCallbacks(ctx context.Context, q conn, where string, args ...any) (list []callbacks.Callback, _ error) {
	found, err := many(ctx, q, (*callbackRow).columns, "callbacks WHERE "+where, args...)
	for _, r := range found {
		list = append(list, r.Callback)
	}
	return list, err
}

// Callback implements [callbacks.Store].
func (s *Store) Callback(ctx context.Context, id int64) (callbacks.Callback, error) {
	r, err := oneCallback(ctx, s.read, "id = ?", id)
	return r.Callback, s.wrap("read a callback", err)
}

// ByReference implements [callbacks.Store].
func (s *Store) ByReference(ctx context.Context, reference string) (callbacks.Callback, error) {
	r, err := oneCallback(ctx, s.read, "reference = ?", reference)
	return r.Callback, s.wrap("find a callback", err)
}

// OpenFor implements [callbacks.Store].
func (s *Store) OpenFor(ctx context.Context, line, desk, caller string) (callbacks.Callback, bool, error) {
	if caller == "" {
		return callbacks.Callback{}, false, nil
	}
	const newest = ` AND (? = '' OR desk = ?) ORDER BY urgent DESC, called_ms DESC, id DESC LIMIT 1`
	r, err := oneCallback(ctx, s.read, openStates+` AND line = ? AND number = ?`+newest, line, caller, desk, desk)
	if errors.Is(err, callbacks.ErrNotFound) {
		r, err = oneCallback(ctx, s.read, openStates+` AND line = ? AND caller = ?`+newest, line, caller, desk, desk)
	}
	if errors.Is(err, callbacks.ErrNotFound) {
		return callbacks.Callback{}, false, nil
	}
	return r.Callback, err == nil, s.wrap("find an open callback", err)
}

// chosen is the condition of a filter, but for its After and Most.
func chosen(f callbacks.Filter) (where string, args []any) {
	conditions := []string{"1 = 1"}
	and := func(is bool, condition string, values ...any) {
		if is {
			conditions, args = append(conditions, condition), append(args, values...)
		}
	}
	and(f.Line != "", "line = ?", f.Line)
	and(f.Desk != "", "desk = ?", f.Desk)
	and(f.Number != "", "number = ?", f.Number)
	states := make([]any, len(f.States))
	for i, state := range f.States {
		states[i] = string(state)
	}
	and(len(states) > 0, "state IN "+marks(len(states)), states...)
	and(!f.From.IsZero(), "called_ms >= ?", ms(f.From))
	and(!f.To.IsZero(), "called_ms < ?", ms(f.To))
	return strings.Join(conditions, " AND "), args
}

// Count implements [callbacks.Store].
func (s *Store) Count(ctx context.Context, f callbacks.Filter) (n int, err error) {
	where, args := chosen(f)
	n, err = value[int](ctx, s.read, "SELECT count(*) FROM callbacks WHERE "+where, args...)
	return n, s.wrap("count callbacks", err)
}

// Backlog implements [callbacks.Queries]. Those that wait are counted in an index, however many there are; of the
// others each has an attempt in flight, and there are few.
func (s *Store) Backlog(ctx context.Context) ([]callbacks.Backlog, error) {
	list, err := rows(ctx, s.read, func(b *callbacks.Backlog) columns {
		return columns{{"line", &b.Line}, {"state", &b.State}, {"n", &b.Count}, {"due_ms", millis{&b.Due}}}
	}, `SELECT line, 'booked' AS state, count(*) AS n, min(due_ms) AS due_ms FROM callbacks
			WHERE state = 'booked' GROUP BY line
		UNION ALL
		SELECT line, 'task', count(*), min(due_ms) FROM callbacks WHERE state = 'task' GROUP BY line
		UNION ALL
		SELECT c.line, c.state, count(*), min(c.due_ms) FROM attempts a JOIN callbacks c ON c.id = a.callback_id
			WHERE a.state NOT IN ('leaving', 'ended') AND c.state IN ('dialling', 'agent-reached', 'customer-reached')
			GROUP BY c.line, c.state
		ORDER BY line`)
	return list, s.wrap("count open callbacks", err)
}

// List implements [callbacks.Store].
func (s *Store) List(ctx context.Context, f callbacks.Filter) ([]callbacks.Callback, error) {
	query, args := chosen(f)
	if f.After != nil {
		at := ms(f.After.Called)
		query, args = query+" AND (called_ms < ? OR called_ms = ? AND id < ?)", append(args, at, at, f.After.ID)
	}
	query += " ORDER BY called_ms DESC, id DESC"
	if f.Most > 0 {
		query, args = query+" LIMIT ?", append(args, f.Most)
	}
	list, err := manyCallbacks(ctx, s.read, query, args...)
	return list, s.wrap("list callbacks", err)
}

// AttachNote implements [callbacks.Store].
func (s *Store) AttachNote(ctx context.Context, id int64, note callbacks.Recording) error {
	return s.inTx(ctx, "attach a note", func(tx conn) error {
		c, err := oneCallback(ctx, tx, "id = ?", id)
		switch {
		case err != nil:
			return err
		case !c.Open():
			return callbacks.ErrNotOpen
		}
		_, err = tx.exec(ctx, `UPDATE callbacks SET note_sid = ?, note_url = ?, note_seconds = ? WHERE id = ?`,
			note.SID, note.URL, note.Seconds, id)
		return err
	})
}
