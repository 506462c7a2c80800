package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
)

const (
	// poll is how often the directory is read.
	poll = time.Second
	// settle is how long the directory must stay as it is before it is taken up.
	settle = time.Second
	// settleUnfinished is the same while a file ends in the middle of a line, as one does that is being written.
	settleUnfinished = 10 * time.Second
	// callTestsAgain is when call tests that could not be run are tried again.
	callTestsAgain = time.Minute
	// writingLimit is how long somebody who says that they are writing is waited for.
	writingLimit = time.Minute
)

// errUnfinished: a command that was writing the directory died.
var errUnfinished = errors.New("a command began to write this directory and has not finished; give the command " +
	"again, or set the files right and remove " + markerName)

// ErrCallTestsNotRun is in the error of [Options.RunCallTests] when the fault is not the configuration's.
var ErrCallTestsNotRun = errors.New("the call tests could not be run; this is tried again every minute")

// markerName is the file that says, while it is there, that a command is writing the directory.
const markerName = ".hotline-writing"

// Horizon is how many days ahead the record of a version, and a command before it edits, say what changes.
const Horizon = 60

// longestChanges bounds what is recorded of that, in bytes.
const longestChanges = 64 << 10

// Options are what a [Publisher] is made of.
type Options struct {
	// Dir is the directory to watch; empty: Files, which never change.
	Dir string
	// Files is the directory as a file system.
	Files fs.FS
	// History is where versions are recorded.
	History History
	// RunCallTests plays the call tests of a configuration that is not yet in force. An error keeps it from being so.
	// May be nil.
	RunCallTests func(ctx context.Context, snapshot *config.Snapshot) error
	// Callbacks says in words what an edit that was taken up does to open callbacks. May be nil.
	Callbacks func(ctx context.Context, before, after *config.Snapshot) string
	// Say tells people at the terminal what was published or refused, and why. May be nil.
	Say func(text string)
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
}

// A Publisher puts what is in the directory in force.
type Publisher struct {
	Options
	live  *Live
	asked chan struct{} // somebody wants the directory looked at

	// Used by one goroutine, that of Start and Look.
	inForce Files
	handled string // digest of what was published or refused last
	pending pending
	writing time.Time // since when somebody says that they are writing
	refusal *Refused  // of what was handled last; that a command does not finish goes before it
	// startDigest is of what the directory held when this process began; self is the instance that it is.
	startDigest, self string
	reading           chan readResult
	recordings        recordings // used by the goroutine that reads
	unrecorded        []callbacks.Version
	notified          bool // the store's failure was logged

	mu    sync.Mutex
	state State
}

// pending is what the directory holds and is not taken up yet.
type pending struct {
	digest string
	since  time.Time
	wait   time.Duration // before it is tried again
}

// A State is what is in force, and what was refused.
type State struct {
	// Hash is that of the configuration in force, Since since when it is, Version its number in the store; 0 when it
	// could not be recorded yet.
	Hash    string
	Since   time.Time
	Version int64
	// Refused is set while the directory holds what cannot be used.
	Refused *Refused
}

// Refused is an edit that is not in force.
type Refused struct {
	// Hash of what was refused; empty when it could not even be read. At is when.
	Hash string
	At   time.Time
	// Err says why, one mistake a line, with file and line and what to do.
	Err error
}

// Live is the configuration in force. It is nil before [Publisher.Start].
func (p *Publisher) Live() *Live { return p.live }

// State is how things are.
func (p *Publisher) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// Reread has [Publisher.Run] look at the directory now. It does not wait for that; any goroutine may call it.
func (p *Publisher) Reread() {
	select {
	case p.asked <- struct{}{}:
	default: // asked already
	}
}

// Look reads the directory and takes it up if it is another than before and has come to rest. It returns when to look
// again.
func (p *Publisher) Look(ctx context.Context) time.Time {
	p.record(ctx)
	if p.Dir != "" || p.handled == "" {
		p.look(ctx, p.Now())
	}
	return p.Now().Add(poll)
}

func (p *Publisher) look(ctx context.Context, now time.Time) {
	writing := p.beingWritten(now) // asked before: what is read may be half of it though it is done by then
	files, digest, err := p.read(ctx)
	wait := settle
	if files.unfinished() {
		wait = settleUnfinished
	}
	switch {
	case digest == p.handled:
		p.pending = pending{}
		return
	case digest != p.pending.digest || now.Before(p.pending.since): // or the clock was set back
		p.pending = pending{digest: digest, since: now}
		return
	case writing:
		p.tellUnfinished(now)
		return
	case now.Sub(p.pending.since) < max(wait, p.pending.wait):
		return
	}
	p.takeUp(ctx, digest, files, err)
	switch r := p.State().Refused; {
	case ctx.Err() != nil:
	case r != nil && errors.Is(r.Err, ErrCallTestsNotRun):
		p.pending = pending{digest, p.Now(), callTestsAgain}
	case r != nil && errors.Is(r.Err, errLags):
		p.pending = pending{digest, p.Now(), lagsAgain}
	default:
		p.handled, p.pending = digest, pending{}
	}
}

// beingWritten is true while a command writes several files that belong together.
func (p *Publisher) beingWritten(now time.Time) bool {
	if !claimed(p.Files) {
		p.writing = time.Time{}
		if r := p.State().Refused; r != nil && errors.Is(r.Err, errUnfinished) {
			p.setRefused(p.refusal)
		}
		return false
	}
	if p.writing.IsZero() {
		p.writing = now
	}
	return true
}

