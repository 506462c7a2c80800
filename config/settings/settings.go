// Package settings reads what the server itself needs to know: from flags, environment variables and a file.
// Supervisors do not edit it.
package settings

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/hotline-ivr/hotline/config/problem"
)

// Settings are what the server itself needs to know. Printing them shows no secret.
type Settings struct {
	// Listen is the address to serve on, host:port. Default 127.0.0.1:8080.
	Listen string
	// PublicURL is how the provider reaches us, without a slash at its end: "https://ivr.example.com". Signatures are
	// checked against it. Empty when not set.
	PublicURL string
	// Config is the configuration directory. Empty when not set.
	Config string
	// Store names the database: sqlite:PATH, or the URL of a PostgreSQL database, which may hold a password. Default
	// sqlite:hotline.db, in the working directory.
	Store Secret
	// StateKeys seal what travels in URLs, newest first; each reveals 32 bytes.
	StateKeys []Secret
	// TwilioAccountSID is the provider's account. Empty when not set.
	TwilioAccountSID string
	// TwilioAuthTokens are accepted in signatures; the first is used for requests of our own. One, or two during a
	// rotation.
	TwilioAuthTokens []Secret
	// TwilioSigningKeys are the shared keys that webhooks may be signed with in the place of the auth token.
	TwilioSigningKeys []SigningKey
	// TwilioKeysOnly refuses webhooks that are signed with the auth token.
	TwilioKeysOnly bool
	// TwilioSubAccounts are accounts besides TwilioAccountSID whose webhooks are taken.
	TwilioSubAccounts []string
	// TwilioBaseURL is where the provider's REST interface is, without a slash at its end. Empty: the provider's own
	// address.
	TwilioBaseURL string
	// TwilioEdge and TwilioRegion are where the provider's REST interface is entered, and where it works: "tokyo",
	// "jp1". Empty: the provider's choice, and us1. Both are empty where TwilioBaseURL is set.
	TwilioEdge, TwilioRegion string
}

// Keys are the revealed state keys, newest first.
func (s Settings) Keys() [][]byte {
	keys := make([][]byte, len(s.StateKeys))
	for i, k := range s.StateKeys {
		keys[i] = []byte(k.Reveal())
	}
	return keys
}

// AuthTokens are the revealed tokens, the one for our own requests first.
func (s Settings) AuthTokens() []string {
	tokens := make([]string, len(s.TwilioAuthTokens))
	for i, t := range s.TwilioAuthTokens {
		tokens[i] = t.Reveal()
	}
	return tokens
}

// Complete reports everything that is missing or too weak to answer real calls. [Load] does not ask for it,
// because checking a configuration or a demonstration needs none of it.
func (s Settings) Complete() error {
	var missing Errors
	for name, empty := range map[string]bool{
		"public_url":         s.PublicURL == "",
		"state_keys":         len(s.StateKeys) == 0,
		"twilio_account_sid": s.TwilioAccountSID == "",
		"twilio_auth_token":  len(s.TwilioAuthTokens) == 0,
	} {
		if empty {
			missing = append(missing, Error{Setting: name, Message: "is missing; " + settings[name].advice()})
		}
	}
	if s.TwilioKeysOnly && len(s.TwilioSigningKeys) == 0 {
		const name = "twilio_signing_keys"
		message := "is missing, and twilio_keys_only is yes; " + settings[name].advice()
		missing = append(missing, Error{Setting: name, Message: message})
	}
	return append(missing, s.weak()...).err()
}

// A setting describes one name.
type setting struct {
	env, flag, usage string
	// standard is the default.
	standard string
	// what to write, for messages.
	what string
	// secret: no flag (the command line is readable by everybody on the machine), never shown.
	secret bool
	read   func(*Settings, string) error
}

func (s setting) advice() string {
	if s.flag != "" {
		return fmt.Sprintf("set %s or --%s to %s", s.env, s.flag, s.what)
	}
	return fmt.Sprintf("set %s to %s", s.env, s.what)
}

// Advice says how a setting is given, for somebody who wrote it elsewhere; false for what is no setting, or a secret.
func Advice(name string) (string, bool) {
	s, ok := settings[name]
	return s.advice(), ok && !s.secret
}

