package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

// Configurations by name: a directory, or a version that is or was in force.

// configuration reads a directory or a version. Mistakes are printed as check prints them.
func (s *session) configuration(ctx context.Context, out io.Writer, name string) (*config.Snapshot, error) {
	var files fs.FS
	var err error
	what := filepath.Clean(cmp.Or(name, "the built-in configuration"))
	if number, isNumber := versionNumber(name); isNumber {
		var v callbacks.Version
		v, err = s.version(ctx, number)
		files, what = publish.Files(v.Files).FS(), fmt.Sprintf("version %d", v.Number)
	} else {
		files, err = configuration(name)
	}
	if err != nil {
		return nil, err
	}
	return loadTelling(out, files, "diff: "+what+" cannot be used, ", "")
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
func (s *session) version(ctx context.Context, number int64) (v callbacks.Version, err error) {
	if s.store == nil {
		return v, errors.New("versions are kept in the database, and " + s.missing)
	}
	v, err = s.store.Version(ctx, number)
	switch {
	case errors.Is(err, callbacks.ErrNotFound) && number == 0:
		return v, errors.New("no configuration has been put in force yet, so there is no live one; name a directory")
	case errors.Is(err, callbacks.ErrNotFound):
		return v, fmt.Errorf("there is no version %d; hotline history lists them (a directory of this name is "+
			"written ./%d)", number, number)
	}
	return v, err
}

// liveSnapshot is the configuration that servers go by. The directory is asked only where nothing was published yet: a
// line can be closed while somebody has spoilt its files.
func (s *session) liveSnapshot(cmd *cobra.Command) (*config.Snapshot, error) {
	if v, err := s.inForce(cmd); err == nil && v != nil {
		if snapshot, err := config.Load(publish.Files(v.Files).FS()); err == nil { // else of another release
			tellConfiguration(cmd, fmt.Sprintf("version %d, in force", v.Number))
			return snapshot, nil
		}
	}
	return load(cmd)
}

// inForce is the version that is recorded last; nil when there is none.
func (s *session) inForce(cmd *cobra.Command) (*callbacks.Version, error) {
	if s.store == nil {
		return nil, nil
	}
	v, err := s.store.Version(cmd.Context(), 0)
	switch {
	case errors.Is(err, callbacks.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &v, nil
}
