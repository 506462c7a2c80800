package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

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
