package ivr

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// testCards are numbers that payment companies publish for tests: (s) docs.stripe.com/testing, (a) docs.adyen.com,
// test card numbers, (b) Braintree, (p) PayPal's list of test numbers, (w) Worldpay.
var testCards = map[string]string{
	"4242424242424242": "Visa", "4000056655665556": "Visa", "4111111111111111": "Visa", // s, s, a
	// p, 13 digits
	"4222222222222":    "Visa",
	"5555555555554444": "Mastercard", "2223003122003222": "Mastercard", "5105105105105100": "Mastercard", // s
	// s, s, p
	"378282246310005": "American Express", "371449635398431": "American Express", "341111111111111": "American Express",
	"6011111111111117": "Discover", "6011000990139424": "Discover", "6445644564456445": "Discover", // s, s, a
	"3056930009020004": "Diners Club", "36227206271667": "Diners Club", // s: 16 and 14 digits
	"30569309025904": "Diners Club", "38520000023237": "Diners Club", "36006666333344": "Diners Club", // p, p, a
	"3566002020360505": "JCB", "3530111333300000": "JCB", // s, p
	// s, the last of 19 digits
	"6200000000000005": "UnionPay", "6200000000000047": "UnionPay", "6205500000000000004": "UnionPay",
	"6304000000000000": "Maestro", "6759649826438453": "Maestro", // b, w
}

func TestPublishedTestCardNumbersAreCards(t *testing.T) {
	for digits, scheme := range testCards {
		if got := cardScheme(digits); got != scheme {
			t.Errorf("%s is a number of %q, want %q", digits, got, scheme)
		}
		last := (digits[len(digits)-1]-'0'+1)%10 + '0'
		if wrong := digits[:len(digits)-1] + string(last); cardScheme(wrong) != "" {
			t.Errorf("%s has the wrong check digit and counts as a card", wrong)
		}
	}
}

// checked puts the check digit behind digits.
func checked(digits string) string {
	for d := range 10 {
		if number := digits + string(rune('0'+d)); luhn(number) {
			return number
		}
	}
	panic("one of ten digits is right")
}

// Each scheme's ranges count from their first to their last number, with that scheme's lengths and no other.
func TestCardRangesAreExact(t *testing.T) {
	for _, tt := range []struct {
		start   string
		lengths []int
	}{
		{"4", []int{13, 16, 19}}, {"50", nil}, {"51", []int{16}}, {"55", []int{16}}, {"56", nil}, {"2220",
			nil}, {"2221", []int{16}},
		{"2720", []int{16}}, {"2721", nil}, {"33", nil}, {"34", []int{15}}, {"35", nil}, {"37", []int{15}},
		{"300", []int{14, 16, 17, 18, 19}}, {"305", []int{14, 16, 17, 18, 19}}, {"306", nil}, {"3095",
			[]int{14, 16, 17, 18, 19}},
		{"36", []int{14, 15, 16, 17, 18, 19}}, {"38", []int{14, 16, 17, 18, 19}}, {"39", []int{14, 16, 17, 18, 19}},
		{"3527", nil}, {"3528", sixteenUp}, {"3589", sixteenUp}, {"3590", nil},
		{"6011", sixteenUp}, {"6012", nil}, {"643", nil}, {"644", sixteenUp}, {"649", sixteenUp}, {"65",
			sixteenUp}, {"66", nil},
		{"62", sixteenUp}, {"63", nil}, {"810", sixteenUp}, {"817", sixteenUp}, {"818", nil}, {"2200",
			sixteenUp}, {"2204", sixteenUp}, {"2205", nil},
		{"5018", twelveUp}, {"5893", twelveUp}, {"6304", twelveUp}, {"6759", twelveUp}, {"6763", twelveUp}, {"6764",
			nil}, {"676770", twelveUp},
		{"0604", nil}, {"1", nil}, {"7", nil}, {"9", nil},
	} {
		for length := 8; length <= 30; length++ {
			number := checked(tt.start + strings.Repeat("0", length-1-len(tt.start)))
			if got := cardScheme(number); (got != "") != slices.Contains(tt.lengths, length) {
				t.Errorf("%s, %d digits, is a number of %q", number, length, got)
			}
		}
	}
	for _, not := range []string{"", "4111-1111-1111-1111", "4111 1111 1111 1111", "\x00"} {
		if cardScheme(not) != "" {
			t.Errorf("%q counts as a card", not)
		}
	}
}

