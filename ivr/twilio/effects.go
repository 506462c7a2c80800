package twilio

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// What the flow of a caller's call wants done, carried out. That of the telephones that we ring is in legs.go.

// Limits of what a caller waits for the store. The provider gives up after 15 seconds and goes to the fallback.
const (
	// earlyRead is for what a call can do without: it fails open.
	earlyRead = 300 * time.Millisecond
	// callRecordWrite is for the record of a call that is put through: it fails open.
	callRecordWrite = time.Second
	// openCallbackRead is for a callback that is told of: without it the caller is sent to a colleague.
	openCallbackRead = time.Second
	// callbackWrite is for what must be durable before it is spoken, and for all that one webhook has the store do.
	callbackWrite = 4 * time.Second
	// takenRead is for what the provider's word can stand for. A callback may still have to be booked after it.
	takenRead = 2 * time.Second
)

// perform carries an effect out and tells the flow what came of it. An error never leaves here as an error:
// the flow has words for it.
func (s *Server) perform(ctx context.Context, w webhook, effect ivr.Effect) ivr.Event {
	switch effect := effect.(type) {
	case ivr.FindOpen:
		return s.findOpen(ctx, w, effect)
	case ivr.Look:
		return s.look(ctx, w, effect)
	case ivr.AskTaken:
		return s.askTaken(ctx, w, effect)
	case ivr.Reached:
		return s.reached(ctx, w, effect)
	case ivr.SaveCallRecord:
		return s.saveCallRecord(ctx, w, effect)
	case ivr.UrgentUnanswered:
		return s.urgentUnanswered(ctx, w, effect)
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	switch effect := effect.(type) {
	case ivr.Book:
		return s.book(ctx, w, effect)
	case ivr.Move:
		return s.move(ctx, w, effect)
	case ivr.Prove:
		return s.verify(ctx, w, effect)
	case ivr.VerifyCall:
		return s.verifyCall(ctx, w, effect)
	case ivr.Cancel:
		return s.cancelCallback(ctx, w, effect)
	case ivr.SaveMessage:
		return s.saveMessage(ctx, w, effect)
	case ivr.AttachNote:
		return s.attachNote(ctx, w, effect)
	}
	s.Log.Error("no way to carry out an effect", "call", w.call().SID, "effect", fmt.Sprintf("%T", effect))
	return ivr.Refused{Why: ivr.Failed}
}

func (s *Server) book(ctx context.Context, w webhook, effect ivr.Book) ivr.Event {
	booking, err := s.Callbacks.Book(ctx, effect.Request)
	if errors.Is(err, callbacks.ErrKeyUsed) {
		return ivr.Noted{Callback: booking.Callback}
	}
	if err != nil {
		return s.refuse(w, "book a callback", err, "line", effect.Request.Line, "caller",
			callbacks.Mask(effect.Request.Caller))
	}
	s.Metrics.booked(booking)
	s.observe(Event{Name: "book", CallSID: w.call().SID, Callback: booking.Callback})
	return ivr.CallbackBooked{Callback: booking.Callback, Existing: booking.Existing}
}

func (s *Server) move(ctx context.Context, w webhook, effect ivr.Move) ivr.Event {
	moved, err := s.Callbacks.Move(ctx, effect.ID, effect.To)
	if errors.Is(err, callbacks.ErrKeyUsed) {
		return ivr.Noted{Callback: moved}
	}
	if err != nil {
		return s.refuse(w, "move a callback", err, "caller", callbacks.Mask(effect.To.Caller))
	}
	s.observe(Event{Name: "move", CallSID: w.call().SID, Callback: moved})
	return ivr.CallbackBooked{Callback: moved}
}

func (s *Server) cancelCallback(ctx context.Context, w webhook, effect ivr.Cancel) ivr.Event {
	cancelled, err := s.Callbacks.Cancel(ctx, effect.ID, "caller")
	if err != nil {
		return s.refuse(w, "cancel a callback", err)
	}
	s.observe(Event{Name: "cancel", CallSID: w.call().SID, Callback: cancelled})
	return ivr.Dropped{}
}

func (s *Server) saveMessage(ctx context.Context, w webhook, effect ivr.SaveMessage) ivr.Event {
	message, err := s.Callbacks.SaveMessage(ctx, effect.Message)
	if err != nil {
		return s.refuse(w, "save a message", err)
	}
	s.Metrics.messages.Inc()
	s.observe(Event{Name: "message", CallSID: w.call().SID, Line: message.Line, Desk: message.Desk,
		Topic: message.Topic, Reference: message.Reference})
	return ivr.Saved{Reference: message.Reference}
}

func (s *Server) attachNote(ctx context.Context, w webhook, effect ivr.AttachNote) ivr.Event {
	if err := s.Callbacks.AttachNote(ctx, effect.ID, effect.Note); err != nil {
		return s.refuse(w, "keep a note", err)
	}
	s.observe(Event{Name: "note", CallSID: w.call().SID})
	return ivr.Done{}
}

func (s *Server) findOpen(ctx context.Context, w webhook, effect ivr.FindOpen) ivr.Event {
	var callback callbacks.Callback
	var found bool
	err := within(ctx, earlyRead, func(ctx context.Context) (err error) {
		callback, found, err = s.Callbacks.OpenFor(ctx, effect.Line, effect.Caller)
		return err
	})
	if err != nil {
		s.Log.Warn("cannot look for an open callback; the call goes on without", "call", w.call().SID, "error", err)
		return ivr.Found{}
	}
	if !found {
		return ivr.Found{}
	}
	return ivr.Found{ID: callback.ID, ByReference: callback.AccountProof() == ""}
}

func (s *Server) look(ctx context.Context, w webhook, effect ivr.Look) ivr.Event {
	var callback callbacks.Callback
	err := within(ctx, openCallbackRead, func(ctx context.Context) (err error) {
		callback, err = s.Callbacks.Callback(ctx, effect.ID)
		return err
	})
	if err != nil {
		return s.refuse(w, "tell of a callback", err)
	}
	return ivr.Shown{Callback: callback}
}

// saveCallRecord writes down a call that is put through. The caller does not wait long for it.
func (s *Server) saveCallRecord(ctx context.Context, w webhook, effect ivr.SaveCallRecord) ivr.Event {
	var record callbacks.CallRecord
	err := within(ctx, callRecordWrite, func(ctx context.Context) (err error) {
		record, err = s.Callbacks.SaveCallRecord(ctx, effect.Record)
		return err
	})
	if err != nil {
		s.Log.Warn("cannot write down a call that is put through; it goes on without a reference", "call",
			w.call().SID, "error", err)
		s.Metrics.failures.WithLabelValues("write a call record").Inc()
		return ivr.Refused{Why: ivr.Failed}
	}
	s.observe(Event{Name: "contact", CallSID: record.Key, Line: record.Line, Desk: record.Desk, Topic: record.Topic,
		Reference: record.Reference})
	return ivr.Saved{Reference: record.Reference}
}

// urgentUnanswered tells a line's own people. The caller goes on at once whatever comes of it.
func (s *Server) urgentUnanswered(ctx context.Context, w webhook, effect ivr.UrgentUnanswered) ivr.Event {
	s.Metrics.unanswered.WithLabelValues(effect.Line).Inc()
	err := within(ctx, callRecordWrite, func(ctx context.Context) error {
		return s.Callbacks.Alert(ctx, effect.Key, effect.Line, effect.Desk, effect.Caller)
	})
	if err != nil {
		s.Log.Error("cannot write the alert about an urgent call that nobody took", "call", w.call().SID, "line",
			effect.Line, "error", err)
		s.Metrics.failures.WithLabelValues("write an alert").Inc()
	}
	return ivr.Alerted{}
}

// within does what a call can do without, for so long and no longer. It is a goroutine, because not every driver lets
// go at once when its context ends; what do has set counts only when the error is nil.
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
func (s *Server) askTaken(ctx context.Context, w webhook, effect ivr.AskTaken) ivr.Event {
	ctx, cancel := context.WithTimeout(ctx, takenRead)
	defer cancel()
	bridged := w.form.Get("DialBridged")
	s.dialsEnded(ctx, w)
	taken, err := s.Callbacks.WasTaken(ctx, w.call().SID, effect.Dial)
	if err != nil {
		s.Log.Warn("cannot ask whether an agent took the call; going by the provider's word", "call", w.call().SID,
			"error", err)
		taken = bridged == "true"
	}
	if taken && bridged == "false" {
		// The agent pressed 1 and the two were not connected: our answer was lost, or the caller had hung up.
		taken = false
		if err := s.Callbacks.ReleaseFor(ctx, effect.Line, effect.Desk, effect.Caller); err != nil {
			s.Log.Warn("cannot release a callback that was held", "call", w.call().SID, "error", err)
		}
	}
	return ivr.Taken{Yes: taken, Bridged: bridged == "true"}
}

// dialsEnded notes that no agent is in a call any more.
func (s *Server) dialsEnded(ctx context.Context, w webhook) {
	ctx, cancel := context.WithTimeout(ctx, callRecordWrite)
	defer cancel()
	if err := s.Callbacks.DialsEnded(ctx, w.call().SID); err != nil {
		s.Log.Warn("cannot note that an agent's telephone is free again", "call", w.call().SID, "error", err)
	}
}

func (s *Server) reached(ctx context.Context, w webhook, effect ivr.Reached) ivr.Event {
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	if err := s.Callbacks.CancelFor(ctx, effect.Line, effect.Desk, effect.Caller); err != nil {
		s.Log.Warn("cannot take back the callback of a caller who got through", "call", w.call().SID, "error", err)
	}
	return ivr.Done{}
}

// lastDigits is how many digits of an account count as proof.
const lastDigits = 4

func (s *Server) verify(ctx context.Context, w webhook, effect ivr.Prove) ivr.Event {
	if effect.ByReference && len(effect.Digits) <= lastDigits {
		return ivr.Refused{Why: ivr.NoMatch}
	}
	callback, right, err := s.Callbacks.Verify(ctx, effect.Key, effect.ID, effect.Caller, effect.Digits)
	switch {
	case err != nil:
		return s.refuse(w, "verify a caller", err)
	case !right:
		return ivr.Refused{Why: ivr.NoMatch}
	}
	return ivr.Shown{Callback: callback}
}

// verifyCall tells whether a call in our name was ours.
func (s *Server) verifyCall(ctx context.Context, w webhook, effect ivr.VerifyCall) ivr.Event {
	ours, err := s.Callbacks.Called(ctx, effect.Key, effect.Line, effect.Caller, effect.Numbers, effect.Reference)
	if err != nil {
		return s.refuse(w, "verify a call", err)
	}
	return ivr.CallVerified{Ours: ours}
}

// refuse tells the flow why an effect was not carried out. who is for the log: pairs of names and values.
func (s *Server) refuse(w webhook, what string, err error, who ...any) ivr.Event {
	who = append([]any{"call", w.call().SID, "what", what}, who...)
	switch {
	case errors.Is(err, callbacks.ErrSlotFull):
		return ivr.Refused{Why: ivr.Full}
	case errors.Is(err, callbacks.ErrCallerLimit), errors.Is(err, callbacks.ErrOpenLimit):
		return s.enough(what, ivr.Enough, err, who)
	case errors.Is(err, callbacks.ErrAnonymousLimit):
		return s.enough(what, ivr.AnonymousEnough, err, who)
	case errors.Is(err, callbacks.ErrNumberLimit), errors.Is(err, callbacks.ErrSilenced):
		return s.enough(what, ivr.NumberEnough, err, who)
	case errors.Is(err, callbacks.ErrProofLimit):
		return ivr.Refused{Why: ivr.Locked}
	case errors.Is(err, callbacks.ErrMaxOpen):
		s.Log.Warn("a callback is not booked: as many are open as the line allows; "+
			"raise callbacks.max_open, or have the desk make them", who...)
		s.Metrics.failures.WithLabelValues(what + ": too many open").Inc()
		return ivr.Refused{Why: ivr.Many}
	case errors.Is(err, callbacks.ErrNotOpen), errors.Is(err, callbacks.ErrInProgress):
		return ivr.Refused{Why: ivr.TooLate}
	}
	s.Log.Error("cannot "+what, append(who, "error", err)...)
	s.Metrics.failures.WithLabelValues(what).Inc()
	return ivr.Refused{Why: ivr.Failed}
}

// enough is the refusal of a limit on callers. They are counted, so that a flood is seen.
func (s *Server) enough(what string, why ivr.Refusal, err error, who []any) ivr.Event {
	s.Log.Info("a limit on callers is reached", append(who, "limit", err)...)
	s.Metrics.failures.WithLabelValues(what + ": " + string(why)).Inc()
	return ivr.Refused{Why: why}
}

// An Event is something that the product did in a call, for a transcript or a page.
// What the provider did, it tells itself.
type Event struct {
	// Name is one of book, move, cancel, message, note, contact (a call is put through), taken (an agent pressed 1),
	// reached (a customer rung back pressed 1) and disowned (they pressed 2: they did not ask for the call).
	Name string
	// CallSID is the call in which it happened.
	CallSID string
	// Line, Desk and Topic it concerns.
	Line, Desk, Topic string
	// Reference was given to the caller; empty for taken and reached in a call without a callback.
	Reference string
	// Callback is the one that it concerns, if any.
	Callback callbacks.Callback
}

func (s *Server) observe(h Event) {
	if s.Observe == nil {
		return
	}
	if h.Callback.ID != 0 {
		h.Line, h.Desk, h.Topic, h.Reference = h.Callback.Line, h.Callback.Desk, h.Callback.Topic, h.Callback.Reference
	}
	s.Observe(h)
}
