package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

// TestWarningsOfSentences: what callers may not understand is read all the same, and said with its line.
func TestWarningsOfSentences(t *testing.T) {
	const foreign = ", which is not written in the language en; a voice reads it wrongly or not at all"
	for name, tt := range map[string]struct{ key, text, want string }{
		"nothing to say against": {"goodbye", "Thank you, GoPay. Goodbye (100%).", ""},
		"a key left out": {"menu.agent", "Wait for an agent.",
			"menu.agent: does not say 0 in figures, which it has to (heard: 0 an agent; only while one can answer)"},
		"no name of the star key": {"language.star", "For English, press pound.",
			"language.star: does not name the star key (star), which chooses this language"},
		"a line's number, left out": {"shop/account.digits", "Nothing.",
			"shop/account.digits: does not say {count}; add it unless it is left out on purpose"},
		"a line's number, as it is": {"shop/account.digits", "It has 11 digits.", ""},
		"a name left out": {"welcome", "Welcome.",
			"welcome: does not say {line}; add it unless it is left out on purpose"},
		"in a line's own words":        {"shop/welcome", "Welcome to the shop.", ""},
		"a Cyrillic letter":            {"goodbye", "Thаnk you.", "goodbye: has 'а' (Cyrillic)" + foreign},
		"another script":               {"goodbye", "谢谢。", "goodbye: has '谢' (Han)" + foreign},
		"a full stop of another":       {"goodbye", "Thank you。", "goodbye: has '。' (U+3002)" + foreign},
		"accents, dashes and currency": {"goodbye", "Café – “€5”.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := wholeWeek(t)
			text := string(fsys["prompts/en.yaml"].Data)
			if !strings.Contains(tt.key, "/") {
				text = edit(t, text, "-"+tt.key)
			}
			fsys["prompts/en.yaml"].Data = []byte(tt.key + ": \"" + tt.text + "\"\n" + text)
			want := tt.want
			if want != "" {
				want = "prompts/en.yaml:1: " + want
			}
			if got := messages(t, load(t, fsys)); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestAnotherKeyIsRefused: callers would press a key that means something else.
func TestAnotherKeyIsRefused(t *testing.T) {
	for prompt, want := range map[string]string{
		`existing.sure: "Really? Yes 1, no 3."`: "says 3 where it has to say 2 (heard: really cancel: yes 1, no 2)",
		`connect.ask: "To be called back, press 22."`: "says 22 where it has to say 2 (heard: connecting you now; to " +
			"be rung back instead press 2)",
		`menu.agent: "To speak to an agent, press 5."`: "says 5 where it has to say 0 (heard: 0 an agent; only while " +
			"one can answer)",
		`language.star: "For English, press 5."`: "names the key 5, but this language is chosen with the star key; " +
			"name that one",
	} {
		key, _, _ := strings.Cut(prompt, ":")
		fsys := wholeWeek(t)
		fsys["prompts/en.yaml"].Data = []byte(prompt + "\n" + edit(t, string(fsys["prompts/en.yaml"].Data), "-"+key))
		if _, err := config.Load(fsys); err == nil || err.Error() != "prompts/en.yaml:1: "+key+": "+want {
			t.Errorf("%s: %v", prompt, err)
		}
	}
}

// TestScripts: sentences in Latin letters alone in a language that is not written so.
func TestScripts(t *testing.T) {
	for text, warns := range map[string]bool{
		"請稍候，PayPay。": false, "Thank you.": true, "ありがとう。": true, "Спасибо，您好": true,
	} {
		fsys := wholeWeek(t)
		fsys["prompts/zh.yaml"] = file([]byte("topic.x: \"" + text + "\"\n"))
		if got := messages(t, load(t, fsys)); (got != "") != warns {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// messages are the warnings that depend on no day.
func messages(t *testing.T, s *config.Snapshot) string {
	t.Helper()
	var texts []string
	for _, w := range s.Warnings(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
		if w.Undated {
			texts = append(texts, w.Problem.String())
		}
	}
	return strings.Join(texts, "\n")
}

// TestEverySentenceSaysWhatItIsFor: without its placeholders and keys each is refused, or warned about on its line.
func TestEverySentenceSaysWhatItIsFor(t *testing.T) {
	tried := 0
	for _, need := range load(t, base(t)).ByID("shop").PromptNeeds() {
		if len(need.Args)+len(need.Figures) == 0 || strings.HasPrefix(need.Key, "help.") && need.Key != "help.solved" {
			continue
		}
		tried++
		fsys := wholeWeek(t)
		fsys["prompts/en.yaml"].Data = []byte(need.Key + ": \"Nothing.\"\n" +
			edit(t, string(fsys["prompts/en.yaml"].Data), "-"+need.Key))
		told, err := "", error(nil)
		if s, refused := config.Load(fsys); refused != nil {
			err = refused
		} else {
			told = messages(t, s)
		}
		if want := "prompts/en.yaml:1: " + need.Key + ": does not say "; !strings.HasPrefix(told, want) &&
			(err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%s: %q, %v", need.Key, told, err)
		}
	}
	if tried < 60 {
		t.Errorf("only %d sentences were tried", tried)
	}
}
