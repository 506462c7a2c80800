package simulate

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"strings"
)

// Every scenario's log is searched when it ends: for what nobody may read there, and for lines about a call that do not
// say which.

// logWithoutTime logs at every level. Digits of the time could be taken for a number.
func logWithoutTime(to *lockedBuffer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{}
			}
			return a
		}}))
}

// secretDigits is how much of a number is looked for: its end, which every way to write it has. The last four may be
// logged.
const secretDigits = 7

// secret notes a number that somebody rang from or keyed in. Keys of menus are none.
func (s *scenario) secret(number string) {
	number = strings.Trim(number, "#*+")
	if len(number) >= secretDigits {
		s.secrets.Store(number[len(number)-secretDigits:], nil)
	}
}

// aboutNoCall are lines that belong to no call and no callback.
var aboutNoCall = map[string]bool{
	"dispatcher: the store failed; trying again":                                          true,
	"the store cannot be asked for SMS; trying again":                                     true,
	"ready again: callbacks can be kept":                                                  true,
	"not ready: no callback can be kept; calls are answered and agents rung all the same": true,
	"it is unknown whether these calls were placed; their targets stay busy":              true,
	"it is unknown whether these SMS were sent; they are not sent again":                  true,
	// what an unsigned request calls itself is not worth noting
	"a webhook was refused; if it is the provider's, compare the public URL and the token or key with `hotline sign`": true,
}

// checkLog fails for a line that holds a secret, or does not say which call or callback it is about.
func (s *scenario) checkLog() {
	for lines := bufio.NewScanner(strings.NewReader(s.log.String())); lines.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			s.t.Fatalf("%v: %s", err, lines.Text())
		}
		message, _ := line[slog.MessageKey].(string)
		if !aboutNoCall[message] && !says(line, "call", "callback", "attempt", "text", "recording") {
			s.t.Errorf("which call is it? %s", lines.Text())
		}
		for secret := range s.secrets.Range {
			if strings.Contains(lines.Text(), secret.(string)) {
				s.t.Errorf("the log holds %s: %s", secret, lines.Text())
			}
		}
	}
}

func says(line map[string]any, keys ...string) bool {
	for _, key := range keys {
		if _, ok := line[key]; ok {
			return true
		}
	}
	return false
}
