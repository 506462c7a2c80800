package spoken

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Unit is what [Count] counts.
type Unit int

// Units of time.
const (
	Days Unit = iota
	Hours
	Minutes
)

// Number says a whole number as a count, not digit by digit: "2,500", "dua ribu lima ratus", "两千五百", "2500".
// A negative one is said as 0.
func Number(tag string, n int) string { return speaker(tag).number(max(n, 0)) }

// Count says a stretch of time: "7 days", "tujuh hari", "七天", "7日間". A negative one is said as 0.
func Count(tag string, n int, unit Unit) string { return speaker(tag).count(max(n, 0), unit) }

// money is an amount in whole units and hundredths.
type money struct {
	whole, cents int
	currency     string
}

// currencies are the ISO 4217 codes that can be said; those that are true have no hundredths in use.
var currencies = map[string]bool{"IDR": true, "JPY": true, "CNY": false, "SGD": false, "USD": false, "EUR": false}

// Currencies are the codes of those that can be said, sorted.
func Currencies() []string { return slices.Sorted(maps.Keys(currencies)) }

// mostMoney is the greatest amount that can be said.
const mostMoney = 999_999_999_999

// Money says an amount: "2,500 rupiah", "dua ribu lima ratus rupiah", "两千五百印尼盾", "2500ルピア". amount is decimal, with no
// separator but the point before two digits of hundredths ("12.50"); currency is an ISO 4217 code. The error says what
// is wrong with either.
func Money(tag, amount, currency string) (string, error) {
	whole, ok := currencies[currency]
	if !ok {
		known := Currencies()
		return "", fmt.Errorf("%q is no currency that can be said; known are %s", currency, strings.Join(known, ", "))
	}
	units, hundredths, point := strings.Cut(amount, ".")
	m := money{currency: currency}
	n, err := strconv.ParseUint(units, 10, 63)
	if err != nil || n > mostMoney {
		return "", fmt.Errorf("%q is no amount; write digits alone, for example 2500 or 12.50", amount)
	}
	m.whole = int(n)
	if point {
		cents, err := strconv.ParseUint(hundredths, 10, 8)
		if err != nil || len(hundredths) != 2 || whole && cents > 0 {
			return "", fmt.Errorf("%q is no amount in %s; write two digits behind the point, or none", amount, currency)
		}
		m.cents = int(cents)
	}
	return speaker(tag).money(m), nil
}

func (english) number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 { // voices read 2,500 as a quantity, 2500 sometimes as a year
		text = text[:i] + "," + text[i:]
	}
	return text
}

func (e english) count(n int, unit Unit) string {
	return e.several(n, [...]string{"day", "hour", "minute"}[unit])
}

func (e english) several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return e.number(n) + " " + what + "s"
}

func (e english) money(m money) string {
	var text string
	switch m.currency {
	case "IDR", "JPY", "CNY": // the same for one and for many
		text = e.number(m.whole) + " " + map[string]string{"IDR": "rupiah", "JPY": "yen", "CNY": "yuan"}[m.currency]
	default:
		text = e.several(m.whole, map[string]string{"SGD": "Singapore dollar", "USD": "US dollar",
			"EUR": "euro"}[m.currency])
	}
	switch {
	case m.cents == 0:
		return text
	case m.currency == "CNY":
		return fmt.Sprintf("%s and %d fen", text, m.cents)
	}
	return text + " and " + e.several(m.cents, "cent")
}

func (i indonesian) count(n int, unit Unit) string {
	return i.number(n) + " " + [...]string{"hari", "jam", "menit"}[unit]
}

func (i indonesian) money(m money) string {
	text := i.number(m.whole) + " " + map[string]string{
		"IDR": "rupiah", "JPY": "yen", "CNY": "yuan", "SGD": "dolar Singapura", "USD": "dolar Amerika", "EUR": "euro",
	}[m.currency]
	if m.cents == 0 {
		return text
	}
	return text + " " + i.number(m.cents) + map[bool]string{true: " fen", false: " sen"}[m.currency == "CNY"]
}

func (z chinese) count(n int, unit Unit) string {
	return z.measured(n) + [...]string{"天", "个小时", "分钟"}[unit]
}

// measured is a number before a measure word, where two is 两.
func (z chinese) measured(n int) string {
	if n == 2 {
		return "两"
	}
	return z.number(n)
}

func (z chinese) money(m money) string {
	if m.currency != "CNY" {
		names := map[string]string{"IDR": "印尼盾", "JPY": "日元", "SGD": "新加坡元", "USD": "美元", "EUR": "欧元"}
		cent := map[string]string{"SGD": "分", "USD": "美分", "EUR": "欧分"}[m.currency]
		switch {
		case m.cents == 0:
			return z.measured(m.whole) + names[m.currency]
		case m.whole == 0:
			return z.measured(m.cents) + cent
		}
		return z.measured(m.whole) + names[m.currency] + z.number(m.cents) + cent
	}
	jiao, fen := m.cents/10, m.cents%10
	text := z.measured(m.whole) + "元"
	if m.whole == 0 && m.cents > 0 {
		text = ""
	}
	switch {
	case jiao > 0:
		text += z.measured(jiao) + "角"
	case fen > 0 && text != "":
		text += "零"
	}
	if fen > 0 {
		text += z.measured(fen) + "分"
	}
	return text
}
