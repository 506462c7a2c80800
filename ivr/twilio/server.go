package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twilio/twilio-go/twiml"
)

// Settings is what a [Server] is made of. All fields are needed but Audio, Ready, Health and Observe.
type Settings struct {
	// PublicURL is how the provider reaches us, scheme and host and an optional path, without a trailing slash.
	// Signatures are checked against it and never against what a request says of itself.
	PublicURL string
	// Tokens are the provider's auth tokens: one, or two while rotating.
	Tokens []string
	// Keys are the shared keys that webhooks may be signed with instead; KeysOnly refuses those signed with a token.
	Keys     []SigningKey
	KeysOnly bool
	// Accounts are whose webhooks are taken, by SID: the account and its sub-accounts. None takes those of any, for
	// simulations.
	Accounts  []string
	Lines     Lines
	Callbacks Callbacks
	Legs      Legs
	Sealer    *Sealer
	Now       func() time.Time
	Log       *slog.Logger
	Metrics   *Metrics
	// Gatherer is what /metrics shows.
	Gatherer prometheus.Gatherer
	// Ready reports why no callback can be kept, in words that anybody may read; nil when it can. Calls are answered
	// all the same. May be nil.
	Ready func(context.Context) error
	// Health says in words how things are, for people; it is shown behind "ok" at /healthz. May be nil.
	Health func() string
	// Recordings is where what callers have spoken is fetched, to be played to agents; nil plays nothing.
	Recordings Recordings
	// Audio is the recording of a sentence, a WAV file, by its name; nil for one that nobody knows. May be nil.
	Audio func(ctx context.Context, name string) []byte
	// Observe is told what the product does, before the provider is answered. It must not block. May be nil.
	Observe func(Event)
}

// A Server answers the provider's webhooks. It keeps nothing of a call: all of it travels sealed.
type Server struct {
	Settings
	refusals *refusals
}

// NewServer checks the settings. It refuses to be made without a token, because then anybody could send webhooks.
func NewServer(settings Settings) (*Server, error) {
	target, err := url.Parse(settings.PublicURL)
	switch {
	case err != nil || target.Scheme != "https" && target.Scheme != "http" || target.Host == "" || target.User != nil ||
		target.RawQuery != "" || target.Fragment != "":
		return nil, errors.New("the public URL cannot be used: " +
			"give https, host and perhaps a path, for example https://hotline.example.com")
	case len(settings.Tokens) == 0 || strings.TrimSpace(strings.Join(settings.Tokens, "")) == "":
		return nil, errors.New("no auth token: set HOTLINE_TWILIO_AUTH_TOKEN; without it anybody could send webhooks")
	case settings.KeysOnly && len(settings.Keys) == 0:
		return nil, errors.New("no signing key: set HOTLINE_TWILIO_SIGNING_KEYS, " +
			"or take HOTLINE_TWILIO_KEYS_ONLY away; without either no webhook is accepted")
	}
	settings.PublicURL = strings.TrimRight(settings.PublicURL, "/")
	return &Server{Settings: settings, refusals: newRefusals(settings.Log, settings.Now)}, nil
}

// incoming is the first webhook of a call.
func (s *Server) incoming(ctx context.Context, w webhook) (*document, error) {
	line := s.Lines.ByNumber(calledNumber(w.call().To))
	if line == nil {
		s.Metrics.unknownNumbers.Inc()
		s.Log.Warn("a call to a number that no line answers; add it to numbers in a line's file",
			"call", w.call().SID, "to", callbacks.Mask(w.call().To))
		return plainGoodbye("This number is not in use. Please check the number and ring again. Goodbye."), nil
	}
	s.Metrics.calls.WithLabelValues(line.ID).Inc()
	return s.advance(ctx, w, line, ivr.Begin(line, s.Now(), w.call().From), ivr.Start{})
}

// step is every later webhook of a call.
func (s *Server) step(ctx context.Context, w webhook) (*document, error) {
	line, state, err := s.open(w.sealed, w.call())
	if err != nil {
		return s.lost(ctx, w, err)
	}
	event := w.event()
	if event == (ivr.Refused{Why: ivr.Failed}) {
		s.Log.Error("a recording cannot be kept", "call", w.call().SID, "error", s.unreadable())
	}
	return s.advance(ctx, w, line, state, event)
}

