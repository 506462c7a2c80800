package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
func New(o Options) *Publisher {
	return &Publisher{Options: o, asked: make(chan struct{}, 1), recordings: recordings{}}
}

// Start puts the version in force that was in force last, and lets [Publisher.Look] take the directory up if it is
// another: so neither a wrong edit nor half of one comes into force by a restart, and calls are answered while edits
// are tested. Before anything was recorded it is the directory, and the error says what is wrong with it.
func (p *Publisher) Start(ctx context.Context) error {
	if p.startRecorded(ctx) {
		return nil
	}
	if claimed(p.Files) {
		return errUnfinished
	}
	files, digest, err := p.read(ctx)
	if err != nil {
		return err
	}
	snapshot, err := p.check(ctx, files)
	if err != nil {
		return err
	}
	p.handled = digest
	now := p.Now()
	p.begin(snapshot, files, State{Hash: snapshot.Hash, Since: now})
	p.unrecorded = append(p.unrecorded, callbacks.Version{Hash: snapshot.Hash, At: now, Files: files})
	p.record(ctx)
	return nil
}

// startRecorded begins with the latest recorded version that this program can use. It is false when there is none.
func (p *Publisher) startRecorded(ctx context.Context) bool {
	limited, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	versions, err := p.History.Versions(limited, mostTried)
	if err != nil {
		p.Log.Error("the versions that were in force before cannot be read; beginning with the directory", "error", err)
		return false
	}
	for _, v := range versions {
		if v, err = p.History.Version(limited, v.Number); err != nil {
			p.Log.Error("a recorded version cannot be read", "version", v.Number, "error", err)
			continue
		}
		snapshot, err := config.Load(Files(v.Files).FS())
		if err != nil { // written for another release of the program
			p.Log.Warn("a recorded version cannot be used by this program", "version", v.Number, "error", err)
			continue
		}
		p.beginRecorded(ctx, snapshot, v)
		return true
	}
	return false
}

func (p *Publisher) beginRecorded(ctx context.Context, snapshot *config.Snapshot, v callbacks.Version) {
	p.begin(snapshot, v.Files, State{Hash: snapshot.Hash, Since: v.At, Version: v.Number})
	if snapshot.Hash != v.Hash { // the same files with other holidays that come with the program
		p.accept(State{Hash: snapshot.Hash, Since: p.Now()})
		p.unrecorded = append(p.unrecorded, callbacks.Version{Hash: snapshot.Hash, At: p.Now(), Files: v.Files,
			Note: fmt.Sprintf("the files of version %d, with what this release of the program brings along", v.Number)})
		p.record(ctx)
	}
	p.remember(ctx)
	_, digest, err := p.read(ctx)
	p.startDigest = digest
	if err == nil && digest == Files(v.Files).digest() {
		p.handled = digest
	}
}

// errLags: the directory holds a version that was replaced, while other instances run the one that replaced it.
var errLags = errors.New("this directory holds an older version than the other instances run; bring it up to date, " +
	"or edit it")

// lagsAgain is when a directory that lags behind is looked at again: the other instances may be gone.
const lagsAgain = 15 * time.Second

// lags reports whether the directory is as this process found it, holds what was in force before, and another instance
// runs what was in force last, for which its own directory is no reason to do otherwise.
func (p *Publisher) lags(ctx context.Context, digest, hash string) bool {
	if digest != p.startDigest || hash == p.live.Written().Hash {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	if _, err := p.History.VersionOf(ctx, hash); err != nil {
		return false
	}
	instances, err := p.History.Instances(ctx, p.Now().Add(-Fresh))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(instances, func(i callbacks.Instance) bool {
		return i.ID != p.self && i.Hash == p.live.Written().Hash && i.Problem == ""
	})
}

func (p *Publisher) begin(snapshot *config.Snapshot, files Files, state State) {
	p.live, p.inForce = NewLive(snapshot), files
	p.accept(state)
}

// remember keeps the versions that were in force in the last hours, for calls that began with them.
func (p *Publisher) remember(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	versions, err := p.History.Versions(ctx, mostEarlier)
	if err != nil {
		p.Log.Warn("earlier versions of the configuration cannot be read; calls that began with them go on with the "+
			"new one", "error", err)
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
		if v, err = p.History.Version(ctx, v.Number); err != nil {
			return
		}
		if snapshot, err := config.Load(Files(v.Files).FS()); err == nil {
			snapshot.ShareAudio(p.live.Written())
			p.live.remember(snapshot, ended, now)
		}
	}
}
