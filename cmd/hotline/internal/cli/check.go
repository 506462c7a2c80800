package cli

import (
	"fmt"

	"github.com/spf13/cobra"

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
  hotline check /etc/hotline/config`,
		RunE: check,
	}
}

func check(cmd *cobra.Command, args []string) error {
	files, err := filesOf(cmd, args)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	snapshot, err := loadTelling(out, files, "check: FAILED, ", "; nothing of this configuration is used")
	if err != nil {
		return err
	}
	for _, line := range snapshot.Lines {
		fmt.Fprintf(out, "%s: %s, %s, %s, %s, %s\n", line.ID, count(len(line.Numbers), "number"),
			count(len(line.Languages), "language"), count(len(line.Topics), "topic"),
			count(len(line.Desks), "desk"), line.Hours.Zone())
	}
	tellWarnings(out, snapshot.Warnings(clockFrom(cmd.Context())()))
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

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
