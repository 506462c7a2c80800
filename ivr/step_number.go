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
func (r *request) collect() Action {
	topic := r.topic()
	switch {
	case topic == nil:
	case topic.AskAccount && r.Account == "" && !slices.Contains(r.Skip, keyAccount):
		return goTo{stepAccount}
	default:
		for _, question := range topic.Questions {
			if r.Answers.Get(question) == "" && !slices.Contains(r.Skip, question) {
				r.Question = question
				return goTo{stepNumber}
			}
		}
	}
	if r.deskCanAnswer(r.deskWanted()) {
		return goTo{stepConfirmConnect}
	}
	r.sayClosedMeanwhile(r.deskWanted())
	return goTo{stepOffer}
}

// sayClosedMeanwhile is for a caller who rang while the desk was open, and was told nothing else.
func (r *request) sayClosedMeanwhile(desk string) {
	if calendar := r.line.Desks[desk].Hours; calendar.IsOpen(time.Unix(r.Called, 0)) && !calendar.IsOpen(r.now) {
		r.sayClosed(desk)
	}
}

func askAccount(r *request) Action {
	if r.NoInputs == 0 && r.NoMatches == 0 {
		r.say("safety")
	}
	if r.callingAccount() != "" {
		r.say("account.calling")
	}
	return r.askEntry("account.ask", r.line.Account)
}

// askEntry asks for a number, and says how to reach an agent instead while one can answer.
func (r *request) askEntry(prompt string, rule NumberRule) Action {
	r.say(prompt)
	if r.NoInputs+r.NoMatches != 1 && (r.deskCanAnswer(r.deskWanted()) || r.deskCanAnswer(r.generalDesk())) {
		r.say("number.agent")
	}
	return Gather{Entry: true, Digits: rule.length(), Timeout: entryTimeout}
}

func hearAccount(r *request, digits string) Action {
	rule := r.line.Account
	r.HashMayFollow = len(digits) == rule.length()
	if calling := r.callingAccount(); digits == keyCalling && calling != "" {
		r.Account = calling // nothing was keyed that could be wrong: it is not read back
		return r.collect()
	}
	if !rule.fits(digits) {
		return noMatch{prompt: r.wrongLength("account.invalid", "account.digits", rule)}
	}
	r.Draft = digits
	return goTo{stepAccountRight}
}

// wrongLength says how many digits a number has.
func (r *request) wrongLength(between, exactly string, rule NumberRule) Utterance {
	if length := rule.length(); length > 0 {
		return r.words(exactly, "count", strconv.Itoa(length))
	}
	return r.words(between, "min", strconv.Itoa(rule.Min), "max", strconv.Itoa(rule.Max))
}

// callingAccount is the calling number in national form if the line takes it for an account, else empty.
func (r *request) callingAccount() string {
	if !r.line.Account.CallingNumber {
		return ""
	}
	national := nationalDigits(r.call.From, r.line.Region)
	if national == "" || !r.line.Account.fits(national) {
		return ""
	}
	return national
}

func askAccountRight(r *request) Action {
	r.say("account.confirm", "digits", r.line.sayAccount(r.language(), r.Draft))
	return Gather{Timeout: menuTimeout}
}

func keysOfAccountRight(*request) []menuKey {
	return readBack(stepAccount, func(r *request, digits string) { r.Account = digits })
}

// readBack are the keys behind a number that was read back: 1 keeps it, 2 asks for it again.
func readBack(again StepID, keep func(r *request, digits string)) []menuKey {
	return []menuKey{
		{"1", func(r *request) Action {
			keep(r, r.Draft)
			r.Draft = ""
			return r.collect()
		}},
		{"2", func(r *request) Action {
			r.Draft = ""
			return goTo{again}
		}},
	}
}

func askNumber(r *request) Action {
	return r.askEntry("question."+r.Question, r.line.Questions[r.Question])
}

func hearNumber(r *request, digits string) Action {
	rule, known := r.line.Questions[r.Question]
	if !known { // not asked any more
		return r.collect()
	}
	r.HashMayFollow = len(digits) == rule.length()
	if !rule.fits(digits) {
		return noMatch{prompt: r.wrongLength("number.length", "number.digits", rule)}
	}
	r.Draft = digits
	return goTo{stepNumberRight}
}

func askNumberRight(r *request) Action {
	r.say("number.readback", "digits", r.digits(r.Draft))
	return Gather{Timeout: menuTimeout}
}

func keysOfNumberRight(*request) []menuKey {
	return readBack(stepNumber, func(r *request, digits string) { r.Answers = r.Answers.With(r.Question, digits) })
}

// skipEntry goes on without the number. Who keyed one in that did not fit may have it, and is asked.
func skipEntry(r *request) Action {
	if r.NoMatches == 0 {
		return r.without(r.numberAsked(r.Step))
	}
	r.SkippedEntry = r.Step
	return goTo{stepSkipped}
}

// numberAsked is what [State.Skip] calls the number that an entry asks for.
func (r *request) numberAsked(step StepID) string {
	if step == stepNumber {
		return r.Question
	}
	return keyAccount
}

func askSkipped(r *request) Action {
	r.say("skip.ask")
	r.sayPersonKey()
	return Gather{Timeout: menuTimeout}
}

func keysOfSkipped(r *request) []menuKey {
	number := r.numberAsked(r.SkippedEntry)
	return []menuKey{{"1", goes(r.SkippedEntry)}, {"2", func(r *request) Action { return r.without(number) }}}
}

// without goes on without a number: a question, or [keyAccount].
func (r *request) without(number string) Action {
	r.Skip = append(slices.Clone(r.Skip), number)
	return r.collect()
}

// length is how many digits a number of this kind has; 0 if they are not always as many.
func (r NumberRule) length() int {
	if r.Min == r.Max {
		return r.Min
	}
	return 0
}

// fits reports whether digits are a number of this kind.
func (r NumberRule) fits(digits string) bool {
	if len(digits) < r.Min || len(digits) > r.Max || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	return len(r.Starts) == 0 || slices.ContainsFunc(r.Starts,
		func(start string) bool { return strings.HasPrefix(digits, start) })
}

// nationalDigits is what people of the region key in for an E.164 number: the national form within the region, the full
// international number from elsewhere. It is empty for what is no valid telephone number.
func nationalDigits(e164, region string) string {
	if !strings.HasPrefix(e164, "+") {
		return ""
	}
	form, _ := phoneForm(e164, region)
	digits := phonenumbers.NormalizeDigitsOnly(form)
	if strings.HasPrefix(form, "+") {
		return "+" + digits
	}
	return digits
}

// phoneForm is how a number is written in the region, with separators where people pause: "0812-3456-7890", and the
// number's own region. From elsewhere it begins with + and the country code. Both are empty for what is no valid
// telephone number.
func phoneForm(number, region string) (form, own string) {
	parsed, err := phonenumbers.Parse(number, region)
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return "", ""
	}
	if own = phonenumbers.GetRegionCodeForNumber(parsed); own != region {
		return phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL), own
	}
	return phonenumbers.Format(parsed, phonenumbers.NATIONAL), own
}
