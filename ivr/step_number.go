package ivr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Numbers that callers key in: the account, and the transaction or application number.

// keyCalling in the account entry takes the calling number as the account.
const keyCalling = "1"

// collect goes to the next number that the topic needs, and to the desk once all are known.
func (t *turn) collect() Next {
	topic := t.topic()
	switch {
	case topic == nil:
	case topic.AskAccount && t.Account == "" && !slices.Contains(t.Skip, stepAccount):
		return goTo{stepAccount}
	case topic.AskTransaction && t.Transaction == "" && !slices.Contains(t.Skip, stepNumber):
		return goTo{stepNumber}
	}
	if t.deskCanAnswer(t.deskWanted()) {
		return goTo{stepReady}
	}
	return goTo{stepOffer}
}

func askAccount(t *turn) Next {
	if t.Silent == 0 && t.Wrong == 0 {
		t.say("safety")
	}
	if t.callingAccount() != "" {
		t.say("account.calling")
	}
	t.say("account.ask")
	return Listen{Entry: true, Timeout: entryTimeout}
}

func hearAccount(t *turn, digits string) Next {
	rule := t.line.Account
	if calling := t.callingAccount(); digits == keyCalling && calling != "" {
		digits = calling
	}
	if !rule.Fits(digits) {
		return wrong{t.words("account.invalid", "min", strconv.Itoa(rule.Min), "max", strconv.Itoa(rule.Max))}
	}
	t.Draft = digits
	return goTo{stepAccountRight}
}

// callingAccount is the calling number in national form if the line takes it for an account, else empty.
func (t *turn) callingAccount() string {
	if !t.line.Account.CallingNumber {
		return ""
	}
	national := nationalDigits(t.call.From, t.line.Region)
	if national == "" || !t.line.Account.Fits(national) {
		return ""
	}
	return national
}

func askAccountRight(t *turn) Next {
	t.say("account.confirm", "digits", t.digits(t.Draft))
	return Listen{Timeout: menuTimeout}
}

func hearAccountRight(t *turn, key string) Next { return t.keep(key, &t.Account, stepAccount) }

// keep answers the read-back of a number: 1 keeps it, 2 asks for it again.
func (t *turn) keep(key string, number *string, again StepID) Next {
	switch key {
	case "1":
		*number, t.Draft = t.Draft, ""
		return t.collect()
	case "2":
		t.Draft = ""
		return goTo{again}
	}
	return wrong{t.words("wrong.menu")}
}

func askNumber(t *turn) Next {
	t.say(t.numberPrompt())
	return Listen{Entry: true, Timeout: entryTimeout}
}

func (t *turn) numberPrompt() string {
	if topic := t.topic(); topic != nil && topic.TransactionName != "" {
		return topic.TransactionName + ".ask"
	}
	return "transaction.ask"
}

func hearNumber(t *turn, digits string) Next {
	rule := t.line.Transaction
	if !rule.Fits(digits) {
		return wrong{t.words("number.length", "min", strconv.Itoa(rule.Min), "max", strconv.Itoa(rule.Max))}
	}
	t.Draft = digits
	return goTo{stepNumberRight}
}

func askNumberRight(t *turn) Next {
	t.say("number.readback", "digits", t.digits(t.Draft))
	return Listen{Timeout: menuTimeout}
}

func hearNumberRight(t *turn, key string) Next { return t.keep(key, &t.Transaction, stepNumber) }

func leaveEntry(t *turn) Next {
	t.Left = t.Step
	return goTo{stepLeft}
}

func askLeft(t *turn) Next {
	t.say("left.ask")
	return Listen{Timeout: menuTimeout}
}

func hearLeft(t *turn, key string) Next {
	switch key {
	case "1":
		return goTo{t.Left}
	case "2":
		t.Skip = append(slices.Clone(t.Skip), t.Left)
		return t.collect()
	}
	return wrong{t.words("wrong.menu")}
}

// Fits reports whether digits are a number of this kind.
func (r NumberRule) Fits(digits string) bool {
	if len(digits) < r.Min || len(digits) > r.Max || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	return len(r.Starts) == 0 || slices.ContainsFunc(r.Starts, func(start string) bool { return strings.HasPrefix(digits, start) })
}

// looksLikeCard reports whether digits could be the number of a payment card: 15 to 19 digits that satisfy
// the check digit of ISO/IEC 7812-1 (Luhn).
func looksLikeCard(digits string) bool {
	if len(digits) < 15 || len(digits) > 19 {
		return false
	}
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// nationalDigits is how people of the region key in and read out an E.164 number: national form within the region,
// the full international number from elsewhere. It is empty for what is no valid telephone number.
func nationalDigits(e164, region string) string {
	number, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return ""
	}
	if phonenumbers.GetRegionCodeForNumber(number) != region {
		return phonenumbers.Format(number, phonenumbers.E164)
	}
	return phonenumbers.NormalizeDigitsOnly(phonenumbers.Format(number, phonenumbers.NATIONAL))
}
