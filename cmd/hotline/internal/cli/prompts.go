package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

// promptOptions are the flags of the command that looks at sentences.
type promptOptions struct {
	missing, longest, missingAudio bool
	line, language                 string
	count                          int
}

func newPrompts() *cobra.Command {
	var o promptOptions
	cmd := &cobra.Command{
		Use:   "prompts",
		Short: "Look through the sentences: which are missing, which are long, which are not recorded",
		Long: `prompts --missing names every sentence that a line needs in one of its languages and does not have, also
where the configuration is refused because of it; it ends with exit status 1 if there is one.
prompts --longest lists those that callers listen to longest. Placeholders count as they are written.
prompts --missing-audio lists those that could be recorded and are not: the file to record, and its words. What is
filled in during a call cannot be recorded.`,
		Example: `  hotline prompts --missing --config config
  hotline prompts --longest --language ja --count 10
  hotline prompts --missing-audio --line gopay --language id`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.missing {
				return missingPrompts(cmd, o)
			}
			snapshot, err := load(cmd)
			switch {
			case err != nil:
				return err
			case o.missingAudio:
				return missingAudio(cmd.OutOrStdout(), snapshot, o)
			}
			return longestPrompts(cmd.OutOrStdout(), snapshot, o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.missing, "missing", false, "sentences that a line needs and does not have")
	flags.BoolVar(&o.longest, "longest", false, "sentences that take longest to hear")
	flags.BoolVar(&o.missingAudio, "missing-audio", false, "sentences that could be recorded and are not")
	cmd.MarkFlagsMutuallyExclusive("missing", "longest", "missing-audio")
	cmd.MarkFlagsOneRequired("missing", "longest", "missing-audio")
	flags.StringVar(&o.line, "line", "", "of this line alone")
	flags.StringVar(&o.language, "language", "", "in this language alone, for example ja")
	flags.IntVar(&o.count, "count", 20, "how many of the longest")
	return cmd
}

func (o promptOptions) wants(line, language string) bool {
	return (o.line == "" || o.line == line) && (o.language == "" || o.language == language)
}

func missingPrompts(cmd *cobra.Command, o promptOptions) error {
	files, err := filesOf(cmd, nil)
	if err != nil {
		return err
	}
	missing, err := config.MissingPrompts(files)
	if err != nil {
		return fmt.Errorf("the configuration has other mistakes that hide what is missing:\n%w", err)
	}
	var rows terminal.Table
	for _, m := range missing {
		if o.wants(m.Line, m.Language) {
			rows.Add(m.Line, m.Language, m.Key, "add it to prompts/"+m.Language+".yaml")
		}
	}
	if len(rows.Rows) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "Nothing is missing.")
		return nil
	}
	if err := rows.Write(cmd.OutOrStdout(), ""); err != nil {
		return err
	}
	return fmt.Errorf("prompts: %s missing", count(len(rows.Rows), "sentence"))
}

// A sentence is one prompt of one line in one language.
type sentence struct {
	line     *ivr.Line
	language ivr.Language
	key      string
	text     string  // with its variables
	audio    string  // the name of its recording; empty: it is spoken
	seconds  float64 // that it takes
}

// sentences are those that are asked about.
func (o promptOptions) sentences(snapshot *config.Snapshot) (all []sentence) {
	for _, line := range snapshot.Lines {
		for _, language := range line.Languages {
			for _, need := range line.PromptNeeds() {
				if o.wants(line.ID, language.Tag) {
					all = append(all, sentence{line: line, language: language, key: need.Key,
						text:  line.Sentence(language.Tag, need.Key),
						audio: line.Prompts.Audio(line.ID, language.Tag, need.Key)})
				}
			}
		}
	}
	return all
}

func longestPrompts(out io.Writer, snapshot *config.Snapshot, o promptOptions) error {
	var all []sentence
	for _, s := range o.sentences(snapshot) {
		s.seconds = simulate.SpeechSeconds(s.language.Locale, s.text)
		if audio, ok := snapshot.Audio(s.audio); ok {
			s.seconds = audio.Length.Seconds()
		}
		same := func(other sentence) bool { return other.language.Tag == s.language.Tag && other.text == s.text }
		if !slices.ContainsFunc(all, same) { // a sentence that lines share is listed once
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b sentence) int { return cmp.Compare(b.seconds, a.seconds) })
	var rows terminal.Table
	rows.Add("seconds", "characters", "language", "line", "prompt")
	for _, s := range all[:min(max(o.count, 0), len(all))] {
		rows.Add(fmt.Sprintf("%.0f", s.seconds), fmt.Sprint(utf8.RuneCountInString(s.text)), s.language.Tag,
			s.line.ID, s.key)
	}
	return rows.Write(out, "")
}

// missingAudio lists the recordings that lines could play, each file once.
func missingAudio(out io.Writer, snapshot *config.Snapshot, o promptOptions) error {
	words := map[string]string{}
	for _, s := range o.sentences(snapshot) {
		prompts, tag := s.line.Prompts, s.language.Tag
		text, _ := prompts.Text(s.line.ID, tag, s.key)
		if ivr.SpokenWhole(s.key) && !strings.Contains(text, "{") && s.audio == "" {
			words[config.AudioFolder+"/"+tag+"/"+prompts.Key(s.line.ID, tag, s.key)+".wav"] = text
		}
	}
	if len(words) == 0 {
		fmt.Fprintln(out, "Nothing is missing.")
	}
	var rows terminal.Table
	for _, file := range slices.Sorted(maps.Keys(words)) {
		rows.Add(file, words[file])
	}
	return rows.Write(out, "")
}
