package spoken_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

func TestCounts(t *testing.T) {
	for _, tt := range []struct {
		n              int
		unit           spoken.Unit
		en, id, zh, ja string
	}{
		{1, spoken.Days, "1 day", "satu hari", "一天", "1日間"},
		{2, spoken.Days, "2 days", "dua hari", "两天", "2日間"},
		{7, spoken.Days, "7 days", "tujuh hari", "七天", "7日間"},
		{12, spoken.Hours, "12 hours", "dua belas jam", "十二个小时", "12時間"},
		{2, spoken.Minutes, "2 minutes", "dua menit", "两分钟", "2分"},
		{20, spoken.Minutes, "20 minutes", "dua puluh menit", "二十分钟", "20分"},
		{-3, spoken.Minutes, "0 minutes", "nol menit", "零分钟", "0分"},
	} {
		for tag, want := range map[string]string{"en": tt.en, "id": tt.id, "zh": tt.zh, "ja": tt.ja} {
			if got := spoken.Count(tag, tt.n, tt.unit); got != want {
				t.Errorf("%s %d: %q, want %q", tag, tt.n, got, want)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		n              int
		en, id, zh, ja string
	}{
		{0, "0", "nol", "零", "0"},
		{10, "10", "sepuluh", "十", "10"},
		{11, "11", "sebelas", "十一", "11"},
		{105, "105", "seratus lima", "一百零五", "105"},
		{110, "110", "seratus sepuluh", "一百一十", "110"},
		{222, "222", "dua ratus dua puluh dua", "二百二十二", "222"},
		{1005, "1,005", "seribu lima", "一千零五", "1005"},
		{1050, "1,050", "seribu lima puluh", "一千零五十", "1050"},
		{2500, "2,500", "dua ribu lima ratus", "两千五百", "2500"},
		{10000, "10,000", "sepuluh ribu", "一万", "10000"},
		{10500, "10,500", "sepuluh ribu lima ratus", "一万零五百", "10500"},
		{20000, "20,000", "dua puluh ribu", "两万", "20000"},
		{100005, "100,005", "seratus ribu lima", "十万零五", "100005"},
		{1000000, "1,000,000", "satu juta", "一百万", "1000000"},
		{200000000, "200,000,000", "dua ratus juta", "两亿", "200000000"},
		{1000000000, "1,000,000,000", "satu miliar", "十亿", "1000000000"},
	} {
		for tag, want := range map[string]string{"en": tt.en, "id": tt.id, "zh": tt.zh, "ja": tt.ja} {
			if got := spoken.Number(tag, tt.n); got != want {
				t.Errorf("%s %d: %q, want %q", tag, tt.n, got, want)
			}
		}
	}
}

// Two different counts must not sound the same.
func TestEveryNumberSoundsDifferent(t *testing.T) {
	for _, tag := range spoken.Tags() {
		heard := map[string]int{}
		for _, step := range []int{1, 997, 10_007, 1_000_003} {
			for i := range 12_000 {
				n := i * step
				text := spoken.Number(tag, n)
				if other, twice := heard[text]; twice && other != n {
					t.Fatalf("%s: %q is both %d and %d", tag, text, other, n)
				}
				heard[text] = n
				if strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
					t.Fatalf("%s: blanks in %q", tag, text)
				}
			}
		}
	}
}

func TestMoney(t *testing.T) {
	for _, tt := range []struct{ amount, currency, en, id, zh, ja string }{
		{"2500", "IDR", "2,500 rupiah", "dua ribu lima ratus rupiah", "两千五百印尼盾", "2500ルピア"},
		{"1", "USD", "1 US dollar", "satu dolar Amerika", "一美元", "1米ドル"},
		{"12.50", "USD", "12 US dollars and 50 cents", "dua belas dolar Amerika lima puluh sen", "十二美元五十美分",
			"12米ドル50セント"},
		{"1.01", "SGD", "1 Singapore dollar and 1 cent", "satu dolar Singapura satu sen", "一新加坡元一分", "1シンガポールドル1セント"},
		{"110", "JPY", "110 yen", "seratus sepuluh yen", "一百一十日元", "110円"},
		{"2", "CNY", "2 yuan", "dua yuan", "两元", "2元"},
		{"12.50", "CNY", "12 yuan and 50 fen", "dua belas yuan lima puluh fen", "十二元五角", "12元50分"},
		{"0.05", "CNY", "0 yuan and 5 fen", "nol yuan lima fen", "五分", "0元5分"},
		{"100.00", "EUR", "100 euros", "seratus euro", "一百欧元", "100ユーロ"},
	} {
		for tag, want := range map[string]string{"en": tt.en, "id": tt.id, "zh": tt.zh, "ja": tt.ja} {
			got, err := spoken.Money(tag, tt.amount, tt.currency)
			if err != nil || got != want {
				t.Errorf("%s %s %s: %q, %v, want %q", tag, tt.amount, tt.currency, got, err, want)
			}
		}
	}
	for _, wrong := range [][2]string{
		{"2500", "XXX"}, {"", "IDR"}, {"-1", "IDR"}, {"2,500", "IDR"}, {"1.5", "USD"}, {"1.555", "USD"}, {"1.-5",
			"USD"}, {"10.50", "JPY"},
		{fmt.Sprint(math.MaxInt64), "IDR"}, {"1000000000000", "IDR"}, {"１", "IDR"},
	} {
		if got, err := spoken.Money("en", wrong[0], wrong[1]); err == nil {
			t.Errorf("%s %s is said as %q", wrong[0], wrong[1], got)
		}
	}
}
