package ivr

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// Numbers that callers key in: the account, and the transaction or application number.

// keyCalling in the account entry takes the calling number as the account.
const keyCalling = "1"

// keyAccount stands for the account among the questions that were left. No question can be called so.
const keyAccount = "account"

// collect goes to the next number that the topic needs, and to the desk once all are known.
func (t *turn) collect() Next {
	topic := t.topic()
	switch {
	case topic == nil:
	case topic.AskAccount && t.Account == "" && !slices.Contains(t.Skip, keyAccount):
		return goTo{stepAccount}
	default:
		for _, question := range topic.Questions {
			if t.Answers.Get(question) == "" && !slices.Contains(t.Skip, question) {
				t.Question = question
				return goTo{stepNumber}
			}
		}
	}
	if t.deskCanAnswer(t.deskWanted()) {
		return goTo{stepReady}
	}
	t.sayClosedMeanwhile(t.deskWanted())
	return goTo{stepOffer}
}

// sayClosedMeanwhile is for a caller who rang while the desk was open, and was told nothing else.
func (t *turn) sayClosedMeanwhile(desk string) {
	if calendar := t.line.Desks[desk].Hours; calendar.IsOpen(time.Unix(t.Called, 0)) && !calendar.IsOpen(t.now) {
		t.sayClosed(desk)
	}
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
		return wrong{t.wrongLength("account.invalid", "account.digits", rule)}
	}
	t.Draft = digits
	return goTo{stepAccountRight}
}

// wrongLength says how many digits a number has.
func (t *turn) wrongLength(between, exactly string, rule NumberRule) Utterance {
	if rule.Min == rule.Max {
		return t.words(exactly, "count", strconv.Itoa(rule.Min))
	}
	return t.words(between, "min", strconv.Itoa(rule.Min), "max", strconv.Itoa(rule.Max))
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
	t.say("account.confirm", "digits", t.line.sayAccount(t.tongue(), t.Draft))
	return Listen{Timeout: menuTimeout}
}

func hearAccountRight(t *turn, key string) Next {
	return t.keep(key, stepAccount, func(digits string) { t.Account = digits })
}

// keep answers the read-back of a number: 1 keeps it, 2 asks for it again.
func (t *turn) keep(key string, again StepID, keep func(digits string)) Next {
	switch key {
	case "1":
		keep(t.Draft)
		t.Draft = ""
		return t.collect()
	case "2":
		t.Draft = ""
		return goTo{again}
	}
	return wrong{t.words("no-match.menu")}
}

func askNumber(t *turn) Next {
	t.say("question." + t.Question)
	return Listen{Entry: true, Timeout: entryTimeout}
}

func hearNumber(t *turn, digits string) Next {
	rule, known := t.line.Questions[t.Question]
	if !known { // not asked any more
		return t.collect()
	}
	if !rule.Fits(digits) {
		return wrong{t.wrongLength("number.length", "number.digits", rule)}
	}
	t.Draft = digits
	return goTo{stepNumberRight}
}

func askNumberRight(t *turn) Next {
	t.say("number.readback", "digits", t.digits(t.Draft))
	return Listen{Timeout: menuTimeout}
}

func hearNumberRight(t *turn, key string) Next {
	return t.keep(key, stepNumber, func(digits string) { t.Answers = t.Answers.With(t.Question, digits) })
}

func leaveEntry(t *turn) Next {
	t.Left = t.Step
	return goTo{stepLeft}
}

func askLeft(t *turn) Next {
	t.say("skip.ask")
	return Listen{Timeout: menuTimeout}
}

func hearLeft(t *turn, key string) Next {
	switch key {
	case "1":
		return goTo{t.Left}
	case "2":
		if t.Left == stepNumber {
			return t.without(t.Question)
		}
		return t.without(keyAccount)
	}
	return wrong{t.words("no-match.menu")}
}

// without goes on without a number: a question, or [keyAccount].
func (t *turn) without(number string) Next {
	t.Skip = append(slices.Clone(t.Skip), number)
	return t.collect()
}

// Fits reports whether digits are a number of this kind.
func (r NumberRule) Fits(digits string) bool {
	if len(digits) < r.Min || len(digits) > r.Max || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	return len(r.Starts) == 0 || slices.ContainsFunc(r.Starts, func(start string) bool { return strings.HasPrefix(digits, start) })
}

// nationalDigits is what people of the region key in for an E.164 number: the national form within the region, the full
// international number from elsewhere. It is empty for what is no valid telephone number.
func nationalDigits(e164, region string) string {
	if !strings.HasPrefix(e164, "+") {
		return ""
	}
	form := phoneForm(e164, region)
	digits := phonenumbers.NormalizeDigitsOnly(form)
	if strings.HasPrefix(form, "+") {
		return "+" + digits
	}
	return digits
}

// phoneForm is how a number is written in the region, with separators where people pause: "0812-3456-7890".
// From elsewhere it begins with + and the country code. It is empty for what is no valid telephone number.
func phoneForm(number, region string) string {
	parsed, err := phonenumbers.Parse(number, region)
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return ""
	}
	if phonenumbers.GetRegionCodeForNumber(parsed) != region {
		return phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL)
	}
	return phonenumbers.Format(parsed, phonenumbers.NATIONAL)
}
