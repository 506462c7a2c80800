package twilio

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"time"
)

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
	if err := s.Sealer.Open("playback", "", r.URL.Query().Get("s"), &wanted); err != nil {
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
	const samples = 8000
	var wav bytes.Buffer
	wav.WriteString("RIFF")
	for _, field := range []any{uint32(36 + samples), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1),
		uint32(samples), uint32(samples),
		uint16(1), uint16(8), []byte("data"), uint32(samples), bytes.Repeat([]byte{0x80}, samples)} {
		_ = binary.Write(&wav, binary.LittleEndian, field) // a buffer takes everything
	}
	return wav.Bytes()
}
