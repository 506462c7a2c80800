package spoken

import (
	"fmt"
	"strings"
)

type chinese struct{}

var (
	chineseDays = [...]string{"日", "一", "二", "三", "四", "五", "六"}

	// chineseDigits are for numbers read digit by digit: on the telephone 一 is easily taken for 七.
	chineseDigits = [...]string{"零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"}

	chineseParts = []part{
		{0, "凌晨"}, {5 * 60, "早上"}, {9 * 60, "上午"}, {12 * 60, "中午"}, {13 * 60, "下午"}, {18 * 60, "晚上"}, {dayEnd, ""},
	}
)

func (chinese) digits(plus bool, groups []string) string {
	text := spelled(groups, chineseDigits, "，")
	if plus {
		return "加 " + text
	}
	return text
}

func (z chinese) at(d day, c clock) string {
	return z.day(d) + partOf(chineseParts, c) + z.clock(c)
}

func (z chinese) between(d day, from, to clock) string {
	first, last := partOf(chineseParts, from), partOf(chineseParts, to)
	if first == last {
		last = ""
	}
	return z.day(d) + first + z.clock(from) + "到" + last + z.clock(to)
}

func (chinese) until(from, to string) string { return from + "到" + to }

func (chinese) day(d day) string {
	if d.said {
		return ""
	}
	weekday := "星期" + chineseDays[d.weekday]
	switch d.ahead {
	case 0:
		return "今天"
	case 1:
		return "明天" + weekday
	}
	date := fmt.Sprintf("%d月%d日%s", d.month, d.date, weekday)
	if d.year != 0 {
		return fmt.Sprintf("%d年%s", d.year, date)
	}
	return date
}

func (chinese) setBack(said string) string { return "时钟拨回后" + said }

// clock leaves the part of the day to the caller.
func (z chinese) clock(c clock) string {
	hour := z.clockNumber(c.twelve())
	switch {
	case c.hour()%24 == 0:
		hour = "零"
	case c.twelve() == 2:
		hour = "两"
	}
	switch m := c.minute(); {
	case m == 0:
		return hour + "点"
	case m == 30:
		return hour + "点半"
	case m < 10:
		return hour + "点零" + z.clockNumber(m) + "分"
	default:
		return hour + "点" + z.clockNumber(m) + "分"
	}
}

// clockNumber says 1 to 59 as the reading of a clock: there two minutes past is 二分.
func (chinese) clockNumber(n int) string {
	names := [...]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	switch {
	case n < 10:
		return names[n]
	case n < 20:
		return "十" + names[n%10]
	}
	return names[n/10] + "十" + names[n%10]
}

var (
	chineseFigures = [...]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	chinesePlaces  = [...]string{"", "十", "百", "千"}
	chineseMyriads = [...]string{"", "万", "亿", "万亿"}
)

// number says a count: 两千五百, 一万零五百, 十二.
func (chinese) number(n int) string {
	if n == 0 {
		return "零"
	}
	text := ""
	for myriad := len(chineseMyriads) - 1; myriad >= 0; myriad-- {
		unit := 1
		for range myriad {
			unit *= 10_000
		}
		part := n / unit % 10_000
		if part == 0 {
			continue
		}
		if text != "" && part < 1000 {
			text += "零"
		}
		text += chineseThousands(part, myriad > 0) + chineseMyriads[myriad]
	}
	if rest, ok := strings.CutPrefix(text, "一十"); ok { // 十二, though 一百一十二
		return "十" + rest
	}
	return text
}

// chineseThousands says 1 to 9999. Two is 两 before 千 and, where it stands for myriads, alone; 二 before 十 and 百.
func chineseThousands(n int, myriads bool) string {
	if n == 2 && myriads {
		return "两"
	}
	text, gap := "", false
	for place := len(chinesePlaces) - 1; place >= 0; place-- {
		unit := [...]int{1, 10, 100, 1000}[place]
		figure := n / unit % 10
		if figure == 0 {
			gap = text != ""
			continue
		}
		if gap {
			text, gap = text+"零", false
		}
		name := chineseFigures[figure]
		if figure == 2 && place == 3 {
			name = "两"
		}
		text += name + chinesePlaces[place]
	}
	return text
}
