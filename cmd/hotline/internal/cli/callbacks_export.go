package cli

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// An exported callback. Instants are UTC, RFC 3339; absent ones are empty.
type exported struct {
	Reference    string `json:"reference"`
	Line         string `json:"line"`
	Desk         string `json:"desk"`
	Topic        string `json:"topic"`
	Language     string `json:"language"`
	Kind         string `json:"kind"`
	Urgent       bool   `json:"urgent"`
	State        string `json:"state"`
	Number       string `json:"number"`
	Account      string `json:"account"`
	Called       string `json:"called"`
	Due          string `json:"due"`
	SlotEnd      string `json:"slot_end"`
	Ended        string `json:"ended"`
	Attempts     int    `json:"attempts"`
	DeskAttempts int    `json:"rounds"`
	Note         int    `json:"note_seconds"`
	Priority     int    `json:"priority"`
	Last         string `json:"last"` // what happened to it last
}

var exportedColumns = []string{"reference", "line", "desk", "topic", "language", "kind", "urgent", "state", "number",
	"account", "called", "due", "slot_end", "ended", "attempts", "rounds", "note_seconds", "priority", "last"}

func (s *callbackSession) export(c callbacks.Callback) exported {
	utc := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.UTC().Format(time.RFC3339)
	}
	e := exported{c.Reference, c.Line, c.Desk, c.Topic, c.Language, string(c.Kind), c.Urgent, string(c.State),
		s.masked(c.Number), s.masked(c.Account), utc(c.Called), utc(c.Due), utc(c.SlotEnd), utc(c.Ended),
		c.Attempts, c.DeskAttempts, c.Note.Seconds, c.Priority, c.Remark}
	for _, text := range []*string{
		&e.Reference, &e.Line, &e.Desk, &e.Topic, &e.Language, &e.Kind, &e.State, &e.Number, &e.Account, &e.Last,
	} {
		*text = terminal.Printable(*text)
	}
	return e
}

func (e exported) row() []string {
	return []string{e.Reference, e.Line, e.Desk, e.Topic, e.Language, e.Kind, strconv.FormatBool(e.Urgent), e.State,
		e.Number, e.Account, e.Called, e.Due, e.SlotEnd, e.Ended, strconv.Itoa(e.Attempts),
		strconv.Itoa(e.DeskAttempts),
		strconv.Itoa(e.Note), strconv.Itoa(e.Priority), e.Last}
}

// exportPage is how many callbacks are read at a time, so that a large database does not fill the memory.
const exportPage = 1000

func newCallbacksExport() *cobra.Command {
	var o listOptions
	var format, file string
	cmd := &cobra.Command{
		Use: "export", Short: "Write callbacks as CSV or JSON", Args: noArgs,
		Long: `export writes one callback a line: CSV with a heading, or a JSON object each. Numbers are masked unless
--unmasked asks for them, which is logged. How far it is stands on standard error, as a bar if that is a terminal.`,
		Example: "  hotline callbacks export --state all --format csv --out callbacks.csv",
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, _ []string) (err error) {
			f, err := o.filter(s.snapshot, s.now())
			if err != nil {
				return err
			}
			if format != "csv" && format != "json" {
				return fmt.Errorf("--format %q is not known; use csv or json", format)
			}
			out := cmd.OutOrStdout()
			if file != "" {
				made, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
				if err != nil {
					return fmt.Errorf("--out: %w; an existing file is not overwritten", err)
				}
				defer func() { err = errors.Join(err, made.Close()) }()
				out = made
			}
			return s.write(cmd, out, f, format)
		}),
	}
	o.flags(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "csv", "csv or json")
	cmd.Flags().StringVar(&file, "out", "", "file to write, which must not exist (default: standard output)")
	return cmd
}

