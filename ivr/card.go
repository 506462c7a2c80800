package ivr

import (
	"slices"
	"strings"
)

// Numbers of payment cards. Nobody here needs them, so one that is keyed in is dropped at once: it is neither kept nor
// logged, and the call goes on without that entry.

// A cardRange says where numbers of a scheme begin, from and to with equally many digits, and how many digits they
// have.
type cardRange struct {
	scheme, from, to string
	lengths          []int
}

var (
	sixteenUp = []int{16, 17, 18, 19}
	dinersOld = []int{14, 16, 17, 18, 19}
	twelveUp  = []int{12, 13, 14, 15, 16, 17, 18, 19}
)

// cardRanges are the published ranges of the schemes, each with its own lengths; ISO/IEC 7812-1 itself only sets the
// check digit and at most 19 digits. Sources: the table of issuer identification numbers in
// https://en.wikipedia.org/wiki/Payment_card_number; for Diners Club and Discover also the Discover Network's
// bulletins of ranges (36 with 14 to 19 digits, the others with 16 to 19; 14 are those still in use from before).
//
// Maestro has only its listed ranges: all of 50 and 56 to 69, which is set aside for it, would take a twelfth of the
// transaction numbers that begin so. 0604, which old tables give it, is left out, since national telephone numbers
// begin with 0.
var cardRanges = []cardRange{
	{"Visa", "4", "4", []int{13, 16, 19}},
	{"Mastercard", "51", "55", []int{16}},
	{"Mastercard", "2221", "2720", []int{16}},
	{"American Express", "34", "34", []int{15}},
	{"American Express", "37", "37", []int{15}},
	{"Diners Club", "300", "305", dinersOld},
	{"Diners Club", "3095", "3095", dinersOld},
	{"Diners Club", "36", "36", []int{14, 15, 16, 17, 18, 19}},
	{"Diners Club", "38", "39", dinersOld},
	{"Discover", "6011", "6011", sixteenUp},
	{"Discover", "644", "649", sixteenUp},
	{"Discover", "65", "65", sixteenUp},
	{"JCB", "3528", "3589", sixteenUp},
	{"UnionPay", "62", "62", sixteenUp},
	{"UnionPay", "810", "817", sixteenUp},
	{"Mir", "2200", "2204", sixteenUp},
	{"Maestro", "5018", "5018", twelveUp},
	{"Maestro", "5020", "5020", twelveUp},
	{"Maestro", "5038", "5038", twelveUp},
	{"Maestro", "5612", "5612", twelveUp},
	{"Maestro", "5893", "5893", twelveUp},
	{"Maestro", "6304", "6304", twelveUp},
	{"Maestro", "6390", "6390", twelveUp},
	{"Maestro", "6759", "6759", twelveUp},
	{"Maestro", "6761", "6763", twelveUp},
	{"Maestro", "676770", "676770", twelveUp},
	{"Maestro", "676774", "676774", twelveUp},
}

// cardScheme names the scheme whose card number the digits could be: in one of its ranges, with one of its lengths,
// and with the right check digit. Empty: none.
func cardScheme(digits string) string {
	if strings.Trim(digits, "0123456789") != "" || !luhn(digits) {
		return ""
	}
	for _, r := range cardRanges {
		if !slices.Contains(r.lengths, len(digits)) {
			continue
		}
		if start := digits[:len(r.from)]; r.from <= start && start <= r.to {
			return r.scheme
		}
	}
	return ""
}

// luhn reports whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// longestOwn is how many digits a line's own number may have to pass although it looks like a card number. From 15 on
// it is taken for a card: most cards are that long, and no line needs such a number badly enough.
const longestOwn = 14

// dropsCard reports whether what was keyed in at this step is dropped as a card number.
func (r *request) dropsCard(digits string) bool {
	if cardScheme(digits) == "" {
		return false
	}
	var rule NumberRule
	switch r.Step {
	case stepAccount:
		rule = r.line.Account
	case stepNumber:
		rule = r.line.Questions[r.Question]
	}
	own := func(start string) bool { return strings.HasPrefix(digits, start) }
	return len(digits) > longestOwn || !slices.ContainsFunc(rule.OwnPrefixes, own)
}

// withoutCard goes on as if nothing had been keyed in. It is no wrong entry: people who key in their card mean well.
func (r *request) withoutCard() Action {
	r.say("card.dropped")
	if r.Step == stepAccount || r.Step == stepNumber {
		return r.without(r.numberAsked(r.Step))
	}
	return stepOf(r.Step).back(r)
}
