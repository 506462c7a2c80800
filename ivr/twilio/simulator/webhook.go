package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kinds of webhooks.
const (
	KindVoice     = "voice"     // an inbound call, or one placed by REST that was answered
	KindRedirect  = "redirect"  // Redirect, or a live call that REST sent elsewhere
	KindGather    = "gather"    // keys were gathered
	KindDial      = "dial"      // the action of a Dial
	KindEnqueue   = "enqueue"   // the action of an Enqueue
	KindRecord    = "record"    // the action of a Record
	KindWhisper   = "whisper"   // the url of a noun
	KindWait      = "wait"      // the waitUrl of an Enqueue
	KindFallback  = "fallback"  // the fallback URL
	KindStatus    = "status"    // progress of a call
	KindRecording = "recording" // a recording is ready
	KindMessage   = "message"   // progress of a text message
)

// A Webhook is one delivery of a request to the product, and its answer.
type Webhook struct {
	// At is when it was sent, virtual time.
	At time.Time
	// Leg is the call SID, Kind one of the Kind… names.
	Leg, Kind   string
	Method, URL string
	// Form is what was posted, or for a GET what was added to the query.
	Form   url.Values
	Header http.Header
	// Attempt counts the deliveries of the same request from 1. Repeated marks the extra ones of a fault,
	// Forged those that were changed after signing.
	Attempt          int
	Repeated, Forged bool
	// Status, ContentType and Body are the answer's; Status is 0 when there was none, and Err says why.
	Status            int
	ContentType, Body string
	Err               string

	location string // of an HTTP redirect
}

// Webhooks lists every delivery in order.
func (c *Simulator) Webhooks() []Webhook {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.webhooks)
}

// Replay delivers a recorded webhook again as it was, and reports the answer. No virtual time passes.
func (c *Simulator) Replay(w Webhook) (status int, body []byte, err error) {
	again, err := c.roundTrip(context.Background(), w)
	return again.Status, []byte(again.Body), err
}

// retries says how often and after what a failed delivery is repeated. It is read from the URL's fragment.
type retries struct {
	count  int
	policy []string
}

// overrides are what the fragment of a webhook's URL may set. Source: the provider's page "Webhooks (HTTP callbacks):
// connection overrides".
var overrides = fields{
	"rc": integer(0, 5), "ct": integer(100, 10_000), "rt": integer(100, 15_000), "tt": integer(100, 15_000),
	"sni": oneOf("y", "n"), "e": someText(100),
	"rp": {wrong: func(v string) string {
		for policy := range strings.SplitSeq(v, ",") {
			if want := oneOf("4xx", "5xx", "ct", "rt", "all").wrong(policy); want != "" {
				return want + ", or several with commas"
			}
		}
		return ""
	}},
}

// retriesOf reads #rc=…&rp=…; without them one failed connection is tried once more. What cannot be read is a broken
// rule.
func retriesOf(rawURL string) (retries, error) {
	r := retries{count: 1, policy: []string{"ct"}}
	_, fragment, _ := strings.Cut(rawURL, "#")
	settings, err := url.ParseQuery(fragment)
	if err != nil {
		return r, err
	}
	if wrong := overrides.check(settings); wrong != nil {
		return r, errors.New(wrong.message)
	}
	if settings.Has("rc") {
		r.count, _ = strconv.Atoi(settings.Get("rc")) // it was checked
	}
	if settings.Has("rp") {
		r.policy = strings.Split(settings.Get("rp"), ",")
	}
	return r, nil
}

func (r retries) cover(w Webhook, err error) bool {
	reason := ""
	switch {
	case errors.Is(err, errNoAnswer):
		reason = "rt"
	case err != nil:
		reason = "ct"
	case w.Status >= 500:
		reason = "5xx"
	case w.Status >= 400:
		reason = "4xx"
	default:
		return false
	}
	return slices.Contains(r.policy, "all") || slices.Contains(r.policy, reason)
}

var (
	errNotDelivered = errors.New("the connection failed")
	errNoAnswer     = errors.New("no answer came back")
)

