package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// A Verdict is what a [Doctor] thinks of something.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Wrong   Verdict = "WRONG"
	Unknown Verdict = "unknown"
)

// A Finding is one thing that was looked at.
type Finding struct {
	Verdict Verdict
	// Line is the line's ID; empty: it concerns all.
	Line string
	// About is what was looked at, Detail what it is and, unless it is right, what to do.
	About, Detail string
}

// A Doctor compares what the provider has of the account with what the lines need, and asks our public URL. It
// changes nothing.
type Doctor struct {
	Client *Client
	// Accounts own the numbers: the account first, then its sub-accounts.
	Accounts  []string
	PublicURL string
	Lines     []*ivr.Line
	// KeysOnly is set when webhooks that the token signs are refused.
	KeysOnly bool
	// HTTP asks the public URL.
	HTTP *http.Client

	found []Finding
}

// Examine returns all findings. It is an error when the provider cannot be asked at all.
func (d *Doctor) Examine(ctx context.Context) ([]Finding, error) {
	if _, err := d.number(ctx, "+15005550000"); err != nil && !errors.Is(err, callbacks.ErrNotFound) {
		return nil, fmt.Errorf("the provider's API cannot be asked: %w; check HOTLINE_TWILIO_ACCOUNT_SID, "+
			"HOTLINE_TWILIO_AUTH_TOKEN and the way to api.twilio.com", err)
	}
	d.found, d.PublicURL = nil, strings.TrimRight(d.PublicURL, "/")
	d.public(ctx)
	for _, line := range d.Lines {
		for _, number := range line.Numbers {
			d.pointsAtUs(ctx, line, number)
		}
		if line.CallerID != "" {
			d.owned(ctx, line, "caller ID "+line.CallerID, line.CallerID)
		}
		d.sender(ctx, line)
		for _, iso := range countriesOf(line) {
			d.country(ctx, line, iso)
		}
	}
	return d.found, nil
}

func (d *Doctor) say(verdict Verdict, line *ivr.Line, about, format string, args ...any) {
	f := Finding{Verdict: verdict, About: about, Detail: fmt.Sprintf(format, args...)}
	if line != nil {
		f.Line = line.ID
	}
	d.found = append(d.found, f)
}

// number looks a number up in all accounts.
func (d *Doctor) number(ctx context.Context, e164 string) (found accountNumber, err error) {
	for _, account := range d.Accounts {
		if found, err = d.Client.number(ctx, account, e164); !errors.Is(err, callbacks.ErrNotFound) {
			return found, err
		}
	}
	return found, callbacks.ErrNotFound
}

// owned says whether an account has a number.
func (d *Doctor) owned(ctx context.Context, line *ivr.Line, about, e164 string) (found accountNumber, ok bool) {
	found, err := d.number(ctx, e164)
	switch {
	case errors.Is(err, callbacks.ErrNotFound) && overTrunk(line, e164):
		d.say(Unknown, line, about, "not in the account; the line has a trunk for such numbers: look in the console whether "+
			"the trunk asks %s", d.PublicURL+PathIncoming)
	case errors.Is(err, callbacks.ErrNotFound):
		d.say(Wrong, line, about, "the account does not have it: buy or port it, or correct the line's file")
	case err != nil:
		d.say(Unknown, line, about, "%v", err)
	default:
		d.say(OK, line, about, "in the account")
	}
	return found, err == nil
}

// pointsAtUs says where the calls to a number of a line go.
func (d *Doctor) pointsAtUs(ctx context.Context, line *ivr.Line, e164 string) {
	n, ok := d.owned(ctx, line, "number "+e164, e164)
	if !ok {
		return
	}
	if n.elsewhere != "" {
		d.say(Wrong, line, e164+", a call comes in", "its calls go to %s: take that trunk or application away from the "+
			"number, and enter %s", n.elsewhere, d.PublicURL+PathIncoming)
		return
	}
	for _, hook := range []struct{ about, url, method, want string }{
		{"a call comes in", n.incoming, n.incomingMethod, d.PublicURL + PathIncoming},
		{"call status changes", n.status, n.statusMethod, d.PublicURL + PathStatus},
	} {
		about := e164 + ", " + hook.about
		url, _, _ := strings.Cut(hook.url, "#") // what follows is for the provider
		switch {
		case url == "":
			d.say(Wrong, line, about, "nothing is asked: enter %s, POST", hook.want)
		case url != hook.want:
			d.say(Wrong, line, about, "%s is asked: enter %s, POST", url, hook.want)
		case !posts(hook.method):
			d.say(Wrong, line, about, "asked with %s: choose POST", hook.method)
		default:
			d.say(OK, line, about, "POST %s", hook.url)
		}
	}
	about := e164 + ", primary handler fails"
	url, _, _ := strings.Cut(n.fallback, "#")
	switch {
	case url == "":
		d.say(Wrong, line, about, "nothing is asked, and callers would hear an error: enter %s of another machine, or "+
			"what hotline fallback prints as a TwiML Bin", PathFallback)
	case strings.HasSuffix(url, PathFallback) && !posts(n.fallbackMethod):
		d.say(Wrong, line, about, "asked with %s: choose POST", n.fallbackMethod)
	case url == d.PublicURL+PathFallback:
		d.say(OK, line, about, "POST %s; better on another machine", n.fallback)
	default:
		d.say(OK, line, about, "%s, which was not tried", url)
	}
}

