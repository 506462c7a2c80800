package twilio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// What the provider tells of a recording: to the action of a Record, and to its recordingStatusCallback once it can be
// fetched.
// Source of the fields: the provider's page "TwiML Voice: <Record>".

// recorded is a recording that a webhook tells of, by its name in the webhook's account. The action is documented with
// a RecordingUrl and without a RecordingSid, so the name is taken from either, in its strict form alone: it becomes
// part of a path that is asked with the account's credentials. A status other than "completed" ("in-progress",
// "absent", "failed") tells of no sound.
func (w webhook) recorded() (callbacks.Recording, bool) {
	recording, ok := recordedIn(w.form)
	if ok && w.subAccount != "" {
		recording.SID = w.subAccount + "/" + recording.SID
	}
	return recording, ok
}

func recordedIn(form url.Values) (callbacks.Recording, bool) {
	if status := form.Get("RecordingStatus"); status != "" && status != recordingCompleted {
		return callbacks.Recording{}, false
	}
	recording := callbacks.Recording{SID: form.Get("RecordingSid"), Seconds: atoi(form.Get("RecordingDuration"))}
	named, own := recordingNamed(form.Get("RecordingUrl"))
	if !recordingName.MatchString(recording.SID) {
		recording.SID = named
	}
	if own && named == recording.SID {
		recording.URL = form.Get("RecordingUrl")
	}
	return recording, recording.SID != ""
}

const recordingCompleted = "completed"

var errRecording = errors.New("no recording can be read in it: " +
	"neither RecordingSid nor RecordingUrl has the provider's form")

// unreadable counts a recording that was told of and that nobody will find.
func (s *Server) unreadable() error {
	s.Metrics.failures.WithLabelValues("keep a recording").Inc()
	return errRecording
}

// recordingPath is how the address of a recording ends, as the resource or with the ending of a kind of sound.
var recordingPath = regexp.MustCompile(`/Accounts/AC[0-9a-fA-F]{32}/Recordings/(RE[0-9a-fA-F]{32})(\.[0-9a-z]{2,5})?$`)

// recordingNamed is the name of the recording that an address leads to, empty when it has another form, and whether the
// address is one of the provider's own.
func recordingNamed(address string) (sid string, own bool) {
	target, err := url.Parse(address)
	if err != nil || target.Scheme != "https" && target.Scheme != "http" || target.Host == "" || target.User != nil ||
		target.Fragment != "" {
		return "", false
	}
	found := recordingPath.FindStringSubmatch(target.EscapedPath())
	if found == nil {
		return "", false
	}
	return found[1], providersOwn(target)
}

// providersOwn reports whether an address is one of the provider's, reached so that nobody else can listen. Only there
// the account's credentials are sent.
func providersOwn(target *url.URL) bool {
	host := strings.ToLower(target.Hostname())
	return target.Scheme == "https" && (host == "twilio.com" || strings.HasSuffix(host, ".twilio.com"))
}

