package callbacks

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"
)

const (
	lowestReference = 1_000_000
	references      = 9_000_000
	// referenceDraws is how often a reference in use is drawn anew. With a tenth of all references
	// in use the last draw is reached once in 10^20 times.
	referenceDraws = 20
)

// ReferenceDigits is how many digits a reference has.
const ReferenceDigits = 7

// drawReference returns seven decimal digits, the first not 0: callers write them down and key them in.
func drawReference(random io.Reader) (string, error) {
	n, err := rand.Int(random, big.NewInt(references))
	if err != nil {
		return "", fmt.Errorf("callbacks: drawing a reference: %w", err)
	}
	return fmt.Sprint(lowestReference + n.Int64()), nil
}

// A Proof is what a caller gives to show that a callback is theirs.
type Proof struct {
	// Key makes a repeated webhook harmless.
	Key string
	// ID is the callback's; 0 where the proof is about none.
	ID int64
	// Number is what they ask about, E.164, where that is a call to it. Empty: wrong proofs are not counted by it.
	Number string
	// Caller is the calling number, E.164. Empty: anonymous, so only the callback's own wrong proofs count.
	Caller string
	// Given is when; wrong ones are counted within an hour and a day before it, up to Hour and Day.
	Given     time.Time
	Hour, Day int
}

// withReference calls write with references until one is free.
func (s *Service) withReference(write func(reference string) error) error {
	for range referenceDraws {
		s.mu.Lock() // a reader handed in by a test need not be safe for concurrent use
		reference, err := drawReference(s.random)
		s.mu.Unlock()
		if err != nil {
			return err
		}
		if err = write(reference); !errors.Is(err, ErrReferenceTaken) {
			return err
		}
	}
	return fmt.Errorf("%w: %d draws in a row; are all seven-digit references in use?", ErrReferenceTaken,
		referenceDraws)
}

// recognisable is the calling number if it tells who calls, else "": everybody who withholds their number
// shares one, and so would find each other's callbacks.
func recognisable(caller string) string {
	if !IsNumber(caller) {
		return ""
	}
	return caller
}

// OpenFor finds the open callback of a returning caller: by the number to be rung, or the number they called
// from, E.164. A caller who withholds their number is never recognised: no callback is booked with such a caller.
func (s *Service) OpenFor(ctx context.Context, line, caller string) (Callback, bool, error) {
	return s.store.OpenFor(ctx, line, "", caller)
}

// How many wrong proofs about one callback, and by one calling number, are heard within an hour and a day.
const (
	wrongProofsHour = 6
	wrongProofsDay  = 20
)

// Verify checks what a caller keyed in against the callback: its reference, or its [Callback.AccountProof].
// [ErrProofLimit] once too many wrong ones were given about it, or by the caller, within an hour or a day: until they
// are so old, not even the right one counts. key names the try: the same one again is not counted again.
func (s *Service) Verify(ctx context.Context, key string, id int64, caller, digits string) (Callback, bool, error) {
	if key == "" {
		return Callback{}, false, errors.New("callbacks: proof: the key is empty; derive it from the call and the step")
	}
	equal := func(want string) bool {
		return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(digits)) == 1
	}
	proof := Proof{Key: key, ID: id, Caller: recognisable(caller), Given: s.now(), Hour: wrongProofsHour,
		Day: wrongProofsDay}
	return s.store.Check(ctx, proof, func(c Callback) bool {
		return equal(c.Reference) || equal(c.AccountProof())
	})
}