// In every step in which digits are keyed, a card number is dropped, is no wrong entry, and leaves nothing behind.
func TestADroppedCardNumberIsNoWrongEntry(t *testing.T) {
	line := sketch(t)
	for at, next := range map[StepID]StepID{stepAccount: stepNumber, stepNumber: stepConfirmConnect,
		stepRingAtOther: stepOffer, stepExisting: stepTopic} {
		t.Run(string(at), func(t *testing.T) {
			for digits := range testCards {
				before := State{Line: line.ID, Step: at, Language: "en", Topic: "payment-failed",
					Question: "transaction", OpenCallbackID: 7, NoMatches: 2}
				if at != stepAccount {
					before.Account = "081234567890"
				}
				state, response := Advance(line, openHour, caller, before, Keys{digits + "#"})
				if state.Step != next || state.NoMatches != 0 || !strings.Contains(words(response), "card.dropped") {
					t.Fatalf("a card number leads to %s, counted wrong %d times, saying %q", state.Step,
						state.NoMatches, response.Say)
				}
				if _, performs := response.Action.(Perform); performs && at == stepExisting {
					t.Error("a card number is tried as a proof")
				}
				if kept := fmt.Sprintf("%+v %+v", state, response); strings.Contains(kept, digits) {
					t.Errorf("it is kept: %s", kept)
				}
			}
		})
	}
}

// A line's own numbers pass below 15 digits though they look like a card; longer ones do not, and neither do others.
func TestOwnPrefixesPass(t *testing.T) {
	line := sketch(t)
	line.Account = NumberRule{Min: 10, Max: 19, OwnPrefixes: []string{"42222"}}
	line.Questions["transaction"] = NumberRule{Min: 6, Max: 19, OwnPrefixes: []string{"36"}}
	for _, tt := range []struct {
		step   StepID
		digits string
		passes bool
	}{
		{stepAccount, "4222222222222", true}, {stepAccount, checked("400000000000"), false}, {stepAccount,
			checked("422220000000000"), false},
		{stepNumber, "36227206271667", true}, {stepNumber, "38520000023237", false}, {stepNumber, "4222222222222",
			false},
		{stepNumber, checked("36000000000000"), false},
		{stepAccount, "9222222222222", true}, // looks like none
	} {
		before := State{Line: line.ID, Step: tt.step, Language: "en", Topic: "payment-failed", Question: "transaction"}
		if state, response := Advance(line, openHour, caller, before,
			Keys{tt.digits}); (state.Draft == tt.digits) != tt.passes {
			t.Errorf("%s in step %s: %q is read back, saying %v", tt.digits, tt.step, state.Draft, response.Say)
		}
	}
}

// Any number passes but one with a right check digit in a listed range: its digits are kept to be read back.
func TestOtherNumbersPass(t *testing.T) {
	line := sketch(t)
	line.Account = NumberRule{Min: 6, Max: 30}
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`(4|5[0-9]|6[0-9]|3[0-9]|2[27]|8|0|1|7|9)[0-9]{5,27}`).Draw(t, "digits")
		before := State{Line: line.ID, Step: stepAccount, Language: "en", Topic: "login"}
		state, _ := Advance(line, openHour, caller, before, Keys{digits})
		if card := cardScheme(digits) != ""; (state.Draft == digits) == card || card && !luhn(digits) {
			t.Errorf("%s: card %v, kept %q", digits, card, state.Draft)
		}
	})
}
