package settings

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// A SigningKey is a shared key of the provider, with the one algorithm that it signs with.
type SigningKey struct {
	Name      string
	Algorithm twilio.Algorithm
	Secret    Secret
}

// SigningKeys are the revealed shared keys.
func (s Settings) SigningKeys() []twilio.SigningKey {
	keys := make([]twilio.SigningKey, len(s.TwilioSigningKeys))
	for i, k := range s.TwilioSigningKeys {
		keys[i] = twilio.SigningKey{Name: k.Name, Algorithm: k.Algorithm, Secret: k.Secret.Reveal()}
	}
	return keys
}

// Accounts are the accounts whose webhooks are taken.
func (s Settings) Accounts() []string {
	return append([]string{s.TwilioAccountSID}, s.TwilioSubAccounts...)
}

// shortestSecret is how many characters a secret has at least; the provider's have 32. A shorter one was not copied
// whole, or can be guessed from one signature.
const shortestSecret = 16

// weak names every token and key that is too short.
func (s Settings) weak() (problems Errors) {
	for i, token := range s.TwilioAuthTokens {
		if n := len(token.Reveal()); n < shortestSecret {
			problems = append(problems, Error{Setting: "twilio_auth_token", Message: fmt.Sprintf(
				"token %d of %d has %d characters, and fewer than %d can be guessed; copy it whole from the "+
					"provider's console",
				i+1, len(s.TwilioAuthTokens), n, shortestSecret)})
		}
	}
	for _, key := range s.TwilioSigningKeys {
		if n := len(key.Secret.Reveal()); n < shortestSecret {
			problems = append(problems, Error{Setting: "twilio_signing_keys", Message: fmt.Sprintf(
				"the secret of key %s has %d characters, and fewer than %d can be guessed; copy it whole, or "+
					"make another key",
				key.Name, n, shortestSecret)})
		}
	}
	return problems
}

// signingKeyName is what the header that names a key can carry.
var signingKeyName = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,128}$`)

// readSigningKeys pins an algorithm to every key, so that no request can choose a weaker one.
func readSigningKeys(s *Settings, text string) error {
	parts := strings.Split(text, ",")
	seen := map[string]bool{}
	for i, part := range parts {
		// Nothing of it is repeated before it is known where the secret begins.
		fields := strings.SplitN(strings.TrimSpace(part), ":", 3)
		switch {
		case len(fields) < 3 || fields[2] == "":
			return fmt.Errorf("key %d of %d is not NAME:ALGORITHM:SECRET; write for example "+
				"webhooks_sharedkey_1:HMAC_SHA256:…",
				i+1, len(parts))
		case !signingKeyName.MatchString(fields[0]):
			return fmt.Errorf("the name of key %d of %d holds something else than letters, digits, _, . and -; copy "+
				"its identifier",
				i+1, len(parts))
		case fields[1] != string(twilio.HMACSHA256) && fields[1] != string(twilio.HMACSHA1):
			return fmt.Errorf("the algorithm of key %d of %d is neither HMAC_SHA256 nor HMAC_SHA1; "+
				"write the one of the provider's webhook setting", i+1, len(parts))
		case strings.ContainsFunc(fields[2], func(r rune) bool { return r <= ' ' || r > '~' }):
			return fmt.Errorf("the secret of key %d of %d holds a blank or a character that is no ASCII; copy it again",
				i+1, len(parts))
		case seen[fields[0]]:
			return fmt.Errorf("key %d of %d has the name of another; remove one", i+1, len(parts))
		}
		seen[fields[0]] = true
		key := SigningKey{Name: fields[0], Algorithm: twilio.Algorithm(fields[1]), Secret: Secret{fields[2]}}
		s.TwilioSigningKeys = append(s.TwilioSigningKeys, key)
	}
	return nil
}

func readKeysOnly(s *Settings, text string) error {
	if text != "yes" && text != "no" {
		return fmt.Errorf("%q is neither yes nor no; write one of them", problem.Short(text))
	}
	s.TwilioKeysOnly = text == "yes"
	return nil
}

func readSubAccounts(s *Settings, text string) error {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		part = strings.TrimSpace(part)
		if !accountSID.MatchString(part) {
			return fmt.Errorf("account %d of %d is no account SID; copy it from the provider's console: AC and 32 "+
				"letters or digits",
				i+1, len(parts))
		}
		s.TwilioSubAccounts = append(s.TwilioSubAccounts, part)
	}
	return nil
}