// tellUnfinished refuses a directory that a command has begun to write and does not finish: half of an edit is never
// taken up.
func (p *Publisher) tellUnfinished(now time.Time) {
	if r := p.State().Refused; now.Sub(p.writing) >= writingLimit && (r == nil || !errors.Is(r.Err, errUnfinished)) {
		before := p.refusal
		p.refuse(nil, errUnfinished)
		p.refusal = before
	}
}

// takeUp checks, tests and publishes what was read, or refuses it.
func (p *Publisher) takeUp(ctx context.Context, digest string, files Files, err error) {
	var snapshot *config.Snapshot
	if err == nil {
		snapshot, err = p.check(ctx, files)
	}
	if err == nil && p.lags(ctx, digest, snapshot.Hash) {
		err = errLags
	}
	switch {
	case ctx.Err() != nil: // stopping; the next start looks again
	case err != nil:
		p.refuse(snapshot, err)
	case snapshot.Hash == p.live.Written().Hash:
		p.accept(p.State())
		p.say("The directory is again as it is in force (configuration %s).", snapshot.Hash)
	default:
		p.put(ctx, snapshot, files)
	}
}

// check loads a configuration and runs its call tests. With an error the snapshot may still be there, to be named.
func (p *Publisher) check(ctx context.Context, files Files) (snapshot *config.Snapshot, err error) {
	defer func() {
		if fault := recover(); fault != nil { // an edit must not end the process that answers calls
			err = fmt.Errorf("the program failed on this configuration: %v; please report it\n%s", fault, debug.Stack())
		}
	}()
	if snapshot, err = config.Load(files.FS()); err != nil {
		return nil, err
	}
	if p.RunCallTests != nil {
		if err := p.RunCallTests(ctx, snapshot); err != nil {
			return snapshot, err
		}
	}
	return snapshot, nil
}

// put puts a configuration in force.
func (p *Publisher) put(ctx context.Context, snapshot *config.Snapshot, files Files) {
	now, before := p.Now(), p.live.Written()
	v := callbacks.Version{Hash: snapshot.Hash, At: now, Author: author(p.Files, files.Differ(p.inForce)), Files: files}
	p.live.Publish(snapshot, now)
	p.inForce = files
	p.accept(State{Hash: snapshot.Hash, Since: now})
	changes := compare.Snapshots(before, snapshot, now, Horizon)
	v.Summary = changes.Summary()
	if v.Changes = changes.String(); len(v.Changes) > longestChanges {
		v.Changes = v.Changes[:longestChanges] + "\n… and more\n"
	}
	p.unrecorded = append(p.unrecorded, v)
	p.record(ctx)
	p.Log.Info("a configuration was put in force", "configuration", snapshot.Hash, "before", before.Hash, "author",
		v.Author, "version", p.State().Version)
	moved := ""
	if p.Callbacks != nil && p.Say != nil {
		limited, cancel := context.WithTimeout(ctx, storeLimit)
		defer cancel()
		moved = p.Callbacks(limited, before, snapshot)
	}
	p.say("Published: configuration %s is in force.\n%s%s", snapshot.Hash, v.Changes, moved)
	for _, w := range snapshot.NewWarnings(before, now) {
		p.Log.Warn(w.Message, "file", w.File, "row", w.Problem.Line, "key", w.Key)
		p.say("warning: %s", w)
	}
}

// record writes down what was put in force. With the store out of reach it is tried again at the next look.
func (p *Publisher) record(ctx context.Context) {
	for len(p.unrecorded) > 0 {
		v := p.unrecorded[0]
		written, err := p.write(ctx, v)
		if err != nil {
			if !p.notified {
				p.Log.Error("a configuration is in force and could not be recorded; it is tried again", "configuration",
					v.Hash, "error", err)
			}
			p.notified = true
			return
		}
		p.notified = false
		p.unrecorded = p.unrecorded[1:]
		p.mu.Lock()
		if p.state.Hash == written.Hash {
			p.state.Version = written.Number
		}
		p.mu.Unlock()
	}
}

// write records one version. One that was in force before says so: then it was rolled back to, by command or by hand.
func (p *Publisher) write(ctx context.Context, v callbacks.Version) (callbacks.Version, error) {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	if before, err := p.History.VersionOf(ctx, v.Hash); err == nil && v.Note == "" {
		v.Note = fmt.Sprintf("as version %d", before.Number)
	}
	written, _, err := p.History.AddVersion(ctx, v)
	return written, err
}

func (p *Publisher) accept(s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Refused, p.refusal = nil, nil
	p.state = s
}

func (p *Publisher) setRefused(r *Refused) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Refused = r
}

// refuse keeps what is in force, and says why.
func (p *Publisher) refuse(snapshot *config.Snapshot, err error) {
	r := &Refused{At: p.Now(), Err: err}
	if snapshot != nil {
		r.Hash = snapshot.Hash
	}
	if before := p.State().Refused; before != nil && before.Hash == r.Hash && before.Err.Error() == err.Error() {
		return // tried again, and said already
	}
	p.setRefused(r)
	p.refusal = r
	hash := p.State().Hash
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			p.Log.Error("a mistake in the edited configuration", "file", problem.File, "row", problem.Line, "key",
				problem.Key, "problem", problem.Message)
		}
	}
	p.Log.Error("the edited configuration is refused; the one before stays in force", "in_force", hash, "refused",
		r.Hash, "error", err)
	p.say("Refused, and not in force:\n%v\n"+
		"Configuration %s stays in force. Correct the files; they are read again as soon as they change.", err, hash)
}

func (p *Publisher) say(format string, args ...any) {
	if p.Say != nil {
		p.Say(fmt.Sprintf(format, args...))
	}
}
