package config_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

// TestWarningsOfSentences: what callers may not understand is read all the same, and said with its line.
func TestWarningsOfSentences(t *testing.T) {
	const foreign = ", which is not written in the language en; a voice reads it wrongly or not at all"
	for name, tt := range map[string]struct{ key, text, want string }{
		"nothing to say against": {"goodbye", "Thank you, GoPay. Goodbye (100%).", ""},
		"keys moved with their words": {"skip.ask", "For the list of topics, press star. To go on without it, " +
			"press 2. To enter the number again, press 1.", ""},
		"keys before their words": {"existing.sure", "Press 1 if yes, you want to cancel it. Press 2 if no.", ""},
		"other words":             {"help.solved", "All well? Then 1. Still trouble? Then 2.", ""},
		"keys exchanged": {"help.solved", "If this solves it, press 2. If not, press 1.", "help.solved: are 1 and 2 " +
			"exchanged? Correct the sentence unless they mean the same as in \"If this solves it, press 1. If not, " +
			"press 2.\""},
		"keys exchanged before their words": {"existing.sure", "Press 2 if yes, you want to cancel it. Press 1 if no.",
			"existing.sure: are 1 and 2 exchanged? Correct the sentence unless they mean the same as in \"Do you " +
				"want to cancel your callback? If yes, press 1. If no, press 2.\""},
		"another language": {"goodbye", "Terima kasih telah menghubungi kami.",
			"goodbye: seems to be in the language id; write it in the language en"},
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
		`menu.agent: "To speak to an agent, press zero."`: "does not say 0 in plain figures (heard: 0 an agent; only " +
			"while one can answer); for example \"To speak to an agent, press 0.\"",
		`verify.calling: "Press pound, then 1."`: "says 1 without pound right behind it (heard: it was the number " +
			"you call from: press 1, then hash); for example \"If that call came to the number you are calling from, " +
			"press 1, then pound.\"",
		`menu.back: "To go back, press *."`: "does not say star (heard: star goes back); for example \"To go back, " +
			"press star.\"",
		`existing.sure: "Really? Yes 1, no 3."`: "says 3 where it has to say 2 (heard: really cancel: yes 1, no 2); " +
			"for example \"Do you want to cancel your callback? If yes, press 1. If no, press 2.\"",
		`connect.ask: "To be called back, press 22."`: "says 22 where it has to say 2 (heard: connecting you now; to " +
			"be rung back instead press 2); for example \"We are connecting you now. To be called back instead, " +
			"press 2.\"",
		`menu.agent: "To speak to an agent, press 5."`: "says 5 where it has to say 0 (heard: 0 an agent; only while " +
			"one can answer); for example \"To speak to an agent, press 0.\"",
		`language.star: "For English, press pound."`: "says pound where it has to say star (heard: the last words of " +
			"a first menu in another language: \"For English, press star.\"); for example \"For English, press star.\"",
	} {
		key, _, _ := strings.Cut(prompt, ":")
		fsys := wholeWeek(t)
		fsys["prompts/en.yaml"].Data = []byte(prompt + "\n" + edit(t, string(fsys["prompts/en.yaml"].Data), "-"+key))
		if _, err := config.Load(fsys); err == nil || err.Error() != "prompts/en.yaml:1: "+key+": "+want {
			t.Errorf("%s: %v", prompt, err)
		}
	}
}

// keysOf finds the keys that the shipped sentences name, each by its mark.
var keysOf = map[string]map[string]*regexp.Regexp{
	"en": {"*": regexp.MustCompile("star"), "#": regexp.MustCompile("pound( key)?")},
	"id": {"*": regexp.MustCompile("bintang"), "#": regexp.MustCompile("pagar")},
	"zh": {"*": regexp.MustCompile("星号键?"), "#": regexp.MustCompile("井号键?")},
	"ja": {"*": regexp.MustCompile("コメじるし"), "#": regexp.MustCompile("シャープ")},
}

