package ivr

import (
	"strconv"

	"github.com/hotline-ivr/hotline/callbacks"
)

// "Did you call me?": whether a call in our name was ours. The number that was rung and the reference are asked for, so
// that nobody finds out whom we call.

// keyCalled in the entry of the number that was rung takes the calling number.
const keyCalled = "1"

func askVerify(r *request) Action {
	if r.call.From != "" {
		r.say("verify.calling")
	}
	r.say("verify.number")
	return Gather{Entry: true, Timeout: entryTimeout}
}

func hearVerify(r *request, digits string) Action {
	r.Readings = nil
	if digits == keyCalled && r.call.From != "" {
		r.Readings = []string{r.call.From}
	} else if numbers, err := r.line.Callbacks.Readings(digits, r.line.Region); err == nil {
		r.Readings = numbers
	} else {
		return noMatch{prompt: r.words("number.invalid")}
	}
	return goTo{stepVerifyProof}
}

func askVerifyProof(r *request) Action {
	r.say("existing.reference")
	return Gather{Entry: true, Digits: callbacks.ReferenceDigits, Timeout: entryTimeout}
}

// hearVerifyProof asks again for what cannot be a reference: a slip of the finger must not make our call a stranger's.
func hearVerifyProof(r *request, digits string) Action {
	r.HashMayFollow = len(digits) == callbacks.ReferenceDigits
	if len(digits) != callbacks.ReferenceDigits {
		return noMatch{prompt: r.words("number.digits", "count", strconv.Itoa(callbacks.ReferenceDigits))}
	}
	return Perform{VerifyCall{
		Key: r.call.SID + "/" + strconv.Itoa(r.Events), Line: r.line.ID, Caller: r.call.From, Numbers: r.Readings,
		Reference: digits,
	}}
}

// afterVerify answers in one of three ways, and tells nothing else of any callback.
func afterVerify(r *request, event Event) Action {
	verified, ok := event.(CallVerified)
	if !ok {
		return cannotVerify(r)
	}
	r.Readings = nil
	if verified.Ours {
		r.say("verify.yes")
		r.say("safety")
	} else {
		r.say("verify.no")
	}
	return toTopics(r)
}

// cannotVerify is for who has no reference, for who gave too many wrong ones, and for a store that does not answer.
func cannotVerify(r *request) Action {
	r.Readings = nil
	r.say("verify.unknown")
	return toTopics(r)
}
