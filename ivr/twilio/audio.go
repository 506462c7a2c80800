package twilio

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

// serveAudio is where the provider fetches a recorded sentence. It is what everybody hears who rings, so no signature
// is asked for. A name is made of the content, so that the provider may keep what it has fetched for as long as it
// likes.
// Source of what it does with the headers: the provider's page "How can I change the cache behavior of audio files?".
func (s *Server) serveAudio(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, pathAudio)
	var sound []byte
	if s.Audio != nil {
		sound = s.Audio(r.Context(), name)
	}
	if sound == nil {
		s.Metrics.refused.WithLabelValues("audio").Inc()
		s.refusals.warn("a recorded sentence was asked for that no configuration has", "peer", r.RemoteAddr)
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "there is no such recording", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("ETag", `"`+name+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(sound))
}
