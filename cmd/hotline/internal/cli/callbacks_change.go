package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hotline-ivr/hotline/callbacks"
)

// refusalWords put a refusal of package callbacks into words.
func refusalWords(c callbacks.Callback, err error) error {
	switch {
	case errors.Is(err, callbacks.ErrInProgress):
		return fmt.Errorf("callback %s is being kept just now; try again when the call is over", c.Reference)
	case errors.Is(err, callbacks.ErrNotOpen):
		return fmt.Errorf("callback %s is %s; nothing was changed", c.Reference, c.State)
	case errors.Is(err, callbacks.ErrSilenced):
		return fmt.Errorf("callback %s: the customer did not ask for the call, so for a day the number is not "+
			"called at the wish of others; nothing was changed", c.Reference)
	case errors.Is(err, callbacks.ErrErased):
		return fmt.Errorf("callback %s: its number was erased after its retention; nobody knows whom to ring",
			c.Reference)
	}
	return err
}

// notifiedWords says whether the customer is written to.
func (s *callbackSession) notifiedWords(c callbacks.Callback, kind callbacks.NotificationKind) string {
	if plan, ok := s.snapshot.Plan(c.Line, c.Desk); ok && c.MaySendSMS() && plan.SMSBody(c, kind) != "" {
		return "The customer is told with a text message, which the server sends."
	}
	return "The customer is not told: the line sends no text messages, the number takes none, or it is not the one " +
		"that they rang from."
}

func newCallbacksCancel() *cobra.Command {
	return &cobra.Command{
		Use: "cancel REFERENCE", Short: "Cancel a callback", Args: cobra.ExactArgs(1),
		Example: "  hotline callbacks cancel 8291294",
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, args []string) error {
			c, err := s.find(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if c.State == callbacks.Cancelled {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Callback %s was cancelled before; nothing was changed.\n",
					c.Reference)
				return err
			}
			if c, err = s.service.Withdraw(cmd.Context(), c.ID, "supervisor "+operator()); err != nil {
				return refusalWords(c, err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Callback %s is cancelled. %s\n", c.Reference,
				s.notifiedWords(c, callbacks.NotifyWithdrawn))
			return err
		}),
	}
}

func newCallbacksMove() *cobra.Command {
	var at string
	var yes bool
	cmd := &cobra.Command{
		Use: "move REFERENCE --at TIME", Short: "Give a callback another time", Args: cobra.ExactArgs(1),
		Long: `move gives a callback another time. Where it cannot be kept at that time, as the desk is closed or it is
outside the customer's calling hours, move names the first time after it and asks.`,
		Example: "  hotline callbacks move 8291294 --at \"2026-03-09 10:00\"",
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, args []string) error {
			c, err := s.find(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			due, err := parseInstant("--at", at, s.zone(c.Line), s.now(), s.now())
			if err != nil {
				return err
			}
			if err := tellDoubt(cmd.ErrOrStderr(), "--at:", at, s.zone(c.Line)); err != nil {
				return err
			}
			if !due.After(s.now()) {
				return fmt.Errorf("--at %s has passed; to have it kept now use: hotline callbacks retry", at)
			}
			return s.move(cmd, c, due, yes)
		}),
	}
	instantFlag(cmd.Flags(), &at, "at", "", "when")
	yesFlag(cmd.Flags(), &yes)
	return cmd
}

// move gives a callback another time: the one that was asked for, or the first after it at which it can be kept.
func (s *callbackSession) move(cmd *cobra.Command, c callbacks.Callback, asked time.Time, yes bool) error {
	if !c.Open() {
		return refusalWords(c, callbacks.ErrNotOpen)
	}
	due := s.service.CanBeKept(c, asked.UTC())
	if due.IsZero() {
		return fmt.Errorf("callback %s cannot be kept at %s or later: the desk does not open again; "+
			"nothing was changed", c.Reference, s.clock(c.Line, asked))
	}
	out := cmd.OutOrStdout()
	if !due.Equal(asked) {
		fmt.Fprintf(out, "At %s the desk is closed, or it is outside the customer's calling hours; the first time "+
			"after it is %s.\n", s.clock(c.Line, asked), s.clock(c.Line, due))
		if !yes && !confirmed(cmd, "Move it there?") {
			return fmt.Errorf("callback %s is not moved; choose another --at, or say --yes", c.Reference)
		}
	}
	plan, _ := s.snapshot.Plan(c.Line, c.Desk)
	moved, err := s.service.Move(cmd.Context(), c.ID, callbacks.Move{
		Key: "supervisor/" + uuid.NewString(), Kind: callbacks.ASAP, Due: due, Expires: plan.Policy.Expires(due),
	})
	if err != nil {
		return refusalWords(c, err)
	}
	_, err = fmt.Fprintf(out, "Callback %s is due %s. %s\n", moved.Reference, s.clock(moved.Line, moved.Due),
		s.notifiedWords(moved, callbacks.NotifyMoved))
	return err
}

// yesFlag defines the flag that answers what [confirmed] asks.
func yesFlag(flags *pflag.FlagSet, yes *bool) {
	flags.BoolVar(yes, "yes", false, "do it without asking")
}

// confirmed asks a person; whatever is not yes is no.
func confirmed(cmd *cobra.Command, question string) bool {
	fmt.Fprintf(cmd.ErrOrStderr(), "%s [y/N] ", question)
	answer, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n') // of nobody: no
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

func newCallbacksRetry() *cobra.Command {
	return &cobra.Command{
		Use: "retry REFERENCE", Short: "Make a callback now, also one that was given up", Args: cobra.ExactArgs(1),
		Example: "  hotline callbacks retry 8291294",
		Long: `retry lets a callback that waits, or is a task, fall due at once. One that was given up (expired,
undialable) is made again, under a new reference, at the place of the first call. The desk's hours are asked as
always, and the running server notices within a minute.`,
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, args []string) error {
			c, err := s.find(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			again, err := s.service.Retry(cmd.Context(), c.ID, "supervisor "+operator())
			if err != nil {
				return refusalWords(c, err)
			}
			return s.reportRetry(cmd.OutOrStdout(), c, again)
		}),
	}
}

// reportRetry says what came of a retry.
func (s *callbackSession) reportRetry(out io.Writer, c callbacks.Callback, again callbacks.Booking) error {
	now, to := s.now(), again.Callback
	when := "due now"
	if at := s.service.CanBeKept(to, now); at.After(now) {
		when = "due as soon as it can be kept, at " + s.clock(to.Line, at)
	}
	var err error
	switch {
	case again.Existing:
		_, err = fmt.Fprintf(out, "The customer has another open callback, %s, due %s; nothing was changed.\n",
			to.Reference, s.clock(to.Line, to.Due))
	case to.ID == c.ID:
		_, err = fmt.Fprintf(out, "Callback %s is %s.\n", c.Reference, when)
	default:
		_, err = fmt.Fprintf(out, "Callback %s is booked again as %s and %s.\n", c.Reference, to.Reference, when)
	}
	return err
}
