package spoken_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

func TestDigits(t *testing.T) {
	cases := []struct {
		digits string
		want   wanted
	}{
		{"081234567890", wanted{"0 8 1 2, 3 4 5 6, 7 8 9 0", "0 8 1 2, 3 4 5 6, 7 8 9 0", "零 八 幺 二，三 四 五 六，七 八 九 零"}},
		{"1", wanted{"1", "1", "幺"}},
		{"1234", wanted{"1 2 3 4", "1 2 3 4", "幺 二 三 四"}},
		{"12345", wanted{"1 2 3, 4 5", "1 2 3, 4 5", "幺 二 三，四 五"}},
		{"1234567", wanted{"1 2 3 4, 5 6 7", "1 2 3 4, 5 6 7", "幺 二 三 四，五 六 七"}},
		{"0812345678", wanted{"0 8 1 2, 3 4 5, 6 7 8", "0 8 1 2, 3 4 5, 6 7 8", "零 八 幺 二，三 四 五，六 七 八"}},
		{"+6281234567890", wanted{"plus 6 2, 8 1 2 3, 4 5 6 7, 8 9 0", "plus 6 2, 8 1 2 3, 4 5 6 7, 8 9 0",
			"加 六 二，八 幺 二 三，四 五 六 七，八 九 零"}},
		{"+8613912345678", wanted{"plus 8 6, 1 3 9 1, 2 3 4 5, 6 7 8", "plus 8 6, 1 3 9 1, 2 3 4 5, 6 7 8",
			"加 八 六，幺 三 九 幺，二 三 四 五，六 七 八"}},
		{"+85291234567", wanted{"plus 8 5 2, 9 1 2 3, 4 5 6 7", "plus 8 5 2, 9 1 2 3, 4 5 6 7",
			"加 八 五 二，九 幺 二 三，四 五 六 七"}},
		{"+12125550100", wanted{"plus 1, 2 1 2 5, 5 5 0, 1 0 0", "plus 1, 2 1 2 5, 5 5 0, 1 0 0",
			"加 幺，二 幺 二 五，五 五 零，幺 零 零"}},
		{"+6", wanted{"plus 6", "plus 6", "加 六"}},
		{"(0812) 345-678", wanted{"0 8 1 2, 3 4 5, 6 7 8", "0 8 1 2, 3 4 5, 6 7 8", "零 八 幺 二，三 四 五，六 七 八"}},
		{"12+34", wanted{"1 2 3 4", "1 2 3 4", "幺 二 三 四"}},
		{"+", wanted{}},
		{"", wanted{}},
		{"١٢ anonymous *", wanted{}},
	}
	for _, c := range cases {
		t.Run(c.digits, func(t *testing.T) {
			c.want.check(t, func(tag string) string { return spoken.Digits(tag, c.digits) })
		})
	}
}

// Separators say where people pause, and no digit is lost by them.
func TestDigitsAsWritten(t *testing.T) {
	for _, tt := range []struct{ tag, digits, want string }{
		{"ja", "090-1234-5678", "ゼロ キュー ゼロ、イチ ニー サン ヨン、ゴー ロク ナナ ハチ"},
		{"zh", "138 1234 5678", "幺 三 八，幺 二 三 四，五 六 七 八"},
		{"id", "0812-345-678", "0 8 1 2, 3 4 5, 6 7 8"},
		{"en", "+81 90-1234-5678", "plus 8 1, 9 0, 1 2 3 4, 5 6 7 8"},
		{"en", "(021) 50001000", "0 2 1, 5 0 0 0, 1 0 0 0"},
		{"ja", "+6581234567", "プラス ロク ゴー、ハチ イチ ニー サン、ヨン ゴー ロク ナナ"},
	} {
		if got := spoken.Digits(tt.tag, tt.digits); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.tag, tt.digits, got, tt.want)
		}
	}
}

func TestNumbersAbroadBeginWithTheirCountryIfTheyHaveOne(t *testing.T) {
	for region, want := range map[string]string{
		"SG": "Singapore, plus 6 5", "XK": "Kosovo, plus 6 5", "001": "plus 6 5", "": "plus 6 5", // 001 is by satellite
	} {
		if got := spoken.Abroad("en", region, spoken.Digits("en", "+65")); got != want {
			t.Errorf("%q: %q, want %q", region, got, want)
		}
	}
}

// Every country code that the telephone number library knows is a group of its own.
func TestCountryCodes(t *testing.T) {
	codes := phonenumbers.GetSupportedCallingCodes()
	if len(codes) < 200 {
		t.Fatalf("only %d country codes to check against", len(codes))
	}
	for code := range codes {
		digits := strconv.Itoa(code)
		spaced := strings.Join(strings.Split(digits, ""), " ")
		if got, want := spoken.Digits("en", "+"+digits+"9999"), "plus "+spaced+", 9 9 9 9"; got != want {
			t.Errorf("+%s: %q, want %q", digits, got, want)
		}
	}
}

func TestDigitsAreKept(t *testing.T) {
	figures := strings.NewReplacer("加", "+", "plus", "+", "零", "0", "幺", "1", "二", "2", "三", "3", "四", "4",
		"五", "5", "六", "6", "七", "7", "八", "8", "九", "9", " ", "", "，", "", ",", "",
		"プラス", "+", "ゼロ", "0", "イチ", "1", "ニー", "2", "サン", "3", "ヨン", "4", "ゴー", "5", "ロク", "6", "ナナ", "7", "ハチ", "8",
		"キュー", "9", "、", "")
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.SampledFrom(spoken.Tags()).Draw(t, "tag")
		digits := rapid.StringMatching(`\+?[0-9]{1,24}`).Draw(t, "digits")
		text := spoken.Digits(tag, digits)
		if got := figures.Replace(text); got != digits {
			t.Fatalf("%q reads back as %q, want %q", text, got, digits)
		}
		groups := strings.Split(strings.NewReplacer("，", ",", "、", ",", "plus ", "", "加 ", "", "プラス ",
			"").Replace(text), ",")
		for i, group := range groups {
			n := len(strings.Fields(group))
			if n > 4 || n == 0 {
				t.Fatalf("%q: a group of %d", text, n)
			}
			// A country code may be short, and so may what little follows it.
			if n == 1 && len(groups) > 1 && !strings.HasPrefix(digits, "+") {
				t.Fatalf("%q: group %d stands alone", text, i+1)
			}
		}
	})
}

func FuzzDigits(f *testing.F) {
	for _, seed := range []string{"", "+", "081234567890", "+6281", "12+", "\xff+1", "１２", "+9", "*#"} {
		f.Add("zh", seed)
	}
	f.Fuzz(func(t *testing.T, tag, digits string) {
		text := spoken.Digits(tag, digits)
		if has := strings.ContainsAny(digits, "0123456789"); has != (text != "") {
			t.Errorf("Digits(%q) = %q", digits, text)
		}
	})
}
