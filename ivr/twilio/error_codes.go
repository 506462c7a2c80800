package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/twilio/twilio-go/client"
)

// What the provider's error codes mean, and which errors mean that it was never asked.

// A providerCode is what is known of one code: https://www.twilio.com/docs/api/errors
type providerCode struct {
	why string
	// permanent: asking again will not help. ours: it is about the number that calls or writes, which is the line's
	// own.
	permanent, ours bool
}

// providerCodes are those that concern a number, a sender or a country, and not the moment; and a few others for their
// words. One that is not here is taken to be for the moment.
var providerCodes = map[int]providerCode{
	13223: {why: "the number has a wrong format", permanent: true},
	13224: {why: "there is no such number", permanent: true},
	13225: {why: "the provider never calls this number", permanent: true},
	13227: {why: "the account may not call this country (voice geographic permissions)", permanent: true},
	20003: {why: "the account or its token was not accepted"},
	20429: {why: "too many requests"},
	21210: {why: "the caller ID is neither a number of the account nor verified", permanent: true, ours: true},
	21211: {why: "there is no such number", permanent: true},
	21212: {why: "the line's own number or sender cannot be used", permanent: true, ours: true},
	21213: {why: "the request has no caller ID", permanent: true, ours: true},
	21214: {why: "the number cannot be reached", permanent: true},
	21215: {why: "the account may not call this country (voice geographic permissions)", permanent: true},
	21216: {why: "the account may not call this number", permanent: true},
	21217: {why: "there is no such number", permanent: true},
	21219: {why: "the number is not verified, which a trial account needs", permanent: true},
	32205: {why: "the account may not call this country (voice geographic permissions)", permanent: true},

	// Text messages, when they are asked for.
	21266: {why: "the message would go to its own sender", permanent: true},
	21408: {why: "the account may not write to this country (messaging geographic permissions)", permanent: true},
	21601: {why: "the sender is no number of the account that can write", permanent: true, ours: true},
	21603: {why: "the request has no sender", permanent: true, ours: true},
	21606: {why: "the sender cannot write to this destination", permanent: true, ours: true},
	21608: {why: "the number is not verified, which a trial account needs", permanent: true},
	21610: {why: "the customer has opted out of messages from this sender", permanent: true},
	21611: {why: "the sender's queue is full"},
	21612: {why: "this sender and this destination do not go together", permanent: true},
	21614: {why: "the number takes no text messages", permanent: true},
	21617: {why: "the message is too long", permanent: true, ours: true},
	21635: {why: "the number is a landline", permanent: true},
	21659: {why: "the sender is no number of the provider's", permanent: true, ours: true},
	21660: {why: "the sender belongs to another account", permanent: true, ours: true},
	21661: {why: "the sender's number cannot write", permanent: true, ours: true},
	21703: {why: "the messaging service has no sender", permanent: true, ours: true},
	21705: {why: "there is no such messaging service", permanent: true, ours: true},

	// Text messages, later.
	30001: {why: "the provider's queue was full"},
	30002: {why: "the account is suspended", permanent: true, ours: true},
	30003: {why: "the telephone is off or cannot be reached"},
	30004: {why: "the customer or their network blocks the message", permanent: true},
	30005: {why: "there is no such number", permanent: true},
	30006: {why: "the number is a landline, or its network cannot be reached", permanent: true},
	30007: {why: "the message was filtered as unwanted", permanent: true},
	30008: {why: "the customer's network gave no reason"},
	30034: {why: "the sender is not registered for this destination", permanent: true, ours: true},
}

// codeWords are a code and its meaning, for remarks; empty for 0.
func codeWords(code int) string {
	known, ok := providerCodes[code]
	switch {
	case code == 0:
		return ""
	case !ok:
		return fmt.Sprintf("code %d", code)
	}
	return fmt.Sprintf("code %d, %s", code, known.why)
}

// refusal tells a plain refusal, after which nothing rings and nothing was sent, from everything else, after which
// nobody knows. It serves calls and text messages alike.
func refusal(err error) error {
	if errors.Is(err, errUnreached) {
		return &callbacks.RefusedError{Unreached: true}
	}
	var plain *client.TwilioRestError
	if errors.As(err, &plain) && plain.Status >= 400 && plain.Status < 500 &&
		plain.Status != http.StatusRequestTimeout {
		known := providerCodes[plain.Code]
		return &callbacks.RefusedError{
			Code: plain.Code, Permanent: known.permanent, Ours: known.ours, Reason: known.why, Message: plain.Message,
		}
	}
	return discreet(err)
}

// errUnreached: no connection came about (no address, nobody listening, no TLS), so not a byte of the request was sent.
var errUnreached = errors.New("the provider could not be reached")

// A connecting watches whether a request gets a connection.
type connecting struct{ wanted, got atomic.Bool }

func (c *connecting) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	}
}

// blame marks an error of a request that never got a connection. A transport that does not tell whether it wanted one
// leaves it open, and so does a connection from before that broke: then nobody knows.
func (c *connecting) blame(err error) error {
	if c.wanted.Load() && !c.got.Load() {
		return fmt.Errorf("%w: %w", errUnreached, err)
	}
	return err
}
