package simulator

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	apiVersion = "2010-04-01"
	// apiOrigin is where the real provider's API is; URLs within answers begin with it.
	apiOrigin = "https://api.twilio.com"
)

// A Request is one REST request and how it was answered.
type Request struct {
	// At is the virtual time.
	At           time.Time
	Method, Path string
	// Form is the body's, for a GET or DELETE the query's.
	Form url.Values
	// Status is the HTTP status, Code the provider's error code (0: none), Body the answer.
	Status, Code int
	Body         string
	// AnswerLost is set when a fault kept the answer from the product.
	AnswerLost bool
}

// Requests lists every REST request in order.
func (c *Simulator) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

// A restError is a refusal in the provider's form.
type restError struct {
	status, code int
	message      string
	mistake      bool // no correct client would have asked: a violation
}

func refuse(status, code int, format string, args ...any) *restError {
	return &restError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// mistake refuses what no correct client asks for.
func mistake(status, code int, format string, args ...any) *restError {
	e := refuse(status, code, format, args...)
	e.mistake = true
	return e
}

func (e *restError) body() []byte {
	body, _ := json.Marshal(map[string]any{"code": e.code, "message": e.message, "status": e.status,
		"more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", e.code)})
	return body
}

// A reply is what an endpoint answers: a value to be sent as JSON, or media.
type reply struct {
	status int
	value  any
	media  []byte
	kind   string // content type of the media
}

// A request is one that may be served: its path and form were checked.
type request struct {
	raw   func(name string) string // a part of the path
	form  url.Values
	delay time.Duration // asked for by a fault
}

// path is a part of the path without the format at its end.
func (r request) path(name string) string { return strings.TrimSuffix(r.raw(name), ".json") }

// An endpoint serves one method and path; its fields are checked before it is called, with the simulator locked.
type endpoint struct {
	pattern string // method and path, below the account unless it begins with /v1/
	fields  fields
	serve   func(*Simulator, request) (reply, *restError)
}

var endpoints = slices.Concat(callEndpoints, queueEndpoints, recordingEndpoints, messageEndpoints, accountEndpoints)

// accountPath is where everything is.
func (c *Simulator) accountPath() string {
	return "/" + apiVersion + "/Accounts/" + c.opts.AccountSID
}

// Handler is the REST API.
func (c *Simulator) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, e := range endpoints {
		method, path, _ := strings.Cut(e.pattern, " ")
		if !strings.HasPrefix(path, "/v1/") { // other interfaces of the provider have hosts of their own
			path = c.accountPath() + path
		}
		mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) { c.rest(w, r, e) })
	}
	unknown := endpoint{serve: func(*Simulator, request) (reply, *restError) {
		return reply{}, mistake(http.StatusNotFound, codeNotFound, "The requested resource was not found")
	}}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { c.rest(w, r, unknown) })
	return mux
}

// rest serves one request from its arrival to its answer.
func (c *Simulator) rest(w http.ResponseWriter, r *http.Request, e endpoint) {
	form, malformed := readForm(r)
	rep, fault := c.take(r, e, form, malformed)
	c.holdBack(r.Context(), fault.Slow)
	switch {
	case fault.Drop:
		panic(http.ErrAbortHandler)
	case fault.LoseAnswer:
		rep = reply{status: http.StatusGatewayTimeout,
			media: []byte("<html><body>504 Gateway Time-out</body></html>"), kind: "text/html"}
	}
	w.Header().Set("Content-Type", rep.kind)
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.media)
}

// holdBack lets time pass before an answer, at most until the client has gone away.
func (c *Simulator) holdBack(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	over := make(chan struct{})
	c.mu.Lock()
	c.after(d, func() { close(over) })
	c.mu.Unlock()
	select {
	case <-over:
	case <-ctx.Done():
	}
}

// take carries out a request and writes it down. Time stands still from here until it is done.
func (c *Simulator) take(r *http.Request, e endpoint, form url.Values, malformed error) (reply, RESTFault) {
	c.arrived.Add(1)
	c.mu.Lock()
	defer func() {
		c.arrived.Add(-1)
		c.served.Broadcast()
		c.mu.Unlock()
	}()
	record := Request{At: c.clock.Now(), Method: r.Method, Path: r.URL.Path, Form: form}
	rep, fault := c.answerREST(r, e, &record, malformed)
	if !c.opts.Forgetful {
		c.requests = append(c.requests, record)
	}
	return rep, fault
}

// readForm reads the form from where the method has it. The result is never nil.
func readForm(r *http.Request) (form url.Values, malformed error) {
	raw := r.URL.RawQuery
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			return url.Values{}, err
		}
		raw = string(body)
	}
	return url.ParseQuery(raw)
}

// answerREST decides the answer and writes it into the record. The simulator is locked.
func (c *Simulator) answerREST(r *http.Request, e endpoint, record *Request, malformed error) (reply, RESTFault) {
	rep, refusal, fault := c.carryOut(r, e, *record, malformed)
	if refusal != nil {
		if refusal.mistake {
			c.violation(nil, "REST %s %s: %s", r.Method, r.URL.Path, refusal.message)
		}
		rep = reply{status: refusal.status, media: refusal.body()}
		record.Code = refusal.code
	} else if rep.value != nil {
		rep.media, _ = json.Marshal(rep.value)
	}
	if rep.kind == "" {
		rep.kind = "application/json"
	}
	if rep.status == 0 {
		rep.status = http.StatusOK
	}
	record.Status, record.Body, record.AnswerLost = rep.status, string(rep.media), fault.LoseAnswer || fault.Drop
	return rep, fault
}

func (c *Simulator) carryOut(r *http.Request, e endpoint, record Request, malformed error) (reply, *restError,
	RESTFault) {
	var fault RESTFault
	if !c.authorised(r) {
		return reply{}, mistake(http.StatusUnauthorized, 20003, "Authenticate"), fault
	}
	if malformed != nil {
		return reply{}, mistake(http.StatusBadRequest, codeParameter, "The form cannot be read: %v", malformed), fault
	}
	if complaint := e.fields.check(record.Form); complaint != nil {
		return reply{}, complaint, fault
	}
	if c.opts.Faults.REST != nil {
		c.unlocked(func() { fault = c.opts.Faults.REST(record) })
	}
	if fault.Status != 0 {
		if fault.Body != "" {
			return reply{status: fault.Status, media: []byte(fault.Body), kind: "text/html"}, nil, fault
		}
		return reply{}, refuse(fault.Status, fault.Code, "Injected fault"), fault
	}
	if fault.Drop && !fault.LoseAnswer {
		return reply{}, nil, fault
	}
	rep, refusal := e.serve(c, request{raw: r.PathValue, form: record.Form, delay: fault.Delay})
	return rep, refusal, fault
}

func (c *Simulator) authorised(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	return ok && subtle.ConstantTimeCompare([]byte(user), []byte(c.opts.AccountSID)) == 1 &&
		subtle.ConstantTimeCompare([]byte(password), []byte(c.opts.AuthToken)) == 1
}
