package twilio

import (
	"context"

	"github.com/hotline-ivr/hotline/ivr"
)

// The webhooks: where each comes in, and what answers it.

// The paths that the provider is told. A number is pointed at the first three.
const (
	PathIncoming = "/voice/incoming"
	PathFallback = "/voice/fallback"
	PathStatus   = "/voice/status"

	pathStep          = "/voice/step"
	pathRecording     = "/voice/recording"
	pathPlayback      = "/voice/playback"
	pathAudio         = "/voice/audio/" // and the name of a recorded sentence
	pathAttemptStatus = "/voice/attempt-status"
	pathSMSStatus     = "/voice/sms-status"

	pathWhisper        = "/voice/whisper"
	pathWhisperKey     = "/voice/whisper/key"
	pathAgent          = "/voice/agent"
	pathAgentKey       = "/voice/agent/key"
	pathAgentNote      = "/voice/agent/note"
	pathCustomer       = "/voice/customer"
	pathCustomerKey    = "/voice/customer/key"
	pathCustomerEnded  = "/voice/customer/ended"
	pathFirst          = "/voice/first"
	pathFirstKey       = "/voice/first/key"
	pathFirstEnded     = "/voice/first/ended"
	pathFirstTime      = "/voice/first/time"
	pathFirstAgent     = "/voice/first/agent"
	pathFirstAgentKey  = "/voice/first/agent/key"
	pathFirstAgentNote = "/voice/first/agent/note"
)

// A route is one webhook. Exactly one of voice, status and leg is set.
type route struct {
	path, about string
	// voice answers with TwiML, status takes notice and answers nothing, leg is a step on a telephone that we rang.
	voice  func(context.Context, webhook) (*document, error)
	status func(context.Context, webhook) error
	leg    *legRoute
}

// A legRoute is what a webhook of a leg reports, and which of an attempt's two telephones it has to come from.
type legRoute struct {
	step ivr.StepID
	kind legEvent
	from side
}

type legEvent int

const (
	pickedUp  legEvent = iota // the telephone was picked up
	keyed                     // a key was pressed, or none
	dialEnded                 // the leg behind it is over
)

func (s *Server) routes() []route {
	return []route{
		{path: PathIncoming, about: "a call comes in", voice: s.incoming},
		{path: PathFallback, about: "an answer of ours could not be used", voice: s.fallback},
		{path: PathStatus, about: "a call has ended", status: s.callStatus},
		{path: pathStep, about: "whatever a caller does next", voice: s.step},
		{path: pathRecording, about: "a recording can be fetched", status: s.recording},
		{path: pathAttemptStatus, about: "how the first leg of an attempt fares", status: s.attemptStatus},
		{path: pathSMSStatus, about: "what became of a text message", status: s.smsStatus},

		{path: pathWhisper, about: "an agent picks up for a caller",
			leg: &legRoute{ivr.StepAgentLeg, pickedUp, rungBehind}},
		{path: pathWhisperKey, about: "and presses a key", leg: &legRoute{ivr.StepAgentLeg, keyed, rungBehind}},

		{path: pathAgent, about: "an agent picks up for a callback",
			leg: &legRoute{ivr.StepAgentFirst, pickedUp, rungFirst}},
		{path: pathAgentKey, about: "and presses a key", leg: &legRoute{ivr.StepAgentFirst, keyed, rungFirst}},
		{path: pathAgentNote, about: "or one about the note", leg: &legRoute{ivr.StepAgentNote, keyed, rungFirst}},
		{path: pathCustomer, about: "the customer behind picks up",
			leg: &legRoute{ivr.StepCustomerBehind, pickedUp, rungBehind}},
		{path: pathCustomerKey, about: "and presses a key", leg: &legRoute{ivr.StepCustomerBehind, keyed, rungBehind}},
		{path: pathCustomerEnded, about: "that customer's leg is over",
			leg: &legRoute{ivr.StepAgentWaits, dialEnded, rungFirst}},

		{path: pathFirst, about: "a customer rung first picks up",
			leg: &legRoute{ivr.StepCustomerFirst, pickedUp, rungFirst}},
		{path: pathFirstKey, about: "and presses a key", leg: &legRoute{ivr.StepCustomerFirst, keyed, rungFirst}},
		{path: pathFirstAgent, about: "an agent behind picks up",
			leg: &legRoute{ivr.StepAgentBehind, pickedUp, rungBehind}},
		{path: pathFirstAgentKey, about: "and presses a key", leg: &legRoute{ivr.StepAgentBehind, keyed, rungBehind}},
		{path: pathFirstAgentNote, about: "or one about the note",
			leg: &legRoute{ivr.StepAgentBehindNote, keyed, rungBehind}},
		{path: pathFirstEnded, about: "that agent's leg is over",
			leg: &legRoute{ivr.StepCustomerWaits, dialEnded, rungFirst}},
		{path: pathFirstTime, about: "that customer chooses another time, or not",
			leg: &legRoute{ivr.StepAnotherTime, keyed, rungFirst}},
	}
}

// legPath is where an event of a step comes in.
func (s *Server) legPath(step ivr.StepID, kind legEvent) string {
	for _, r := range s.routes() {
		if r.leg != nil && r.leg.step == step && r.leg.kind == kind {
			return r.path
		}
	}
	return PathFallback // not reached: a test holds every step of a leg against the table
}
