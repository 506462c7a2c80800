package settings_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/hotline-ivr/hotline/config/settings"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

const (
	exampleSID   = "AC00000000000000000000000000000001"
	otherSID     = "AC00000000000000000000000000000002"
	exampleToken = "0123456789abcdefthetoken"
)

// environment is an environment of a few variables.
func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		text, ok := vars[name]
		return text, ok
	}
}

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hotline.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func flags(t *testing.T, args ...string) *pflag.FlagSet {
	t.Helper()
	set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	settings.AddFlags(set, "config", "listen", "public_url", "store", "twilio_base_url",
		"twilio_edge", "twilio_region")
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return set
}

// key is the base64 of 32 equal bytes.
func key(b byte) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(rune(b)), 32)))
}

func TestSettingsPrecedence(t *testing.T) {
	env := environment(map[string]string{"HOTLINE_STORE": "sqlite:env.db",
		"HOTLINE_PUBLIC_URL": "https://env.example.com", "HOTLINE_TWILIO_BASE_URL": ""})
	file := settingsFile(t, "listen: \":1\"\nstore: sqlite:file.db\npublic_url: "+
		"https://file.example.com\ntwilio_base_url: https://file.example.com/api/\n")
	got, err := settings.Load(flags(t, "--public-url=https://flag.example.com"), file, env)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ why, got, want string }{
		{"flag over environment and file", got.PublicURL, "https://flag.example.com"},
		{"environment over file", got.Store.Reveal(), "sqlite:env.db"},
		{"file over default", got.Listen, ":1"},
		{"an empty variable is not set", got.TwilioBaseURL, "https://file.example.com/api"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, tt.got, tt.want)
		}
	}
	// Nothing is left over from one load to the next.
	got, err = settings.Load(nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Listen != "127.0.0.1:8080" || got.Store.Reveal() != "sqlite:hotline.db" || got.PublicURL != "" {
		t.Errorf("defaults: %+v", got)
	}
}

func TestSettingsSecrets(t *testing.T) {
	env := environment(map[string]string{
		"HOTLINE_STATE_KEYS":         key('n') + ", " + key('o'),
		"HOTLINE_TWILIO_ACCOUNT_SID": exampleSID,
		"HOTLINE_TWILIO_AUTH_TOKEN":  exampleToken + ",0123456789second",
		"HOTLINE_PUBLIC_URL":         "https://IVR.example.com/",
		"HOTLINE_TWILIO_SIGNING_KEYS": "webhooks_sharedkey_1:HMAC_SHA256:0123456789:thetoken, " +
			"old:HMAC_SHA1:0123456789thetoken",
		"HOTLINE_TWILIO_KEYS_ONLY":    "yes",
		"HOTLINE_TWILIO_SUB_ACCOUNTS": otherSID,
	})
	got, err := settings.Load(nil, "", env)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Complete(); err != nil {
		t.Errorf("Complete: %v", err)
	}
	if diff := cmp.Diff([][]byte{[]byte(strings.Repeat("n", 32)), []byte(strings.Repeat("o",
		32))}, got.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{exampleToken, "0123456789second"}, got.AuthTokens()); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	keys := []twilio.SigningKey{{Name: "webhooks_sharedkey_1", Algorithm: twilio.HMACSHA256,
		Secret: "0123456789:thetoken"},
		{Name: "old", Algorithm: twilio.HMACSHA1, Secret: "0123456789thetoken"}}
	if diff := cmp.Diff(keys, got.SigningKeys()); diff != "" || !got.TwilioKeysOnly {
		t.Errorf("shared keys, only they: %v (-want +got):\n%s", got.TwilioKeysOnly, diff)
	}
	if diff := cmp.Diff([]string{exampleSID, otherSID}, got.Accounts()); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if got.PublicURL != "https://ivr.example.com" || got.TwilioAccountSID != exampleSID {
		t.Errorf("settings: %+v", got)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("started", "settings", got, "token", got.TwilioAuthTokens[0])
	asJSON, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(got), fmt.Sprintf("%+v %#v %x %s %q",
		got, got, got.StateKeys, got.TwilioAuthTokens, got.TwilioAuthTokens[0]), string(asJSON), log.String()} {
		if strings.Contains(printed, "thetoken") || strings.Contains(printed, "nnnn") ||
			strings.Contains(printed, "6e6e6e") || !strings.Contains(printed, "[hidden]") {
			t.Errorf("printed: %s", printed)
		}
	}
}

