package callbacks

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
)

const (
	lowestReference = 1_000_000
	references      = 9_000_000
	// referenceDraws is how often a reference in use is drawn anew. With a tenth of all references
	// in use the last draw is reached once in 10^20 times.
	referenceDraws = 20
)

// drawReference returns seven decimal digits, the first not 0: callers write them down and key them in.
func drawReference(random io.Reader) (string, error) {
	n, err := rand.Int(random, big.NewInt(references))
	if err != nil {
		return "", fmt.Errorf("callbacks: drawing a reference: %w", err)
	}
	return fmt.Sprint(lowestReference + n.Int64()), nil
}
