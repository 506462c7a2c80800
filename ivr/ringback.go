package ivr

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/twilio/twilio-go/twiml"
)

// The legs that are not the caller's: an agent's telephone during a call, and both telephones of a callback.

// whisper is heard by an agent who picks up: what it is about, and 1 to take it. Nothing of the account yet,
// because a voicemail may be listening.
func (s *Server) whisper(_ context.Context, w webhook) (*document, error) {
	line, state, err := s.openLeg(w)
	if err != nil {
		return hangup(), err
	}
	action, err := s.sealedURL(pathWhisperKey, "whisper", w.legOf(), state)
	if err != nil {
		return nil, err
	}
	prompt := "whisper.call"
	if topic := line.topicOf(state.Topic); topic != nil && topic.Urgent {
		prompt = "whisper.urgent"
	}
	doc := &document{line: line}
	doc.askKey([]Utterance{line.briefing(prompt, line.deskTongue(state.Desk), state.Topic, state.Language)}, action)
	return doc, nil
}

// whispered travels in the URLs of an agent's leg: the state of the caller's call, and who is calling.
type whispered struct {
	State
	Caller string `json:"f"`
}

func (s *Server) openLeg(w webhook) (*Line, whispered, error) {
	var state whispered
	if err := s.Sealer.Open("whisper", w.legOf(), w.sealed, &state); err != nil {
		return nil, state, err
	}
	line := s.Lines.ByID(state.Line)
	if line == nil {
		return nil, state, fmt.Errorf("line %q is no longer configured", state.Line)
	}
	return line, state, nil
}

