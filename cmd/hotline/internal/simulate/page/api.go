package page

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

//go:embed static
var files embed.FS

// A refusal says in words, for the page, why something cannot be done.
type refusal string

func (r refusal) Error() string { return string(r) }

// Handler serves the page and its API, to this machine only: a request has to name a loopback address as its host,
// so that no foreign web site can reach it under a name of its own, and must not come from another site's page.
func (c *Console) Handler() http.Handler {
	static, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // embedded, so it is there
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{file}", http.FileServerFS(static))
	mux.Handle("GET /{$}", http.FileServerFS(static))
	mux.HandleFunc("GET /api/events", c.events)
	mux.Handle("POST /api/ring", post(func(_ context.Context, r struct{ Line, From string }) error {
		return c.ring(r.Line, r.From)
	}))
	mux.Handle("POST /api/press", post(func(_ context.Context, r struct{ Phone, Keys string }) error {
		return c.press(r.Phone, r.Keys)
	}))
	mux.Handle("POST /api/pickup", post(func(_ context.Context, r struct{ Phone string }) error {
		return c.pickUp(r.Phone)
	}))
	mux.Handle("POST /api/hangup", post(func(_ context.Context, r struct{ Phone string }) error {
		return c.hangUp(r.Phone)
	}))
	mux.Handle("POST /api/agents", post(func(_ context.Context, r struct{ Do string }) error { return c.agents(r.Do) }))
	mux.Handle("POST /api/jump", post(func(ctx context.Context, r struct{ Line, To string }) error {
		return c.jump(ctx, r.Line, r.To)
	}))
	mux.Handle("POST /api/skip", post(func(ctx context.Context, _ struct{}) error { return c.skip(ctx) }))
	return guard(mux)
}

// guard keeps other web sites out and tells browsers to load nothing from anywhere else.
func guard(next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusForbidden, "This request comes from another web site.")
	}))
	next = sameOrigin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy",
			"default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		site := r.Header.Get("Sec-Fetch-Site")
		switch {
		case !loopback(r.Host):
			fail(w, http.StatusForbidden,
				"This page is only for the machine that it runs on: open it as 127.0.0.1 or localhost.")
		case strings.HasPrefix(r.URL.Path, "/api/") && site != "" && site != "same-origin" && site != "none":
			fail(w, http.StatusForbidden, "This request comes from another web site.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// loopback reports whether a Host header names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// maxBody is more than any request of the page needs, in bytes.
const maxBody = 4 << 10

// post reads a small JSON object and does what it asks.
func post[T any](do func(context.Context, T) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A page of another site can send other types without asking first, but not this one.
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			fail(w, http.StatusUnsupportedMediaType, "Send JSON: Content-Type: application/json.")
			return
		}
		var request T
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&request); err != nil {
			status := http.StatusBadRequest
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				status = http.StatusRequestEntityTooLarge
			}
			fail(w, status, "This is not the JSON that was expected: "+err.Error()+".")
			return
		}
		if err := do(r.Context(), request); err != nil {
			fail(w, http.StatusConflict, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// fail answers with words that the page shows.
func fail(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": words}) // nobody is there to be told when this fails
}
