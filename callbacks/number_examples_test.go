//go:build !race

package callbacks_test

import (
	"slices"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/hotline-ivr/hotline/callbacks"
)

// allKinds are the kinds of numbers that the library has examples of.
func allKinds() (kinds []phonenumbers.PhoneNumberType) {
	for kind := phonenumbers.FIXED_LINE; kind < phonenumbers.UNKNOWN; kind++ {
		kinds = append(kinds, kind)
	}
	return kinds
}

// examples are the example numbers of every country and kind, E.164.
func examples() (numbers []string) {
	for region := range phonenumbers.GetSupportedRegions() {
		for _, kind := range allKinds() {
			if n := phonenumbers.GetExampleNumberForType(region, kind); n != nil {
				numbers = append(numbers, phonenumbers.Format(n, phonenumbers.E164))
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// Every example number of every country, keyed in from the region of every line that comes with the program, in all
// three ways: it is taken, asked about among others, or refused. Never is another number taken for it.
func TestAKeyedNumberIsNeverTakenForAnother(t *testing.T) {
	abroad := map[string][]string{
		"ID": {"001", "007", "008", "01017"}, "JP": {"010", "001010"}, "SG": {"001", "002", "008", "018",
			"019"}, "CN": {"00"},
	}
	for _, line := range []struct {
		name, region string
		policy       callbacks.Policy
	}{
		{"gopay", "ID", callbacks.Policy{Unreachable: []string{"+86"}}},
		{"paypay", "JP", callbacks.Policy{Unreachable: []string{"+86"}}},
		{"okpay", "SG", callbacks.Policy{Unreachable: []string{"+86"}}},
		{"upay and wallet", "CN", callbacks.Policy{Countries: []string{"CN"},
			Routes: []callbacks.Route{{Prefix: "+86", Byoc: "BY1"}}}},
	} {
		right, asked, refused := 0, 0, 0
		for _, number := range examples() {
			ways := []string{"00" + number[1:]}
			for _, prefix := range abroad[line.region] {
				ways = append(ways, prefix+number[1:])
			}
			n, err := phonenumbers.Parse(number, "ZZ")
			if err != nil {
				t.Fatal(err)
			}
			if callbacks.Country(number) == line.region {
				ways = append(ways, phonenumbers.NormalizeDigitsOnly(phonenumbers.Format(n, phonenumbers.NATIONAL)))
			}
			mayBeCalled := line.policy.Refusal(number) == nil
			for _, digits := range ways {
				got, err := line.policy.Readings(digits, line.region)
				switch {
				case err != nil && mayBeCalled:
					t.Errorf("%s: %s, keyed for %s, is refused: %v", line.name, digits, number, err)
				case err != nil:
					refused++
				case !slices.Contains(got, number):
					t.Errorf("%s: %s, keyed for %s, is taken for %v", line.name, digits, number, got)
				case len(got) > 1:
					asked++
				case mayBeCalled:
					right++
				default:
					refused++ // the one that was meant is refused by [callbacks.Policy.Refusal]
				}
			}
		}
		t.Logf("%s: %d right, %d asked, %d refused", line.name, right, asked, refused)
		if right == 0 || refused == 0 {
			t.Errorf("%s: the examples try nothing", line.name)
		}
	}
}
