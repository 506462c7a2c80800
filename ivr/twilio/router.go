package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/time/rate"
)

// The edge: the only file that knows the router. It turns requests into verified webhooks and documents into answers.

func (s *Server) router() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	// The peer's own address: forwarded headers can be forged by anybody.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if errors.Is(err, echo.ErrMethodNotAllowed) {
			err = s.wrongMethod(c)
		}
		if err != nil {
			e.DefaultHTTPErrorHandler(err, c)
		}
	}
	for _, r := range s.routes() {
		switch {
		case r.status != nil:
			e.POST(r.path, s.status(r.path, r.status))
		case r.leg != nil:
			e.POST(r.path, s.voice(r.path, func(ctx context.Context, w webhook) (*document, error) {
				return s.leg(ctx, w, r.leg, r.leg.event(w))
			}))
		default:
			e.POST(r.path, s.voice(r.path, r.voice))
		}
	}
	e.GET(pathPlayback, echo.WrapHandler(http.HandlerFunc(s.playRecording)))
	audio := echo.WrapHandler(http.HandlerFunc(s.serveAudio))
	e.Match([]string{http.MethodGet, http.MethodHead}, pathAudio+":name", audio)
	e.GET("/healthz", s.healthz)
	e.GET("/readyz", s.readyz)
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(s.Gatherer, promhttp.HandlerOpts{})))
	return e
}

// healthz is well while it answers: what a supervisor has to mend is said in words, and no reason to restart.
func (s *Server) healthz(c echo.Context) error {
	text := "ok\n"
	if s.Health != nil {
		text += s.Health()
	}
	return c.String(http.StatusOK, text)
}

func (s *Server) readyz(c echo.Context) error {
	if s.Ready == nil {
		return c.String(http.StatusOK, "ready\n")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		return c.String(http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// voice answers with TwiML and, once the signature holds, always with 200: the provider would read anything else
// as "go to the fallback", and the caller would wait for it.
func (s *Server) voice(path string, answer func(context.Context, webhook) (*document, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		defer s.timed(path)()
		w, err := s.verified(c.Response(), c.Request())
		if err != nil {
			return s.forbid(c, path, err)
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), callbackWrite)
		defer cancel()
		doc, err := guarded(func() (*document, error) { return answer(ctx, w) })
		switch {
		case ofAnother(err):
			s.foreign(w, err)
		case err != nil:
			s.Metrics.failures.WithLabelValues("answer a webhook").Inc()
			s.Log.Error("cannot answer a webhook", "path", path, "call", w.call().SID, "error", err)
		}
		if doc == nil {
			doc = s.lastApology(w)
		}
		text, err := doc.xml()
		if err != nil {
			s.Log.Error("cannot write a document", "path", path, "call", w.call().SID, "error", err)
			text = []byte(lastWords)
		}
		return c.Blob(http.StatusOK, "text/xml; charset=utf-8", text)
	}
}

// wrongMethod answers the most frequent mistake in a number's settings, and any other request by a method that its
// route does not take. The router has said in the header which ones it does.
func (s *Server) wrongMethod(c echo.Context) error {
	allowed := c.Response().Header().Get(echo.HeaderAllow)
	s.Metrics.refused.WithLabelValues("method").Inc()
	s.refusals.warn("a request came by a wrong method; if it is a webhook, set its method to HTTP POST at the provider",
		"path", c.Path(), "method", cut(c.Request().Method, longestValue), "allowed", allowed, "peer", c.RealIP())
	return c.String(http.StatusMethodNotAllowed, "use one of: "+allowed+"\n")
}

// status takes notice of something and answers nothing. A failure that may pass is answered as one: the provider
// repeats the webhook then, see [insist].
func (s *Server) status(path string, note func(context.Context, webhook) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		defer s.timed(path)()
		w, err := s.verified(c.Response(), c.Request())
		if err != nil {
			return s.forbid(c, path, err)
		}
		_, err = guarded(func() (*document, error) { return nil, note(c.Request().Context(), w) })
		switch {
		case ofAnother(err):
			s.foreign(w, err)
		case err != nil:
			s.Log.Warn("cannot take notice of a status", "path", path, "call", w.call().SID, "error", err)
		}
		if worthAnother(err) {
			return c.NoContent(http.StatusServiceUnavailable)
		}
		return c.NoContent(http.StatusNoContent)
	}
}

func guarded(answer func() (*document, error)) (doc *document, err error) {
	defer recovered(&err)
	return answer()
}

// recovered makes an error of a panic. It is deferred.
func recovered(err *error) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
	}
}

func (s *Server) timed(path string) func() {
	start := time.Now() // real time on purpose: it measures us, not the call
	return func() { s.Metrics.answers.WithLabelValues(path).Observe(time.Since(start).Seconds()) }
}

func (s *Server) forbid(c echo.Context, path string, err error) error {
	s.Metrics.refused.WithLabelValues(err.Error()).Inc()
	s.refusals.warn("a webhook was refused; if it is the provider's, "+
		"compare the public URL and the token or key with `hotline sign`",
		"path", path, "reason", err, "settings", cut(c.Request().Header.Get(SettingsHeader), 100),
		"peer", c.RealIP(), "public_url", s.PublicURL)
	return c.String(http.StatusForbidden, "signature refused\n")
}

// ofAnother reports whether a webhook may say nothing about what its URL was made for.
func ofAnother(err error) bool {
	return errors.Is(err, errSeal) || errors.Is(err, dispatch.ErrForeignCall)
}

// foreign counts and logs a webhook of another leg. Nothing was changed, and the answer is a plain one.
func (s *Server) foreign(w webhook, err error) {
	s.Metrics.refused.WithLabelValues("leg").Inc()
	s.Log.Warn("a webhook is not of the leg that its URL was made for, "+
		"or the URL has expired or was sealed with a key no longer held",
		"path", w.path, "call", w.call().SID, "parent", w.parent(), "error", err)
}

// lastWords are spoken when not even a document can be written.
const lastWords = `<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-US">` +
	sorry + `</Say><Hangup/></Response>`

// Anybody can send requests that are refused. All are counted; the log tells of a few, or a flood would fill the disk.
const (
	refusalsPerSecond = 2
	refusalsAtOnce    = 5
)

// refusals writes at most so many lines. A line says how many were left out before it.
type refusals struct {
	log     *slog.Logger
	now     func() time.Time
	limit   *rate.Limiter
	mu      sync.Mutex
	leftOut int
}

func newRefusals(log *slog.Logger, now func() time.Time) *refusals {
	return &refusals{log: log, now: now, limit: rate.NewLimiter(refusalsPerSecond, refusalsAtOnce)}
}

func (r *refusals) warn(message string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.limit.AllowN(r.now(), 1) {
		r.leftOut++
		return
	}
	r.log.Warn(message, append(args, "not_logged_before", r.leftOut)...)
	r.leftOut = 0
}
