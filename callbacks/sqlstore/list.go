package sqlstore

import (
	"context"
	"errors"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
)

// ByReference implements [callbacks.Store].
func (s *Store) ByReference(ctx context.Context, reference string) (callbacks.Callback, error) {
	c, _, err := oneCallback(ctx, s.read, "reference = ?", reference)
	return c, s.wrap("find a promise", err)
}

// chosen is the condition that a filter stands for, but for its After and Most.
func chosen(f callbacks.Filter) (where string, args []any) {
	conditions := []string{"1 = 1"}
	and := func(is bool, condition string, values ...any) {
		if is {
			conditions, args = append(conditions, condition), append(args, values...)
		}
	}
	and(f.Line != "", "line = ?", f.Line)
	and(f.Desk != "", "desk = ?", f.Desk)
	states := make([]any, len(f.States))
	for i, state := range f.States {
		states[i] = string(state)
	}
	and(len(states) > 0, "state IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(states)), ", ")+")", states...)
	and(!f.From.IsZero(), "called_ms >= ?", ms(f.From))
	and(!f.To.IsZero(), "called_ms < ?", ms(f.To))
	return strings.Join(conditions, " AND "), args
}

// Count implements [callbacks.Store].
func (s *Store) Count(ctx context.Context, f callbacks.Filter) (n int, err error) {
	where, args := chosen(f)
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM callbacks WHERE "+where, args...).Scan(&n)
	return n, s.wrap("count promises", err)
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
	return list, s.wrap("list promises", err)
}

// Messages implements [callbacks.Store].
func (s *Store) Messages(ctx context.Context, line string, most int) (list []callbacks.Message, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+messageColumns+` FROM messages WHERE ? = '' OR line = ?
		ORDER BY received_ms DESC, message_key LIMIT ?`, line, line, most)
	if err != nil {
		return nil, s.wrap("list messages", err)
	}
	defer func() { err = s.wrap("list messages", errors.Join(err, rows.Close())) }()
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}