func (s *Server) open(sealed string, call ivr.Call) (*ivr.Line, ivr.State, error) {
	var state ivr.State
	if err := s.Sealer.open("call", call.SID, sealed, &state); err != nil {
		return nil, ivr.State{}, err
	}
	line, err := s.lineOf(state)
	return line, state, err
}

// lineOf is the line of a call, as it was when the call began.
func (s *Server) lineOf(state ivr.State) (*ivr.Line, error) {
	if line := s.Lines.Find(state.Line, state.Version); line != nil {
		return line, nil
	}
	return nil, fmt.Errorf("%w: %q", errNoLine, state.Line)
}

// lost answers for a call whose state cannot be read: it starts as one with a fault of ours.
func (s *Server) lost(ctx context.Context, w webhook, cause error) (*document, error) {
	s.Metrics.failures.WithLabelValues("read the state of a call").Inc()
	s.Log.Warn("the state of a call cannot be read; the call goes on without it", "call", w.call().SID, "error", cause)
	line := s.Lines.ByNumber(calledNumber(w.call().To))
	if line == nil {
		return nil, nil
	}
	state, event := ivr.Resume(line, s.Now(), w.call().From, w.event(), w.form.Get("DialBridged") == "true")
	return s.advance(ctx, w, line, state, event)
}

// advance lets the flow answer an event, carries out what it wants done, and puts the response into TwiML.
// A fault on the way is one more event: the caller hears an apology and goes on to a person or a message.
func (s *Server) advance(ctx context.Context, w webhook, line *ivr.Line, state ivr.State, event ivr.Event) (*document,
	error) {
	state.Version = line.Version
	call := w.callFrom(state.Caller)
	response, next, err := s.play(ctx, w, line, call, state, event)
	for range 2 {
		if err == nil {
			break
		}
		s.Metrics.failures.WithLabelValues("answer a caller").Inc()
		s.Log.Error("cannot answer a caller; apologising", "call", w.call().SID, "step", state.Step, "error", err)
		response, next, err = s.play(ctx, w, line, call, state, ivr.Failure{})
		state.Step = ivr.FirstStep // should the fault be in the step, the second apology does without it
	}
	if err != nil {
		return s.apology(line, state.Language), err
	}
	urls, err := s.responseURLs(call, next, response)
	if err != nil {
		return nil, err
	}
	s.Log.Info("call", "call", call.SID, "line", line.ID, "from", callbacks.Mask(call.From), "step", state.Step,
		"event", fmt.Sprintf("%T", event), "next", next.Step)
	if connect, ok := response.Action.(ivr.Connect); ok && (next.OpenCallbackID != 0 || next.Bookings > 0) {
		s.putOff(ctx, line, call, connect.Ring)
	}
	doc := s.document(line)
	doc.response(response, urls)
	return doc, nil
}

// putOff keeps the callback of a caller from ringing the same desk, and them, while telephones ring for their call. A
// minute more is for what they hear until the next one rings. It may fail: the call goes on.
func (s *Server) putOff(ctx context.Context, line *ivr.Line, call ivr.Call, ring time.Duration) {
	err := within(ctx, earlyRead, func(ctx context.Context) error {
		return s.Callbacks.PutOffFor(ctx, line.ID, call.From, ring+time.Minute)
	})
	if err != nil {
		s.Log.Warn("cannot put off the callback of a caller for whom the desk is rung", "call", call.SID,
			"error", err)
	}
}

// play runs the flow until something is left for the provider to do.
func (s *Server) play(ctx context.Context, w webhook, line *ivr.Line, call ivr.Call, state ivr.State,
	event ivr.Event) (response ivr.Response, next ivr.State, err error) {
	defer recovered(&err)
	var said []ivr.Utterance
	for range 10 {
		state, response = ivr.Advance(line, s.Now(), call, state, event)
		said = append(said, response.Say...)
		perform, ok := response.Action.(ivr.Perform)
		if !ok {
			response.Say = said
			return response, state, nil
		}
		event = s.perform(ctx, w, perform.Effect)
	}
	return ivr.Response{}, state, fmt.Errorf("step %q wants one thing after another done and never speaks", state.Step)
}

