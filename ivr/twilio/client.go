package twilio

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// A Client places calls through the provider's REST interface. It implements [dispatch.Dialer].
type Client struct {
	api               *api.ApiService
	requests          *client.RequestHandler
	http              *http.Client
	accountSID, token string
	sealer            *Sealer
	publicURL         string
}

// restLimit is how long one REST request may take. What takes longer is unknown, not failed.
const restLimit = 10 * time.Second

// ClientConfig is what a [Client] needs. A client that only fetches recordings needs no PublicURL and no Sealer.
type ClientConfig struct {
	// AccountSID and its auth token sign every request.
	AccountSID, Token string
	// BaseURL replaces the provider's address, for the simulator or a proxy; empty is the provider's own.
	BaseURL string
	// Edge is where requests enter the provider's network, Region where they go: "tokyo" and "us1" make the host
	// api.tokyo.us1.twilio.com. An edge alone goes to us1; both empty is api.twilio.com.
	// https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region
	Edge, Region string
	// PublicURL is where the provider's webhooks about calls reach us; the Sealer seals the state that they carry.
	PublicURL string
	Sealer    *Sealer
	// Transport carries the requests; nil is the default one.
	Transport http.RoundTripper
}

// NewClient returns an error when the base URL is none.
func NewClient(config ClientConfig) (*Client, error) {
	transport := config.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	var base *url.URL
	if config.BaseURL != "" {
		var err error
		if base, err = url.Parse(config.BaseURL); err != nil || base.Host == "" {
			return nil, fmt.Errorf("base URL %q: give scheme and host, for example http://127.0.0.1:9000",
				config.BaseURL)
		}
	}
	h := &http.Client{Transport: whole{ownHosts{base, transport}}}
	c := &client.Client{Credentials: client.NewCredentials(config.AccountSID, config.Token), HTTPClient: h}
	c.SetAccountSid(config.AccountSID)
	requests := client.NewRequestHandler(c)
	// Not what TWILIO_EDGE and TWILIO_REGION say, which are no settings of ours.
	requests.Edge, requests.Region = config.Edge, config.Region
	return &Client{
		api: api.NewApiService(requests), requests: requests, http: h,
		accountSID: config.AccountSID, token: config.Token, sealer: config.Sealer, publicURL: config.PublicURL,
	}, nil
}

// ownHosts sends what is for the provider's own hosts to another base, where there is one: the library has no setting
// for it. What is for any other host (media may redirect to presigned addresses elsewhere) goes there as it is,
// without credentials.
type ownHosts struct {
	base *url.URL // may be nil
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o ownHosts) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	switch {
	case !providersOwn(request.URL):
		request.Header.Del("Authorization")
	case o.base != nil:
		request.URL.Scheme, request.URL.Host, request.Host = o.base.Scheme, o.base.Host, o.base.Host
		request.URL.Path = strings.TrimRight(o.base.Path, "/") + request.URL.Path
	}
	return o.next.RoundTrip(request)
}

