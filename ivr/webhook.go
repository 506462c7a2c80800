package ivr

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Limits of what a caller waits for the store. The provider gives up after 15 seconds and goes to the fallback.
const (
	// earlyRead is for what a call can do without: it fails open.
	earlyRead = 300 * time.Millisecond
	// contactWrite is for the record of a call that is put through: it fails open.
	contactWrite = time.Second
	// standingRead is for a callback that is told of: without it the caller is sent to a colleague.
	standingRead = time.Second
	// promiseWrite is for what must be durable before it is spoken.
	promiseWrite = 4 * time.Second
)

// Lines finds a line in the configuration that is in force. Both methods return nil for what is unknown.
type Lines interface {
	ByNumber(e164 string) *Line
	// Find is the line as that version of the configuration has it, where it is still known (see [Line.Version]); otherwise
	// as it is now, or was last. A call in progress thereby finishes with the menu that it began with.
	Find(id, version string) *Line
}

// Promises is what the call needs of the callbacks' room; [callbacks.Service] is it.
type Promises interface {
	OpenFor(ctx context.Context, line, caller string) (callbacks.Callback, bool, error)
	Callback(ctx context.Context, id int64) (callbacks.Callback, error)
	Book(ctx context.Context, request callbacks.Request) (callbacks.Booking, error)
	Verify(ctx context.Context, key string, id int64, caller, digits string) (callbacks.Callback, bool, error)
	Move(ctx context.Context, id int64, to callbacks.Move) (callbacks.Callback, error)
	Cancel(ctx context.Context, id int64, by string) (callbacks.Callback, error)
	HoldFor(ctx context.Context, line, desk, caller string) error
	ReleaseFor(ctx context.Context, line, desk, caller string) error
	CancelFor(ctx context.Context, line, desk, caller string) error
	SaveMessage(ctx context.Context, message callbacks.Message) (callbacks.Message, error)
	AttachRecording(ctx context.Context, key string, recording callbacks.Recording) error
	AttachNote(ctx context.Context, id int64, note callbacks.Recording) error
	SaveContact(ctx context.Context, contact callbacks.Contact) (callbacks.Contact, error)
	MarkTaken(ctx context.Context, callSID string, dial int, target string) error
	WasTaken(ctx context.Context, callSID string, dial int) (bool, error)
	Answered(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	AgentTook(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	CustomerTook(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	Disown(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	AgentEnded(ctx context.Context, attemptID, callSID, dialStatus string, apart, more bool) (callbacks.Callback, error)
	CustomerEnded(ctx context.Context, attemptID, callSID, dialStatus string, apart bool) (callbacks.Callback, error)
	LegStatus(ctx context.Context, attemptID, callSID, status string, seq int) error
	TextDelivery(ctx context.Context, d callbacks.Delivery) (line string, changed bool, err error)
}

// A webhook is one verified request of the provider.
type webhook struct {
	path   string // of its route, for the log
	form   url.Values
	sealed string
	// subAccount is whose it is, unless it is our own account's.
	subAccount string
}

func (w webhook) call() Call {
	return Call{SID: w.form.Get("CallSid"), From: w.form.Get("From"), To: w.form.Get("To")}
}

// parent is the call whose Dial made the leg that this webhook is about; empty when none did.
func (w webhook) parent() string {
	parent, call := w.form.Get("ParentCallSid"), w.call().SID
	if call == "" || call == parent {
		return ""
	}
	return parent
}

// event tells what a request to a step's action means.
func (w webhook) event() Event {
	switch {
	case w.form.Has("DialCallStatus"):
		return DialEnded{Status: w.form.Get("DialCallStatus")}
	}
	recording, ok := w.recorded()
	switch {
	case ok:
		return Recorded{Key: w.form.Get("Digits"), Recording: recording}
	case w.form.Has("RecordingUrl") && w.form.Get("Digits") != keyPerson:
		return Refused{Failed} // something was spoken, and nobody will find it
	}
	return Keys{Digits: w.form.Get("Digits")}
}

// perform carries an effect out and tells the flow what came of it. An error never leaves here as an error:
// the flow has words for it.
func (s *Server) perform(ctx context.Context, w webhook, effect Effect) Event {
	switch effect := effect.(type) {
	case FindOpen:
		return s.findOpen(ctx, effect)
	case Look:
		return s.look(ctx, effect)
	case AskTaken:
		return s.askTaken(ctx, w, effect)
	case Reached:
		return s.reached(ctx, effect)
	case SaveContact:
		return s.saveContact(ctx, effect)
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	switch effect := effect.(type) {
	case Book:
		booking, err := s.promises.Book(ctx, effect.Request)
		if errors.Is(err, callbacks.ErrKeyUsed) {
			return Noted{booking.Callback}
		}
		if err != nil {
			return s.refuse("book a callback", err, "line", effect.Request.Line, "call", w.call().SID, "caller", callbacks.Mask(effect.Request.Caller))
		}
		s.metrics.promised(booking)
		s.tell(Happening{Name: "book", CallSID: w.call().SID, Callback: booking.Callback})
		return Promised{Callback: booking.Callback, Existing: booking.Existing}
	case Move:
		moved, err := s.promises.Move(ctx, effect.ID, effect.To)
		if errors.Is(err, callbacks.ErrKeyUsed) {
			return Noted{moved}
		}
		if err != nil {
			return s.refuse("move a callback", err, "call", w.call().SID, "caller", callbacks.Mask(effect.To.Caller))
		}
		s.tell(Happening{Name: "move", CallSID: w.call().SID, Callback: moved})
		return Promised{Callback: moved}
	case Prove:
		return s.verify(ctx, effect)
	case Cancel:
		cancelled, err := s.promises.Cancel(ctx, effect.ID, "caller")
		if err != nil {
			return s.refuse("cancel a callback", err)
		}
		s.tell(Happening{Name: "cancel", CallSID: w.call().SID, Callback: cancelled})
		return Dropped{}
	case SaveMessage:
		message, err := s.promises.SaveMessage(ctx, effect.Message)
		if err != nil {
			return s.refuse("save a message", err)
		}
		s.metrics.messages.Inc()
		s.tell(Happening{Name: "message", CallSID: w.call().SID, Line: message.Line, Desk: message.Desk, Topic: message.Topic, Reference: message.Reference})
		return Saved{Reference: message.Reference}
	case AttachNote:
		if err := s.promises.AttachNote(ctx, effect.ID, effect.Note); err != nil {
			return s.refuse("keep a note", err)
		}
		s.tell(Happening{Name: "note", CallSID: w.call().SID})
		return effectDone{}
	}
	s.log.Error("no way to carry out an effect", "effect", fmt.Sprintf("%T", effect))
	return Refused{Failed}
}

func (s *Server) findOpen(ctx context.Context, effect FindOpen) Event {
	var callback callbacks.Callback
	var found bool
	err := within(ctx, earlyRead, func(ctx context.Context) (err error) {
		callback, found, err = s.promises.OpenFor(ctx, effect.Line, effect.Caller)
		return err
	})
	if err != nil {
		s.log.Warn("cannot look for a standing callback; the call goes on without", "error", err)
		return Found{}
	}
	if !found {
		return Found{}
	}
	return Found{ID: callback.ID, ByReference: callback.AccountProof() == ""}
}

func (s *Server) look(ctx context.Context, effect Look) Event {
	var callback callbacks.Callback
	err := within(ctx, standingRead, func(ctx context.Context) (err error) {
		callback, err = s.promises.Callback(ctx, effect.ID)
		return err
	})
	if err != nil {
		return s.refuse("tell of a callback", err)
	}
	return Shown{callback}
}

// saveContact writes a call down that is put through. The caller does not wait long for it.
func (s *Server) saveContact(ctx context.Context, effect SaveContact) Event {
	var contact callbacks.Contact
	err := within(ctx, contactWrite, func(ctx context.Context) (err error) {
		contact, err = s.promises.SaveContact(ctx, effect.Contact)
		return err
	})
	if err != nil {
		s.log.Warn("cannot write down a call that is put through; it goes on without a reference", "call", effect.Contact.Key, "error", err)
		s.metrics.failures.WithLabelValues("write a contact").Inc()
		return Refused{Failed}
	}
	s.tell(Happening{Name: "contact", CallSID: contact.Key, Line: contact.Line, Desk: contact.Desk, Topic: contact.Topic, Reference: contact.Reference})
	return Saved{Reference: contact.Reference}
}

// within does what a call can do without, for so long and no longer. It is a goroutine, because not every driver lets go
// at once when its context ends; what do has set counts only when the error is nil.
func within(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if fault := recover(); fault != nil { // nobody else would: a panic here would end the process
				done <- fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
			}
		}()
		done <- do(ctx)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("it took longer than %s", limit)
	}
}

// askTaken: an agent's own signed key press decides, unless the provider says that nobody was connected. Only with the
// store out of reach is its word alone taken that two people were: a whisper that got no 1 hangs up and bridges nobody.
func (s *Server) askTaken(ctx context.Context, w webhook, effect AskTaken) Event {
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	bridged := w.form.Get("DialBridged")
	taken, err := s.promises.WasTaken(ctx, w.call().SID, effect.Dial)
	if err != nil {
		s.log.Warn("cannot ask whether an agent took the call; going by the provider's word", "call", w.call().SID, "error", err)
		taken = bridged == "true"
	}
	if taken && bridged == "false" {
		// The agent pressed 1 and the two were not connected: our answer was lost, or the caller had hung up.
		taken = false
		if err := s.promises.ReleaseFor(ctx, effect.Line, effect.Desk, effect.Caller); err != nil {
			s.log.Warn("cannot release a callback that was held", "error", err)
		}
	}
	return Taken{Yes: taken, Bridged: bridged == "true"}
}

func (s *Server) reached(ctx context.Context, effect Reached) Event {
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	if err := s.promises.CancelFor(ctx, effect.Line, effect.Desk, effect.Caller); err != nil {
		s.log.Warn("cannot take back the callback of a caller who got through", "error", err)
	}
	return effectDone{}
}

// lastDigits is how many digits of an account count as proof.
const lastDigits = 4

func (s *Server) verify(ctx context.Context, effect Prove) Event {
	if effect.ByReference && len(effect.Digits) <= lastDigits {
		return Refused{NoMatch}
	}
	callback, right, err := s.promises.Verify(ctx, effect.Key, effect.ID, effect.Caller, effect.Digits)
	switch {
	case err != nil:
		return s.refuse("verify a caller", err)
	case !right:
		return Refused{NoMatch}
	}
	return Shown{Callback: callback}
}

// refuse tells the flow why an effect was not carried out. who is for the log: pairs of names and values.
func (s *Server) refuse(what string, err error, who ...any) Event {
	switch {
	case errors.Is(err, callbacks.ErrSlotFull):
		return Refused{Full}
	case errors.Is(err, callbacks.ErrCallerLimit), errors.Is(err, callbacks.ErrOpenLimit):
		return s.enough(what, Enough, err, who)
	case errors.Is(err, callbacks.ErrAnonymousLimit):
		return s.enough(what, AnonymousEnough, err, who)
	case errors.Is(err, callbacks.ErrNumberLimit), errors.Is(err, callbacks.ErrSilenced):
		return s.enough(what, NumberEnough, err, who)
	case errors.Is(err, callbacks.ErrProofLimit):
		return Refused{Locked}
	case errors.Is(err, callbacks.ErrPending):
		s.log.Warn("a callback is not promised: as many stand as the line allows; raise callbacks.pending, or have the desk keep them")
		s.metrics.failures.WithLabelValues(what + ": too many stand").Inc()
		return Refused{Many}
	case errors.Is(err, callbacks.ErrNotOpen), errors.Is(err, callbacks.ErrInProgress):
		return Refused{TooLate}
	}
	s.log.Error("cannot "+what, "error", err)
	s.metrics.failures.WithLabelValues(what).Inc()
	return Refused{Failed}
}

// enough is the refusal of a limit on callers. They are counted, so that a flood is seen.
func (s *Server) enough(what string, why Refusal, err error, who []any) Event {
	s.log.Info("a limit on callers is reached", append(who, "what", what, "limit", err)...)
	s.metrics.failures.WithLabelValues(what + ": " + string(why)).Inc()
	return Refused{why}
}