func (s *Server) responseURLs(call ivr.Call, state ivr.State, response ivr.Response) (urls responseURLs, err error) {
	if urls.step, err = s.sealedURL(pathStep, "call", call.SID, state); err != nil {
		return urls, err
	}
	switch action := response.Action.(type) {
	case ivr.Connect:
		behind := leg{State: state.LegBehind(action)}
		if urls.whisper, err = s.sealedURL(s.legPath(action.Leg, pickedUp), "whisper", call.SID, behind); err != nil {
			return urls, err
		}
	case ivr.Record:
		urls.recording, err = s.sealedURL(pathRecording, "recording", call.SID, state)
		urls.recording += insist
	}
	return urls, err
}

// insist is put behind the URL of a webhook that tells what nothing else does: the provider repeats it twice when it
// cannot connect, gets no answer or a 5xx; without, a 5xx is final. rt, in milliseconds, is a little more than we wait
// for the store, and three such tries fit into the 15 seconds that it allows for all. The fragment is not sent and not
// signed. Source: the provider's page "Webhooks (HTTP callbacks): connection overrides".
const insist = "#rc=2&rp=ct,rt,5xx&rt=4500"

// sealedURL is an absolute URL with the sealed value as its only parameter, so that its query is sorted by nature.
func (s *Server) sealedURL(path, purpose, owner string, value any) (string, error) {
	sealed, err := s.Sealer.seal(purpose, owner, value)
	return s.PublicURL + path + "?s=" + sealed, err
}

// fallback is where the provider goes when it could not reach us or not use what we answered.
// The URL that failed carries the state of the call, so the caller need not begin again.
func (s *Server) fallback(ctx context.Context, w webhook) (*document, error) {
	s.Metrics.fallbacks.Inc()
	failed, err := url.Parse(w.form.Get("ErrorUrl"))
	if err != nil {
		failed = &url.URL{}
	}
	s.Log.Error("the provider could not use our answer", "call", w.call().SID, "code", w.form.Get("ErrorCode"),
		"path", cut(failed.Path, longestValue))
	w.sealed = failed.Query().Get("s")
	for _, r := range s.routes() {
		if r.leg != nil && strings.HasSuffix(failed.Path, r.path) {
			return s.leg(ctx, w, r.leg, r.leg.again(w))
		}
	}
	line, state, err := s.open(w.sealed, w.call())
	if err != nil {
		return s.lost(ctx, w, err)
	}
	return s.advance(ctx, w, line, state, ivr.Failure{})
}

// sorry is heard where not even a line is known.
const sorry = "We are sorry: something went wrong on our side. Please ring again in a few minutes. Goodbye."

// apology is the last that is said to a call of a line, in a language of the line's, or in its first.
func (s *Server) apology(line *ivr.Line, tag string) *document {
	doc := s.document(line)
	doc.add(doc.says(line.Apology(tag))...)
	doc.add(&twiml.VoiceHangup{})
	return doc
}

// lastApology is for a call of which nothing can be read: in the first language of the line whose number it has.
func (s *Server) lastApology(w webhook) *document {
	doc, err := guarded(func() (*document, error) {
		for _, number := range []string{w.call().To, w.call().From} { // we are called, or we call
			if line := s.Lines.ByNumber(calledNumber(number)); line != nil {
				return s.apology(line, ""), nil
			}
		}
		return nil, errNoLine
	})
	if err != nil {
		return plainGoodbye(sorry)
	}
	return doc
}

// plainGoodbye speaks without a line, in the provider's own voice.
func plainGoodbye(text string) *document {
	return &document{verbs: []twiml.Element{&twiml.VoiceSay{Message: text, Language: "en-US"}, &twiml.VoiceHangup{}}}
}

// callStatus learns that a call has ended, and so has the conversation with an agent, if there was one.
func (s *Server) callStatus(ctx context.Context, w webhook) error {
	status := w.form.Get("CallStatus")
	s.Metrics.ended.WithLabelValues(statusLabel(status)).Inc()
	s.Log.Info("call ended", "call", w.call().SID, "status", statusLabel(status), "seconds",
		atoi(w.form.Get("CallDuration")))
	s.dialsEnded(ctx, w)
	return nil
}

// Handler serves the webhooks, /healthz, /readyz and /metrics.
func (s *Server) Handler() http.Handler { return s.router() }

// atoi reads a count that the provider sent; what is none counts as 0.
func atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
