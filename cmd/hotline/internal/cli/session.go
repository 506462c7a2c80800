package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
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
