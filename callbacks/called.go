package callbacks

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Whether a call that somebody got in our name was ours.

// recentCall is for how long after a call its customer may ask about it: long enough to hang up and ring the line, too
// short for somebody else to make much of it.
const recentCall = 30 * time.Minute

// Called reports whether we rang one of these numbers (E.164, at least one) about the callback of a line that has this
// reference, within the last half an hour. Everything else is answered alike, so that nobody learns which references
// there are. A wrong one counts as a wrong proof about the first number and by the caller; see [Service.Verify] for
// key, caller and [ErrProofLimit]. The owner of a number is not kept from asking by what others have guessed.
func (s *Service) Called(ctx context.Context, key, line, caller string, numbers []string, reference string) (
	bool, error) {
	if key == "" || len(numbers) == 0 {
		return false, errors.New("callbacks: called: the key or the number is empty")
	}
	c, err := s.store.ByReference(ctx, reference)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	now := s.now()
	attempts, err := s.store.AttemptsSince(ctx, c.ID, now.Add(-recentCall))
	if err != nil {
		return false, err
	}
	ours := c.Line == line && slices.Contains(numbers, c.Number) && slices.ContainsFunc(attempts, Attempt.RangCustomer)
	proof := Proof{Key: key, Number: numbers[0], Caller: recognisable(caller), Given: now, Hour: wrongProofsHour,
		Day: wrongProofsDay}
	if proof.Caller == proof.Number {
		proof.Number = ""
	}
	_, right, err := s.store.Check(ctx, proof, func(Callback) bool { return ours })
	return right, err
}