// settings by their name in the file.
var settings = map[string]setting{
	"listen": {env: "HOTLINE_LISTEN", flag: "listen", usage: "address to serve on, host:port",
		standard: "127.0.0.1:8080",
		what:     "an address such as 127.0.0.1:8080", read: readListen},
	"public_url": {env: "HOTLINE_PUBLIC_URL", flag: "public-url", usage: "URL at which the provider " +
		"reaches this server",
		what: "the URL at which the provider reaches this server, for example https://ivr.example.com",
		read: readPublicURL},
	"config": {env: "HOTLINE_CONFIG", flag: "config", usage: "configuration directory",
		what: "the directory that holds lines, hours and prompts",
		read: func(s *Settings, text string) error { s.Config = text; return nil }},
	"store": {env: "HOTLINE_STORE", flag: "store", usage: "database, sqlite:PATH or postgres://…",
		standard: "sqlite:hotline.db",
		what: "sqlite: and a path, for example sqlite:/var/lib/hotline/hotline.db, or " +
			"postgres://user:password@host:5432/database", read: readStore},
	"state_keys": {env: "HOTLINE_STATE_KEYS", secret: true,
		what: "one key or several separated by commas, newest first, each the base64 of 32 random bytes (openssl " +
			"rand -base64 32)", read: readStateKeys},
	"twilio_account_sid": {env: "HOTLINE_TWILIO_ACCOUNT_SID", flag: "twilio-account-sid",
		usage: "the provider's account",
		what:  "AC and 32 letters or digits, from the provider's console", read: readAccountSID},
	"twilio_auth_token": {env: "HOTLINE_TWILIO_AUTH_TOKEN", secret: true,
		what: "the account's token, or two separated by a comma during a rotation", read: readAuthTokens},
	"twilio_signing_keys": {env: "HOTLINE_TWILIO_SIGNING_KEYS", secret: true,
		what: "shared keys separated by commas, each NAME:HMAC_SHA256:SECRET", read: readSigningKeys},
	"twilio_keys_only": {env: "HOTLINE_TWILIO_KEYS_ONLY", flag: "twilio-keys-only", standard: "no",
		usage: "refuse webhooks signed with the auth token, yes or no", what: "yes or no", read: readKeysOnly},
	"twilio_sub_accounts": {env: "HOTLINE_TWILIO_SUB_ACCOUNTS", flag: "twilio-sub-accounts",
		usage: "further accounts whose webhooks are taken", what: "account SIDs separated by commas",
		read: readSubAccounts},
	"twilio_base_url": {env: "HOTLINE_TWILIO_BASE_URL", flag: "twilio-base-url",
		usage: "URL of the provider's REST interface, if not its own",
		what:  "an https URL, or leave it out for the provider's own", read: readBaseURL},
	"twilio_edge": {env: "HOTLINE_TWILIO_EDGE", flag: "twilio-edge",
		usage: "edge location of the provider's REST interface, for example tokyo",
		what:  "an edge location such as tokyo, or leave it out", read: readEdge},
	"twilio_region": {env: "HOTLINE_TWILIO_REGION", flag: "twilio-region",
		usage: "region of the provider's REST interface, for example jp1; needs an edge",
		what:  "a region such as jp1, or leave it out for us1", read: readRegionSetting},
}

// AddFlags defines the flags of these settings, which [Load] reads. Secrets have none.
func AddFlags(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		s := settings[name]
		usage := fmt.Sprintf("%s ($%s)", s.usage, s.env)
		if s.standard != "" {
			usage += fmt.Sprintf(" (default %s)", s.standard)
		}
		flags.String(s.flag, "", usage)
	}
}

// An Error is one setting that cannot be used.
type Error struct {
	// Setting is its name in the file.
	Setting string
	// From is where the value came from: an environment variable, a flag or a file. Empty: nowhere, or the default.
	From string
	// Message says what is wrong and what to do. It never holds a secret.
	Message string
}

// Error is "setting (from): message".
func (e Error) Error() string {
	if e.From == "" {
		return e.Setting + ": " + e.Message
	}
	return fmt.Sprintf("%s (from %s): %s", e.Setting, e.From, e.Message)
}

// Errors are all settings that cannot be used, sorted by name. It is the error of [Load].
type Errors []Error

// Error lists them, one a line.
func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "\n")
}

// about reports whether something is wrong with a setting already.
func (e Errors) about(name string) bool {
	return slices.ContainsFunc(e, func(one Error) bool { return one.Setting == name })
}