// spoil changes the shipped sentences of whose keys the first are picked, and is their places, such as "prompts/en.yaml
// menu.back".
func spoil(t *testing.T, pick func(says []string) []string, change func(text string, keys []*regexp.Regexp) string) (
	fstest.MapFS, []string) {
	t.Helper()
	fsys, says, snapshot := shippedFiles(t), map[string][]string{}, load(t, config.Shipped())
	for _, id := range snapshot.LineIDs() {
		for _, need := range snapshot.ByID(id).PromptNeeds() {
			keys := strings.Fields(strings.Join(need.Says, " "))
			slices.Sort(keys)
			says[need.Key] = slices.Compact(keys)
		}
	}
	var places []string
	for tag, words := range keysOf {
		file := "prompts/" + tag + ".yaml"
		lines := strings.Split(string(fsys[file].Data), "\n")
		for i, line := range lines {
			key, text, _ := strings.Cut(line, ": ")
			var patterns []*regexp.Regexp
			for _, key := range pick(says[key[strings.Index(key, "/")+1:]]) {
				if patterns = append(patterns, words[key]); words[key] == nil {
					patterns[len(patterns)-1] = regexp.MustCompile(key)
				}
			}
			if len(patterns) > 0 {
				lines[i] = key + ": " + change(text, patterns)
				places = append(places, file+" "+key)
			}
		}
		fsys[file].Data = []byte(strings.Join(lines, "\n"))
	}
	if slices.Sort(places); len(places) < 4 {
		t.Errorf("only %q were tried", places)
	}
	return fsys, places
}

// nth picks one of the keys of each sentence.
func nth(n int) func([]string) []string {
	return func(says []string) []string { return says[min(n, len(says)):min(n+1, len(says))] }
}

// both picks two keys of the sentences that name both.
func both(keys ...string) func([]string) []string {
	return func(says []string) []string {
		if slices.Contains(says, keys[0]) && slices.Contains(says, keys[1]) {
			return keys
		}
		return nil
	}
}

// TestEveryFixedKey: in every language each sentence without one of its keys, or with another, is refused.
func TestEveryFixedKey(t *testing.T) {
	without := func(text string, keys []*regexp.Regexp) string { return keys[0].ReplaceAllString(text, "") }
	another := func(text string, keys []*regexp.Regexp) string { return keys[0].ReplaceAllString(text, "5") }
	refuses := func(pick func([]string) []string, change func(string, []*regexp.Regexp) string) {
		t.Helper()
		fsys, want := spoil(t, pick, change)
		if got := wrongPrompts(t, fsys); !slices.Equal(got, want) {
			t.Errorf("refused are\n%q\nwant\n%q", got, want)
		}
	}
	wide := func(text string, keys []*regexp.Regexp) string { return keys[0].ReplaceAllString(text, "１") }
	for n := range 3 {
		refuses(nth(n), without)
		refuses(nth(n), wide)
		refuses(nth(n), another)
	}
	refuses(both("*", "#"), exchange)
}

// TestEveryKeyOfAnEntry: in every language each sentence that asks for a number is refused without any of its keys, and
// with any of them exchanged, since callers would leave the question where they mean to answer it.
func TestEveryKeyOfAnEntry(t *testing.T) {
	places := func(text string, keys []*regexp.Regexp) (at [][]int) {
		at = append(keys[0].FindAllStringIndex(text, -1), keys[1].FindAllStringIndex(text, -1)...)
		slices.SortFunc(at, func(a, b []int) int { return a[0] - b[0] })
		return at
	}
	for n := range 3 {
		without := func(text string, keys []*regexp.Regexp) string {
			at := places(text, keys)
			return text[:at[n%len(at)][0]] + text[at[n%len(at)][1]:]
		}
		exchanged := func(text string, keys []*regexp.Regexp) string {
			at := places(text, keys)
			star := slices.IndexFunc(at, func(a []int) bool { return keys[0].MatchString(text[a[0]:a[1]]) })
			a, b := at[star], at[(star+1+n%(len(at)-1))%len(at)]
			if a[0] > b[0] {
				a, b = b, a
			}
			return text[:a[0]] + text[b[0]:b[1]] + text[a[1]:b[0]] + text[a[0]:a[1]] + text[b[1]:]
		}
		for _, change := range []func(string, []*regexp.Regexp) string{without, exchanged} {
			fsys, want := spoil(t, both("*", "#"), change)
			if got := wrongPrompts(t, fsys); !slices.Equal(got, want) {
				t.Errorf("refused are\n%q\nwant\n%q", got, want)
			}
		}
	}
}

