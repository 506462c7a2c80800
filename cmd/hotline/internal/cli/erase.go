package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config/schema"
)

func newErase() *cobra.Command {
	var number string
	var yes bool
	cmd := &cobra.Command{
		Use:   "erase --number +NUMBER",
		Short: "Erase what is kept of one person, before its retention is over",
		Args:  noArgs,
		Long: `erase takes away what the database holds of one telephone number: of callbacks to it or asked for by it, of
the calls and text messages about them, of messages, notes and call records. Recordings are deleted at the provider
first, with the account and token of the settings. Open callbacks are cancelled, and nobody is written to. Without
--yes it only says what it would do. It can run beside the server, and it is logged with who ran it.`,
		Example: `  hotline erase --number +6281234567890
  hotline erase --number +6281234567890 --yes`,
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, _ []string) error {
			number := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(number)
			if !schema.Number.MatchString(number) {
				return errors.New("write the number with + and its country code: --number +6281234567890")
			}
			return s.erase(cmd, number, yes)
		}),
	}
	storeFlags(cmd.Flags())
	cmd.Flags().StringVar(&number, "number", "", "whose data is erased")
	cmd.Flags().BoolVar(&yes, "yes", false, "erase; without it nothing changes")
	return cmd
}

func (s *callbackSession) erase(cmd *cobra.Command, number string, yes bool) error {
	eraser := callbacks.Eraser{Service: s.service, Store: s.store, Now: s.now, Log: s.log}
	if provider, err := providerClient(s.settings); err == nil {
		eraser.Recordings = provider
	} else if !errors.Is(err, errNoProvider) {
		return err
	}
	does := eraser.Look
	if yes {
		does = func(ctx context.Context, number string) (callbacks.Erasure, error) {
			return eraser.Erase(ctx, number, "supervisor "+operator())
		}
	}
	found, err := does(cmd.Context(), number)
	switch {
	case errors.Is(err, callbacks.ErrNoRecordings):
		return fmt.Errorf("nothing was erased: %s at the provider has to be deleted first; %w",
			count(len(found.Recordings), "recording"), errNoProvider)
	case errors.Is(err, callbacks.ErrInProgress):
		return errors.New("a telephone rings for one of the callbacks, or somebody talks about it just now; nothing " +
			"was erased yet. Run the same command again when the call is over")
	case err != nil:
		return err
	}
	return s.reportErasure(cmd.OutOrStdout(), number, found, yes)
}

// reportErasure says what was erased, or would be, and what remains.
func (s *callbackSession) reportErasure(out io.Writer, number string, found callbacks.Erasure, erased bool) error {
	cancelled, title := "Open, and cancelled first with --yes:", "To be erased of "
	if erased {
		cancelled, title = "Cancelled:", "Erased of "
	}
	if len(found.Open) > 0 {
		fmt.Fprintln(out, cancelled)
		var rows terminal.Table
		for _, c := range found.Open {
			rows.Add(c.Reference, c.Line, c.Desk, "due "+s.clock(c.Line, c.Due), "to "+callbacks.Mask(c.Number))
		}
		if err := rows.Write(out, "  "); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, title+callbacks.Mask(number)+":")
	var rows terminal.Table
	for _, r := range []struct {
		what string
		n    int
	}{
		{"callbacks: numbers, account, answers, note", found.Rows.Callbacks},
		{"calls made for them", found.Rows.Attempts},
		{"text messages about them", found.Rows.SMS},
		{"recorded messages", found.Rows.Messages},
		{"records of calls that were put through", found.Rows.CallRecords},
		{"alerts that name the end of the number", found.Rows.Alerts},
		{"requests and wrong proofs that limits count", found.Rows.Requests},
		{"recordings at the provider", len(found.Recordings)},
	} {
		rows.Add(r.what, strconv.Itoa(r.n))
	}
	if err := rows.Write(out, "  "); err != nil {
		return err
	}
	fmt.Fprint(out, remains)
	if !found.Silenced.IsZero() {
		fmt.Fprintf(out, "  the number itself until %s, so that nobody else has it called: its owner objected to a call\n",
			found.Silenced.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if !erased {
		fmt.Fprintln(out, "Nothing was erased. To do it, say --yes.")
	}
	return nil
}

const remains = `What remains:
  the rows, without what names a person, for counts; and their references
  what others asked for about the same account, under their own numbers
  backups of the database, until you replace them
  logs of calls and text messages at the provider: delete them there, or set their retention
  logs of the server, which have the last four digits of numbers
`
