package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
)

func newCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check [DIR]",
		Short: "Read the configuration strictly and name every mistake",
		Long: `check reads lines, hours, holidays, prompts and call tests and prints every mistake at once, with file,
line and key. Then it decides the call tests, as the server does before it takes an edit up.
It ends with exit status 1 if there is a mistake, or a call goes otherwise.
Warnings are about what is used all the same: times that can hardly be meant, sentences that name no key, holidays
that are not known 90 days ahead, overrides without an end.`,
		Args: cobra.MaximumNArgs(1),
		Example: `  hotline check
  hotline check /etc/hotline`,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := dirOf(cmd, args)
			if err != nil {
				return err
			}
			return check(cmd, dir)
		},
	}
}

func check(cmd *cobra.Command, dir string) error {
	files, err := configuration(dir)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	snapshot, err := config.Load(files)
	if err != nil {
		return tellMistakes(out, err, "check: FAILED, ", "; nothing of this configuration is used")
	}
	for _, line := range snapshot.Lines {
		fmt.Fprintf(out, "%s: %s, %s, %s, %s, %s\n", line.ID, count(len(line.Numbers), "number"),
			count(len(line.Languages), "language"),
			count(len(line.Topics), "topic"), count(len(line.Desks), "desk"), line.Hours.Zone())
	}
	for _, warning := range snapshot.Warnings(clockFrom(cmd.Context())()) {
		fmt.Fprintf(out, "warning: %s\n", warning)
	}
	report, err := calltest.Check(cmd.Context(), snapshot)
	if err != nil {
		return err
	}
	for _, failed := range report.Failed {
		fmt.Fprintln(out, failed)
	}
	if len(report.NotTried) > 0 {
		fmt.Fprintln(out, report.NotTriedText())
	}
	if len(report.Failed) > 0 {
		return fmt.Errorf("check: FAILED, %d of %s; nothing of this configuration is used", len(report.Failed),
			count(report.Tests, "call test"))
	}
	_, err = fmt.Fprintf(out, "SUCCESS, %s, %s, configuration %s\n",
		count(len(snapshot.Lines), "line"), count(report.Tests, "call test"), snapshot.Hash)
	return err
}

// tellMistakes prints every mistake of a configuration that cannot be used. The error says how many there are, between
// two pieces of text; one that is about no mistake is returned as it is.
func tellMistakes(out io.Writer, err error, before, after string) error {
	var problems config.Problems
	if !errors.As(err, &problems) {
		return err
	}
	for _, problem := range problems {
		fmt.Fprintln(out, problem)
	}
	return errors.New(before + count(len(problems), "mistake") + after)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