// TestExchangedPlaceholders: in every language two placeholders that are exchanged are warned about, where the words
// beside them tell. A sentence of other words is none of them.
func TestExchangedPlaceholders(t *testing.T) {
	for _, pair := range [][2]string{{"{when}", "{key}"}, {"{topic}", "{key}"}, {"{min}", "{max}"}, {"2", "{key}"},
		{"{digits}", "{key}"}} {
		swap := strings.NewReplacer(pair[0], pair[1], pair[1], pair[0])
		fsys := shippedFiles(t)
		var want, got []string
		for tag := range keysOf {
			file := "prompts/" + tag + ".yaml"
			lines := strings.Split(string(fsys[file].Data), "\n")
			for i, line := range lines {
				if key, text, ok := strings.Cut(line, ": "); ok && line[0] != '#' && strings.Contains(text, pair[0]) &&
					strings.Contains(text, pair[1]) {
					lines[i], want = key+": "+swap.Replace(text), append(want, file+" "+key)
				}
			}
			fsys[file].Data = []byte(strings.Join(lines, "\n"))
		}
		for _, w := range load(t, fsys).Warnings(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
			if w.Undated {
				got = append(got, w.File+" "+w.Key)
			}
		}
		slices.Sort(want)
		if slices.Sort(got); len(want) < 4 || !slices.Equal(got, want) {
			t.Errorf("%v: warned are\n%q\nwant\n%q", pair, got, want)
		}
	}
	for _, text := range []string{"menu.topic: \"Press {key} for {topic}.\"", "menu.topic: \"{key}: {topic}.\"",
		"number.length: \"It has no more than {max} and no fewer than {min} digits.\""} {
		key, _, _ := strings.Cut(text, ":")
		fsys := wholeWeek(t)
		fsys["prompts/en.yaml"].Data = []byte(text + "\n" + edit(t, string(fsys["prompts/en.yaml"].Data), "-"+key))
		if got := messages(t, load(t, fsys)); got != "" {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestEveryExchange: in every language each sentence with two keys exchanged is warned about.
func TestEveryExchange(t *testing.T) {
	for _, keys := range [][]string{{"1", "2"}, {"1", "3"}, {"2", "3"}, {"1", "*"}} {
		fsys, want := spoil(t, both(keys...), exchange)
		var got []string
		for _, w := range load(t, fsys).Warnings(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
			if w.Undated {
				got = append(got, w.File+" "+w.Key)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%v: warned are\n%q\nwant\n%q", keys, got, want)
		}
	}
}

// exchange puts each of two keys in the place of the other, as they are written there.
func exchange(text string, keys []*regexp.Regexp) string {
	first, second := keys[0].FindString(text), keys[1].FindString(text)
	text = keys[0].ReplaceAllString(text, "\x00")
	return strings.ReplaceAll(keys[1].ReplaceAllString(text, first), "\x00", second)
}

// wrongPrompts are the places of what is wrong with the keys of a configuration.
func wrongPrompts(t *testing.T, fsys fstest.MapFS) (places []string) {
	t.Helper()
	_, err := config.Load(fsys)
	var problems config.Problems
	errors.As(err, &problems)
	for _, p := range problems {
		if strings.HasPrefix(p.File, "prompts/") {
			places = append(places, p.File+" "+p.Key)
		}
	}
	slices.Sort(places)
	return places
}

// TestQuotationMarksOfPeople: to YAML they are part of the sentence, unless it has plain ones around them.
func TestQuotationMarksOfPeople(t *testing.T) {
	for text, want := range map[string]string{
		"«Goodbye.»": "prompts/en.yaml:1: goodbye: has « and » around it, which are no quotation marks here; write " +
			`"Goodbye."`,
		`"«Goodbye.»"`: "", "'Goodbye.'": "", "Goodbye «you».": "",
	} {
		fsys := wholeWeek(t)
		fsys["prompts/en.yaml"].Data = []byte("goodbye: " + text + "\n" +
			edit(t, string(fsys["prompts/en.yaml"].Data), "-goodbye"))
		if got := messages(t, load(t, fsys)); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestScripts: sentences in Latin letters alone in a language that is not written so.
func TestScripts(t *testing.T) {
	for text, warns := range map[string]bool{
		"請稍候，PayPay。": false, "請確認電話。": false, "Thank you.": true, "ありがとう。": true, "Спасибо，您好": true,
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
		if len(need.Args)+len(need.Says) == 0 || strings.HasPrefix(need.Key, "help.") && need.Key != "help.solved" {
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