// posts reports whether a webhook's method is POST, which is the provider's default.
func posts(method string) bool { return cmp.Or(method, http.MethodPost) == http.MethodPost }

// sender says whom the text messages of a line come from.
func (d *Doctor) sender(ctx context.Context, line *ivr.Line) {
	if !line.SMS && line.Alert == "" {
		return
	}
	sender := cmp.Or(line.SMSSender, line.Numbers[0])
	about := "text messages from " + sender
	switch {
	case strings.HasPrefix(sender, "+"):
		n, err := d.number(ctx, sender)
		switch {
		case errors.Is(err, callbacks.ErrNotFound):
			d.say(Wrong, line, about, "the account does not have this number: correct text_sender in the line's file")
		case err != nil:
			d.say(Unknown, line, about, "%v", err)
		case !n.sms:
			d.say(Wrong, line, about, "the number cannot send any: name another one with text_sender in the line's file")
		default:
			d.say(OK, line, about, "a number of the account that sends text messages")
		}
	case isService(sender):
		name, err := d.Client.service(ctx, sender)
		switch {
		case errors.Is(err, callbacks.ErrNotFound):
			d.say(Wrong, line, about, "the account has no such messaging service: correct text_sender in the line's file")
		case err != nil:
			d.say(Unknown, line, about, "%v", err)
		default:
			d.say(OK, line, about, "messaging service %q, which chooses among its senders", name)
		}
	default:
		d.say(Unknown, line, about, "a name: the provider's guidelines say which countries take it, and where it has to "+
			"be registered")
	}
}

// country says whether the account may call a country.
func (d *Doctor) country(ctx context.Context, line *ivr.Line, iso string) {
	about := "calls to " + iso
	found, err := d.Client.country(ctx, iso)
	switch {
	case errors.Is(err, callbacks.ErrNotFound):
		d.say(Unknown, line, about, "the provider does not list this country")
	case err != nil:
		d.say(Unknown, line, about, "%v", err)
	case !found.permitted && overTrunk(line, found.codes...):
		d.say(Unknown, line, about, "over a trunk, which has permissions of its own: look at them in the console")
	case !found.permitted:
		d.say(Wrong, line, about, "switched off: switch it on in the console, Voice, Settings, Geo permissions")
	default:
		d.say(OK, line, about, "switched on")
	}
}

// countriesOf are those that a line's callbacks go to, or its own where they go to any, and those of its agents'
// telephones.
func countriesOf(line *ivr.Line) []string {
	all := slices.Clone(line.Callbacks.Countries)
	if len(all) == 0 {
		all = []string{line.Region}
	}
	for _, desk := range line.Desks {
		for _, target := range desk.Targets {
			if country := callbacks.Country(target.Address); target.Kind == callbacks.Number && country != "" {
				all = append(all, country)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// overTrunk reports whether a route of the line's own leads to numbers that begin so.
func overTrunk(line *ivr.Line, beginnings ...string) bool {
	return slices.ContainsFunc(beginnings, func(code string) bool { return line.Callbacks.Route(code).Byoc != "" })
}

// public asks our own public URL, as far as anybody may: whether we are there, and refuse what nobody has signed.
func (d *Doctor) public(ctx context.Context) {
	const proxy = "check the name, the certificate and the proxy, and that hotline serve runs"
	switch status, err := d.ask(ctx, http.MethodGet, "/healthz"); {
	case err != nil:
		d.say(Wrong, nil, d.PublicURL, "does not answer: %v; %s", err, proxy)
		return
	case status == http.StatusOK:
		d.say(OK, nil, d.PublicURL, "answers, and /healthz is well")
	case status >= http.StatusInternalServerError:
		d.say(Wrong, nil, d.PublicURL, "/healthz answers with status %d; %s", status, proxy)
	default:
		d.say(OK, nil, d.PublicURL, "answers; /healthz is kept inside (status %d)", status)
	}
	switch status, err := d.ask(ctx, http.MethodPost, PathIncoming); {
	case err != nil:
		d.say(Wrong, nil, "unsigned webhooks", "%s does not answer: %v; %s", PathIncoming, err, proxy)
	case status != http.StatusForbidden:
		d.say(Wrong, nil, "unsigned webhooks", "%s answers with status %d and not 403: this is not hotline serve, or "+
			"something is in front of it", PathIncoming, status)
	default:
		d.say(OK, nil, "unsigned webhooks", "are refused")
	}
	if d.KeysOnly {
		d.say(Unknown, nil, "signatures", "only shared keys are accepted: look in the console whether all webhooks are "+
			"signed with one")
	}
}

// ask returns the status of an answer.
func (d *Doctor) ask(ctx context.Context, method, path string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, restLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, d.PublicURL+path, nil)
	if err != nil {
		return 0, err
	}
	answer, err := d.HTTP.Do(request)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	return answer.StatusCode, errors.Join(err, answer.Body.Close())
}
