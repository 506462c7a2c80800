package twilio

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Text messages: asked for, and what the provider says of them later.

// sentText is what travels in the URL to which the provider tells what becomes of a text message.
type sentText struct {
	ID int64 `json:"t"`
}

// messagingService is how the identifier of a messaging service begins, which picks the sender itself.
const messagingService = "MG"

// sidLength is that of all the provider's identifiers: two letters and 32 hexadecimal digits. No name of a sender is
// as long.
const sidLength = 34

// isService tells a messaging service from numbers and names.
func isService(sender string) bool {
	return strings.HasPrefix(sender, messagingService) && len(sender) == sidLength
}

// Send asks the provider to send a text message. It implements [callbacks.SMSSender].
func (p *Client) Send(_ context.Context, t callbacks.OutgoingSMS) (string, error) {
	sealed, err := p.sealer.seal("text", "", sentText{ID: t.ID})
	if err != nil {
		return "", err
	}
	params := (&api.CreateMessageParams{}).SetTo(t.To).SetBody(t.Body).
		SetStatusCallback(p.publicURL + pathSMSStatus + "?s=" + sealed + insist)
	if isService(t.Sender) {
		params.SetMessagingServiceSid(t.Sender)
	} else {
		params.SetFrom(t.Sender)
	}
	message, err := p.api.CreateMessage(params)
	if err != nil {
		return "", refusal(err)
	}
	if message.Sid == nil {
		return "", errors.New("the provider's answer names no text message")
	}
	return *message.Sid, nil
}

var _ callbacks.SMSSender = (*Client)(nil)

// smsStatus hears what becomes of a text message. Words come late, twice and in any order; the store sorts them.
func (s *Server) smsStatus(ctx context.Context, w webhook) error {
	var sent sentText
	if err := s.Sealer.open("text", "", w.sealed, &sent); err != nil {
		return err
	}
	code, _ := strconv.Atoi(w.form.Get("ErrorCode"))
	state, known := textState(w.form.Get("MessageStatus"))
	if !known {
		return nil // an earlier step on the way, or a word that is new
	}
	delivery := callbacks.SMSDelivery{
		SMSID: sent.ID, SID: w.form.Get("MessageSid"), State: state, Code: code, Remark: codeWords(code),
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	line, changed, err := s.Callbacks.SMSDelivered(ctx, delivery)
	if err == nil && changed {
		s.Metrics.TextMessage(line, state)
	}
	return err
}

// textState is the provider's word about a text message in ours; false for one that says nothing new.
// https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
func textState(status string) (callbacks.SMSState, bool) {
	switch status {
	case "sent":
		return callbacks.SMSSent, true
	case "delivered", "read":
		return callbacks.SMSReachedCustomer, true
	case "undelivered":
		return callbacks.SMSUndelivered, true
	case "failed", "canceled":
		return callbacks.SMSFailed, true
	}
	return "", false
}
