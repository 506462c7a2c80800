package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

func newLines() *cobra.Command {
	var only string
	cmd := &cobra.Command{
		Use:   "lines",
		Short: "List the lines: numbers, languages, topics and the keys that lead to them",
		Long: `lines shows every line of the configuration: its numbers and languages, and its topics in the order of
the menu, with the keys that lead to them after the language was chosen, what happens there, and the desk.`,
		Example: `  hotline lines
  hotline lines --line upay --config config`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			snapshot, err := load(cmd)
			if err != nil {
				return err
			}
			lines, err := linesOf(snapshot, only)
			if err != nil {
				return err
			}
			return printLines(cmd.OutOrStdout(), lines)
		},
	}
	cmd.Flags().StringVar(&only, "line", "", "this line alone")
	return cmd
}

func printLines(out io.Writer, lines []*ivr.Line) error {
	for _, line := range lines {
		first := line.Languages[0].Tag
		fmt.Fprintf(out, "%s  %s  %s  %s  %s\n", line.ID, line.Names[first], strings.Join(line.Numbers, " "),
			strings.Join(languageTags(line), " "), line.Hours.Zone())
		var rows terminal.Table
		for _, path := range line.KeyPaths() {
			topic := line.Topic(path.Topic)
			rows.Add(strings.Join(path.Keys, " "), topic.ID, line.Sentence(first, "topic."+topic.ID), topicSteps(topic),
				"desk "+topic.Desk)
		}
		if err := rows.Write(out, "  "); err != nil {
			return err
		}
	}
	return nil
}

// topicSteps says in short what a topic does before an agent is rung.
func topicSteps(topic *ivr.Topic) string {
	var steps []string
	add := func(is bool, what string) {
		if is {
			steps = append(steps, what)
		}
	}
	add(topic.Urgent, "urgent: at once, at any hour")
	add(topic.Message, "recorded message")
	add(topic.Help, "self-help")
	add(topic.AskAccount, "account")
	steps = append(steps, topic.Questions...)
	add(topic.Note && !topic.Message, "note")
	return strings.Join(steps, ", ")
}

// linesOf is the line with this identifier alone, or every one where none is asked for.
func linesOf(snapshot *config.Snapshot, id string) ([]*ivr.Line, error) {
	if id == "" {
		return snapshot.Lines, nil
	}
	line, err := lineOf(snapshot, id)
	return []*ivr.Line{line}, err
}

// lineOf is the line with this identifier; the error names those that there are.
func lineOf(snapshot *config.Snapshot, id string) (*ivr.Line, error) {
	if line := snapshot.ByID(id); line != nil {
		return line, nil
	}
	if id == "" {
		return nil, fmt.Errorf("name the line with --line: %s", lineIDs(snapshot))
	}
	return nil, unknown("line", id, snapshot.LineIDs())
}

func lineIDs(snapshot *config.Snapshot) string { return strings.Join(snapshot.LineIDs(), ", ") }

func deskIDs(desks map[string]*ivr.Desk) []string { return slices.Sorted(maps.Keys(desks)) }

// noDesk names the desks that there are.
func noDesk(line *ivr.Line, desk string) error {
	return fmt.Errorf("line %s has no desk %q; it has: %s", line.ID, desk, strings.Join(deskIDs(line.Desks), ", "))
}