func (e Errors) err() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortFunc(e, func(a, b Error) int { return strings.Compare(a.Error(), b.Error()) })
	return e
}

// Load reads the settings from flags, the environment and a YAML file; a flag has precedence over the
// environment, the environment over the file, and the file over the default. flags may be nil, file may be empty, and
// env has the form of os.LookupEnv; nil is an empty environment. An empty environment variable counts as not set.
//
// Each call uses an instance of viper of its own, so that nothing is left over from one to the next. What is set is
// checked; what has to be set is asked by [Settings.Complete].
func Load(flags *pflag.FlagSet, file string, env func(string) (string, bool)) (Settings, error) {
	v, origin := viper.New(), map[string]string{}
	problems := readSettingsFile(v, file, origin)
	overlay := map[string]any{}
	for name, s := range settings {
		v.SetDefault(name, s.standard)
		if env != nil {
			if text, ok := env(s.env); ok && text != "" {
				overlay[name], origin[name] = text, s.env
			}
		}
		if flags == nil || s.flag == "" {
			continue
		}
		if f := flags.Lookup(s.flag); f != nil && f.Changed {
			origin[name] = "--" + s.flag
			if err := v.BindPFlag(name, f); err != nil {
				return Settings{}, fmt.Errorf("bind flag --%s: %w", s.flag, err)
			}
		}
	}
	if err := v.MergeConfigMap(overlay); err != nil {
		return Settings{}, fmt.Errorf("merge the environment: %w", err)
	}
	var out Settings
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		text := v.GetString(name)
		if text == "" || problems.about(name) {
			continue
		}
		if err := settings[name].read(&out, text); err != nil {
			problems = append(problems, Error{Setting: name, From: origin[name], Message: err.Error()})
		}
	}
	problems = append(problems, out.contradictions(origin)...)
	if err := problems.err(); err != nil {
		return Settings{}, err
	}
	return out, nil
}

// contradictions are settings that do not go together.
func (s Settings) contradictions(origin map[string]string) (problems Errors) {
	fail := func(name, message string) {
		problems = append(problems, Error{Setting: name, From: origin[name], Message: message})
	}
	const beside = "says nothing beside twilio_base_url, which names the host already; remove one of the two"
	switch {
	case s.TwilioBaseURL != "" && s.TwilioEdge != "":
		fail("twilio_edge", beside)
	case s.TwilioBaseURL != "" && s.TwilioRegion != "":
		fail("twilio_region", beside)
	case s.TwilioRegion != "" && s.TwilioRegion != "us1" && s.TwilioEdge == "":
		fail("twilio_region", "needs an edge: the provider has no hosts of a region alone since April 2026; "+
			settings["twilio_edge"].advice())
	}
	return problems
}

var parserLine = regexp.MustCompile(`line (\d+)`)

// readSettingsFile reads the file and checks its keys. What the parser says is not passed on, as it may quote a secret.
func readSettingsFile(v *viper.Viper, file string, origin map[string]string) (problems Errors) {
	if file == "" {
		return nil
	}
	v.SetConfigFile(file)
	v.SetConfigType("yaml")
	if err := v.ReadInConfig(); err != nil {
		if _, parsed := errors.AsType[viper.ConfigParseError](err); !parsed {
			return Errors{{Setting: file, Message: fmt.Sprintf("cannot be read: %v", err)}}
		}
		where := ""
		if m := parserLine.FindStringSubmatch(err.Error()); m != nil {
			where = " near line " + m[1]
		}
		return Errors{{Setting: file, Message: "cannot be read as YAML" + where + "; write lines of the form name: " +
			"\"value\", each name once"}}
	}
	// viper would pass over an unknown key in silence, and turn an unquoted 0123 into a quantity.
	for _, name := range v.AllKeys() {
		value := v.Get(name)
		if _, known := settings[name]; !known {
			message := "unknown setting; " + problem.Hint(name, slices.Sorted(maps.Keys(settings)))
			problems = append(problems, Error{Setting: name, From: file, Message: message})
		} else if _, ok := value.(string); !ok && value != nil {
			problems = append(problems, Error{Setting: name, From: file, Message: "is not text; put it in " +
				"quotation marks"})
		}
		origin[name] = file
	}
	return problems
}
