package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/settings"
)

// Where the two sides of a difference come from.

// An archive is the store, if there is one. Nothing is made that was not there.
type archive struct {
	store callbacks.Store // nil: missing says why
	// missing is a sentence for whoever asks for promises or versions.
	missing string
	now     func() time.Time
	// optional: what is asked can be told without the store, so that one that does not answer is no failure.
	optional bool
	// latest is the number of the version with which an edit was compared; 0 when there was none.
	latest int64
}

// lookAtStore opens the store that the settings name. That there is none at the place that nobody named is no mistake.
func lookAtStore(cmd *cobra.Command, open opener) (*archive, error) {
	flags := cmd.Flags()
	file, err := flags.GetString("settings")
	if err != nil {
		return nil, err
	}
	settings, err := settings.Load(flags, file, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	clock := clockFrom(cmd.Context())
	b := &archive{now: func() time.Time { return clock().Truncate(time.Second) }}
	name := settings.Store.Reveal()
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !storeWasNamed(cmd, file) {
			b.missing = fmt.Sprintf("there is no %s here; name the database with HOTLINE_STORE or --store", path)
			return b, nil
		} else if err != nil { // opening it would make an empty one
			return nil, fmt.Errorf("the database of promises: %w; name it with HOTLINE_STORE or --store", err)
		}
	}
	if b.store, err = open(cmd.Context(), name); err != nil {
		return nil, silentStore{err}
	}
	shared, err := app.ClockOf(cmd.Context(), b.store, b.now)
	if err != nil {
		return nil, silentStore{errors.Join(err, b.close())}
	}
	b.now = shared
	return b, nil
}

// A silentStore is the error of a database that is named and does not answer.
type silentStore struct{ error }

func (s silentStore) Unwrap() error { return s.error }

// answerLimit is how long a store is waited for that can be done without.
const answerLimit = 10 * time.Second

// lookIfItAnswers is [lookAtStore] for a command that can do without: a database that does not answer is taken as missing.
func lookIfItAnswers(cmd *cobra.Command, open opener) (*archive, error) {
	b, err := lookAtStore(cmd, func(ctx context.Context, name string) (callbacks.Store, error) {
		ctx, cancel := context.WithTimeout(ctx, answerLimit)
		defer cancel()
		return open(ctx, name)
	})
	var silent silentStore
	if errors.As(err, &silent) && cmd.Context().Err() == nil {
		clock := clockFrom(cmd.Context())
		return &archive{missing: notAnswering(silent), now: func() time.Time { return clock().Truncate(time.Second) }, optional: true}, nil
	}
	if b != nil {
		b.optional = true
	}
	return b, err
}

// notAnswering is a sentence in one line.
func notAnswering(err error) string {
	return "the database does not answer: " + strings.TrimSuffix(strings.Join(strings.Fields(err.Error()), " "), ".")
}

// storeWasNamed reports whether somebody said where the store is. A file of settings may have.
func storeWasNamed(cmd *cobra.Command, file string) bool {
	return cmd.Flags().Changed("store") || os.Getenv("HOTLINE_STORE") != "" || file != ""
}

func (b *archive) close() error {
	if b.store == nil {
		return nil
	}
	return b.store.Close()
}

// configuration reads a directory or a version. Mistakes are printed as check prints them.
func (b *archive) configuration(ctx context.Context, out io.Writer, name string) (*config.Snapshot, error) {
	files, what, err := b.files(ctx, name)
	if err != nil {
		return nil, err
	}
	snapshot, err := config.Load(files)
	if err != nil {
		return nil, tellMistakes(out, err, "diff: "+what+" cannot be used, ", "")
	}
	return snapshot, nil
}

func (b *archive) files(ctx context.Context, name string) (files fs.FS, what string, err error) {
	number, isNumber := versionNumber(name)
	if !isNumber {
		files, err = configuration(name)
		if name == "" {
			name = "the built-in configuration"
		}
		return files, filepath.Clean(name), err
	}
	v, err := b.version(ctx, number)
	if err != nil {
		return nil, "", err
	}
	return publish.Files(v.Files).FS(), fmt.Sprintf("version %d", v.Number), nil
}

// versionNumber is that of a version, 0 for live; false for the name of a directory.
func versionNumber(name string) (int64, bool) {
	if name == "live" {
		return 0, true
	}
	n, err := strconv.ParseInt(name, 10, 64)
	return n, err == nil && n > 0
}

// version is one that was in force; 0 is the latest.
func (b *archive) version(ctx context.Context, number int64) (v callbacks.Version, err error) {
	if b.store == nil {
		return v, errors.New("versions are kept in the database of promises, and " + b.missing)
	}
	v, err = b.store.Version(ctx, number)
	switch {
	case errors.Is(err, callbacks.ErrNotFound) && number == 0:
		return v, errors.New("no configuration has been put in force yet, so there is no live one; name a directory")
	case errors.Is(err, callbacks.ErrNotFound):
		return v, fmt.Errorf("there is no version %d; hotline history lists them (a directory of this name is written ./%d)", number, number)
	}
	return v, err
}
