package publish

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// takingUp is how long instances may differ after an edit: they do not take it up in the same second, nor say so at
// once.
const takingUp = 15 * time.Second

// TakesUp reports whether an instance that does not run the version in force may still be about to.
func TakesUp(i callbacks.Instance, inForce callbacks.Version, now time.Time) bool {
	return i.Problem == "" && now.Sub(inForce.At) < takingUp && now.Sub(i.Seen) < takingUp
}

// A Rollout follows an edit from the directory into the instances, alone or together with what others have written.
type Rollout struct {
	History History
	Now     func() time.Time
	// Hash is that of the configuration that the edit made, unless somebody else has written other files at the same
	// time.
	Hash string
	Edit Edit
	// Before is the number of the version before it, 0 if none was recorded.
	Before int64

	later map[string]int64 // versions after Before by their hash: their number if they hold the edit, else -1
}

// Progress is how far an edit is in force.
type Progress struct {
	// Running are the instances that run, Waiting those of them that go by something without the edit.
	Running, Waiting []callbacks.Instance
	// Refusing is an instance that has refused the edit, or nil; then nothing else is set.
	Refusing *callbacks.Instance
	// Hash is that of what the others run, and Version its number if it is a later one that holds the edit, too.
	Hash    string
	Version int64
}

// Await looks every so often until there is nothing left to wait for, or ctx ends. It returns how far it was when the
// store answered last; the error says why it never did.
func (r *Rollout) Await(ctx context.Context, every time.Duration) (last Progress, err error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for answered := false; ; {
		p, failed := r.look(ctx)
		switch {
		case failed == nil:
			last, err, answered = p, nil, true
			if len(p.Waiting) == 0 {
				return last, nil
			}
		case !answered:
			err = failed
		}
		select {
		case <-ctx.Done():
			return last, err
		case <-tick.C:
		}
	}
}

func (r *Rollout) look(ctx context.Context) (p Progress, err error) {
	p.Hash = r.Hash
	if p.Running, err = r.History.Instances(ctx, r.Now().Add(-Fresh)); err != nil {
		return p, err
	}
	for _, i := range p.Running {
		number := r.holds(ctx, i.Hash)
		switch {
		case number < 0 && i.Offered == r.Hash:
			return Progress{Refusing: &i}, nil
		case number < 0:
			p.Waiting = append(p.Waiting, i)
		case number > p.Version:
			p.Hash, p.Version = i.Hash, number
		}
	}
	return p, nil
}

// holds is 0 for the configuration that the edit made, the number of a later version that holds it, and below 0 for
// anything else, also for what is not recorded yet or cannot be read now.
func (r *Rollout) holds(ctx context.Context, hash string) int64 {
	if hash == r.Hash {
		return 0
	}
	if number, known := r.later[hash]; known {
		return number
	}
	v, err := r.History.VersionOf(ctx, hash)
	if err != nil {
		return -1
	}
	if files := Files(v.Files); v.Number <= r.Before || len(r.Edit) == 0 || len(files.Differ(files.With(r.Edit))) > 0 {
		v.Number = -1
	}
	if r.later == nil {
		r.later = map[string]int64{}
	}
	r.later[hash] = v.Number
	return v.Number
}