// whole reads every answer to its end within restLimit. The library does not close the body of an answer that is no
// JSON, and a time-out of the HTTP client would keep a goroutine for each.
type whole struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (w whole) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(request.Context(), restLimit)
	defer cancel()
	var connection connecting
	answer, err := w.next.RoundTrip(request.WithContext(httptrace.WithClientTrace(ctx, connection.trace())))
	if err != nil {
		return nil, connection.blame(err)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// maxAnswer bounds what is read of one REST answer; a page of 100 calls is a tenth of it.
const maxAnswer = 4 << 20

// Place asks the provider to ring a target. Its URLs carry the attempt, so that whatever comes back says whose it is.
func (p *Client) Place(_ context.Context, placement dispatch.Placement) (string, error) {
	sealed, err := p.sealer.seal("attempt", "", leg{
		State: ivr.BeginLeg(placement.AttemptID, placement.Callback, placement.Target.Kind == callbacks.Customer),
	})
	if err != nil {
		return "", err
	}
	answered := pathAgent
	if placement.Target.Kind == callbacks.Customer {
		answered = pathFirst
	}
	params := (&api.CreateCallParams{}).
		SetTo(placement.Target.To()).SetFrom(placement.From).SetTimeout(int(placement.Ring / time.Second)).
		SetUrl(p.publicURL + answered + "?s=" + sealed).SetMethod(http.MethodPost).
		SetFallbackUrl(p.publicURL + PathFallback).SetFallbackMethod(http.MethodPost).
		SetStatusCallback(p.publicURL + pathAttemptStatus + "?s=" + sealed + insist).
		SetStatusCallbackMethod(http.MethodPost).
		SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"})
	if placement.Byoc != "" {
		params.SetByoc(placement.Byoc)
	}
	call, err := p.api.CreateCall(params)
	if err != nil {
		return "", refusal(err)
	}
	if call.Sid == nil {
		return "", errors.New("the provider's answer names no call")
	}
	return *call.Sid, nil
}

// mangled is what the library cuts out of every query, values included: "sip:anna@10.0.0.5" would be sent as
// "sip:anna@10", nothing be found, and a telephone that is ringing be rung again.
var mangled = regexp.MustCompile(`\.\d`)

// How many of the newest calls Find looks through: those to one address, or to any.
const (
	findTo  = 50
	findAny = 500
)

// Find lists calls from one number to one address since an instant. The provider lists the newest first, and filters by
// the day on which a call started, which one that still waits in its queue has not: so the instant is compared here.
func (p *Client) Find(_ context.Context, to, from string, since time.Time) ([]dispatch.PlacedCall, error) {
	params := (&api.ListCallParams{}).SetFrom(from).SetLimit(findAny)
	if !mangled.MatchString(to) {
		params.SetTo(to).SetLimit(findTo)
	}
	calls, err := p.api.ListCall(params)
	if err != nil {
		return nil, discreet(err)
	}
	var placed []dispatch.PlacedCall
	for i := range calls {
		call := placedCall(&calls[i])
		if outbound(&calls[i]) && call.To == to && !call.Created.Before(since.Truncate(time.Second)) {
			placed = append(placed, call)
		}
	}
	return placed, nil
}

// Fetch looks one call up.
func (p *Client) Fetch(_ context.Context, sid string) (dispatch.PlacedCall, error) {
	call, err := p.api.FetchCall(sid, &api.FetchCallParams{})
	if err != nil {
		var plain *client.TwilioRestError
		if errors.As(err, &plain) && plain.Status == http.StatusNotFound {
			return dispatch.PlacedCall{}, fmt.Errorf("%w: the provider knows no call %s", callbacks.ErrNotFound, sid)
		}
		return dispatch.PlacedCall{}, discreet(err)
	}
	return placedCall(call), nil
}

// Hangup ends a call in whatever state it is. The provider ignores the request for one that has ended.
func (p *Client) Hangup(_ context.Context, sid string) error {
	_, err := p.api.UpdateCall(sid, (&api.UpdateCallParams{}).SetStatus("completed"))
	var plain *client.TwilioRestError
	if errors.As(err, &plain) && (plain.Code == 21220 ||
		plain.Status == http.StatusNotFound) { // not in progress any more
		return nil
	}
	return discreet(err)
}

// discreet takes telephone numbers out of an error: the provider quotes them in its messages,
// and the HTTP client quotes the URL.
func discreet(err error) error {
	var plain *client.TwilioRestError
	if errors.As(err, &plain) {
		return fmt.Errorf("the provider answered with status %d, code %d", plain.Status, plain.Code)
	}
	var request *url.Error
	if errors.As(err, &request) {
		return fmt.Errorf("%s: %w", request.Op, request.Err)
	}
	return err
}

// outbound leaves out the legs of a Dial: an agent's leg of somebody's inbound call looks like ours but for this,
// and must not be taken for an attempt, let alone hung up.
func outbound(call *api.ApiV2010Call) bool {
	return call.Direction != nil && *call.Direction == "outbound-api"
}

func placedCall(call *api.ApiV2010Call) dispatch.PlacedCall {
	created, _ := time.Parse(time.RFC1123Z, text(call.DateCreated))
	return dispatch.PlacedCall{SID: text(call.Sid), To: text(call.To), From: text(call.From),
		Status: text(call.Status), Created: created.UTC()}
}

var (
	_ Recordings           = (*Client)(nil)
	_ callbacks.Recordings = (*Client)(nil)
)

// recordingName is how the provider names recordings, by its API reference. What is no such name is asked for nowhere:
// it becomes part of a path.
var recordingName = regexp.MustCompile(`^RE[0-9a-fA-F]{32}$`)

// ofAccount is how we name a recording of a sub-account: its account, a slash, and the provider's name.
var ofAccount = regexp.MustCompile(`^(?:(AC[0-9a-fA-F]{32})/)?(RE[0-9a-fA-F]{32})$`)

// recording is whose a recording is and how the provider names it there.
func (p *Client) recording(sid string) (account, name string, err error) {
	found := ofAccount.FindStringSubmatch(sid)
	if found == nil {
		return "", "", fmt.Errorf("%q is no recording of the provider's", sid)
	}
	return cmp.Or(found[1], p.accountSID), found[2], nil
}

// Delete deletes a recording at the provider. One that is not there is no error. It implements [callbacks.Recordings].
func (p *Client) Delete(_ context.Context, sid string) error {
	account, name, err := p.recording(sid)
	if err != nil {
		return err
	}
	err = p.api.DeleteRecording(name, (&api.DeleteRecordingParams{}).SetPathAccountSid(account))
	var plain *client.TwilioRestError
	if errors.As(err, &plain) && plain.Status == http.StatusNotFound {
		return nil
	}
	return discreet(err)
}

// Media fetches the sound of a recording as MP3. The caller closes it. The library has no request for media, so this is
// a plain one with the same credentials and the same way to the provider.
func (p *Client) Media(ctx context.Context, sid string) (io.ReadCloser, string, error) {
	account, name, err := p.recording(sid)
	if err != nil {
		return nil, "", err
	}
	const accounts = "https://api.twilio.com/2010-04-01/Accounts/"
	address, err := p.requests.BuildUrl(accounts + account + "/Recordings/" + name + ".mp3")
	if err != nil {
		return nil, "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	request.SetBasicAuth(p.accountSID, p.token)
	answer, err := p.http.Do(request)
	if err != nil {
		return nil, "", discreet(err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, "", errors.Join(fmt.Errorf("the provider answered with status %d", answer.StatusCode),
			answer.Body.Close())
	}
	return answer.Body, answer.Header.Get("Content-Type"), nil
}
