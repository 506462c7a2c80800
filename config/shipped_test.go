package config_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What callers of each line ask about, according to its guide; stolen and senior are everywhere.
var asked = map[string][]string{
	"paypay": {"login", "locked", "payment-failed", "refund", "promotion", "something-else"},
	"upay": {"registration", "locked", "top-up", "payment-failed", "refund", "dispute", "technical", "feedback",
		"something-else"},
	"okpay":  {"login", "locked", "payment-failed", "refund", "fees"},
	"gopay":  {"login", "payment-failed", "refund", "technical", "statement", "close-account"},
	"wallet": {"login", "locked", "payment-failed", "refund"},
}

var spokenIn = map[string]string{"paypay": "ja zh en", "upay": "zh en", "okpay": "en zh", "gopay": "id en zh",
	"wallet": "zh en"}

func TestShippedLines(t *testing.T) {
	s := load(t, config.Shipped())
	if len(s.Lines) != len(asked) {
		t.Errorf("%d lines", len(s.Lines))
	}
	for id, topics := range asked {
		line := s.ByID(id)
		if line == nil || s.ByNumber(line.Numbers[0]) != line {
			t.Fatalf("line %s does not answer", id)
		}
		for _, topic := range append(topics, "stolen", "senior") {
			if line.Topic(topic) == nil {
				t.Errorf("%s: no topic %s", id, topic)
			}
		}
		if len(line.Topics) != len(topics)+2 || len(line.KeyPaths()) != len(line.Topics) {
			t.Errorf("%s: %d topics, %d ways to them", id, len(line.Topics), len(line.KeyPaths()))
		}
		var tags []string
		for _, language := range line.Languages {
			tags = append(tags, language.Tag)
			if line.Names[language.Tag] == "" {
				t.Errorf("%s has no name in %s", id, language.Tag)
			}
		}
		if got := strings.Join(tags, " "); got != spokenIn[id] {
			t.Errorf("%s speaks %s, want %s", id, got, spokenIn[id])
		}
		for _, way := range line.KeyPaths() {
			if menus := strings.ReplaceAll(strings.Join(way.Keys, ""), "8", ""); len(menus) > ivr.MenuDepth {
				t.Errorf("%s: %s is %d menus away", id, way.Topic, len(menus))
			}
		}
		if line.Peak == nil {
			t.Errorf("%s has no peak hours", id)
		}
	}
}

// What is on every agent's telephone and every caller's lips is rung or said by one line only.
func TestShippedNumbersAreUsedOnce(t *testing.T) {
	used := map[string]string{}
	for _, line := range load(t, config.Shipped()).Lines {
		for _, desk := range line.Desks {
			for _, target := range desk.Targets {
				if other, twice := used[target.To()]; twice {
					t.Errorf("%s of %s is also at %s", target.ID, line.ID, other)
				}
				used[target.To()] = line.ID
			}
		}
	}
}

func TestShippedHours(t *testing.T) {
	s := load(t, config.Shipped())
	for _, tt := range []struct {
		line, at string
		open     bool
		why      string
	}{
		{"paypay", "2026-03-03 08:59", false, "before the start"},
		{"paypay", "2026-03-03 09:00", true, "eq start"},
		{"paypay", "2026-03-03 20:00", false, "eq end"},
		{"paypay", "2026-03-07 17:59", true, "short Saturday"},
		{"paypay", "2026-03-20 12:00", false, "Vernal Equinox Day"},
		{"paypay", "2026-05-06 12:00", false, "substitute holiday"},
		{"paypay", "2026-12-29 16:59", true, "before the turn of the year"},
		{"paypay", "2026-12-31 12:00", false, "New Year's Eve"},
		{"paypay", "2027-01-03 12:00", false, "the third of January"},
		{"paypay", "2027-01-04 09:00", true, "after the holidays"},
		{"upay", "2026-03-03 20:59", true, "evening"},
		{"upay", "2026-03-07 18:00", false, "Saturday, eq end"},
		{"upay", "2026-02-17 12:00", false, "Spring Festival"},
		{"upay", "2026-02-28 20:00", true, "make-up day, by Monday's hours"},
		{"upay", "2026-05-01 12:00", true, "somebody is on duty on Labour Day"},
		{"upay", "2026-10-01 12:00", false, "National Day"},
		{"okpay", "2026-03-03 09:00", true, "eq start"},
		{"okpay", "2026-03-03 18:00", false, "eq end"},
		{"okpay", "2026-03-07 12:00", false, "Saturday"},
		{"okpay", "2026-02-17 12:00", false, "Chinese New Year"},
		{"okpay", "2026-12-10 20:00", true, "promotion"},
		{"okpay", "2026-12-24 13:00", false, "Christmas Eve, eq end"},
		{"wallet", "2026-03-06 17:59", true, "Friday"},
		{"wallet", "2026-03-07 12:00", false, "Saturday"},
		{"wallet", "2026-02-28 09:00", true, "make-up Saturday, eq start"},
		{"wallet", "2026-02-28 18:00", false, "make-up Saturday, eq end"},
		{"wallet", "2026-02-15 12:00", false, "Sunday of the Spring Festival"},
	} {
		line := s.ByID(tt.line)
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, line.Hours.Zone())
		if err != nil {
			t.Fatal(err)
		}
		if got := line.Hours.At(at); got.Open != tt.open || got.Source == "" {
			t.Errorf("%s %s (%s): %+v", tt.line, tt.at, tt.why, got)
		}
		if !line.Desks["emergency"].Hours.IsOpen(at) {
			t.Errorf("%s %s: the emergency desk is closed", tt.line, tt.at)
		}
	}
}

