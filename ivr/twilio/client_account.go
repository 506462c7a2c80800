package twilio

import (
	"context"
	"errors"
	"net/http"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
	voice "github.com/twilio/twilio-go/rest/voice/v1"
)

// What the account looks like at the provider. Nothing here changes anything there.

// An accountNumber is a telephone number of the account, and what is asked about a call to it.
type accountNumber struct {
	incoming, incomingMethod, fallback, fallbackMethod, status, statusMethod string
	// elsewhere is a trunk or an application that takes its calls in place of these.
	elsewhere string
	sms       bool
}

// number looks a number up in an account. [callbacks.ErrNotFound] when the account does not have it.
func (p *Client) number(_ context.Context, account, e164 string) (found accountNumber, _ error) {
	list, err := p.api.ListIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPathAccountSid(account).
		SetPhoneNumber(e164).SetLimit(findTo)) // parts of numbers are found, too
	if err != nil {
		return found, missing(err)
	}
	for _, n := range list {
		if text(n.PhoneNumber) != e164 {
			continue
		}
		found = accountNumber{
			incoming: text(n.VoiceUrl), incomingMethod: text(n.VoiceMethod),
			fallback: text(n.VoiceFallbackUrl), fallbackMethod: text(n.VoiceFallbackMethod),
			status: text(n.StatusCallback), statusMethod: text(n.StatusCallbackMethod),
			elsewhere: text(n.TrunkSid) + text(n.VoiceApplicationSid), // one excludes the other
		}
		found.sms = n.Capabilities != nil && n.Capabilities.Sms
		return found, nil
	}
	return found, callbacks.ErrNotFound
}

// A dialledCountry is whether the account may call a country, and the calling codes of that, such as "+62".
type dialledCountry struct {
	permitted bool
	codes     []string
}

// country asks for the voice geographic permissions of a country, ISO 3166-1 alpha-2.
func (p *Client) country(_ context.Context, iso string) (found dialledCountry, _ error) {
	c, err := voice.NewApiService(p.requests).FetchDialingPermissionsCountry(iso)
	if err != nil {
		return found, missing(err)
	}
	if c.LowRiskNumbersEnabled == nil {
		return found, errors.New("the provider's answer does not say")
	}
	found.permitted = *c.LowRiskNumbersEnabled
	if c.CountryCodes != nil {
		found.codes = *c.CountryCodes
	}
	return found, nil
}

// service looks a messaging service up.
func (p *Client) service(_ context.Context, sid string) (name string, _ error) {
	found, err := messaging.NewApiService(p.requests).FetchService(sid)
	if err != nil {
		return "", missing(err)
	}
	return text(found.FriendlyName), nil
}

// missing is [callbacks.ErrNotFound] for what the provider does not know.
func missing(err error) error {
	var plain *client.TwilioRestError
	if errors.As(err, &plain) && plain.Status == http.StatusNotFound {
		return callbacks.ErrNotFound
	}
	return discreet(err)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
