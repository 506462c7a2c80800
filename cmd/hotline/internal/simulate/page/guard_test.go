package page_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOtherWebSitesAreKeptOut(t *testing.T) {
	s := newTestConsole(t, "/voice")
	handler := s.console.Handler()
	const ok = `{"do":"busy"}`
	for _, c := range []struct {
		name, method, host, path, body string
		header                         map[string]string
		status                         int
	}{
		{"the page itself", "POST", "127.0.0.1:8080", "/api/agents", ok,
			map[string]string{"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}, 204},
		{"by its other name", "POST", "localhost:8080", "/api/agents", ok,
			map[string]string{"Origin": "http://localhost:8080"}, 204},
		{"IPv6", "POST", "[::1]:8080", "/api/agents", ok, nil, 204},
		{"a program", "POST", "127.0.0.1:8080", "/api/agents", ok, nil, 204},
		{"a foreign origin", "POST", "127.0.0.1:8080", "/api/agents", ok,
			map[string]string{"Origin": "http://evil.example"}, 403},
		{"another port of this machine", "POST", "127.0.0.1:8080", "/api/agents", ok,
			map[string]string{"Origin": "http://127.0.0.1:9999"}, 403},
		{"no origin", "POST", "127.0.0.1:8080", "/api/agents", ok, map[string]string{"Origin": "null"}, 403},
		{"cross-site", "POST", "127.0.0.1:8080", "/api/agents", ok, map[string]string{"Sec-Fetch-Site": "cross-site"},
			403},
		{"same-site", "POST", "127.0.0.1:8080", "/api/agents", ok, map[string]string{"Sec-Fetch-Site": "same-site"},
			403},
		{"a name that points here", "POST", "evil.example:8080", "/api/agents", ok, nil, 403},
		{"a name that begins like us", "POST", "127.0.0.1.evil.example", "/api/agents", ok, nil, 403},
		{"another machine", "POST", "192.0.2.1:8080", "/api/agents", ok, nil, 403},
		{"no host", "POST", "", "/api/agents", ok, nil, 403},
		{"reading under a foreign name", "GET", "evil.example", "/", "", nil, 403},
		{"a foreign page listening", "GET", "127.0.0.1:8080", "/api/events", "",
			map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a form", "POST", "127.0.0.1:8080", "/api/agents", "do=busy",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415},
		{"plain text", "POST", "127.0.0.1:8080", "/api/agents", ok, map[string]string{"Content-Type": "text/plain"},
			415},
		{"no type", "POST", "127.0.0.1:8080", "/api/agents", ok, map[string]string{"Content-Type": ""}, 415},
		{"no JSON", "POST", "127.0.0.1:8080", "/api/agents", "busy", nil, 400},
		{"an unknown field", "POST", "127.0.0.1:8080", "/api/agents", `{"do":"busy","more":1}`, nil, 400},
		{"too much", "POST", "127.0.0.1:8080", "/api/agents", `{"do":"` + strings.Repeat("x", 5000) + `"}`, nil, 413},
		{"by GET", "GET", "127.0.0.1:8080", "/api/agents", "", nil, 405},
		{"nowhere", "GET", "127.0.0.1:8080", "/api/secrets/x", "", nil, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "/", strings.NewReader(c.body))
			r.URL.Path, r.Host = c.path, c.host
			r.Header.Set("Content-Type", "application/json")
			for name, value := range c.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
		})
	}
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	s := newTestConsole(t, "/voice")
	for path, kind := range map[string]string{"/": "text/html", "/page.js": "text/javascript", "/page.css": "text/css",
		"/icon.svg": "image/svg+xml"} {
		answer, err := http.Get(s.page.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK ||
			!strings.HasPrefix(answer.Header.Get("Content-Type"), kind) {
			t.Fatalf("%s: status %d, type %q, %v", path, answer.StatusCode, answer.Header.Get("Content-Type"), err)
		}
		if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'self'") ||
			strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		text := strings.ReplaceAll(string(body), `xmlns="http://www.w3.org/2000/svg"`, "")
		for _, foreign := range []string{"http:", "https:", "//cdn", "<style", "onclick=", "innerHTML", "eval("} {
			if strings.Contains(text, foreign) {
				t.Errorf("%s holds %q", path, foreign)
			}
		}
	}
}
