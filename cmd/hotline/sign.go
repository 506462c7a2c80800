package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/ivr"
	"github.com/spf13/cobra"
)

func newSign() *cobra.Command {
	return &cobra.Command{
		Use:   "sign URL [key=value…]",
		Short: "Sign a sample webhook and say over what",
		Long: "sign computes the signature that the provider would send with a form of these fields to this URL,\n" +
			"with the token from HOTLINE_TWILIO_AUTH_TOKEN (the first, if there are two). When webhooks are refused,\n" +
			"compare the URL with the one that the log calls public_url: scheme, host, port and path must be the same.",
		Example: "  HOTLINE_TWILIO_AUTH_TOKEN=… hotline sign https://hotline.example.com/voice/incoming CallSid=CA1 From=+6281234567890",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			token, _, _ := strings.Cut(os.Getenv("HOTLINE_TWILIO_AUTH_TOKEN"), ",")
			if token = strings.TrimSpace(token); token == "" {
				return errors.New("no token: set HOTLINE_TWILIO_AUTH_TOKEN to the auth token of the account")
			}
			form, err := fields(args[1:])
			if err != nil {
				return err
			}
			target, err := url.Parse(args[0])
			if err != nil || target.Scheme == "" || target.Host == "" {
				return fmt.Errorf("%q is no absolute URL; give it as the provider calls it, with https:// and host", args[0])
			}
			return sign(cmd, token, args[0], form)
		},
	}
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

func sign(cmd *cobra.Command, token, target string, form url.Values) error {
	target, _, _ = strings.Cut(target, "#") // settings for the provider alone
	signature := ivr.Sign(token, target, form)
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "signed URL:  %s\n", target)
	fmt.Fprintf(out, "signed text: %s\n", ivr.SignedText(target, form))
	fmt.Fprintf(out, "%s: %s\n\n", ivr.SignatureHeader, signature)
	fmt.Fprintf(out, "curl -i -H %s", shellQuoted(ivr.SignatureHeader+": "+signature))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			fmt.Fprintf(out, " --data-urlencode %s", shellQuoted(name+"="+value))
		}
	}
	if len(form) == 0 {
		fmt.Fprint(out, " --data ''")
	}
	fmt.Fprintf(out, " %s\n", shellQuoted(target))
	return nil
}

func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
