package callbacks_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
)

func TestReadings(t *testing.T) {
	china := []callbacks.Route{{Prefix: "+86", Byoc: "BY1"}}
	for _, c := range []struct {
		name, digits, region string
		policy               callbacks.Policy
		want                 string
	}{
		{"Germany by 00, which in Singapore is India by 004", "004917612345678", "SG", callbacks.Policy{},
			"+4917612345678 +917612345678"},
		{"Portugal by 00", "00351912345678", "SG", callbacks.Policy{}, "+351912345678 +51912345678"},
		{"Ghana by 00", "00233241234567", "SG", callbacks.Policy{}, "+233241234567 +33241234567"},
		{"Vanuatu by 001, the USA by 00", "0016785912345", "SG", callbacks.Policy{}, "+16785912345 +6785912345"},
		{"Japan by 00, the USA by Indonesia's 008", "00819012345678", "ID", callbacks.Policy{},
			"+819012345678 +19012345678"},
		{"Thailand by 00; Japan's toll-free 0066 is nobody's", "0066812345678", "JP", callbacks.Policy{},
			"+66812345678"},
		{"one country alone counts", "004917612345678", "SG", callbacks.Policy{Countries: []string{"SG", "DE"}},
			"+4917612345678"},
		{"national, Indonesia", "081234567890", "ID", callbacks.Policy{}, "+6281234567890"},
		{"national, ten digits", "0812345678", "ID", callbacks.Policy{}, "+62812345678"},
		{"national, without the 0", "81234567890", "ID", callbacks.Policy{}, "+6281234567890"},
		{"with the country code and nothing before it", "6281234567890", "ID", callbacks.Policy{}, "+6281234567890"},
		{"landline", "02129928888", "ID", callbacks.Policy{}, "+622129928888"},
		{"out of Singapore", "0016281234567890", "SG", callbacks.Policy{}, "+6281234567890"},
		{"out of Japan", "0106281234567890", "JP", callbacks.Policy{}, "+6281234567890"},
		{"mainland China without a route: told so, not taken for another", "008613812345678", "JP",
			callbacks.Policy{Unreachable: []string{"+86"}}, "+8613812345678"},
		{"mainland China", "13812345678", "CN", callbacks.Policy{Routes: china}, "+8613812345678"},
		{"emergency", "112", "ID", callbacks.Policy{}, "too-short"},
		{"cut off", "08123", "ID", callbacks.Policy{}, "too-short"},
		{"too long", "0812345678901234", "ID", callbacks.Policy{}, "invalid"},
		{"more than 15 digits", "004980026508025174", "ID", callbacks.Policy{}, "invalid"},
		{"abroad, where only the own country is called", "00819012345678", "CN",
			callbacks.Policy{Countries: []string{"CN"}, Routes: china}, "other-country"},
		{"premium", "08091234567", "ID", callbacks.Policy{}, "never-called"},
		{"nothing", "", "ID", callbacks.Policy{}, "invalid"},
		{"no digits", "***", "ID", callbacks.Policy{}, "invalid"},
		{"other digits", "٠٨١٢٣٤٥٦٧٨٩٠", "ID", callbacks.Policy{}, "invalid"},
		{"a region that is none", "081234567890", "", callbacks.Policy{}, "invalid"},
	} {
		got, err := c.policy.Readings(c.digits, c.region)
		text := strings.Join(got, " ")
		var refusal *callbacks.Refusal
		if errors.As(err, &refusal) {
			text = string(refusal.Reason)
			if len(c.digits) > 6 && strings.Contains(err.Error(), c.digits) {
				t.Errorf("%s: the error shows the number: %v", c.name, err)
			}
		}
		if text != c.want {
			t.Errorf("%s: %s in %s is %q (%v), want %q", c.name, c.digits, c.region, text, err, c.want)
		}
	}
}

