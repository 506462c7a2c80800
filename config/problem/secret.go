package problem

import "strings"

// secretWords tell a key with a secret behind it, and where that secret is given instead.
var secretWords = []struct{ word, where string }{
	{"authtoken", "HOTLINE_TWILIO_AUTH_TOKEN"}, {"accountsid", "HOTLINE_TWILIO_ACCOUNT_SID"}, {"twilio",
		"HOTLINE_TWILIO_AUTH_TOKEN and the like"},
	{"statekey", "HOTLINE_STATE_KEYS"}, {"postgres", "HOTLINE_STORE"}, {"database", "HOTLINE_STORE"}, {"dsn",
		"HOTLINE_STORE"},
	{"password", ""}, {"passwd", ""}, {"passphrase", ""}, {"secret", ""}, {"apikey", ""}, {"privatekey",
		""}, {"credential", ""}, {"token", ""},
}

// Secret reports whether an unknown key looks as if a secret stood behind it, and what to do then. The value is never
// repeated: messages end up in logs.
func Secret(key string) (advice string, ok bool) {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(key))
	for _, secret := range secretWords {
		if !strings.Contains(plain, secret.word) {
			continue
		}
		where := ""
		if secret.where != "" {
			where = " (" + secret.where + ")"
		}
		return "secrets belong to the server's environment" + where + ", never into these files, which " +
			"many may read; " +
			"remove it here, and change the secret if others have seen it", true
	}
	return "", false
}
