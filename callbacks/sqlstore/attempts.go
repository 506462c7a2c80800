package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func attemptColumns(a *callbacks.Attempt) columns {
	return columns{
		{"id", &a.ID}, {"callback_id", &a.CallbackID}, {"line", &a.Line}, {"desk", &a.Desk},
		{"target_id", &a.Target.ID}, {"target_kind", &a.Target.Kind}, {"target_address", &a.Target.Address},
		{"from_number", &a.From}, {"ring_ms", duration{&a.Ring}}, {"state", &a.State}, {"outcome", &a.Outcome},
		{"call_sid", &a.SID}, {"status", &a.Status}, {"status_seq", &a.Seq}, {"fence", &a.Fence}, {"pass", &a.Pass},
		{"created_ms", millis{&a.Created}}, {"next_check_ms", millis{&a.Check}},
	}
}

// ActiveAttempts implements dispatch.Store.
func (s *Store) ActiveAttempts(ctx context.Context) ([]callbacks.Attempt, error) {
	list, err := many(ctx, s.read, attemptColumns,
		"attempts WHERE state <> 'ended' ORDER BY created_ms, "+s.dialect.Order)
	return list, s.wrap("list attempts", err)
}

// AttemptsSince implements [callbacks.Store].
func (s *Store) AttemptsSince(ctx context.Context, callbackID int64, since time.Time) ([]callbacks.Attempt, error) {
	list, err := many(ctx, s.read, attemptColumns,
		"attempts WHERE callback_id = ? AND created_ms >= ? ORDER BY created_ms, "+s.dialect.Order, callbackID,
		ms(since))
	return list, s.wrap("list a callback's attempts", err)
}

// KnownSIDs implements dispatch.Store.
func (s *Store) KnownSIDs(ctx context.Context, sids []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(sids) == 0 {
		return known, nil
	}
	args := make([]any, len(sids))
	for i, sid := range sids {
		args[i] = sid
	}
	found, err := rows(ctx, s.read, only[string],
		`SELECT call_sid FROM attempts WHERE call_sid <> '' AND call_sid IN `+marks(len(sids)), args...)
	for _, sid := range found {
		known[sid] = true
	}
	return known, s.wrap("look up calls", err)
}
