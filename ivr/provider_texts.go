package ivr

import (
	"context"
	"errors"

	"github.com/hotline-ivr/hotline/callbacks"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Send asks the provider to send a text message. It implements [callbacks.Texter].
func (p *Provider) Send(_ context.Context, from, to, body string) (string, error) {
	message, err := p.api.CreateMessage((&api.CreateMessageParams{}).SetFrom(from).SetTo(to).SetBody(body))
	if err != nil {
		return "", refusal(err)
	}
	if message.Sid == nil {
		return "", errors.New("the provider's answer names no text message")
	}
	return *message.Sid, nil
}

var _ callbacks.Texter = (*Provider)(nil)
