package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/config/schema"
)

func newSchema() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "schema [" + strings.Join(schema.Kinds(), "|") + "]",
		Short: "Print the JSON Schema of a kind of file, for editors",
		Long: `schema prints the JSON Schema of a kind of file, or with --write puts all of them into a directory. An
editor that knows YAML (yaml-language-server) then completes keys, explains them and underlines mistakes, in files
that begin with # yaml-language-server: $schema=../schema/hours.schema.json, as the shipped ones do.`,
		Example: `  hotline schema --write /etc/hotline/schema
  hotline schema hours > hours.schema.json`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: schema.Kinds(),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case dir != "" && len(args) > 0:
				return errors.New("--write writes the schemas of all kinds; leave the kind out")
			case dir != "":
				return writeSchemas(cmd.OutOrStdout(), dir)
			case len(args) == 0:
				return fmt.Errorf("name the kind of file (%s), or a directory for all: --write DIR",
					strings.Join(schema.Kinds(), ", "))
			}
			return printSchema(cmd.OutOrStdout(), args[0])
		},
	}
	cmd.Flags().StringVar(&dir, "write", "", "write the schemas of all kinds into this directory")
	return cmd
}

func printSchema(out io.Writer, kind string) error {
	text, err := schema.JSON(kind)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

func writeSchemas(out io.Writer, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, kind := range schema.Kinds() {
		text, err := schema.JSON(kind)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, schema.FileName(kind))
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, file)
	}
	return nil
}
