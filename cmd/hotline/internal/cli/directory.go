package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

// A directory of configuration as commands work on it.
type directory struct {
	path  string
	files publish.Files
}

// workingDirectory reads the directory that --config names. The built-in configuration is none: nobody can edit it.
func workingDirectory(cmd *cobra.Command) (*directory, error) {
	dir := configFlag(cmd)
	if dir == "" {
		return nil, errors.New("name the directory that the server runs with --config DIR; the built-in " +
			"configuration cannot be edited")
	}
	return readDirectory(dir)
}

func readDirectory(dir string) (*directory, error) {
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
