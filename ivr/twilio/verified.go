package twilio

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxBody bounds a webhook's body; the provider's are a few kB.
	maxBody = 64 << 10
	// longestValue bounds what is taken of one field, in bytes. The address of a recording is the longest that we need.
	longestValue = 512
	// answerLimit is how long the provider waits for an answer: what takes longer is for nobody.
	answerLimit = 15 * time.Second
)

// verified reads the raw body, checks its signature over the configured public URL, and only then believes a word of
// it.
func (s *Server) verified(answer http.ResponseWriter, r *http.Request) (webhook, error) {
	form, err := readForm(r)
	if err != nil {
		return webhook{}, err
	}
	// The body came within the server's short limit for reading, which would cancel an answer that takes longer.
	// Real time on purpose: it is the connection's. A test's connection has no limit.
	_ = http.NewResponseController(answer).SetReadDeadline(time.Now().Add(answerLimit))
	// The request's own path and query as they came, behind our public URL, whose path a proxy may have cut off.
	if err := s.authentic(r.Header, s.PublicURL+r.RequestURI, form); err != nil {
		return webhook{}, err
	}
	if !s.ours(form["AccountSid"]) {
		return webhook{}, errAccount
	}
	shorten(form)
	return webhook{path: r.URL.Path, form: form, subAccount: s.subAccount(form), sealed: r.URL.Query().Get("s")}, nil
}

func readForm(r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, errForm
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || kind != "application/x-www-form-urlencoded" {
		return nil, errForm
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errForm
	}
	return form, nil
}

// ours reports whether a webhook is of an account that we serve. A key may sign for several.
func (s *Server) ours(accounts []string) bool {
	if len(s.Accounts) == 0 {
		return true
	}
	return len(accounts) == 1 && slices.Contains(s.Accounts, accounts[0])
}

// subAccount is the account of a webhook, if it is another than our own.
func (s *Server) subAccount(form url.Values) string {
	if account := form.Get("AccountSid"); len(s.Accounts) > 0 && account != s.Accounts[0] {
		return account
	}
	return ""
}

// shorten cuts every value to what means anything to us, so that no stranger fills the store or a log with one. An
// address of ours that failed is longer, since a call's whole state is in it.
func shorten(form url.Values) {
	for name, values := range form {
		if name == "ErrorUrl" {
			continue
		}
		for i, value := range values {
			values[i] = cut(value, longestValue)
		}
	}
}

// cut shortens a text to at most limit bytes and never within a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return strings.Clone(text[:limit])
}