func (s *callbackSession) write(cmd *cobra.Command, out io.Writer, f callbacks.Filter, format string) error {
	buffered := bufio.NewWriter(out)
	sheet, objects := csv.NewWriter(buffered), json.NewEncoder(buffered)
	if format == "csv" {
		if err := sheet.Write(exportedColumns); err != nil {
			return err
		}
	}
	show, total := terminal.NewProgress(cmd.ErrOrStderr(), out), 0
	defer show.End()
	if show != nil {
		var err error
		if total, err = s.service.Count(cmd.Context(), f); err != nil {
			return err
		}
	}
	f.Most = exportPage
	done := 0
	for {
		page, err := s.service.List(cmd.Context(), f)
		if err != nil {
			return err
		}
		for _, c := range page {
			if format == "csv" {
				err = errors.Join(err, sheet.Write(s.export(c).row()))
			} else {
				err = errors.Join(err, objects.Encode(s.export(c)))
			}
		}
		sheet.Flush()
		if err := errors.Join(err, sheet.Error(), buffered.Flush()); err != nil {
			return err
		}
		done += len(page)
		bar := total > 0 && show.At("callbacks", done, total)
		if len(page) < exportPage {
			show.End()
			fmt.Fprintf(cmd.ErrOrStderr(), "%s written\n", count(done, "callback"))
			return nil
		}
		if !bar {
			fmt.Fprintf(cmd.ErrOrStderr(), "%d …\n", done)
		}
		f.After = &page[len(page)-1]
	}
}

func newCallbacksMessages() *cobra.Command {
	var line string
	var most int
	cmd := &cobra.Command{
		Use: "messages", Short: "List recorded messages, the newest first", Args: noArgs,
		Example: "  hotline callbacks messages --line gopay",
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, _ []string) error {
			list, err := s.service.Messages(cmd.Context(), line, most)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "There are none.")
				return err
			}
			var rows terminal.Table
			rows.Add("reference", "line", "desk", "topic", "received", "caller", "seconds", "recording at the provider")
			for _, m := range list {
				rows.Add(m.Reference, m.Line, m.Desk, cmp.Or(m.Topic, "-"), s.clock(m.Line, m.Received),
					cmp.Or(s.masked(m.Caller), "-"),
					strconv.Itoa(m.Recording.Seconds), cmp.Or(m.Recording.SID, "erased"))
			}
			return rows.Write(cmd.OutOrStdout(), "")
		}),
	}
	cmd.Flags().StringVar(&line, "line", "", "of this line")
	cmd.Flags().IntVar(&most, "limit", 100, "at most so many")
	return cmd
}

func newCallbacksListen() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "listen REFERENCE --out FILE", Short: "Fetch what a caller has spoken: a message, or the note of a " +
			"callback", Args: cobra.ExactArgs(1),
		Long: `listen writes the sound of a message or a note to a file, which you may then play. It is fetched from
the provider with the account and token of the settings, and that is logged: it is a customer's voice.`,
		Example: "  hotline callbacks listen 8291294 --out message.mp3",
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, args []string) error {
			if file == "" {
				return errors.New("say where to write the sound: --out message.mp3")
			}
			spoken, err := s.service.Spoken(cmd.Context(), args[0])
			switch {
			case errors.Is(err, callbacks.ErrNotFound):
				return fmt.Errorf("nothing was spoken under the reference %q; hotline callbacks messages lists "+
					"messages", args[0])
			case errors.Is(err, callbacks.ErrErased):
				return fmt.Errorf("what was spoken under %s was erased after its retention", args[0])
			case err != nil:
				return err
			}
			return s.fetch(cmd, spoken, file)
		}),
	}
	cmd.Flags().StringVar(&file, "out", "", "file to write, which must not exist")
	return cmd
}

// fetch writes the sound to a new file; nothing is left of one that could not be fetched.
func (s *callbackSession) fetch(cmd *cobra.Command, spoken callbacks.Recording, file string) (err error) {
	tokens := s.settings.AuthTokens()
	if s.settings.TwilioAccountSID == "" || len(tokens) == 0 {
		return errors.New("recordings are at the provider: set HOTLINE_TWILIO_ACCOUNT_SID and " +
			"HOTLINE_TWILIO_AUTH_TOKEN")
	}
	provider, err := twilio.NewClient(s.settings.TwilioAccountSID, tokens[0], s.settings.TwilioBaseURL, "", nil, nil)
	if err != nil {
		return err
	}
	provider.UseRegion(s.settings.TwilioEdge, s.settings.TwilioRegion)
	sound, kind, err := provider.Media(cmd.Context(), spoken.SID)
	if err != nil {
		return fmt.Errorf("the recording cannot be fetched: %w", err)
	}
	defer func() { err = errors.Join(err, sound.Close()) }()
	if !strings.HasPrefix(kind, "audio/") {
		return fmt.Errorf("the provider answered with %q, which is no sound", kind)
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("--out: %w; an existing file is not overwritten", err)
	}
	n, err := io.Copy(out, sound)
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	s.log.Warn("a recording of a customer was fetched", "recording", spoken.SID, "user", operator())
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d seconds, %d bytes\n", file, spoken.Seconds, n)
	return err
}
