package twilio

import "github.com/hotline-ivr/hotline/callbacks"

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