func TestSettingsComplete(t *testing.T) {
	got, err := settings.Load(nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `public_url: is missing; set HOTLINE_PUBLIC_URL or --public-url to the URL at which the provider reaches this server, for example https://ivr.example.com
state_keys: is missing; set HOTLINE_STATE_KEYS to one key or several separated by commas, newest first, each the base64 of 32 random bytes (openssl rand -base64 32)
twilio_account_sid: is missing; set HOTLINE_TWILIO_ACCOUNT_SID or --twilio-account-sid to AC and 32 letters or digits, from the provider's console
twilio_auth_token: is missing; set HOTLINE_TWILIO_AUTH_TOKEN to the account's token, or two separated by a comma during a rotation`
	if err := got.Complete(); err == nil || err.Error() != want {
		t.Errorf("Complete:\n%v", err)
	}
}

// A token or key that can be guessed is as good as none: real calls are not answered with it.
func TestServingRefusesShortSecrets(t *testing.T) {
	env := map[string]string{
		"HOTLINE_STATE_KEYS": key('n'), "HOTLINE_TWILIO_ACCOUNT_SID": exampleSID,
		"HOTLINE_PUBLIC_URL": "https://ivr.example.com", "HOTLINE_TWILIO_AUTH_TOKEN": exampleToken,
		"HOTLINE_TWILIO_SIGNING_KEYS": "k1:HMAC_SHA256:0123456789abcdef",
	}
	for _, c := range []struct{ setting, value, want string }{
		{"TWILIO_AUTH_TOKEN", "01234567thetoken", ""},
		{"TWILIO_AUTH_TOKEN", "1234567thetoken", "twilio_auth_token: token 1 of 1 has 15 characters, and fewer than " +
			"16 can be guessed; " +
			"copy it whole from the provider's console"},
		{"TWILIO_AUTH_TOKEN", exampleToken + ",thetoken", "twilio_auth_token: token 2 of 2 has 8 characters, and " +
			"fewer than 16 can be guessed; " +
			"copy it whole from the provider's console"},
		{"TWILIO_AUTH_TOKEN", exampleToken, ""},
		{"TWILIO_SIGNING_KEYS", "k1:HMAC_SHA256:01234567thetoken,k2:HMAC_SHA256:thetoken",
			"twilio_signing_keys: the secret of key k2 has 8 characters, " +
				"and fewer than 16 can be guessed; copy it whole, or make another key"},
		{"TWILIO_SIGNING_KEYS", "k1:HMAC_SHA256:01234567thetoken", ""},
	} {
		env["HOTLINE_"+c.setting] = c.value
		got, err := settings.Load(nil, "", environment(env))
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		if err := got.Complete(); err != nil {
			said = err.Error()
		}
		if said != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.setting, said, c.want)
		}
	}
	// Only keys, and none: then nothing would be accepted.
	delete(env, "HOTLINE_TWILIO_SIGNING_KEYS")
	env["HOTLINE_TWILIO_KEYS_ONLY"] = "yes"
	got, err := settings.Load(nil, "", environment(env))
	if err == nil {
		err = got.Complete()
	}
	if want := "twilio_signing_keys: is missing, and twilio_keys_only is yes; set " +
		"HOTLINE_TWILIO_SIGNING_KEYS to"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("only keys, and none: %v", err)
	}
}

func TestNoFlagForSecrets(t *testing.T) {
	flags(t).VisitAll(func(f *pflag.Flag) {
		if strings.Contains(f.Name, "token") || strings.HasSuffix(f.Name, "keys") {
			t.Errorf("flag --%s", f.Name)
		}
	})
}

