package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/settings"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// accountSID is the account of these tests at the provider.
const accountSID = "AC00000000000000000000000000000000"

// What does not end by itself is cut off, and the stop is a stop and no failure.
func TestAStopThatHadToCutIsNoFailure(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked, over := make(chan struct{}), make(chan struct{})
	server := newHTTPServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		defer close(over)
		close(asked)
		<-r.Context().Done()
	}))
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if _, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-asked
	var log bytes.Buffer
	if err := stopServing(t.Context(), server, time.Millisecond, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Errorf("the stop failed: %v", err)
	}
	<-over
	if err := <-served; !errors.Is(err, http.ErrServerClosed) || !strings.Contains(log.String(), "cut off") {
		t.Errorf("served until %v, logged %s", err, log.String())
	}
}

// The provider gives up after 15 seconds: no request and no answer may hold a connection for longer than that.
func TestEveryRequestHasItsLimits(t *testing.T) {
	server := newHTTPServer(http.NotFoundHandler())
	for name, limit := range map[string]time.Duration{"header": server.ReadHeaderTimeout, "body": server.ReadTimeout,
		"answer": server.WriteTimeout} {
		if limit <= 0 || limit > 15*time.Second {
			t.Errorf("%s: %s", name, limit)
		}
	}
	if server.IdleTimeout <= 0 || server.MaxHeaderBytes <= 0 {
		t.Errorf("idle for %s, %d bytes of header", server.IdleTimeout, server.MaxHeaderBytes)
	}
}

// serve answers a signed webhook over real HTTP, tells that it is well, and stops cleanly.
func TestServe(t *testing.T) {
	t.Setenv("HOTLINE_STATE_KEYS", strings.Repeat("A", 43)+"=")
	t.Setenv("HOTLINE_TWILIO_ACCOUNT_SID", accountSID)
	t.Setenv("HOTLINE_TWILIO_AUTH_TOKEN", strings.Repeat("f", 32))
	env := map[string]string{
		"HOTLINE_LISTEN": "127.0.0.1:0", "HOTLINE_PUBLIC_URL": "https://hotline.example.com",
		"HOTLINE_STORE":              "sqlite:" + filepath.Join(t.TempDir(), "hotline.db"),
		"HOTLINE_STATE_KEYS":         strings.Repeat("A", 43) + "=",
		"HOTLINE_TWILIO_ACCOUNT_SID": accountSID, "HOTLINE_TWILIO_AUTH_TOKEN": strings.Repeat("f", 32),
	}
	settings, err := settings.Load(nil, "", func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	address, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- Serve(ctx, settings, publish.Options{Files: config.Shipped()},
			func() time.Time {
				return time.Now().UTC()
			}, slog.New(slog.DiscardHandler), func(a net.Addr) { address <- a })
	}()
	var base string
	select {
	case a := <-address:
		base = "http://" + a.String()
	case err := <-ended:
		t.Fatal(err)
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if text := apptest.Get(t, base+path); text == "" || strings.Contains(text, "not ready") {
			t.Errorf("%s: %q", path, text)
		}
	}
	form := url.Values{"CallSid": {"CA1"}, "AccountSid": {accountSID}, "From": {"+6281234567890"},
		"To": {snapshot.Lines[0].Numbers[0]}}
	if status, body := post(t, base, form, ""); status != http.StatusForbidden {
		t.Errorf("unsigned: %d %s", status, body)
	}
	signature := simulator.Sign(strings.Repeat("f", 32), "https://hotline.example.com"+twilio.PathIncoming, form)
	if status, body := post(t, base, form, signature); status != http.StatusOK || !strings.Contains(body, "GoPay") {
		t.Errorf("signed: %d %s", status, body)
	}
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("it stopped with %v", err)
	}
}

func post(t *testing.T, base string, form url.Values, signature string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+twilio.PathIncoming,
		strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(twilio.SignatureHeader, signature)
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