// recording learns that a message or a note can be fetched. It was saved when the caller finished it; if that webhook
// was lost, or is still on its way, it is saved now.
func (s *Server) recording(ctx context.Context, w webhook) error {
	var state ivr.State
	if err := s.Sealer.open("recording", w.call().SID, w.sealed, &state); err != nil {
		return err
	}
	line, err := s.lineOf(state)
	if err != nil {
		return err
	}
	if status := w.form.Get("RecordingStatus"); status != "" && status != recordingCompleted {
		s.Log.Info("nothing was recorded", "call", w.call().SID, "line", line.ID)
		return nil
	}
	recording, ok := w.recorded()
	if !ok {
		return s.unreadable()
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	call := w.callFrom(state.Caller) // the webhook has none
	switch kept := ivr.KeepRecording(line, s.Now(), call, state, recording).(type) {
	case ivr.AttachNote:
		return s.Callbacks.AttachNote(ctx, kept.ID, kept.Note)
	case ivr.SaveMessage:
		if _, err := s.Callbacks.SaveMessage(ctx, kept.Message); err != nil {
			return err
		}
		return s.Callbacks.AttachRecording(ctx, kept.Message.Key, recording)
	}
	return nil
}

// How what a caller has spoken is played to an agent: through an address of ours that is sealed and soon expires,
// because the provider's own needs the account's credentials.

// Recordings fetches what callers have spoken. [Client] is it.
type Recordings interface {
	// Media is the sound of a recording and its content type, for example "audio/mpeg". The caller closes it.
	Media(ctx context.Context, sid string) (sound io.ReadCloser, contentType string, err error)
}

const (
	// playbackLife is how long an address of a recording is good for: from the document to the provider's fetching it.
	playbackLife = 15 * time.Minute
	// playbackCheck is how long an agent waits to learn that a recording cannot be played.
	playbackCheck = 2 * time.Second
	// playbackLimit is how long passing a recording on may take. Sounds may be fetched as they are played, so it is
	// longer than what the server allows other answers.
	playbackLimit = 3 * time.Minute
	// longestPlayback bounds what is passed on: two minutes of speech are a tenth of it.
	longestPlayback = 16 << 20
)

// playback is what the address of a recording holds.
type playback struct {
	SID string `json:"r"`
	// Until is when it expires, Unix seconds.
	Until int64 `json:"u"`
}

// recordingURL is an address at which the provider can fetch a recording for a quarter of an hour.
func (s *Server) recordingURL(sid string) (string, error) {
	return s.sealedURL(pathPlayback, "playback", "", playback{SID: sid, Until: s.Now().Add(playbackLife).Unix()})
}

// playable reports whether a recording can be fetched. It is asked before an agent is sent there: a sound that is
// missing can end the agent's call.
func (s *Server) playable(ctx context.Context, sid string) bool {
	if s.Recordings == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, playbackCheck)
	defer cancel()
	sound, kind, err := s.Recordings.Media(ctx, sid)
	if err != nil {
		s.Log.Warn("a recording cannot be played", "recording", sid, "error", err)
		return false
	}
	_ = sound.Close() // nothing of it was wanted
	return strings.HasPrefix(kind, "audio/")
}

// playRecording passes a recording on. Anybody with a sealed address that has not expired may hear it.
func (s *Server) playRecording(w http.ResponseWriter, r *http.Request) {
	var wanted playback
	if err := s.Sealer.open("playback", "", r.URL.Query().Get("s"), &wanted); err != nil {
		s.refusePlayback(w, r, http.StatusForbidden, "seal")
		return
	}
	if s.Now().Unix() >= wanted.Until {
		s.refusePlayback(w, r, http.StatusGone, "expired")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	allowLonger(w, playbackLimit)
	if s.Recordings == nil {
		s.playSilence(w)
		return
	}
	sound, kind, err := s.Recordings.Media(r.Context(), wanted.SID)
	if err != nil {
		s.Log.Error("a recording cannot be played; the agent hears nothing", "recording", wanted.SID, "error", err)
		s.playSilence(w)
		return
	}
	defer sound.Close() //nolint:errcheck // it was only read
	w.Header().Set("Content-Type", kind)
	if _, err := io.Copy(w, io.LimitReader(sound, longestPlayback)); err != nil {
		s.Log.Warn("a recording broke off while it was played", "recording", wanted.SID, "error", err)
	}
}

func (s *Server) refusePlayback(w http.ResponseWriter, r *http.Request, status int, reason string) {
	s.Metrics.refused.WithLabelValues(reason).Inc()
	s.refusals.warn("a recording was not played: its address was altered, is too old, "+
		"or was sealed with a key no longer held",
		"path", pathPlayback, "reason", reason, "peer", r.RemoteAddr)
	w.WriteHeader(status)
}

// allowLonger moves the server's limits for a request that is being answered. Real time: they are the connection's.
func allowLonger(w http.ResponseWriter, limit time.Duration) {
	connection, until := http.NewResponseController(w), time.Now().Add(limit)
	// A connection that has no limits needs none. Once the limit for reading passes, a request counts as given up.
	_ = connection.SetReadDeadline(until)
	_ = connection.SetWriteDeadline(until)
}

// playSilence answers with a second of silence: an error here could end the agent's call.
func (s *Server) playSilence(w http.ResponseWriter) {
	s.Metrics.failures.WithLabelValues("play a recording").Inc()
	w.Header().Set("Content-Type", "audio/wav")
	_, _ = w.Write(silence()) // the provider went away: nobody is left to tell
}

// silence is a WAV file of one second: one channel, 8,000 samples of 8 bits.
func silence() []byte {
	const header = "RIFF\x64\x1f\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" +
		"\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x40\x1f\x00\x00"
	return []byte(header + strings.Repeat("\x80", 8000))
}
