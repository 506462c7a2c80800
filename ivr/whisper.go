package ivr

import (
	"cmp"
	"context"
	"strconv"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// An agent's leg during a call, and what agents are told on any leg.

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
	doc.askKey([]Utterance{line.briefing(prompt, line.deskTongue(state.Desk), state.Topic, state.Language)}, action)
	return doc, nil
}

// whispered travels in the URLs of an agent's leg: the state of the caller's call, and who is calling.
type whispered struct {
	State
	Caller string `json:"f"`
	// Leg is the agent's own call; empty in the URL that it begins with, which is made before it.
	Leg string `json:"leg,omitempty"`
}

// openLeg opens what an agent's leg carries: it belongs to the caller's call whose Dial made the leg, and once that
// leg has been spoken to, to that leg.
func (s *Server) openLeg(w webhook) (*Line, whispered, error) {
	var state whispered
	if err := s.Sealer.Open("whisper", w.parent(), w.sealed, &state); err != nil {
		return nil, state, err
	}
	if state.Leg != "" && state.Leg != w.call().SID {
		return nil, state, callbacks.ErrForeignCall
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
	ctx, cancel := context.WithTimeout(ctx, promiseWrite)
	defer cancel()
	target := strconv.Itoa(state.Target)
	if desk := line.Desks[state.Desk]; desk != nil && state.Target < len(desk.Targets) {
		target = desk.Targets[state.Target].ID
	}
	if err := s.promises.MarkTaken(ctx, w.parent(), state.Dials, target); err != nil {
		s.log.Error("cannot note that an agent took a call", "call", w.parent(), "error", err)
	}
	// A callback that falls due while they are talking would ring in vain.
	if err := s.promises.HoldFor(ctx, line.ID, state.Desk, state.Caller); err != nil {
		s.log.Warn("cannot hold the callback of a caller who got through", "error", err)
	}
	s.metrics.taken.WithLabelValues(line.ID).Inc()
	s.tell(Happening{Name: "taken", CallSID: w.call().SID, Line: line.ID, Desk: state.Desk, Topic: state.Topic})
	doc := &document{line: line}
	doc.add(doc.says(line.caseOf(line.deskTongue(state.Desk), state.Reference, state.Account, state.Answers))...)
	return doc, nil
}

// briefing is what a leg is about: line, topic and the caller's language, in the desk's language.
func (l *Line) briefing(prompt, tongue, topic, language string) Utterance {
	about := l.text(tongue, "topic."+topic)
	if about == "" { // none was chosen, or it is no longer configured
		about = l.text(tongue, "topic.general")
	}
	return l.utter(tongue, prompt, "line", l.name(tongue),
		"topic", about, "language", l.text(tongue, "language."+l.language(language).Tag))
}

// caseOf is what an agent hears after the 1, so that nobody asks the caller twice.
func (l *Line) caseOf(tongue, reference, account string, answers callbacks.Answers) []Utterance {
	var said []Utterance
	if reference != "" {
		said = append(said, l.utter(tongue, "whisper.reference", "digits", spoken.Digits(tongue, reference)))
	}
	if account == "" {
		said = append(said, l.utter(tongue, "whisper.none"))
	} else {
		said = append(said, l.utter(tongue, "whisper.account", "digits", l.sayAccount(tongue, account)))
	}
	for _, answer := range answers.All() {
		digits := spoken.Digits(tongue, answer.Digits) // told bare where the question is no longer configured
		said = append(said, Utterance{tongue, cmp.Or(l.text(tongue, "answer."+answer.Question, "digits", digits), digits)})
	}
	return said
}

// deskTongue is the language in which a desk's agents are spoken to.
func (l *Line) deskTongue(desk string) string {
	if d := l.Desks[desk]; d != nil {
		return l.language(d.Language).Tag
	}
	return l.Languages[0].Tag
}
