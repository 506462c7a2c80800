package simulator

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	methodPost = http.MethodPost
	// maxRedirects is how many redirects, HTTP's or the verb's, may follow each other.
	maxRedirects = 10
	// maxPerInstant is how many documents one leg may fetch without time passing before it goes in circles.
	maxPerInstant = 50
)

// fetch gets the next document of a leg, from the fallback URL when the first request fails. It returns nil when
// the call cannot go on: the holder of the telephone then has heard the provider's own apology, and is hung up.
func (l *leg) fetch(in scope, src source) *document {
	doc, fault := l.request(src)
	if fault == nil || l.over() {
		return doc
	}
	l.emit(Event{Event: EventWebhookFailed, URL: src.url, Detail: fault.Error()})
	if fault.code == codeHTTP || fault.code == codeConnection {
		// A product that is down is no broken rule, as long as its fallback takes over.
	} else {
		l.c.violation(l, "%s: %s", fault, src.url)
	}
	if l.fallbackURL == "" || l.fellBack.Equal(l.now()) || in == whisperScope || in == noticeScope {
		return l.giveUp(src.url, fault)
	}
	l.fellBack, l.redirects, l.perInstant = l.now(), 0, 0
	l.emit(Event{Event: EventFallback, URL: l.fallbackURL})
	form := maps.Clone(src.form)
	if form == nil {
		form = url.Values{}
	}
	form.Set("ErrorCode", strconv.Itoa(fault.code))
	form.Set("ErrorUrl", src.url)
	doc, second := l.request(source{kind: KindFallback, url: l.fallbackURL, method: l.fallbackMethod, form: form})
	if second == nil || l.over() {
		return doc
	}
	l.emit(Event{Event: EventWebhookFailed, URL: l.fallbackURL, Detail: second.Error()})
	return l.giveUp(l.fallbackURL, second)
}

// giveUp plays the provider's own apology and hangs up.
func (l *leg) giveUp(failed string, fault *playError) *document {
	l.c.violation(l, "the call was given up: %s: %s", fault, failed)
	l.answer()
	apology := &element{name: "Say", attrs: map[string]string{"language": "en-US"},
		text: "We are sorry. An application error has occurred. Goodbye."}
	if l.utter(apology, nil) {
		l.hangUp()
	}
	return nil
}

// request gets a document, following HTTP redirects, and checks it.
func (l *leg) request(src source) (*document, *playError) {
	if fault := l.circles(); fault != nil {
		return nil, fault
	}
	if src.twiml != "" {
		return l.read(src.url, src.method, []byte(src.twiml))
	}
	target, method, form := src.url, src.method, l.form()
	maps.Copy(form, src.form)
	for range maxRedirects + 1 {
		w, err := l.c.send(l.proc, Webhook{Leg: l.sid, Kind: src.kind, Method: method, URL: target, Form: form})
		if err != nil {
			return nil, &playError{codeConnection, err.Error()}
		}
		switch w.Status {
		case http.StatusOK:
			if fault := contentFault(w.ContentType); fault != nil {
				return nil, fault
			}
			return l.read(target, method, []byte(w.Body))
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
			// The request becomes a GET, and what the verb had to say is lost.
			method, form = http.MethodGet, l.form()
		case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return nil, &playError{codeHTTP, fmt.Sprintf("HTTP status %d", w.Status)}
		}
		if target, err = resolve(target, w.location); err != nil {
			return nil, &playError{codeHTTP, fmt.Sprintf("HTTP status %d: %v", w.Status, err)}
		}
	}
	return nil, &playError{codeRedirects, fmt.Sprintf("more than %d HTTP redirects", maxRedirects)}
}

// circles finds a leg that goes from document to document without anything being heard.
func (l *leg) circles() *playError {
	if l.redirects > maxRedirects {
		return &playError{codeRedirects, fmt.Sprintf("more than %d redirects in a row", maxRedirects)}
	}
	if now := l.now(); !l.instant.Equal(now) {
		l.instant, l.perInstant = now, 0
	}
	if l.perInstant++; l.perInstant > maxPerInstant {
		return &playError{codeRedirects, fmt.Sprintf("%d documents were fetched and nothing was heard", maxPerInstant)}
	}
	return nil
}

// read parses a document and holds it against the schema.
func (l *leg) read(from, method string, body []byte) (*document, *playError) {
	root, fault := parseDocument(body)
	if fault != nil {
		return nil, fault
	}
	for _, complaint := range checkTree(root) {
		l.c.violation(l, "TwiML from %s: %s", withoutQuery(from), complaint)
	}
	return &document{url: from, method: method, verbs: root.children}, nil
}

func contentFault(contentType string) *playError {
	kind, _, err := mime.ParseMediaType(contentType)
	if err == nil && (kind == "text/xml" || kind == "application/xml") {
		return nil
	}
	return &playError{codeHTTP, fmt.Sprintf("content type %q is not XML", contentType)}
}

func withoutQuery(rawURL string) string {
	before, _, _ := strings.Cut(rawURL, "?")
	return before
}

// form is what every webhook of a leg says.
func (l *leg) form() url.Values {
	f := url.Values{}
	f.Set("CallSid", l.sid)
	f.Set("AccountSid", l.c.opts.AccountSID)
	f.Set("From", l.from)
	f.Set("To", l.to)
	f.Set("Caller", l.from)
	f.Set("Called", l.to)
	f.Set("CallStatus", l.status)
	f.Set("Direction", l.direction)
	f.Set("ApiVersion", apiVersion)
	f.Set("FromCountry", country(l.from))
	f.Set("CallerCountry", country(l.from))
	f.Set("ToCountry", country(l.to))
	f.Set("CalledCountry", country(l.to))
	if l.parent != nil {
		f.Set("ParentCallSid", l.parent.sid)
	}
	if l.answeredBy != "" {
		f.Set("AnsweredBy", l.answeredBy)
	}
	return f
}

// countries by calling code, for the fields that name one. The provider knows more; these are our markets.
var countries = []struct{ prefix, code string }{
	{"+1", "US"}, {"+44", "GB"}, {"+60", "MY"}, {"+61", "AU"}, {"+62", "ID"}, {"+63", "PH"}, {"+65", "SG"}, {"+66",
		"TH"},
	{"+81", "JP"}, {"+82", "KR"}, {"+84", "VN"}, {"+852", "HK"}, {"+86", "CN"}, {"+886", "TW"}, {"+91", "IN"},
}

func country(address string) string {
	for _, c := range countries {
		if strings.HasPrefix(address, c.prefix) {
			return c.code
		}
	}
	return ""
}
