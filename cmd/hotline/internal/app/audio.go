package app

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/hotline-ivr/hotline/config/publish"
)

const (
	// audioLookups is how many recordings a second are looked for in the store: anybody may ask for names that nobody
	// has.
	audioLookups = 20
	audioLimit   = 2 * time.Second
)

// audioOf finds recorded sentences by their names, nil where there is none. What this instance does not know another
// one may have put in force a moment ago: the store has it.
func audioOf(live *publish.Live, store Store, now func() time.Time) func(context.Context, string) []byte {
	lookups := rate.NewLimiter(audioLookups, audioLookups)
	return func(ctx context.Context, name string) []byte {
		if audio, ok := live.Audio(name); ok {
			return audio.Sound
		}
		if !lookups.AllowN(now(), 1) {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, audioLimit)
		defer cancel()
		sound, err := store.Audio(ctx, name)
		if err != nil { // none, or no answer: the same for everyone who asks
			return nil
		}
		return sound
	}
}
