package ivr

import (
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
)

// ringAtOther keys digits in where another number to ring is asked for.
func ringAtOther(t *testing.T, line *Line, digits string) (State, Response) {
	t.Helper()
	state := State{Line: line.ID, Step: stepRingAtOther, Language: "en", Number: caller.From, Kind: callbacks.ASAP,
		Due: openHour.Unix(), Called: openHour.Unix()}
	return Advance(line, openHour, caller, state, Keys{digits})
}

func words(response Response) string {
	var all []string
	for _, said := range response.Say {
		all = append(all, said.Text)
	}
	return strings.Join(all, " | ")
}

// Japan by 00, or America by Indonesia's 008: both are read out with their countries, and the caller chooses.
func TestWhereDigitsAreTwoNumbersTheCallerChooses(t *testing.T) {
	line := sketch(t)
	state, response := ringAtOther(t, line, "00819012345678")
	heard := words(response)
	if state.Step != stepRingAtWhich || !strings.Contains(heard, "number.choice Japan, plus 8 1, ") ||
		!strings.Contains(heard, "number.choice United States, plus 1, ") {
		t.Fatalf("at %s, heard %q", state.Step, heard)
	}
	for key, want := range map[string]string{"1": "+819012345678", "2": "+19012345678"} {
		chosen, response := Advance(line, openHour, caller, state, Keys{key})
		if chosen.Number != want || chosen.Step != stepRingAt && chosen.Step != stepOffer || len(response.Say) == 0 {
			t.Errorf("%s: at %s with %s", key, chosen.Step, chosen.Number)
		}
	}
	if other, _ := Advance(line, openHour, caller, state, Keys{keyMore}); other.Step != stepRingAtOther {
		t.Errorf("another number: at %s", other.Step)
	}
	if back, _ := Advance(line, openHour, caller, state, Keys{keyBack}); back.Step != stepOffer ||
		back.Number != caller.From {
		t.Errorf("back: at %s with %s", back.Step, back.Number)
	}
	if again, _ := Advance(line, openHour, caller, state, Keys{"5"}); again.Step != stepRingAtWhich ||
		again.NoMatches != 1 {
		t.Errorf("a wrong key: at %s, %d wrong", again.Step, again.NoMatches)
	}
}

func TestANumberAbroadIsReadBackWithItsCountry(t *testing.T) {
	line := sketch(t)
	for digits, want := range map[string]string{
		"004917612345678": "Germany, plus 4 9, ",
		"02129928888":     " 0 2 1, ", // the line's own country is not named
	} {
		_, response := ringAtOther(t, line, digits)
		if heard := words(response); !strings.Contains(heard, want) || want[0] == ' ' &&
			strings.Contains(heard, "Indonesia") {
			t.Errorf("%s: heard %q, want %q", digits, heard, want)
		}
	}
	for tag, want := range map[string]string{"zh": "德国，", "ja": "ドイツ、", "id": "Jerman, ", "en": "Germany, "} {
		if got := line.sayPhone(tag, "+4917612345678"); !strings.HasPrefix(got, want) {
			t.Errorf("in %s it is %q, want %q", tag, got, want)
		}
	}
}