func TestWhoIsNeverCalled(t *testing.T) {
	any := callbacks.Policy{Routes: []callbacks.Route{{Prefix: "+86", Byoc: "BY1"}},
		Ours:    map[string]bool{"+622150003001": true},
		Blocked: []callbacks.Blocked{{Prefix: "+252", Reason: "Somalia: pumped"}}}
	own := callbacks.Policy{Countries: []string{"SG"}}
	for _, c := range []struct {
		name, number string
		policy       callbacks.Policy
		want         callbacks.Reason
	}{
		{"a mobile", "+6281234567890", any, ""},
		{"a landline", "+622129928888", any, ""},
		{"the line's own country", "+6581234567", own, ""},
		{"another country", "+6281234567890", own, callbacks.OtherCountry},
		{"an agent of any line", "+622150003001", any, callbacks.NeverCalled},
		{"premium, Indonesia", "+628091234567", any, callbacks.NeverCalled},
		{"premium, America", "+19002345678", any, callbacks.NeverCalled},
		{"premium, Japan's 0990", "+81990123456", any, callbacks.NeverCalled},
		{"Japan's 0570", "+81570012345", any, callbacks.NeverCalled},
		{"Japan's 0120", "+81120123456", any, callbacks.NeverCalled},
		{"Japan's pagers", "+812012345678", any, callbacks.NeverCalled},
		{"Indonesia's 1500", "+621500123", any, callbacks.NeverCalled},
		{"toll-free, Germany", "+498001234567", any, callbacks.NeverCalled},
		{"shared cost, Britain", "+448431234567", any, callbacks.NeverCalled},
		{"personal, Britain's 070", "+447012345678", any, callbacks.NeverCalled},
		{"Inmarsat", "+870773111632", any, callbacks.NeverCalled},
		{"Iridium", "+881612345678", any, callbacks.NeverCalled},
		{"a satellite within Indonesia's plan", "+62868123456", any, callbacks.NeverCalled},
		{"within China's", "+8617400123456", any, callbacks.NeverCalled},
		{"within Australia's", "+61147101234", any, callbacks.NeverCalled},
		{"international networks", "+883510012345", any, callbacks.NeverCalled},
		{"international premium", "+979123456789", any, callbacks.NeverCalled},
		{"satellite, on a line of one country", "+870773111632", own, callbacks.NeverCalled},
		{"a short code", "+1911", any, callbacks.TooShort},
		{"18 digits, Germany's toll-free", "+4980026508025174", any, callbacks.Invalid},
		{"blocked by the line", "+252612345678", any, callbacks.BlockedPrefix},
		{"mainland China with a route", "+8613812345678", callbacks.Policy{Unreachable: []string{"+86"},
			Routes: any.Routes}, ""},
		{"mainland China without", "+8613812345678", callbacks.Policy{Unreachable: []string{"+86"}},
			callbacks.Unreachable},
		{"Hong Kong is not mainland China", "+85291234567", callbacks.Policy{}, ""},
		{"a closed country", "+8501921234567", callbacks.Policy{Unreachable: []string{"+850"}}, callbacks.Unreachable},
		{"a country that is none", "+9991234567", any, callbacks.Invalid},
		{"national digits", "081234567890", any, callbacks.Invalid},
		{"blanks", "+62 812 3456 7890", any, callbacks.Invalid},
		{"an extension", "+6281234567890;ext=5", any, callbacks.Invalid},
		{"nothing", "", any, callbacks.Invalid},
	} {
		got := callbacks.Reason("")
		if r := c.policy.Refusal(c.number); r != nil {
			got = r.Reason
			if len(c.number) > 6 && strings.Contains(r.Error(), c.number[1:]) {
				t.Errorf("%s: the error shows the number: %v", c.name, r)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.number, got, c.want)
		}
	}
}

func TestOnlyE164IsACallersNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"+6281234567890": true, "+6566001000": true, "+12125551234": true, "+4917612345678": true,
		"": false, "+": false, "081234567890": false, "6281234567890": false,
		"86282452253": false, "266696687": false,
		"anonymous": false, "Anonymous": false, "anna 0812 3456 7890": false, "+62 812 3456 7890": false,
		"sip:bob@81.234.56.78": false, "sip:+6281234567890@example.com": false, "client:agent_1": false,
		"+123456": false, "+1234567890123456": false, "+0812345678": false, "+6281234567890;ext=1": false,
	} {
		if got := callbacks.IsNumber(text); got != want {
			t.Errorf("IsNumber(%q) = %v, want %v", text, got, want)
		}
	}
}

// Whatever is keyed in: what is read is E.164, and nothing that may be called is of a kind that never is.
func FuzzReadings(f *testing.F) {
	for _, seed := range []string{"081234567890", "004917612345678", "0066812345678", "0809123456", "112", "", "***",
		"٠٨١٢", "1;ext=5"} {
		f.Add(seed, "ID")
		f.Add(seed, "SG")
	}
	policy := callbacks.Policy{Unreachable: []string{"+86"}, Blocked: []callbacks.Blocked{{Prefix: "+252",
		Reason: "pumped"}}}
	f.Fuzz(func(t *testing.T, digits, region string) {
		numbers, err := policy.Readings(digits, region)
		if (err == nil) == (len(numbers) == 0) {
			t.Fatalf("Readings(%q) = %v, %v", digits, numbers, err)
		}
		for _, number := range numbers {
			if policy.Refusal(number) != nil {
				continue
			}
			if !callbacks.IsNumber(number) {
				t.Fatalf("Readings(%q) has %q, which is no number", digits, number)
			}
			for _, never := range []string{"+86", "+252", "+870", "+881", "+882", "+979", "+1900"} {
				if strings.HasPrefix(number, never) {
					t.Fatalf("Readings(%q) has %q", digits, number)
				}
			}
		}
	})
}
