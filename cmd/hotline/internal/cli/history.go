package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config/publish"
)

func newHistory() *cobra.Command {
	var most int
	cmd := &cobra.Command{
		Use:   "history [N]",
		Short: "List the versions of the configuration that were in force, or what one of them changed",
		Example: `  hotline history
  hotline history 7`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if most < 1 || most > 1000 {
				return fmt.Errorf("--limit %d: ask for 1 to 1000 versions", most)
			}
			s, err := openNeededSession(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.close()) }()
			if len(args) == 1 {
				return showVersion(cmd, s, args[0])
			}
			list, err := s.store.Versions(cmd.Context(), most)
			if err != nil {
				return err
			}
			return listVersions(cmd.OutOrStdout(), list)
		},
	}
	cmd.Flags().IntVar(&most, "limit", 20, "how many to list, the latest first")
	storeFlags(cmd.Flags())
	return cmd
}

func listVersions(out io.Writer, list []callbacks.Version) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(out, "No configuration has been in force yet; hotline serve records what it runs.")
		return err
	}
	var rows terminal.Table
	for _, v := range list {
		rows.Add(strconv.FormatInt(v.Number, 10), v.At.UTC().Format("2006-01-02 15:04:05Z"), v.Hash,
			cmp.Or(v.Author, "-"), summary(v))
	}
	return rows.Write(out, "")
}

// summary is what was done, and the first of what that changed.
func summary(v callbacks.Version) string {
	first := cmp.Or(v.Summary, "nothing that callers notice")
	if v.Summary == "" && v.Number == 1 {
		first = "the first one"
	}
	if v.Note != "" {
		first = v.Note + "; " + first
	}
	return first
}

func showVersion(cmd *cobra.Command, s *session, text string) error {
	v, err := s.numbered(cmd, text)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "version %d, configuration %s, in force since %s, by %s\n", v.Number, v.Hash,
		v.At.UTC().Format(time.RFC3339), cmp.Or(v.Author, "nobody known"))
	if v.Note != "" {
		fmt.Fprintln(out, v.Note)
	}
	if before, err := s.store.Version(cmd.Context(), v.Number-1); err == nil && v.Number > 1 {
		for _, name := range publish.Files(before.Files).Differ(v.Files) {
			fmt.Fprintf(out, "  %s\n", name)
		}
	}
	_, err = fmt.Fprintln(out,
		cmp.Or(strings.TrimRight(v.Changes, "\n"), "Nothing that callers notice is different from the version before."))
	return err
}

func (s *session) numbered(cmd *cobra.Command, text string) (callbacks.Version, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 1 {
		return callbacks.Version{}, fmt.Errorf("%q is no number of a version; hotline history lists them", text)
	}
	return s.version(cmd.Context(), number)
}
