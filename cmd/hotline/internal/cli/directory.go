package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/settings"
)

// The directory of configuration that a command reads, and may edit.

// configuration is the directory to read: the one that was named, or the one that came with the program.
func configuration(dir string) (fs.FS, error) {
	if dir == "" {
		return config.Shipped(), nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("configuration directory: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("configuration directory %s is a file; name the directory that holds lines, hours "+
			"and prompts", dir)
	}
	return os.DirFS(dir), nil
}

// namedDir is the directory that --config, HOTLINE_CONFIG or the file of settings names; empty when none does.
func namedDir(cmd *cobra.Command) (string, error) {
	named := settings.Settings{Config: os.Getenv("HOTLINE_CONFIG")}
	var err error
	if flags := cmd.Flags(); flags.Changed("config") {
		named.Config, err = flags.GetString("config")
	} else if flags.Changed("settings") {
		named, err = settingsOf(cmd)
	}
	return named.Config, err
}

// findDir is the directory that a command works on: the one that was named, or else the one that it is run in, or in a
// folder of. Empty is the built-in configuration.
func findDir(cmd *cobra.Command) (string, error) {
	dir, err := namedDir(cmd)
	for _, here := range []string{".", ".."} {
		if err == nil && dir == "" && isConfiguration(here) {
			dir, err = filepath.Abs(here)
		}
	}
	return dir, err
}

// configDir is [findDir] for a command that has not yet said which configuration answers.
func configDir(cmd *cobra.Command) (string, error) {
	dir, err := findDir(cmd)
	if err == nil {
		tellConfiguration(cmd, cmp.Or(dir, "built in"))
	}
	return dir, err
}

// filesOf are the files of the directory that a command has as its argument, else of [configDir].
func filesOf(cmd *cobra.Command, args []string) (fs.FS, error) {
	if len(args) > 0 {
		tellConfiguration(cmd, args[0])
		return configuration(args[0])
	}
	dir, err := configDir(cmd)
	if err != nil {
		return nil, err
	}
	return configuration(dir)
}

// isConfiguration reports whether a directory looks like one that holds a configuration.
func isConfiguration(dir string) bool {
	for _, folder := range []string{"lines", "hours", "prompts"} {
		if info, err := os.Stat(filepath.Join(dir, folder)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// tellConfiguration says which configuration answers: before the answer, and beside one that programs read.
func tellConfiguration(cmd *cobra.Command, what string) {
	out := cmd.OutOrStdout()
	asJSON, _ := cmd.Flags().GetBool("json")
	at, _ := cmd.Flags().GetString("at")
	if asJSON || at == "-" || cmd.Name() == "export" {
		out = cmd.ErrOrStderr()
	}
	fmt.Fprintf(out, "configuration: %s\n", what)
}

// load reads the configuration that a command was given.
func load(cmd *cobra.Command) (*config.Snapshot, error) {
	dir, err := configDir(cmd)
	if err != nil {
		return nil, err
	}
	return loadDir(dir)
}

func loadDir(dir string) (*config.Snapshot, error) {
	files, err := configuration(dir)
	if err != nil {
		return nil, err
	}
	snapshot, err := config.Load(files)
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	return snapshot, nil
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
		return nil, errors.New("the built-in configuration cannot be edited; with --config DIR name the directory " +
			"that the server runs, or a copy (hotline draft DIR)")
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
	return loadTelling(out, files.FS(), command+": FAILED, "+what+" cannot be used, ", "; nothing was changed")
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

// loadTelling prints every mistake of a configuration that cannot be used. The error says how many there are, between
// two pieces of text.
func loadTelling(out io.Writer, files fs.FS, before, after string) (*config.Snapshot, error) {
	snapshot, err := config.Load(files)
	var problems config.Problems
	if !errors.As(err, &problems) {
		return snapshot, err
	}
	for _, problem := range problems {
		fmt.Fprintln(out, problem)
	}
	return nil, errors.New(before + count(len(problems), "mistake") + after)
}
