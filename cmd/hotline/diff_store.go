package main

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

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/spf13/cobra"
)

// Where the two sides of a difference come from.

// An archive is the store, if there is one. Nothing is made that was not there.
type archive struct {
	store callbacks.Store // nil: missing says why
	// missing is a sentence for whoever asks for promises or versions.
	missing string
	now     func() time.Time
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
	settings, err := config.LoadSettings(flags, file, os.LookupEnv)
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
		return nil, err
	}
	if b.now, err = clockOf(cmd.Context(), b.store, b.now); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
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
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			fmt.Fprintln(out, problem)
		}
		return nil, fmt.Errorf("diff: %s cannot be used, %s", what, count(len(problems), "mistake"))
	}
	return snapshot, err
}

func (b *archive) files(ctx context.Context, name string) (files fs.FS, what string, err error) {
	number, isNumber := int64(0), name == "live"
	if n, err := strconv.ParseInt(name, 10, 64); err == nil && n > 0 {
		number, isNumber = n, true
	}
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

// unknownLine names what there is.
func unknownLine(snapshot *config.Snapshot, id string) error {
	return fmt.Errorf("there is no line %q; the configuration has: %s", id, lineIDs(snapshot))
}
