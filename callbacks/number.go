package callbacks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Who may be called and texted, and which numbers a caller can have meant by what they keyed in.

// A Blocked prefix is never called or texted.
type Blocked struct {
	// Prefix is E.164, for example "+252".
	Prefix string
	// Reason is for supervisors and logs, for example "Somalia: calls there are pumped for their fees".
	Reason string
}

// A Reason is why a number is not called. The compiler does not find the places that tell reasons apart: telling and
// [reading.meant] below, the step of package ivr that asks for a number, the mistakes in the numbers of agents (package
// config) and hotline explain.
type Reason string

const (
	// Invalid is no telephone number that exists.
	Invalid Reason = "invalid"
	// TooShort has too few digits for a subscriber's number.
	TooShort Reason = "too-short"
	// NeverCalled is of a kind that belongs to no customer: premium rate, toll-free, satellite and the like, and the
	// numbers of agents and lines.
	NeverCalled Reason = "never-called"
	// BlockedPrefix is on the line's own list.
	BlockedPrefix Reason = "blocked"
	// OtherCountry is not one of the countries that the line calls.
	OtherCountry Reason = "other-country"
	// Unreachable needs a route that is not configured.
	Unreachable Reason = "unreachable"
)

// A Refusal says why a number is not called.
type Refusal struct {
	Reason Reason
	// Number is what was refused, for the program; Error masks it.
	Number string
	// Prefix is the one of Policy.Blocked or Policy.Unreachable that decided; empty for other reasons.
	Prefix string
	// Detail is for a log: the rule that decided, without the number.
	Detail string
}

// Error masks the number.
func (r *Refusal) Error() string {
	return fmt.Sprintf("callbacks: the number %s is not called: %s (%s)", Mask(r.Number), r.Reason, r.Detail)
}

// IsNumber reports whether a text is a telephone number in the form of E.164 that tells who calls: "+", then 7 to 15
// digits, the first not 0, of a length that its country has. Nothing else that a provider may send is one: no digits
// without "+", no SIP address, no word.
func IsNumber(text string) bool {
	if !isE164(text) {
		return false
	}
	n, err := phonenumbers.Parse(text, "ZZ")
	return err == nil && phonenumbers.Format(n, phonenumbers.E164) == text && phonenumbers.IsPossibleNumber(n)
}

// Country is the ISO 3166-1 alpha-2 code of the country or area that a number, E.164, belongs to. "001" is none:
// satellites and other numbers of the whole world. It is empty for what is no valid number.
func Country(e164 string) string {
	n, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return ""
	}
	return phonenumbers.GetRegionCodeForNumber(n)
}

// neverCalled are the kinds of numbers that belong to no customer, or cost more than a call.
var neverCalled = map[phonenumbers.PhoneNumberType]string{
	phonenumbers.PREMIUM_RATE:    "premium rate",
	phonenumbers.SHARED_COST:     "shared cost",
	phonenumbers.TOLL_FREE:       "toll-free",
	phonenumbers.UAN:             "a company's universal number",
	phonenumbers.PERSONAL_NUMBER: "a personal number, which forwards at a price",
	phonenumbers.PAGER:           "a pager",
	phonenumbers.VOICEMAIL:       "a voicemail",
}

// satellites are prefixes within countries whose metadata calls them mobile: Indonesia 868, mainland China 1349 and
// 1740, and Australia 14. Source: the national numbering plans that the ITU-T lists; there may be others.
var satellites = []string{"+62868", "+861349", "+861740", "+6114"}

// wholeWorld is the area of numbers that belong to no country: satellites, international premium and toll-free numbers.
const wholeWorld = "001"

// Refusal says why a number, E.164, is not called or texted as a customer's; nil when it may be. It is asked when a
// number is given and again before every call, so an edit of the policy counts for callbacks that are booked.
func (p Policy) Refusal(e164 string) *Refusal {
	if p.Ours[e164] {
		return &Refusal{Reason: NeverCalled, Number: e164, Detail: "the number of a line or an agent"}
	}
	n, r := parse(e164)
	if r != nil {
		return r
	}
	country := phonenumbers.GetRegionCodeForNumber(n)
	if p.Countries != nil && country != wholeWorld && !slices.Contains(p.Countries, country) {
		return &Refusal{Reason: OtherCountry, Number: e164, Detail: "this line does not call " + country}
	}
	return p.refusalOf(e164, n)
}

// RefusalOfAgent is [Policy.Refusal] for a telephone of the desk, which may be in any country.
func (p Policy) RefusalOfAgent(e164 string) *Refusal {
	n, r := parse(e164)
	if r != nil {
		return r
	}
	return p.refusalOf(e164, n)
}

func (p Policy) refusalOf(e164 string, n *phonenumbers.PhoneNumber) *Refusal {
	if kind, never := neverCalled[phonenumbers.GetNumberType(n)]; never {
		return &Refusal{Reason: NeverCalled, Number: e164, Detail: kind}
	}
	ofSatellite := slices.ContainsFunc(satellites, func(prefix string) bool { return strings.HasPrefix(e164, prefix) })
	if ofSatellite || phonenumbers.GetRegionCodeForNumber(n) == wholeWorld {
		return &Refusal{Reason: NeverCalled, Number: e164, Detail: "a satellite's, or another number of no country"}
	}
	return p.refusalByPrefix(e164)
}