// Whatever is refused for good: another number or a message is offered at once, and no wrong entry is counted.
func TestARefusedNumberLeadsToAnotherOrAMessage(t *testing.T) {
	line := sketch(t)
	line.Callbacks.Ours = map[string]bool{"+622150003001": true}
	line.Callbacks.Blocked = []callbacks.Blocked{{Prefix: "+252", Reason: "pumped"}}
	abroad := sketch(t)
	abroad.Callbacks.Countries = []string{"ID"}
	for _, c := range []struct {
		name   string
		line   *Line
		digits string
		want   string
	}{
		{"an agent of another line", line, "02150003001", "number.blocked"},
		{"premium", line, "08091234567", "number.blocked"},
		{"a blocked country", line, "00252612345678", "number.abroad"},
		{"toll-free", line, "0018002345678", "number.blocked"},
		{"mainland China without a route", line, "008613800138000", "number.abroad"},
		{"a country that is not called", abroad, "004917612345678", "number.abroad"},
	} {
		state, response := ringAtOther(t, c.line, c.digits)
		heard := words(response)
		if state.Step != stepRingAt || state.NoMatches != 0 || state.Number != "" ||
			!strings.HasPrefix(heard, c.want) ||
			!strings.HasSuffix(heard, "number.instead "+keyMessage) {
			t.Errorf("%s: at %s, %d wrong, heard %q", c.name, state.Step, state.NoMatches, heard)
		}
		if message, _ := Advance(c.line, openHour, caller, state, Keys{keyMessage}); message.Step != stepMessage {
			t.Errorf("%s: a message is at %s", c.name, message.Step)
		}
		if book, _ := Advance(c.line, openHour, caller, state, Keys{"1"}); book.Step != stepRingAt {
			t.Errorf("%s: 1 leads to %s", c.name, book.Step)
		}
	}
	if state, response := ringAtOther(t, line, "0812345678901234"); state.Step != stepRingAtOther ||
		state.NoMatches != 1 {
		t.Errorf("no number at all: at %s, heard %q", state.Step, words(response))
	}
}

// The number that a caller rings from follows the same rule.
func TestACallerFromACountryThatIsNotCalledIsToldSo(t *testing.T) {
	line := sketch(t)
	line.Callbacks.Countries = []string{"ID"}
	from := Call{SID: "CA1", From: "+4917612345678", To: caller.To}
	heard := play(t, line, closedHour, from, Keys{"2"}, Found{}, Keys{"0"})
	if got := strings.Join(heard[len(heard)-4:], " "); got !=
		"number.nocall hours.closed-now hours.opens number.instead" {
		t.Errorf("heard %q in the end", heard)
	}
	if slices.Contains(heard, "offer.intro") {
		t.Errorf("a callback is offered: %q", heard)
	}
}

// What is no E.164 number is nobody's: it is neither offered nor written down as whom to ring.
func TestOnlyANumberIsOfferedToBeRung(t *testing.T) {
	for from, want := range map[string]string{
		"sip:bob@81.234.56.78":                 "",
		"sip:081234567890@gateway.example.com": "",
		"sip:+6281234567890@trunk.example.com": "",
		"86282452253":                          "",
		"266696687":                            "",
		"7378742833":                           "",
		"081234567890":                         "",
		"6281234567890":                        "",
		"anna 0812 3456 7890":                  "",
		"client:081234567890":                  "",
		"+266696687":                           "",
		"":                                     "",
		"+6281234567890":                       "+6281234567890",
	} {
		line := sketch(t)
		state := State{Line: line.ID, Step: stepOffer, Language: "en"}
		state, response := Advance(line, closedHour, Call{SID: "CA1", From: from, To: caller.To}, state, Again{})
		if state.Number != want || strings.Contains(words(response), "offer.yours") != (want != "") {
			t.Errorf("%q: %q would be rung; heard %q", from, state.Number, words(response))
		}
	}
}

// A SIP address counts where the line says that its trunk sends +E.164 users, and only such a user.
func TestASIPCallerCountsWhereTheLineSaysSo(t *testing.T) {
	line := sketch(t)
	line.SIPCallerID = true
	for from, want := range map[string]string{
		"sip:+6281234567890@trunk.example.com":               "+6281234567890",
		"sips:+6281234567890@trunk.example.com:5061":         "+6281234567890",
		"SIP:+6281234567890;phone-context=x@trunk.example":   "+6281234567890",
		"sip:+6281234567890@trunk.example.com;transport=tcp": "+6281234567890",
		"sip:bob@81.234.56.78":                               "",
		"sip:6281234567890@trunk.example.com":                "",
		"sip:081234567890@trunk.example.com":                 "",
		"sip:+266696687@trunk.example.com":                   "",
		"sip:+6281234567890":                                 "",
		"+6281234567890":                                     "+6281234567890",
	} {
		if got := line.CallerNumber(from); got != want {
			t.Errorf("%q is %q, want %q", from, got, want)
		}
	}
}

