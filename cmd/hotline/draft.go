package main

import (
	"fmt"
	"path/filepath"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/spf13/cobra"
)

func newDraft() *cobra.Command {
	return &cobra.Command{
		Use:   "draft DIR",
		Short: "Take a copy of the configuration to work on, for hotline publish",
		Long: "draft copies the directory that --config names into DIR, which must not be there yet, and notes what it was like: publish\n" +
			"refuses to overwrite what somebody else has edited meanwhile. Without --config it copies the built-in configuration.",
		Example: "  hotline draft /tmp/tomorrow --config /etc/hotline\n  hotline draft my-config",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return takeDraft(cmd, args[0]) },
	}
}

func takeDraft(cmd *cobra.Command, target string) error {
	dir, err := cmd.Flags().GetString("config")
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
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s is a copy of %s, %s.\n", target, orElse(dir, "the built-in configuration"), count(len(files), "file"))
	if broken != nil {
		fmt.Fprintf(out, "It has mistakes, as that directory has; hotline check %s names them.\n", target)
	}
	if dir == "" {
		_, err = fmt.Fprintf(out, "Edit it, and run with it: hotline serve --config %s\n", target)
		return err
	}
	_, err = fmt.Fprintf(out, "Edit it; then:  hotline check %s;  hotline diff %s %s;  hotline test %s;  hotline publish %s --config %s\n", target, dir, target, target, target, dir)
	return err
}