// parse refuses what is no number that exists. Parsing takes long: it is done once for all that is asked of a number.
func parse(e164 string) (*phonenumbers.PhoneNumber, *Refusal) {
	refuse := func(why Reason, detail string) (*phonenumbers.PhoneNumber, *Refusal) {
		return nil, &Refusal{Reason: why, Number: e164, Detail: detail}
	}
	if len(e164) > 1+mostDigits {
		return refuse(Invalid, "more than 15 digits")
	}
	n, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil || phonenumbers.Format(n, phonenumbers.E164) != e164 {
		return refuse(Invalid, "no telephone number in international form")
	}
	if phonenumbers.IsValidNumber(n) {
		return n, nil
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return refuse(TooShort, "fewer digits than any number of that country")
	}
	return refuse(Invalid, "not in that country's numbering plan")
}

// mostDigits is the greatest length of an international number: ITU-T E.164, clause 6.2.1.
const mostDigits = 15

// refusalByPrefix is about prefixes that the line blocks, and those that the provider reaches only by a route of the
// line's own.
func (p Policy) refusalByPrefix(e164 string) *Refusal {
	for _, blocked := range p.Blocked {
		if blocked.Prefix != "" && strings.HasPrefix(e164, blocked.Prefix) {
			return &Refusal{Reason: BlockedPrefix, Number: e164, Prefix: blocked.Prefix,
				Detail: "prefix " + blocked.Prefix + ", " + blocked.Reason}
		}
	}
	if p.Route(e164).Byoc != "" {
		return nil
	}
	for _, prefix := range p.Unreachable {
		if prefix != "" && strings.HasPrefix(e164, prefix) {
			return &Refusal{Reason: Unreachable, Number: e164, Prefix: prefix,
				Detail: "no route for prefix " + prefix}
		}
	}
	return nil
}

// Readings are the numbers, E.164, that somebody in a region (ISO 3166-1 alpha-2) can have meant by the digits that
// they keyed in: a national number, 00 and a country code, or the region's own prefix for calls abroad and a country
// code. Those count that exist in a country which the line calls. One: it is meant; it may still be refused, see
// [Policy.Refusal]. Several: ask which. None: the error is a *[Refusal] and says why.
func (p Policy) Readings(digits, region string) ([]string, error) {
	var numbers []string
	var refusal *Refusal
	for _, r := range lawfulReadings(digits, region) {
		why := p.Refusal(r.number)
		switch {
		case slices.Contains(numbers, r.number):
		case why == nil || r.meant(why.Reason):
			numbers = append(numbers, r.number)
		case refusal == nil || telling[why.Reason] > telling[refusal.Reason]:
			refusal = why
		}
	}
	switch {
	case len(numbers) > 0:
		return numbers, nil
	case refusal != nil:
		return nil, refusal
	}
	return nil, &Refusal{Reason: Invalid, Number: digits, Detail: "does not parse as a telephone number"}
}

// telling says of a reading that counts for nothing how much it tells to be told so.
var telling = map[Reason]int{Invalid: 0, TooShort: 1, NeverCalled: 2, OtherCountry: 3}

// A reading is a number that digits can stand for, which need not exist.
type reading struct {
	number string
	// abroad is set when digits of a prefix for calls abroad were taken off.
	abroad bool
}

// meant reports whether a reading that is refused may all the same be the one that was meant, so that another one is
// not taken for it. A toll-free number of one's own country is not: nobody asks to be called there, and in Japan 0066
// begins those as well as, after 00, the numbers of Thailand.
func (r reading) meant(why Reason) bool {
	return why == Unreachable || why == BlockedPrefix || why == NeverCalled && r.abroad
}

// prefixesAbroad are prefixes for calls abroad that are in use beside those of the library's metadata.
// Source: ITU-T Operational Bulletin, annex "Dialling procedures".
var prefixesAbroad = map[string][]string{
	"ID": {"001", "007", "01017"},
	"JP": {"001010", "0033010", "0061010"},
}

// lawfulReadings are all numbers that digits can stand for in a region.
func lawfulReadings(digits, region string) (readings []reading) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return nil
	}
	abroad := func(number string) {
		if n, err := phonenumbers.Parse("+"+number, "ZZ"); err == nil {
			readings = append(readings, reading{phonenumbers.Format(n, phonenumbers.E164), true})
		}
	}
	// With the country code before it the region's prefixes for calls abroad are not looked for.
	code := phonenumbers.GetCountryCodeForRegion(region)
	if n, err := phonenumbers.Parse(fmt.Sprintf("+%d%s", code, digits), "ZZ"); err == nil && code != 0 {
		readings = append(readings, reading{number: phonenumbers.Format(n, phonenumbers.E164)})
	}
	for _, prefix := range append([]string{"00"}, prefixesAbroad[region]...) {
		if number, ok := strings.CutPrefix(digits, prefix); ok {
			abroad(number)
		}
	}
	// The library's own reading: with the region's prefix for calls abroad, or its country code without any.
	if n, err := phonenumbers.ParseAndKeepRawInput(digits, region); err == nil {
		source := n.GetCountryCodeSource()
		readings = append(readings, reading{phonenumbers.Format(n, phonenumbers.E164),
			source == phonenumbers.PhoneNumber_FROM_NUMBER_WITH_IDD})
	}
	return readings
}

// Mask shortens a telephone, account or transaction number for a log: an ellipsis and its last four characters.
// Anything of up to four characters is hidden altogether.
func Mask(number string) string {
	r := []rune(number)
	if len(r) == 0 {
		return ""
	}
	if len(r) <= 4 {
		return "…"
	}
	return "…" + string(r[len(r)-4:])
}
