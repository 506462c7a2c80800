package twilio

import (
	"context"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
)

// A callback whose customer is rung first: nobody at the desk waits for somebody who does not pick up. Once he has pressed
// 1 the desk's telephones ring in turn behind his.

// first is heard by whoever picks up the customer's telephone. Whether anybody should still be connected is asked again.
func (s *Server) first(ctx context.Context, w webhook) (*document, error) {
	return s.askFirst(ctx, w, false)
}

func (s *Server) askFirst(ctx context.Context, w webhook, again bool) (*document, error) {
	r, err := s.onAttempt(ctx, w, rungFirst, s.Legs.Answered)
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict == dispatch.Closed:
		return r.bye(r.customerLanguage(), "customer.later"), nil
	case r.verdict != dispatch.Proceed:
		return r.bye(r.customerLanguage(), "customer.gone"), nil
	}
	return s.askToPress(r, pathFirstKey, again)
}

// firstKey: 1 puts the customer through to the desk; 2 ends a callback that they did not ask for.
func (s *Server) firstKey(ctx context.Context, w webhook) (*document, error) {
	switch w.form.Get("Digits") {
	case "1":
	case keyNotMine:
		return s.notMine(ctx, w, rungFirst)
	default:
		return s.askFirst(ctx, w, true)
	}
	r, err := s.onAttempt(ctx, w, rungFirst, s.Legs.CustomerTook)
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.customerLanguage(), "customer.gone"), nil
	}
	s.observe(Event{Name: "reached", CallSID: w.call().SID, Callback: r.Callback})
	doc := &document{line: r.line}
	doc.add(doc.says([]ivr.Utterance{r.line.Say(r.customerLanguage(), "customer.wait")})...)
	r.attempt.Target = -1
	return s.nextAgent(ctx, doc, r, w, "", false)
}

// nextAgent rings the target behind the last one, if there is one. dialStatus and notBridged are how the last one ended.
func (s *Server) nextAgent(ctx context.Context, doc *document, r rung, w webhook, dialStatus string, notBridged bool) (*document, error) {
	var targets []callbacks.Target
	desk := r.line.Desks[r.Desk]
	if desk != nil {
		targets = desk.Targets
	}
	r.attempt.Target++
	target, more := dispatch.AgentBehind(r.Callback, targets, r.attempt.Target)
	if r.attempt.Target > 0 || !more {
		ctx, cancel := context.WithTimeout(ctx, callbackWrite)
		defer cancel()
		var err error
		if r.Callback, err = s.Legs.AgentEnded(ctx, r.attempt.ID, w.call().SID, dialStatus, notBridged, more); err != nil {
			return plainGoodbye(sorry), err
		}
	}
	switch {
	case r.State == callbacks.Done:
		return doc.bye(r.customerLanguage(), "goodbye"), nil
	case r.State.Final():
		return doc.bye(r.customerLanguage(), "customer.given-up"), nil
	case !more || r.State != callbacks.CustomerReached:
		return doc.bye(r.customerLanguage(), "customer.nobody"), nil
	case r.attempt.Target > 0:
		doc.add(doc.says([]ivr.Utterance{r.line.Say(r.customerLanguage(), "desk.next")})...)
	}
	return s.dialAgent(doc, r, desk, target)
}

func (s *Server) dialAgent(doc *document, r rung, desk *ivr.Desk, target callbacks.Target) (*document, error) {
	r.attempt.Line, r.attempt.Language, r.attempt.Ended = r.Line, r.customerLanguage(), nil
	ended, err := s.sealedURL(pathFirstEnded, "attempt", "", r.attempt)
	if err != nil {
		return plainGoodbye(sorry), err
	}
	whisper, err := s.sealedURL(pathFirstAgent, "attempt", "", r.attempt)
	if err != nil {
		return plainGoodbye(sorry), err
	}
	doc.dial(desk.Ring, ended, target.Kind, target.Address, whisper, s.PublicURL+pathLegStatus)
	return doc, nil
}

// firstAgent is heard by an agent behind whom a customer waits who was rung first.
func (s *Server) firstAgent(ctx context.Context, w webhook) (*document, error) {
	r, err := s.onAttempt(ctx, w, rungBehind, s.Legs.CustomerTook) // changes nothing: he has pressed 1
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.agentLanguage(), "whisper.gone"), nil
	}
	action, err := s.sealedURL(pathFirstAgentKey, "attempt", "", r.attempt)
	if err != nil {
		return plainGoodbye(sorry), err
	}
	doc := &document{line: r.line}
	doc.askKey([]ivr.Utterance{r.briefing()}, action)
	return doc, nil
}

// firstAgentKey: 1 takes the callback. Account and numbers are told, then the two are connected.
func (s *Server) firstAgentKey(ctx context.Context, w webhook) (*document, error) {
	if w.form.Get("Digits") != "1" {
		return hangup(), nil
	}
	r, err := s.onAttempt(ctx, w, rungBehind, s.Legs.AgentTook)
	switch {
	case err != nil: // connected without a record, the customer would be rung again; the next agent is rung instead
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.agentLanguage(), "whisper.gone"), nil
	}
	s.observe(Event{Name: "taken", CallSID: w.call().SID, Callback: r.Callback})
	doc := &document{line: r.line}
	about := r.line.CaseFor(r.agentLanguage(), r.Reference, r.Account, r.Answers)
	if r.Note.SID != "" {
		s.offerNote(doc, about, r, w, pathFirstAgentNote)
		return doc, nil
	}
	doc.add(doc.says(about)...)
	return doc, nil
}

// firstAgentNote is the answer of an agent who was offered the note while the customer waits. The end of the document
// connects the two.
func (s *Server) firstAgentNote(ctx context.Context, w webhook) (*document, error) {
	return s.playNote(ctx, w, rungBehind, pathFirstAgentNote, func(doc *document, r rung, _ webhook) {
		doc.add(doc.says([]ivr.Utterance{r.line.Say(r.agentLanguage(), "whisper.connect")})...)
	})
}

// firstEnded is told to the customer's leg when an agent's is over.
func (s *Server) firstEnded(ctx context.Context, w webhook) (*document, error) {
	end := s.dialEnded(w)
	ask := s.Legs.CustomerTook
	if end.Bridged == "true" {
		ask = s.Legs.AgentTook // only our own "press 1" lets the provider bridge: it repeats or makes up for what was written
	}
	r, err := s.onAttempt(ctx, w, rungFirst, ask)
	switch {
	case err != nil:
		return s.writeAgain(w, pathFirstEnded, end, err)
	case r.foreign:
		return r.bye(r.customerLanguage(), "customer.gone"), nil
	}
	doc, err := s.nextAgent(ctx, &document{line: r.line}, r, w, end.Status, end.Bridged == "false")
	if err != nil {
		return s.writeAgain(w, pathFirstEnded, end, err)
	}
	return doc, nil
}
