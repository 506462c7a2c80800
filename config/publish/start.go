package publish

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
)

const (
	// storeLimit is how long the store is waited for.
	storeLimit = 5 * time.Second
	// mostTried is how many recorded versions are tried at the start when the directory cannot be used.
	mostTried = 20
	// Fresh is how recently an instance must have said something to count as running.
	Fresh = 30 * time.Second
)

// New makes a publisher; [Publisher.Start] puts something in force.
func New(o Options) *Publisher { return &Publisher{Options: o} }

// Start puts the directory in force, or, when it cannot be used, the version that was in force last: a wrong edit does not
// end with a restart. The error says what is wrong with the directory when there is no such version.
func (p *Publisher) Start(ctx context.Context) error {
	files, digest, err := p.read()
	p.handled = digest
	latest := p.latest(ctx)
	var before, snapshot *config.Snapshot
	if err == nil {
		before, snapshot, err = p.checkAgainst(ctx, files, latest)
	}
	if err != nil {
		return p.startWithout(ctx, snapshot, err)
	}
	now := p.Now()
	p.begin(snapshot, files, State{Hash: snapshot.Hash, Since: now})
	switch {
	case latest != nil && latest.Hash == snapshot.Hash:
		p.accept(State{Hash: latest.Hash, Since: latest.At, Version: latest.Number})
	case latest != nil && p.recorded(ctx, snapshot.Hash) && p.othersRun(ctx, latest.Hash):
		// This directory lags behind the others': that is drift, and no new version.
		p.Log.Warn("this instance starts with an older configuration than the others run; bring its directory up to date", "configuration", snapshot.Hash, "latest", latest.Hash)
	default:
		v := callbacks.Version{Hash: snapshot.Hash, At: now, Files: files}
		if latest != nil {
			v.Author = author(p.Files, files.Differ(latest.Files))
		}
		if before != nil {
			v.Changes = changes(before, snapshot, now)
		}
		p.unwrote = append(p.unwrote, v)
		p.record(ctx)
	}
	p.remember(ctx)
	return nil
}

// checkAgainst is check with the version that is recorded last, so that a restart rehearses only what changed meanwhile.
func (p *Publisher) checkAgainst(ctx context.Context, files Files, latest *callbacks.Version) (before, snapshot *config.Snapshot, err error) {
	if latest != nil {
		if snapshot, err = config.Load(files.FS()); err == nil && snapshot.Hash == latest.Hash {
			return snapshot, snapshot, nil
		}
		if before, err = config.Load(Files(latest.Files).FS()); err != nil {
			before = nil // written for another release of the program: everything is rehearsed
		}
	}
	snapshot, err = p.check(ctx, files, before)
	return before, snapshot, err
}

func (p *Publisher) begin(snapshot *config.Snapshot, files Files, state State) {
	p.live, p.inForce = NewLive(snapshot), files
	p.accept(state)
}

// startWithout begins with what was in force last.
func (p *Publisher) startWithout(ctx context.Context, refused *config.Snapshot, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	versions, err := p.Ledger.Versions(ctx, mostTried)
	if err != nil {
		return errors.Join(cause, fmt.Errorf("and the versions that were in force before cannot be read: %w", err))
	}
	for _, v := range versions {
		if v, err = p.Ledger.Version(ctx, v.Number); err != nil {
			return errors.Join(cause, fmt.Errorf("and version %d, which was in force before, cannot be read: %w", v.Number, err))
		}
		snapshot, err := config.Load(Files(v.Files).FS())
		if err != nil { // written for another release of the program
			p.Log.Warn("a recorded version cannot be used by this program", "version", v.Number, "error", err)
			continue
		}
		p.begin(snapshot, v.Files, State{Hash: snapshot.Hash, Since: v.At, Version: v.Number})
		p.remember(ctx)
		p.refuse(refused, cause)
		return nil
	}
	return cause
}

// remember keeps the versions that were in force in the last hours, for calls that began with them.
func (p *Publisher) remember(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	versions, err := p.Ledger.Versions(ctx, mostEarlier)
	if err != nil {
		p.Log.Warn("earlier versions of the configuration cannot be read; calls that began with them go on with the new one", "error", err)
		return
	}
	now, until := p.Now(), p.Now()
	for _, v := range versions {
		ended := until
		until = v.At
		if now.Sub(ended) >= keepEarlier {
			return
		}
		if v.Hash == p.state.Hash {
			continue
		}
		if v, err = p.Ledger.Version(ctx, v.Number); err != nil {
			return
		}
		if snapshot, err := p.live.Written().Reload(Files(v.Files).FS()); err == nil { // what did not change since is kept once
			p.live.Remember(snapshot, ended, now)
		}
	}
}

func (p *Publisher) latest(ctx context.Context) *callbacks.Version {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	v, err := p.Ledger.Version(ctx, 0)
	if err != nil {
		return nil
	}
	return &v
}

func (p *Publisher) recorded(ctx context.Context, hash string) bool {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	_, err := p.Ledger.VersionOf(ctx, hash)
	return err == nil
}

// othersRun reports whether an instance is running this configuration.
func (p *Publisher) othersRun(ctx context.Context, hash string) bool {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	instances, err := p.Ledger.Instances(ctx, p.Now().Add(-Fresh))
	if err != nil {
		return false
	}
	for _, i := range instances {
		if i.Hash == hash {
			return true
		}
	}
	return false
}
