package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

// testOptions are the flags of hotline test.
type testOptions struct {
	line string
	json bool
	// everyLine: a line without a call test is a failure.
	everyLine bool
}

func newTest() *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [DIR]",
		Short: "Run the call tests of a configuration, and name those that go otherwise than expected",
		Long: `test rings the lines of a configuration as its folder calls/ has it, through a provider simulator and
with a store in memory, and compares what is heard and what comes of it. Of a call that goes otherwise the transcript
is printed, with the first difference marked in it by lines that begin with >. It ends with exit status 1 if there is
one.`,
		Example: `  hotline test
  hotline test config --line gopay`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return test(cmd, args, o) },
	}
	cmd.Flags().StringVar(&o.line, "line", "", "calls to this line alone")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object for each call")
	cmd.Flags().BoolVar(&o.everyLine, "every-line", false, "fail also when a line has no call test")
	return cmd
}

func test(cmd *cobra.Command, args []string, o testOptions) error {
	files, err := filesOf(cmd, args)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	snapshot, err := loadTelling(out, files, "test: FAILED, ", "; no call test was run")
	if err != nil {
		return err
	}
	lines, err := linesOf(snapshot, o.line)
	if err != nil {
		return err
	}
	calls := slices.DeleteFunc(slices.Clone(snapshot.Calls), func(c config.Call) bool {
		return o.line != "" && c.Line != o.line
	})
	report := testReport{out: out, json: o.json}
	if err := report.run(cmd.Context(), snapshot, calls); err != nil {
		return err
	}
	return report.end(calls, lines, o)
}

// A testReport tells how call tests went, as they do.
type testReport struct {
	out              io.Writer
	json, onlyFailed bool
	calls, failed    int
	err              error
}

func (r *testReport) run(ctx context.Context, snapshot *config.Snapshot, calls []config.Call) error {
	err := simulate.RunCallTests(ctx, snapshot, calls, r.call)
	return errors.Join(err, r.err)
}

func (r *testReport) call(played simulate.Result) {
	r.calls++
	ok := played.Differs == ""
	if !ok {
		r.failed++
	}
	if r.json {
		r.err = errors.Join(r.err, jsonEncoder(r.out).Encode(struct {
			File       string `json:"file"`
			Line       string `json:"line"`
			Title      string `json:"title"`
			OK         bool   `json:"ok"`
			Differs    string `json:"differs,omitempty"`
			Transcript string `json:"transcript"`
		}{played.Test.File, played.Test.Line, played.Test.Title, ok, played.Differs, played.Transcript}))
		return
	}
	verdict, transcript := "FAILED", indented(played.Transcript)
	if ok {
		verdict, transcript = "ok    ", ""
	}
	if !ok || !r.onlyFailed {
		_, err := fmt.Fprintf(r.out, "%s  %s  %s\n%s", verdict, played.Test.File, played.Test.Title, transcript)
		r.err = errors.Join(r.err, err)
	}
}

// indented sets a transcript apart from the list of calls; what is marked in it stays at the margin.
func indented(transcript string) string {
	var b strings.Builder
	for line := range strings.Lines(transcript) {
		if !strings.HasPrefix(line, ">") {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// end sums up, and mentions the lines without a call test.
func (r *testReport) end(calls []config.Call, lines []*ivr.Line, o testOptions) error {
	var without []string
	for _, line := range lines {
		if slices.ContainsFunc(calls, func(c config.Call) bool { return c.Line == line.ID }) {
			continue
		}
		without = append(without, line.ID)
		if !r.json {
			fmt.Fprintf(r.out, "line %s has no call test; write one in calls/, for example calls/%s-open.yaml\n",
				line.ID, line.ID)
		}
	}
	switch {
	case r.failed > 0:
		return fmt.Errorf("test: FAILED, %d of %s", r.failed, count(r.calls, "call"))
	case o.everyLine && len(without) > 0:
		return fmt.Errorf("test: FAILED, there is no call test of %s", strings.Join(without, ", "))
	case !r.json:
		fmt.Fprintf(r.out, "SUCCESS, %s\n", count(r.calls, "call"))
	}
	return nil
}
