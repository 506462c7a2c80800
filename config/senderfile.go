package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// Numbers that have to be the account's own, who text messages come from, and what will not do with the provider.

// readOwnedNumber reads a number that the account at the provider can own.
func readOwnedNumber(v yamlnode.Value) (string, bool) {
	if !v.Present() {
		return "", false
	}
	number, ok := readNumber(v)
	if ok && strings.HasPrefix(number, mainland) {
		v.Fail("is a number of mainland China, where the provider has none; give one that the account owns")
		return "", false
	}
	return number, ok
}

var (
	// senderName is an alphanumeric sender ID: up to 11 of these characters, at least one of which is a letter.
	// https://www.twilio.com/docs/messaging/api/alphasender-resource
	senderName = regexp.MustCompile(`^[A-Za-z0-9+&_-]([A-Za-z0-9 +&_-]{0,9}[A-Za-z0-9+&_-])?$`)
	letter     = regexp.MustCompile(`[A-Za-z]`)
	// messagingService is how the provider names a messaging service.
	messagingService = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

// readTextSender reads who text messages come from. Empty: the line's first number.
func readTextSender(v yamlnode.Value) string {
	if !v.Present() {
		return ""
	}
	text, ok := v.Plain("\"GOPAY\"")
	switch {
	case !ok:
		return ""
	case letter.MatchString(text) && senderName.MatchString(text), messagingService.MatchString(text):
		sender, _ := v.Text("\"GOPAY\"")
		return sender
	case letter.MatchString(text):
		v.Fail("%q is no sender; write a number of the account, a name of up to 11 letters, digits, spaces, +, "+
			"-, & and _, "+
			"or the SID of a messaging service, MG and 32 digits or letters a to f", problem.Short(text))
		return ""
	}
	number, _ := readOwnedNumber(v)
	return number
}

// readAlert reads the number that is told of what nobody took.
func readAlert(v yamlnode.Value) string {
	if !v.Present() {
		return ""
	}
	number, ok := readNumber(v)
	if ok && !ivr.MayBeMobile(number) {
		v.Fail("is not a mobile number, so no text message reaches it; give that of the person on duty")
		return ""
	}
	return number
}

// plainClientName is a client's name as all of the provider's SDKs take it. The mobile ones take no hyphen and no dot:
// https://www.twilio.com/docs/voice/twiml/client
var plainClientName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

var underscored = strings.NewReplacer("-", "_", ".", "_")

// warn notes what works here and will not do with the provider.
func (f *lineFile) warn(root yamlnode.Mapping) {
	note := func(at yamlnode.Value, format string, args ...any) {
		f.warnings = append(f.warnings, Warning{Line: f.line.ID, Undated: true,
			Problem: Problem{File: at.File, Line: at.Line, Key: at.Key, Message: fmt.Sprintf(format, args...)}})
	}
	if c := f.line.Callbacks.Countries; c != nil && !slices.Contains(c, f.line.Region) {
		policy, _ := root.Get("callbacks").Mapping()
		note(policy.Get("countries"), "%s, the line's own country, is not among them: its customers are not called; "+
			"add it unless that is meant",
			f.line.Region)
	}
	number := strings.Join(f.line.Numbers[:min(1, len(f.line.Numbers))], "")
	foreign := strings.HasPrefix(number, mainland)
	if foreign && f.line.SMS && f.line.SMSSender == "" {
		note(root.Get("text_messages"), "text messages would come from %s, and the provider has no numbers of "+
			"mainland China; "+
			"add text_sender: a number or a name of the account's", callbacks.Mask(number))
	}
	shows := foreign && f.line.CallerID == ""
	for _, t := range f.targets {
		if t.Kind == callbacks.Client && !plainClientName.MatchString(t.Address) {
			note(t.at, "the provider's mobile SDKs take only letters, digits and underscores in a client's name; "+
				"rename %s here and where the agent signs in, "+
				"for example %s", t.Address, underscored.Replace(t.Address))
		}
		if shows && f.line.Callbacks.Route(t.Address).Byoc == "" {
			shows = false // once is enough
			note(t.at, "a call to this telephone would show %s, which is refused, since the provider has no numbers "+
				"of mainland China; "+
				"add caller_id: a number that the account owns", callbacks.Mask(number))
		}
	}
}
