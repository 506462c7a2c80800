package twilio

import (
	"context"
	"strconv"

	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
)

// An agent's leg during a call.

// whisper is heard by an agent who picks up: what it is about, and 1 to take it. Nothing of the account yet,
// because a voicemail may be listening.
func (s *Server) whisper(_ context.Context, w webhook) (*document, error) {
	line, state, err := s.openLeg(w)
	if err != nil {
		return hangup(), err
	}
	state.Leg = w.call().SID
	action, err := s.sealedURL(pathWhisperKey, "whisper", w.parent(), state)
	if err != nil {
		return nil, err
	}
	prompt := "whisper.call"
	if topic := line.Topic(state.Topic); topic != nil && topic.Urgent {
		prompt = "whisper.urgent"
	}
	doc := &document{line: line}
	doc.askKey([]ivr.Utterance{line.Briefing(prompt, line.DeskLanguage(state.Desk), state.Topic, state.Language)}, action)
	return doc, nil
}

// whispered travels in the URLs of an agent's leg: the state of the caller's call, and who is calling.
type whispered struct {
	ivr.State
	Caller string `json:"f"`
	// Leg is the agent's own call; empty in the URL that it begins with, which is made before it.
	Leg string `json:"leg,omitempty"`
}

// openLeg opens what an agent's leg carries: it belongs to the caller's call whose Dial made the leg, and once that
// leg has been spoken to, to that leg.
func (s *Server) openLeg(w webhook) (*ivr.Line, whispered, error) {
	var state whispered
	if err := s.Sealer.Open("whisper", w.parent(), w.sealed, &state); err != nil {
		return nil, state, err
	}
	if state.Leg != "" && state.Leg != w.call().SID {
		return nil, state, dispatch.ErrForeignCall
	}
	line, err := s.lineOf(state.State)
	return line, state, err
}

// whisperKey: 1 takes the call. It is written down before the two are connected;
// if it cannot be, they are connected all the same: a person on the line goes before the record.
func (s *Server) whisperKey(ctx context.Context, w webhook) (*document, error) {
	line, state, err := s.openLeg(w)
	if err != nil || w.form.Get("Digits") != "1" {
		return hangup(), err
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	target := strconv.Itoa(state.Target)
	if desk := line.Desks[state.Desk]; desk != nil && state.Target < len(desk.Targets) {
		target = desk.Targets[state.Target].ID
	}
	if err := s.Callbacks.MarkTaken(ctx, w.parent(), state.Dials, target); err != nil {
		s.Log.Error("cannot note that an agent took a call", "call", w.parent(), "error", err)
	}
	// A callback that falls due while they are talking would ring in vain.
	if err := s.Callbacks.HoldFor(ctx, line.ID, state.Desk, state.Caller); err != nil {
		s.Log.Warn("cannot hold the callback of a caller who got through", "error", err)
	}
	s.Metrics.taken.WithLabelValues(line.ID).Inc()
	s.observe(Event{Name: "taken", CallSID: w.call().SID, Line: line.ID, Desk: state.Desk, Topic: state.Topic})
	doc := &document{line: line}
	doc.add(doc.says(line.CaseFor(line.DeskLanguage(state.Desk), state.Reference, state.Account, state.Answers))...)
	return doc, nil
}
