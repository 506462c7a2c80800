package simulate

import (
	"bytes"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr"
)

// Callers who key in the number of their card.

// Three cards that passed as transaction numbers before: the call goes on without them, and the agent hears that.
func TestACardNumberIsDroppedAndTheCallGoesOn(t *testing.T) {
	for scheme, card := range map[string]string{"Diners Club, 14 digits": "36227206271667",
		"Visa, 13": "4222222222222", "Maestro, 12": "675912345674"} {
		t.Run(scheme, func(t *testing.T) {
			var logged bytes.Buffer
			s := newScenario(t, openDay, withLog(slog.New(slog.NewJSONHandler(&logged, nil))))
			s.rings(home, "Thank you. Goodbye", english, paymentFailed, unsolved, myNumber,
				hears("Please enter the transaction number").press(card+"#"),
				hears("That looks like a card number, so we have not kept it. We never need card numbers. We are "+
					"connecting you now").silence())
			s.bridged("caller with support-1")
			if heard := heardBy(s.eventsNow(), "support-1"); strings.Contains(heard, "Nomor transaksi") {
				t.Errorf("the agent is told a transaction number: %q", heard)
			}
			if strings.Contains(logged.String(), card) {
				t.Errorf("the number is logged: %s", logged.String())
			}
		})
	}
}

// Numbers such as the shipped lines ask for pass, and are read back, unless they are card numbers by range, length and
// check digit: of 12 digits at least, and right ones.
func TestOrdinaryNumbersOfTheShippedLinesPass(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	digits := func(rule ivr.NumberRule) string {
		length, start := rule.Min+random.IntN(rule.Max-rule.Min+1), ""
		if len(rule.Starts) > 0 {
			start = rule.Starts[random.IntN(len(rule.Starts))]
		}
		for len(start) < length {
			start += string(rune('0' + random.IntN(10)))
		}
		return start
	}
	for _, line := range snapshot.Lines {
		tag, dropped := line.Languages[0].Tag, 0
		passes := func(step ivr.StepID, question, number string) {
			before := ivr.State{Line: line.ID, Step: step, Language: tag, Topic: "payment-failed", Question: question}
			state, _ := ivr.Advance(line, time.Now(), ivr.Call{SID: "CA1", To: line.Numbers[0]}, before,
				ivr.Keys{Digits: number})
			if state.Draft == number {
				return
			}
			if dropped++; len(number) < 12 || number[0] == '0' || !rightCheckDigit(number) {
				t.Errorf("%s: %s does not pass as %s %s, but leads to %s", line.ID, number, step, question, state.Step)
			}
		}
		for range 2000 {
			passes("account", "", digits(line.Account))
			for question, rule := range line.Questions {
				passes("number", question, digits(rule))
			}
		}
		if mobile := phonenumbers.GetExampleNumberForType(line.Region,
			phonenumbers.MOBILE); line.Account.CallingNumber {
			passes("account", "", phonenumbers.NormalizeDigitsOnly(phonenumbers.Format(mobile, phonenumbers.NATIONAL)))
		}
		if dropped > 100 { // of some 6,000
			t.Errorf("%s: %d ordinary numbers were dropped", line.ID, dropped)
		}
	}
}

// rightCheckDigit is ISO/IEC 7812-1, annex B, written otherwise than the product has it.
func rightCheckDigit(number string) bool {
	doubled := [10]int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}
	sum, odd := 0, len(number)%2
	for i, r := range number {
		if d := int(r - '0'); i%2 == odd {
			sum += doubled[d]
		} else {
			sum += d
		}
	}
	return sum%10 == 0
}