func TestSettingsMistakes(t *testing.T) {
	const https = "use https (http is for this machine itself, such as http://127.0.0.1:8080)"
	tests := []struct {
		name, setting, value, want string
	}{
		{"http", "public_url", "http://ivr.example.com", `"http://ivr.example.com" is not encrypted; ` + https},
		{"http to a host that only looks local", "public_url", "http://localhost.example.com",
			`"http://localhost.example.com" is not encrypted; ` + https},
		{"relative", "public_url", "ivr.example.com", "is not an absolute URL; write for example " +
			"https://ivr.example.com"},
		{"another scheme", "public_url", "ftp://ivr.example.com",
			`"ftp://ivr.example.com" is neither https nor http; write for example https://ivr.example.com`},
		{"query", "public_url", "https://ivr.example.com/?a=b", "holds a query or a fragment; remove everything from " +
			"the ? or # on"},
		{"empty query", "public_url", "https://ivr.example.com/?", "holds a query or a fragment; remove everything " +
			"from the ? or # on"},
		{"fragment", "public_url", "https://ivr.example.com/#rc=2", "holds a query or a fragment; remove everything " +
			"from the ? or # on"},
		{"password", "public_url", "https://user:thetoken@ivr.example.com", "holds a user name or a password; remove " +
			"what stands before the @"},
		{"base URL", "twilio_base_url", "http://api.example.com",
			`"http://api.example.com" is not encrypted; ` + https},
		{"edge", "twilio_edge", "Tokyo", `"Tokyo" is not an edge location; write its name in small letters, for example tokyo or sao-paulo`},
		{"region", "twilio_region", "japan", `"japan" is not a region; write two small letters and a digit, for example jp1`},
		{"region without an edge", "twilio_region", "jp1", "needs an edge: the provider has no hosts of a region " +
			"alone since April 2026; set HOTLINE_TWILIO_EDGE or --twilio-edge to an edge location such as tokyo, or " +
			"leave it out"},
		{"no port", "listen", "localhost", `"localhost" is no address; write host:port, for example 127.0.0.1:8080, or :8080 for every interface`},
		{"port out of range", "listen", ":65536", `":65536" is no address; write host:port, for example 127.0.0.1:8080, or :8080 for every interface`},
		{"PostgreSQL without a database", "store", "postgres://user:thetoken@db/",
			"is not the URL of a PostgreSQL database; write postgres://user:password@host:5432/database"},
		{"another database", "store", "mysql:hotline", "names no known kind of database; write sqlite: and a path, " +
			"for example sqlite:/var/lib/hotline/hotline.db, or postgres://user:password@host:5432/database"},
		{"no path", "store", "sqlite:", "has no plain path after sqlite:; write for example " +
			"sqlite:/var/lib/hotline/hotline.db"},
		{"URL for a path", "store", "sqlite://hotline.db", "has no plain path after sqlite:; write for example " +
			"sqlite:/var/lib/hotline/hotline.db"},
		{"in memory", "store", "sqlite::memory:", "would forget every callback at the next start; give a path, for " +
			"example sqlite:hotline.db"},
		{"key is no base64", "state_keys", key('n') + ",thetoken!", "key 2 of 2 is not base64; make one with: " +
			"openssl rand -base64 32"},
		{"key is short", "state_keys", "dGhldG9rZW4=", "key 1 of 1 has 8 bytes, not 32; make one with: openssl " +
			"rand -base64 32"},
		{"key is there twice", "state_keys", key('n') + "," + key('n'), "key 2 of 2 is there twice; remove one"},
		{"account", "twilio_account_sid", "SK0123", "is no account SID; copy it from the provider's console: AC and " +
			"32 letters or digits"},
		{"token with a blank", "twilio_auth_token", "the token", "token 1 of 1 is empty or holds something else than " +
			"letters and digits; copy it from the provider's console"},
		{"second token missing", "twilio_auth_token", "thetoken,", "token 2 of 2 is empty or holds something else " +
			"than letters and digits; copy it from the provider's console"},
		{"signing key without algorithm", "twilio_signing_keys", "k1:thetoken", "key 1 of 1 is not " +
			"NAME:ALGORITHM:SECRET; write for example webhooks_sharedkey_1:HMAC_SHA256:…"},
		{"signing key without secret", "twilio_signing_keys", "k1:HMAC_SHA256:",
			"key 1 of 1 is not NAME:ALGORITHM:SECRET; write for example webhooks_sharedkey_1:HMAC_SHA256:…"},
		{"signing key without a name", "twilio_signing_keys", ":HMAC_SHA256:thetoken",
			"the name of key 1 of 1 holds something else than letters, digits, _, . and -; copy its identifier"},
		{"signing key with another algorithm", "twilio_signing_keys", "k1:thetoken:HMAC_SHA256",
			"the algorithm of key 1 of 1 is neither HMAC_SHA256 nor HMAC_SHA1; write the one of the provider's " +
				"webhook setting"},
		{"signing key with a blank", "twilio_signing_keys", "k1:HMAC_SHA256:the token",
			"the secret of key 1 of 1 holds a blank or a character that is no ASCII; copy it again"},
		{"signing key is there twice", "twilio_signing_keys", "k1:HMAC_SHA256:thetoken,k1:HMAC_SHA1:thetoken",
			"key 2 of 2 has the name of another; remove one"},
		{"signing keys end in a comma", "twilio_signing_keys", "k1:HMAC_SHA256:thetoken,",
			"key 2 of 2 is not NAME:ALGORITHM:SECRET; write for example webhooks_sharedkey_1:HMAC_SHA256:…"},
		{"keys only, perhaps", "twilio_keys_only", "true", `"true" is neither yes nor no; write one of them`},
		{"sub-account", "twilio_sub_accounts", exampleSID + ",SK01", "account 2 of 2 is no account SID; copy it from " +
			"the provider's console: AC and 32 letters or digits"},
		{"three tokens", "twilio_auth_token", "a,b,thetoken", "holds 3 tokens; give one, or two separated by a comma " +
			"during a rotation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			variable := "HOTLINE_" + strings.ToUpper(tt.setting)
			_, err := settings.Load(flags(t), "", environment(map[string]string{variable: tt.value}))
			want := fmt.Sprintf("%s (from %s): %s", tt.setting, variable, tt.want)
			if err == nil || err.Error() != want {
				t.Fatalf("got  %v\nwant %s", err, want)
			}
			if strings.Contains(err.Error(), "thetoken") {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
}

func TestSettingsAccepted(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080",
		"https://ivr.example.com/hotline"} {
		got, err := settings.Load(flags(t, "--public-url", url), "", nil)
		if err != nil || got.PublicURL != url {
			t.Errorf("%s: %q, %v", url, got.PublicURL, err)
		}
	}
}

// An edge and a region name a host; so does a base URL, and one of the two is enough.
func TestEdgeAndRegion(t *testing.T) {
	for args, want := range map[string]string{
		"--twilio-edge=tokyo": "", "--twilio-edge=tokyo --twilio-region=jp1": "", "--twilio-region=us1": "",
		"--twilio-edge=ashburn-ix": "",
		"--twilio-edge=tokyo --twilio-base-url=https://api.example.com": "twilio_edge (from --twilio-edge): says " +
			"nothing beside twilio_base_url, which names the host already; remove one of the two",
		"--twilio-region=us1 --twilio-base-url=https://api.example.com": "twilio_region (from --twilio-region): says " +
			"nothing beside twilio_base_url, which names the host already; remove one of the two",
	} {
		got, err := settings.Load(flags(t, strings.Fields(args)...), "", nil)
		switch {
		case want == "" && (err != nil || got.TwilioEdge+got.TwilioRegion == ""):
			t.Errorf("%s: %+v, %v", args, got, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%s: %v", args, err)
		}
	}
}

func TestSettingsFileMistakes(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown", "public_ulr: " +
			"https://a.example.com\n", `public_ulr (from FILE): unknown setting; did you mean "public_url"?`},
		{"nested", "listen: {host: a}\n", `listen.host (from FILE): unknown setting; did you mean "listen"?`},
		{"unquoted token of digits", "twilio_auth_token: 01234567\n", "twilio_auth_token (from FILE): is not text; " +
			"put it in quotation marks"},
		{"list", "state_keys: [a, b]\n", "state_keys (from FILE): is not text; put it in quotation marks"},
		{"several", "listen: \"1\"\nstore: a\n", `listen (from FILE): "1" is no address; write host:port, for example 127.0.0.1:8080, or :8080 for every interface
store (from FILE): names no known kind of database; write sqlite: and a path, for example sqlite:/var/lib/hotline/hotline.db, or postgres://user:password@host:5432/database`},
		{"twice", "store: sqlite:a\nstore: sqlite:b\n",
			`FILE: cannot be read as YAML near line 2; write lines of the form name: "value", each name once`},
		{"no mapping", "thetoken", `FILE: cannot be read as YAML near line 1; write lines of the form name: "value", each name once`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := settingsFile(t, tt.text)
			_, err := settings.Load(nil, file, nil)
			if _, ok := errors.AsType[settings.Errors](err); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			got := strings.ReplaceAll(err.Error(), file, "FILE")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := settings.Load(nil, filepath.Join(t.TempDir(), "none.yaml"), nil); err == nil ||
		!strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
}
