package callbacks

import (
	"strings"
)

// Answers are the numbers that a caller keyed in besides the account, in the order in which they were asked for:
// "transaction:123456;order:88", question and digits. Digits alone are the answer to "transaction": before lines could
// have questions of their own, only that one was kept. The empty string holds none.
type Answers string

// An Answer is one of them.
type Answer struct {
	// Question is its identifier from the line's file: small letters, digits and hyphens.
	Question string
	// Digits are decimal digits as keyed in.
	Digits string
}

// All lists the answers.
func (a Answers) All() (all []Answer) {
	for part := range strings.SplitSeq(string(a), ";") {
		question, digits, named := strings.Cut(part, ":")
		if !named {
			question, digits = "transaction", part
		}
		if digits != "" {
			all = append(all, Answer{question, digits})
		}
	}
	return all
}

// Get is the answer to a question; empty if there is none.
func (a Answers) Get(question string) string {
	for _, answer := range a.All() {
		if answer.Question == question {
			return answer.Digits
		}
	}
	return ""
}

// With adds the answer to a question that has none yet.
func (a Answers) With(question, digits string) Answers {
	added := Answers(question + ":" + digits)
	if a == "" {
		return added
	}
	return a + ";" + added
}