// Every line has every sentence, nobody listens to one for longer than 25 seconds, and what is offered says its key.
func TestPromptsAreThereAndShort(t *testing.T) {
	s := load(t, config.Shipped())
	for _, line := range s.Lines {
		for _, need := range line.PromptNeeds() {
			for _, language := range line.Languages {
				text := line.Sentence(language.Tag, need.Key)
				if text == "" {
					t.Errorf("%s has nothing for %s in %s", line.ID, need.Key, language.Tag)
				}
				if seconds := float64(utf8.RuneCountInString(text)) / simulator.SpeechRate(language.Locale); seconds > 25 {
					t.Errorf("%s, %s in %s: %.0f seconds", line.ID, need.Key, language.Tag, seconds)
				}
				for _, arg := range need.Args {
					if strings.HasPrefix(need.Key, "offer.") && !strings.Contains(text, "{"+arg+"}") {
						t.Errorf("%s, %s in %s does not say {%s}: %s", line.ID, need.Key, language.Tag, arg, text)
					}
				}
			}
		}
	}
}

// No sentence asks for what a line must never ask for; only those that say so name it, beside help with one's own
// password.
func TestNoPromptAsksForSecrets(t *testing.T) {
	secrets := regexp.MustCompile(`(?i)\bPIN\b|password|kata sandi|OTP|密码|验证码|パスワード|暗証番号|認証コード|認証番号|card number|nomor kartu|卡号|カード番号`)
	s := load(t, config.Shipped())
	for _, line := range s.Lines {
		for _, need := range line.PromptNeeds() {
			allowed := slices.Contains([]string{"safety", "card.dropped", "customer.hint"}, need.Key) ||
				strings.HasPrefix(need.Key, "help.")
			for _, language := range line.Languages {
				if text := line.Sentence(language.Tag, need.Key); !allowed && secrets.MatchString(text) {
					t.Errorf("%s, %s in %s: %s", line.ID, need.Key, language.Tag, text)
				}
			}
		}
		for _, language := range line.Languages {
			if !secrets.MatchString(line.Sentence(language.Tag, "safety")) {
				t.Errorf("%s does not say in %s what we never ask for", line.ID, language.Tag)
			}
		}
	}
}

func TestShippedHoursOfGopay(t *testing.T) {
	line := load(t, config.Shipped()).ByID("gopay")
	for _, tt := range []struct {
		at   string
		open bool
		why  string
	}{
		{"2026-11-23 07:59", false, "before the start"},
		{"2026-11-23 08:00", true, "eq start"},
		{"2026-11-23 17:00", false, "eq end"},
		{"2026-11-27 11:29", true, "Friday before prayers"},
		{"2026-11-27 11:30", false, "Friday prayers begin"},
		{"2026-11-27 13:00", true, "Friday prayers have ended"},
		{"2026-11-28 12:59", true, "short Saturday"},
		{"2026-11-28 13:00", false, "short Saturday, eq end"},
		{"2026-11-29 10:00", false, "Sunday"},
		{"2026-03-20 10:00", false, "Idul Fitri"},
		{"2026-03-24 10:00", false, "Idul Fitri, last day"},
		{"2026-03-25 08:00", true, "after Idul Fitri"},
		{"2026-12-24 10:00", true, "cuti bersama, as on Saturday"},
		{"2026-12-24 14:00", false, "cuti bersama, as on Saturday"},
		{"2026-12-25 10:00", false, "Natal"},
		{"2026-12-31 15:00", false, "Year-end, eq end"},
		{"2027-01-01 10:00", false, "New Year's Day"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, line.Hours.Zone())
		if err != nil {
			t.Fatal(err)
		}
		if got := line.Hours.At(at); got.Open != tt.open || got.Source == "" {
			t.Errorf("%s (%s): %+v", tt.at, tt.why, got)
		}
		if !line.Desks["emergency"].Hours.IsOpen(at) {
			t.Errorf("%s: the emergency desk is closed", tt.at)
		}
	}
}
