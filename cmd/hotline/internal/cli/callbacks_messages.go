package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config/settings"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

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
					cmp.Or(s.masked(m.Caller), "-"), strconv.Itoa(m.Recording.Seconds),
					cmp.Or(m.Recording.SID, "erased"))
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

// errNoProvider: the settings do not say who asks the provider.
var errNoProvider = errors.New("set HOTLINE_TWILIO_ACCOUNT_SID and HOTLINE_TWILIO_AUTH_TOKEN")

// providerClient asks the provider with the account and token of the settings.
func providerClient(s settings.Settings) (*twilio.Client, error) {
	tokens := s.AuthTokens()
	if s.TwilioAccountSID == "" || len(tokens) == 0 {
		return nil, errNoProvider
	}
	return twilio.NewClient(twilio.ClientConfig{AccountSID: s.TwilioAccountSID, Token: tokens[0],
		BaseURL: s.TwilioBaseURL, Edge: s.TwilioEdge, Region: s.TwilioRegion})
}

// fetch writes the sound to a new file; nothing is left of one that could not be fetched.
func (s *callbackSession) fetch(cmd *cobra.Command, spoken callbacks.Recording, file string) (err error) {
	provider, err := providerClient(s.settings)
	if errors.Is(err, errNoProvider) {
		return fmt.Errorf("recordings are at the provider: %w", err)
	}
	if err != nil {
		return err
	}
	sound, kind, err := provider.Media(cmd.Context(), spoken.SID)
	if err != nil {
		return fmt.Errorf("the recording cannot be fetched: %w", err)
	}
	defer func() { err = errors.Join(err, sound.Close()) }()
	if !strings.HasPrefix(kind, "audio/") {
		return fmt.Errorf("the provider answered with %q, which is no sound", kind)
	}
	out, err := newFile(file)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, sound)
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	s.log.Warn("a recording of a customer was fetched", "recording", spoken.SID, "user", operator())
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d seconds, %d bytes\n", file, spoken.Seconds, n)
	return err
}
