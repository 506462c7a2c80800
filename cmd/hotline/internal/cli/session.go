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
	"github.com/spf13/pflag"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/settings"
)

// What commands have to do with the database: the settings that name it, and a session with the store.

// storeFlags are those with which a command finds the database, besides --settings, which every command has.
func storeFlags(flags *pflag.FlagSet) {
	settings.AddFlags(flags, "store")
}

// settingsOf are the settings of a command.
func settingsOf(cmd *cobra.Command) (s settings.Settings, err error) {
	file, err := cmd.Flags().GetString("settings")
	if err != nil {
		return s, err
	}
	return settings.Load(cmd.Flags(), file, os.LookupEnv)
}

// storeWasNamed reports whether somebody said where the store is. A file of settings may have.
func storeWasNamed(cmd *cobra.Command) bool {
	flags := cmd.Flags()
	return flags.Changed("store") || flags.Changed("settings") || os.Getenv("HOTLINE_STORE") != ""
}

// A session is what a command has of the store. Without one the store is nil, and missing says why.
type session struct {
	store    app.Store
	missing  string
	settings settings.Settings
	now      func() time.Time
	// optional: the command can do without the store, so that one that does not answer is no failure.
	optional bool
	// latest is the number of the version with which an edit was compared; 0 when there was none.
	latest int64
}

// openSession opens the store that the settings name, and creates none. It is no mistake that there is none at the
// default place.
func openSession(cmd *cobra.Command, open opener) (*session, error) {
	settings, err := settingsOf(cmd)
	if err != nil {
		return nil, err
	}
	s := &session{settings: settings, now: secondsOf(clockFrom(cmd.Context()))}
	name := settings.Store.Reveal()
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !storeWasNamed(cmd) {
			s.missing = fmt.Sprintf("there is no %s here; name the database with HOTLINE_STORE or --store", path)
			return s, nil
		} else if err != nil { // opening it would make an empty one
			return nil, fmt.Errorf("the database: %w; name it with HOTLINE_STORE or --store", err)
		}
	}
	if s.store, err = open(cmd.Context(), name); err != nil {
		return nil, silentStore{err}
	}
	shared, err := app.ClockOf(cmd.Context(), s.store, s.now)
	if err != nil {
		return nil, silentStore{errors.Join(err, s.close())}
	}
	s.now = shared
	return s, nil
}

// secondsOf is a clock without fractions of a second.
func secondsOf(clock func() time.Time) func() time.Time {
	return func() time.Time { return clock().Truncate(time.Second) }
}

// A silentStore is the error of a database that is named and does not answer.
type silentStore struct{ error }

func (s silentStore) Unwrap() error { return s.error }

// answerLimit is how long a command waits for a store that it can do without.
const answerLimit = 10 * time.Second

// openOptionalSession is [openSession] for a command that can do without: a database that does not answer counts as
// missing.
func openOptionalSession(cmd *cobra.Command, open opener) (*session, error) {
	s, err := openSession(cmd, func(ctx context.Context, name string) (app.Store, error) {
		ctx, cancel := context.WithTimeout(ctx, answerLimit)
		defer cancel()
		return open(ctx, name)
	})
	var silent silentStore
	if errors.As(err, &silent) && cmd.Context().Err() == nil {
		s, err = &session{missing: notAnswering(silent), now: secondsOf(clockFrom(cmd.Context()))}, nil
	}
	if s != nil {
		s.optional = true
	}
	return s, err
}

// openNeededSession opens the store of a command that cannot do without.
func openNeededSession(cmd *cobra.Command) (*session, error) {
	s, err := openSession(cmd, app.OpenStore)
	if err != nil {
		return nil, err
	}
	if s.store == nil {
		return nil, errors.New("this command needs the database, and " + s.missing)
	}
	return s, nil
}

// notAnswering is a sentence in one line.
func notAnswering(err error) string {
	return "the database does not answer: " + strings.TrimSuffix(strings.Join(strings.Fields(err.Error()), " "), ".")
}

func (s *session) close() error {
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}

// configuration reads a directory or a version. Mistakes are printed as check prints them.
func (s *session) configuration(ctx context.Context, out io.Writer, name string) (*config.Snapshot, error) {
	files, what, err := s.files(ctx, name)
	if err != nil {
		return nil, err
	}
	snapshot, err := config.Load(files)
	if err != nil {
		return nil, tellMistakes(out, err, "diff: "+what+" cannot be used, ", "")
	}
	return snapshot, nil
}

func (s *session) files(ctx context.Context, name string) (files fs.FS, what string, err error) {
	number, isNumber := versionNumber(name)
	if !isNumber {
		files, err = configuration(name)
		if name == "" {
			name = "the built-in configuration"
		}
		return files, filepath.Clean(name), err
	}
	v, err := s.version(ctx, number)
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

// clockKey finds the clock of a command in its context.
type clockKey struct{}

// clockFrom is the clock that a command goes by: the one that it was given, or the real one.
func clockFrom(ctx context.Context) func() time.Time {
	if now, ok := ctx.Value(clockKey{}).(func() time.Time); ok {
		return now
	}
	return func() time.Time { return time.Now().UTC() }
}

// A directory of configuration as commands work on it.
type directory struct {
	path  string
	files publish.Files
}

// workingDirectory reads the directory that --config names.
func workingDirectory(cmd *cobra.Command) (*directory, error) {
	dir, err := configDir(cmd)
	if err != nil {
		return nil, err
	}
	return readDirectory(dir)
}

// readDirectory reads a directory that is not the built-in configuration, which nobody can edit.
func readDirectory(dir string) (*directory, error) {
	if dir == "" {
		return nil, errors.New("the built-in configuration cannot be edited; with --config DIR name the directory that " +
			"the server runs, or a copy (hotline draft DIR)")
	}
	if _, err := configuration(dir); err != nil {
		return nil, err
	}
	files, err := publish.ReadFiles(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s/%w", dir, err)
	}
	return &directory{dir, files}, nil
}

// check loads the directory, and prints its mistakes as check does.
func (d *directory) check(out io.Writer, command string) (*config.Snapshot, error) {
	return loadFiles(out, command, d.path, d.files)
}

func loadFiles(out io.Writer, command, what string, files publish.Files) (*config.Snapshot, error) {
	snapshot, err := config.Load(files.FS())
	if err != nil {
		return nil, tellMistakes(out, err, command+": FAILED, "+what+" cannot be used, ", "; nothing was changed")
	}
	return snapshot, nil
}

// put writes an edit into the directory. Where it cannot be written, the edit is printed as a patch.
func (d *directory) put(out io.Writer, edit publish.Edit, base publish.Sums) error {
	err := publish.Write(d.path, base, edit, time.Now()) // compared with the times of files
	var stale *publish.StaleError
	switch {
	case errors.Is(err, publish.ErrReadOnly):
		fmt.Fprint(out, d.files.Patch(edit))
		return fmt.Errorf("%w; the change is printed above as a patch; apply it with git apply, or patch -p1", err)
	case errors.As(err, &stale):
		return fmt.Errorf("%s/%w; look at what was done there (hotline history, hotline diff), and take it over or "+
			"take a new draft", d.path, stale)
	}
	return err
}

// ruling is the configuration that servers go by. The directory is asked only where nothing was published yet: a line
// can be closed while somebody has spoilt its files.
func (s *session) ruling(cmd *cobra.Command) (*config.Snapshot, error) {
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
	if errors.Is(err, callbacks.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &v, nil
}
