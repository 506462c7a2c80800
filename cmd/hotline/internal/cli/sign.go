package cli

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/config/settings"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

func newSign() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "sign URL [key=value…]",
		Short: "Sign a sample webhook and say over what",
		Long: `sign computes the signature that the provider would send with a form of these fields to this URL,
with the token from HOTLINE_TWILIO_AUTH_TOKEN (the first, if there are two), or with --key and the shared key of
this name in HOTLINE_TWILIO_SIGNING_KEYS. AccountSid is HOTLINE_TWILIO_ACCOUNT_SID unless a field names another. When
webhooks are refused, compare the URL with the one that the log calls public_url: scheme, host, port and path must be
the same.`,
		Example: "  HOTLINE_TWILIO_AUTH_TOKEN=… hotline sign https://hotline.example.com/voice/incoming CallSid=CA1 " +
			"From=+6281234567890",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, account, err := signingKey(name)
			if err != nil {
				return err
			}
			form, err := fields(args[1:])
			if err != nil {
				return err
			}
			if !form.Has("AccountSid") && account != "" { // without it the webhook would be refused
				form.Set("AccountSid", account)
			}
			target, err := url.Parse(args[0])
			if err != nil || target.Scheme == "" || target.Host == "" {
				return fmt.Errorf("%q is no absolute URL; give it as the provider calls it, with https:// and host",
					args[0])
			}
			sign(cmd, key, args[0], form)
			return nil
		},
	}
	cmd.Flags().StringVar(&name, "key", "", "name of the shared key to sign with (default: the auth token)")
	return cmd
}

// signingKey is the shared key of a name, or without one the auth token, and the account whose webhooks are taken.
func signingKey(name string) (key twilio.SigningKey, account string, err error) {
	settings, err := settings.Load(nil, "", func(variable string) (string, bool) {
		if !slices.Contains([]string{"HOTLINE_TWILIO_AUTH_TOKEN", "HOTLINE_TWILIO_SIGNING_KEYS",
			"HOTLINE_TWILIO_ACCOUNT_SID"}, variable) {
			return "", false // whatever else is wrong has nothing to do with a signature
		}
		return os.LookupEnv(variable)
	})
	account = settings.TwilioAccountSID
	if err != nil {
		return key, account, err
	}
	if name == "" {
		if tokens := settings.AuthTokens(); len(tokens) > 0 {
			return twilio.SigningKey{Algorithm: twilio.HMACSHA1, Secret: tokens[0]}, account, nil
		}
		return key, account, errors.New("no token: set HOTLINE_TWILIO_AUTH_TOKEN to the auth token of the account, " +
			"or name a shared key with --key")
	}
	for _, key := range settings.SigningKeys() {
		if key.Name == name {
			return key, account, nil
		}
	}
	return key, account, fmt.Errorf("there is no shared key %q; add it to HOTLINE_TWILIO_SIGNING_KEYS as "+
		"NAME:HMAC_SHA256:SECRET", name)
}

func fields(args []string) (url.Values, error) {
	form := url.Values{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q is no field; write key=value", arg)
		}
		form.Add(name, value)
	}
	return form, nil
}

func sign(cmd *cobra.Command, key twilio.SigningKey, target string, form url.Values) {
	target, _, _ = strings.Cut(target, "#") // settings for the provider alone
	out := cmd.OutOrStdout()
	headers := []string{twilio.SignatureHeader + ": " + key.Sign(target, form)}
	if key.Name != "" {
		headers = append(headers, twilio.SettingsHeader+": "+key.Header())
	}
	fmt.Fprintf(out, "signed URL:  %s\n", target)
	fmt.Fprintf(out, "signed text: %s\n", twilio.SignedText(target, form))
	fmt.Fprintf(out, "%s\n\ncurl -i", strings.Join(headers, "\n"))
	for _, header := range headers {
		fmt.Fprintf(out, " -H %s", shellQuoted(header))
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			fmt.Fprintf(out, " --data-urlencode %s", shellQuoted(name+"="+value))
		}
	}
	if len(form) == 0 {
		fmt.Fprint(out, " --data ''")
	}
	fmt.Fprintf(out, " %s\n", shellQuoted(target))
}

func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