// send delivers a webhook, retries it as its URL asks for, and returns the last delivery. The simulator is locked
// when it is called and when it returns, and unlocked while the request is under way.
func (c *Simulator) send(p *process, w Webhook) (Webhook, error) {
	r, err := retriesOf(w.URL)
	if err != nil {
		c.violation(c.bySID[w.Leg], "connection overrides of a %s webhook: %v", w.Kind, err)
	}
	w.URL, _, _ = strings.Cut(w.URL, "#")
	if w.Method == http.MethodGet && len(w.Form) > 0 {
		w.URL = withQuery(w.URL, w.Form)
	}
	w.Header = http.Header{}
	w.Header.Set("I-Twilio-Idempotency-Token", c.newSID(""))
	c.opts.sign(w.Header, w.URL, w.posted())
	w.Header.Set("User-Agent", "TwilioProxy/1.1")
	w.Header.Set("Accept", "*/*")
	for w.Attempt = 1; ; w.Attempt++ {
		done, err := c.deliverOnce(p, w)
		if w.Attempt > r.count || !r.cover(done, err) {
			return done, err
		}
	}
}

// deliverOnce sends one delivery with the faults that were asked for it.
func (c *Simulator) deliverOnce(p *process, w Webhook) (Webhook, error) {
	var fault WebhookFault
	if c.opts.Faults.Webhook != nil {
		c.unlocked(func() { fault = c.opts.Faults.Webhook(w) })
	}
	if fault.Delay > 0 {
		p.sleep(fault.Delay)
	}
	w.At = c.clock.Now()
	if fault.Lose {
		return c.note(w, errNotDelivered)
	}
	if fault.Tamper {
		c.forge(p, w)
	}
	if c.opts.Clock != nil { // then the extra ones race with the one that counts
		c.repeat(w, fault.Repeat)
		fault.Repeat = 0
	}
	done, err := c.exchange(p, w)
	for range fault.Repeat {
		again := w
		again.Repeated = true
		_, _ = c.exchange(p, again)
	}
	if fault.LoseAnswer {
		return done, errNoAnswer
	}
	return done, err
}

// repeat sends extra deliveries, each in a process of its own.
func (c *Simulator) repeat(w Webhook, times int) {
	w.Repeated = true
	for range times {
		c.spawn(func(p *process) { _, _ = c.exchange(p, w) })
	}
}

// forge sends a copy that was changed after signing. A product that takes it has not checked the signature.
func (c *Simulator) forge(p *process, w Webhook) {
	w.Forged = true
	w.Form = maps.Clone(w.Form)
	w.Form.Set("From", "+15005550006")
	if w.Method == http.MethodGet {
		w.URL += "&Forged=1"
	}
	done, err := c.exchange(p, w)
	if err == nil && done.Status < http.StatusBadRequest {
		c.violation(c.bySID[w.Leg], "a forged %s webhook was answered with %d", w.Kind, done.Status)
	}
}

// exchange sends a request and writes down the answer.
func (c *Simulator) exchange(p *process, w Webhook) (Webhook, error) {
	ctx := c.ctx
	var err error
	if c.opts.Clock != nil {
		return c.note(c.exchangeLive(ctx, p, w))
	}
	c.unlocked(func() { w, err = c.roundTrip(ctx, w) })
	for _, worker := range c.workers {
		worker.woken = worker.woken || !c.opts.StrictWake
	}
	return c.note(w, err)
}

func (c *Simulator) note(w Webhook, err error) (Webhook, error) {
	if err != nil {
		w.Err = err.Error()
	}
	if !c.opts.Forgetful {
		c.webhooks = append(c.webhooks, w)
	}
	return w, err
}

// roundTrip does the HTTP of one delivery.
func (c *Simulator) roundTrip(ctx context.Context, w Webhook) (Webhook, error) {
	req, err := http.NewRequestWithContext(ctx, w.Method, w.URL, strings.NewReader(w.posted().Encode()))
	if err != nil {
		return w, err
	}
	req.Header = w.Header.Clone()
	if w.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return w, failure(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 16*maxDocument))
	if err != nil {
		return w, failure(err)
	}
	w.Status, w.ContentType, w.Body = resp.StatusCode, resp.Header.Get("Content-Type"), string(body)
	w.location = resp.Header.Get("Location")
	return w, nil
}

// failure tells a connection that failed from an answer that did not come.
func failure(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w: %w", errNotDelivered, err)
	}
	return fmt.Errorf("%w: %w", errNoAnswer, err)
}

// posted is the form as the body carries it: nothing for a GET, whose form is in its URL.
func (w Webhook) posted() url.Values {
	if w.Method == http.MethodGet {
		return nil
	}
	return w.Form
}

func withQuery(rawURL string, form url.Values) string {
	if strings.Contains(rawURL, "?") {
		return rawURL + "&" + form.Encode()
	}
	return rawURL + "?" + form.Encode()
}