func FuzzWhoCalls(f *testing.F) {
	for _, seed := range []string{"+6281234567890", "sip:bob@81.234.56.78", "sip:+6281234567890@x", "client:a", "",
		"+266696687", "sip:;@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range []*Line{{}, {SIPCallerID: true}} {
			got := line.CallerNumber(text)
			if got != "" && (!callbacks.IsNumber(got) || !strings.Contains(text, got) ||
				line.CallerNumber(got) != got) {
				t.Fatalf("%q is taken for %q", text, got)
			}
		}
	})
}

// keysAt presses keys one after another at the entry of an account that has eleven digits, of which a transaction
// number is asked next.
func keysAt(t *testing.T, step StepID, keys ...string) (State, Response) {
	t.Helper()
	line := sketch(t)
	line.Account = NumberRule{Min: 11, Max: 11, Starts: []string{"1"}}
	state := State{Line: line.ID, Step: step, Language: "en", Topic: "payment-failed", Question: "transaction",
		OpenCallbackID: 7, Called: openHour.Unix()}
	var response Response
	for _, key := range keys {
		state, response = Advance(line, openHour, caller, state, Keys{key})
	}
	return state, response
}

func TestAnEntryOfOneLengthEndsByItself(t *testing.T) {
	_, asked := keysAt(t, stepAccount, "")
	if asked.Action != (Gather{Entry: true, Digits: 11, Timeout: entryTimeout}) {
		t.Errorf("asked with %+v", asked.Action)
	}
	for name, tt := range map[string]struct {
		keys []string
		step StepID
		slip int
	}{
		"a needless hash":               {[]string{"13812345678", "#"}, stepAccountRight, 0},
		"two of them":                   {[]string{"13812345678", "#", "#"}, stepAccountRight, 1},
		"a needless hash, then right":   {[]string{"13812345678", "#", "1"}, stepNumber, 0},
		"a hash behind a later key":     {[]string{"13812345678", "5", "#"}, stepAccountRight, 2},
		"a hash behind a wrong number":  {[]string{"23812345678", "#"}, stepAccount, 1},
		"no hash behind a short number": {[]string{"1381", "13812345678"}, stepAccountRight, 0},
	} {
		state, response := keysAt(t, stepAccount, tt.keys...)
		if state.Step != tt.step || state.NoMatches != tt.slip || state.NoInputs != 0 || len(response.Say) == 0 {
			t.Errorf("%s: at %s, %d wrong, %d silent", name, state.Step, state.NoMatches, state.NoInputs)
		}
	}
	if state, _ := keysAt(t, stepNumber, "1234567", "#"); state.NoMatches != 1 {
		t.Errorf("behind an entry that hash has ended another one counts %d times", state.NoMatches)
	}
}

// A lone star is "I have none" and a lone 0 an agent, ended by # or by the time-out, which the provider tells apart and
// we do not. Neither is a wrong number.
func TestStarAndZeroInAnEntry(t *testing.T) {
	for _, tt := range []struct {
		at   StepID
		keys []string
		want StepID
	}{
		{stepAccount, []string{"*"}, stepNumber},
		{stepAccount, []string{"*#"}, stepNumber},
		{stepNumber, []string{"*"}, stepAccount}, // the account was not asked for yet
		{stepAccount, []string{"12", "*"}, stepSkipped},
		{stepAccount, []string{"12", "*", "2"}, stepNumber},
		{stepAccount, []string{"138*13812345678"}, stepAccountRight},
		{stepExisting, []string{"*"}, stepTopic},
		{stepRingAtOther, []string{"*"}, stepOffer},
		{stepAccount, []string{"0"}, stepDesk},
		{stepAccount, []string{"*0"}, stepDesk},
		{stepNumber, []string{"0#"}, stepDesk},
		{stepExisting, []string{"0"}, stepDesk},
		{stepRingAtOther, []string{"0"}, stepDesk},
	} {
		if state, _ := keysAt(t, tt.at, tt.keys...); state.Step != tt.want || state.NoMatches != 0 {
			t.Errorf("%s, keys %q: at %s, %d wrong", tt.at, tt.keys, state.Step, state.NoMatches)
		}
	}
}