// whisperKey: 1 takes the call. It is written down before the two are connected;
// if it cannot be, they are connected all the same: a person on the line goes before the record.
func (s *Server) whisperKey(ctx context.Context, w webhook) (*document, error) {
	line, state, err := s.openLeg(w)
	if err != nil || w.form.Get("Digits") != "1" {
		return hangup(), err
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	target := strconv.Itoa(state.Target)
	if desk := line.Desks[state.Desk]; desk != nil && state.Target < len(desk.Targets) {
		target = desk.Targets[state.Target].ID
	}
	if err := s.promises.MarkTaken(ctx, w.legOf(), state.Dials, target); err != nil {
		s.log.Error("cannot note that an agent took a call", "call", w.legOf(), "error", err)
	}
	// A callback that falls due while they are talking would ring in vain.
	if err := s.promises.HoldFor(ctx, line.ID, state.Desk, state.Caller); err != nil {
		s.log.Warn("cannot hold the callback of a caller who got through", "error", err)
	}
	s.metrics.taken.WithLabelValues(line.ID).Inc()
	s.tell(Happening{Name: "taken", CallSID: w.call().SID, Line: line.ID, Desk: state.Desk, Topic: state.Topic})
	doc := &document{line: line}
	doc.add(doc.says(line.caseOf(line.deskTongue(state.Desk), state.Account, state.Transaction))...)
	if len(doc.verbs) == 0 {
		doc.add(&twiml.VoicePause{Length: "1"})
	}
	return doc, nil
}

// attempt is what travels in the URLs of a callback's legs.
type attempt struct {
	ID string `json:"a"`
	// Again is set once a customer has pressed another key than 1.
	Again bool `json:"g,omitempty"`
}

func (s *Server) openAttempt(w webhook) (string, error) {
	var a attempt
	err := s.Sealer.Open("attempt", "", w.sealed, &a)
	return a.ID, err
}

// agent is heard by an agent who is rung for a callback. Whether it should still connect anybody is asked again.
func (s *Server) agent(ctx context.Context, w webhook) (*document, error) {
	id, err := s.openAttempt(w)
	if err != nil {
		return hangup(), err
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	callback, verdict, err := s.promises.Answered(ctx, id, w.call().SID)
	if err != nil {
		return plainGoodbye(sorry), err
	}
	line, doc := s.about(callback)
	switch {
	case line == nil:
		return plainGoodbye(sorry), fmt.Errorf("line %q is no longer configured", callback.Line)
	case verdict != callbacks.Proceed:
		return doc.bye(line.deskTongue(callback.Desk), "whisper.gone"), nil
	}
	prompt := "whisper.callback"
	if callback.Urgent {
		prompt = "whisper.urgent"
	}
	doc.askKey([]Utterance{line.briefing(prompt, line.deskTongue(callback.Desk), callback.Topic, callback.Language)},
		s.attemptURL(pathAgentKey, w))
	return doc, nil
}

func (s *Server) about(callback callbacks.Callback) (*Line, *document) {
	line := s.Lines.ByID(callback.Line)
	return line, &document{line: line}
}

// attemptURL leads on with the same sealed attempt: all steps of its legs belong together.
func (s *Server) attemptURL(path string, w webhook) string {
	return s.PublicURL + path + "?s=" + w.sealed
}

// agentKey: 1 takes the callback. Only then are account and number told, and the customer rung.
func (s *Server) agentKey(ctx context.Context, w webhook) (*document, error) {
	id, err := s.openAttempt(w)
	if err != nil || w.form.Get("Digits") != "1" {
		return hangup(), err
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	callback, verdict, err := s.promises.AgentTook(ctx, id, w.call().SID)
	if err != nil {
		return plainGoodbye(sorry), err
	}
	line, doc := s.about(callback)
	if line == nil {
		return plainGoodbye(sorry), fmt.Errorf("line %q is no longer configured", callback.Line)
	}
	tongue := line.deskTongue(callback.Desk)
	if verdict != callbacks.Proceed {
		return doc.bye(tongue, "whisper.gone"), nil
	}
	s.tell(Happening{Name: "taken", CallSID: w.call().SID, Callback: callback})
	doc.add(doc.says(line.caseOf(tongue, callback.Account, callback.Transaction))...)
	doc.add(doc.says([]Utterance{line.utter(tongue, "whisper.connect")})...)
	doc.add(&twiml.VoiceDial{
		Action: s.attemptURL(pathCustomerEnded, w), Method: "POST", Timeout: seconds(customerRing), CallerId: line.Numbers[0],
		InnerElements: []twiml.Element{doc.noun(callbacks.Number, callback.Number, s.attemptURL(pathCustomer, w), s.PublicURL+pathLegStatus)},
	})
	return doc, nil
}

// customerRing is how long a customer's telephone rings.
const customerRing = 40 * time.Second

// customer is heard by whoever picks up the customer's telephone. A machine presses nothing.
func (s *Server) customer(ctx context.Context, w webhook) (*document, error) {
	callback, line, verdict, err := s.rungBack(ctx, w)
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case verdict != callbacks.Proceed:
		return (&document{line: line}).bye(line.language(callback.Language).Tag, "customer.missed"), nil
	}
	return line.askCustomer(callback, s.attemptURL(pathCustomerKey, w)), nil
}

// askCustomer asks twice for the 1, and takes leave if it does not come.
func (l *Line) askCustomer(callback callbacks.Callback, action string) *document {
	tongue := l.language(callback.Language).Tag
	doc := &document{line: l}
	doc.askKey([]Utterance{l.utter(tongue, "customer.press", "line", l.name(tongue))}, action)
	doc.verbs = doc.verbs[:len(doc.verbs)-1]
	return doc.bye(tongue, "customer.missed")
}

// askCustomerAgain answers another key than 1: it is explained once more, then we take leave.
func (s *Server) askCustomerAgain(ctx context.Context, w webhook) (*document, error) {
	var a attempt
	if err := s.Sealer.Open("attempt", "", w.sealed, &a); err != nil {
		return hangup(), err
	}
	callback, line, verdict, err := s.rungBack(ctx, w)
	if err != nil {
		return plainGoodbye(sorry), err
	}
	if a.Again || verdict != callbacks.Proceed {
		return (&document{line: line}).bye(line.language(callback.Language).Tag, "customer.missed"), nil
	}
	a.Again = true
	action, err := s.sealedURL(pathCustomerKey, "attempt", "", a)
	if err != nil {
		return hangup(), err
	}
	return line.askCustomer(callback, action), nil
}

// rungBack finds the callback of a customer's leg; the agent has taken it, so asking again changes nothing.
func (s *Server) rungBack(ctx context.Context, w webhook) (callbacks.Callback, *Line, callbacks.Verdict, error) {
	id, err := s.openAttempt(w)
	if err != nil {
		return callbacks.Callback{}, nil, "", err
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	callback, verdict, err := s.promises.AgentTook(ctx, id, w.legOf())
	if err != nil {
		return callback, nil, "", err
	}
	line := s.Lines.ByID(callback.Line)
	if line == nil {
		return callback, nil, "", fmt.Errorf("line %q is no longer configured", callback.Line)
	}
	return callback, line, verdict, nil
}

// customerKey: 1 connects. An empty answer lets the provider bridge the two.
func (s *Server) customerKey(ctx context.Context, w webhook) (*document, error) {
	if w.form.Get("Digits") != "1" {
		return s.askCustomerAgain(ctx, w)
	}
	id, err := s.openAttempt(w)
	if err != nil {
		return hangup(), err
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	callback, verdict, err := s.promises.CustomerTook(ctx, id)
	if err != nil {
		// Connected all the same: customerEnded writes it down once the store is back.
		s.log.Error("cannot note that a customer was reached", "leg", w.call().SID, "error", err)
	} else if line, doc := s.about(callback); verdict != callbacks.Proceed && line != nil {
		return doc.bye(line.language(callback.Language).Tag, "goodbye"), nil
	} else if verdict != callbacks.Proceed {
		return hangup(), nil
	}
	s.tell(Happening{Name: "reached", CallSID: w.call().SID, Callback: callback})
	return &document{}, nil
}

// customerEnded is told to the agent's leg when the customer's is over.
func (s *Server) customerEnded(ctx context.Context, w webhook) (*document, error) {
	id, err := s.openAttempt(w)
	if err != nil {
		return hangup(), err
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	if w.form.Get("DialBridged") == "true" {
		// Only our own "press 1" lets the provider bridge, so this repeats what was written, or makes up for it.
		if _, _, err := s.promises.CustomerTook(ctx, id); err != nil {
			s.log.Error("cannot note that a customer was reached", "call", w.call().SID, "error", err)
		}
	}
	callback, err := s.promises.CustomerEnded(ctx, id, w.form.Get("DialCallStatus"), w.form.Get("DialBridged") == "false")
	if err != nil {
		return plainGoodbye(sorry), err
	}
	line, doc := s.about(callback)
	if line == nil {
		return hangup(), nil
	}
	prompt := "agent.missed"
	if callback.State == callbacks.Done {
		prompt = "agent.bye"
	}
	return doc.bye(line.deskTongue(callback.Desk), prompt), nil
}

// attemptStatus hears how an agent's leg of a callback fares.
func (s *Server) attemptStatus(ctx context.Context, w webhook) error {
	id, err := s.openAttempt(w)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	seq := -1 // none
	if w.form.Has("SequenceNumber") {
		seq = atoi(w.form.Get("SequenceNumber"))
	}
	return s.promises.LegStatus(ctx, id, w.call().SID, w.form.Get("CallStatus"), seq)
}

func hangup() *document { return &document{verbs: []twiml.Element{&twiml.VoiceHangup{}}} }

func (d *document) bye(tongue, prompt string) *document {
	d.add(d.says([]Utterance{d.line.utter(tongue, prompt)})...)
	d.add(&twiml.VoiceHangup{})
	return d
}

// briefing is what a leg is about: line, topic and the caller's language, in the desk's language.
func (l *Line) briefing(prompt, tongue, topic, language string) Utterance {
	about, ok := l.Prompts.Text(tongue, "topic."+topic)
	if !ok { // none was chosen, or it is no longer configured
		about = l.Prompts.Fill(tongue, "topic.general")
	}
	return l.utter(tongue, prompt, "line", l.name(tongue),
		"topic", about, "language", l.Prompts.Fill(tongue, "language."+l.language(language).Tag))
}

// caseOf is what an agent hears after the 1, so that nobody asks the caller twice.
func (l *Line) caseOf(tongue, account, number string) []Utterance {
	var said []Utterance
	if account == "" {
		said = append(said, l.utter(tongue, "whisper.none"))
	} else {
		said = append(said, l.utter(tongue, "whisper.account", "digits", spoken.Digits(tongue, account)))
	}
	if number != "" {
		said = append(said, l.utter(tongue, "whisper.number", "digits", spoken.Digits(tongue, number)))
	}
	return said
}

func (l *Line) topicOf(id string) *Topic {
	for i := range l.Topics {
		if l.Topics[i].ID == id {
			return &l.Topics[i]
		}
	}
	return nil
}

// deskTongue is the language in which a desk's agents are spoken to.
func (l *Line) deskTongue(desk string) string {
	if d := l.Desks[desk]; d != nil {
		return l.language(d.Language).Tag
	}
	return l.Languages[0].Tag
}
