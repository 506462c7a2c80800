package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

func newDraft() *cobra.Command {
	return &cobra.Command{
		Use:   "draft DIR",
		Short: "Take a copy of the configuration to work on, for hotline publish",
		Long: `draft copies the directory that --config names into DIR, which must not be there yet, and notes what it
was like: publish refuses to overwrite what somebody else has edited meanwhile. Without --config it copies the
built-in configuration. Their schemas are copied too, for editors; publish leaves them out.`,
		Example: `  hotline draft /tmp/tomorrow --config /etc/hotline/config
  hotline draft my-config`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return takeDraft(cmd, args[0]) },
	}
}

func takeDraft(cmd *cobra.Command, target string) error {
	dir, err := configDir(cmd)
	if err != nil {
		return err
	}
	fsys, err := configuration(dir)
	if err != nil {
		return err
	}
	files, err := publish.ReadFiles(fsys)
	if err != nil {
		return err
	}
	d := publish.Draft{From: dir}
	if dir != "" {
		if d.From, err = filepath.Abs(dir); err != nil {
			return err
		}
	}
	snapshot, broken := config.Load(files.FS())
	if broken == nil {
		d.Hash = snapshot.Hash
	}
	if err := d.Take(target, files); err != nil {
		return err
	}
	if err := schemasBeside(target, fsys); err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s is a copy of %s, %s.\n", target, cmp.Or(dir, "the built-in configuration"),
		count(len(files), "file"))
	if broken != nil {
		fmt.Fprintf(out, "It has mistakes, as that directory has; hotline check %s names them.\n", target)
	}
	if dir == "" {
		_, err = fmt.Fprintf(out, "Edit it, and run with it: hotline serve --config %s\n", target)
		return err
	}
	_, err = fmt.Fprintf(out,
		"Edit it; then:  hotline check %s;  hotline diff %s %s;  hotline test %s;  hotline publish %s --config %s\n",
		target, dir, target, target, target, dir)
	return err
}

// schemasBeside gives a draft the folder schema/, to which its files refer: that of the directory it was taken from, or
// else the program's. It is no part of the configuration, and never published.
func schemasBeside(target string, from fs.FS) error {
	dir := filepath.Join(target, "schema")
	own, err := fs.Glob(from, "schema/*.schema.json")
	if err != nil || len(own) == 0 {
		return errors.Join(err, writeSchemas(io.Discard, dir))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range own {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, path.Base(name)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
