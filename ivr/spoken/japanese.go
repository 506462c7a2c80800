package spoken

import (
	"fmt"
	"strconv"
	"strings"
)

type japanese struct{}

var (
	japaneseDays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

	// japaneseDigits are spelled as they are read out over the telephone: figures would be read シ, シチ and ク as well,
	// and ニ and ゴ are drawn out so that they are not lost.
	japaneseDigits = [...]string{"ゼロ", "イチ", "ニー", "サン", "ヨン", "ゴー", "ロク", "ナナ", "ハチ", "キュー"}
)

func (japanese) digits(plus bool, groups []string) string {
	text := spelled(groups, japaneseDigits, "、")
	if plus {
		return "プラス " + text
	}
	return text
}

func (j japanese) at(d day, c clock) string { return j.day(d) + j.clock(c) }

// between ends in まで.
func (j japanese) between(d day, from, to clock) string {
	end := j.clock(to)
	if half := j.half(from); half != "" && half == j.half(to) {
		end = strings.TrimPrefix(end, half)
	}
	return j.day(d) + j.clock(from) + "から" + end + "まで"
}

func (japanese) until(from, to string) string { return from + "から" + to + "まで" }

// day spells the weekday out: (木) is not read as 木曜日 by every voice.
func (japanese) day(d day) string {
	if d.said {
		return ""
	}
	weekday := japaneseDays[d.weekday] + "曜日、"
	switch d.ahead {
	case 0:
		return "本日"
	case 1:
		return "みょうにち、" + weekday // 明日 is read あした or あす by some voices
	}
	date := fmt.Sprintf("%d月%d日%s", d.month, d.date, weekday)
	if d.year != 0 {
		return fmt.Sprintf("%d年%s", d.year, date)
	}
	return date
}

func (japanese) setBack(said string) string { return "時計が戻った後の" + said }

// clock has names for noon and for midnight at the end of a day: 午後12時 is taken for either.
func (j japanese) clock(c clock) string {
	switch c {
	case dayEnd / 2:
		return "正午"
	case dayEnd:
		return "夜12時"
	}
	text := fmt.Sprintf("%s%d時", j.half(c), c.hour()%12)
	if c.minute() == 0 {
		return text
	}
	return fmt.Sprintf("%s%d分", text, c.minute())
}

// half is empty for readings that have a name of their own.
func (japanese) half(c clock) string {
	switch {
	case c == dayEnd/2 || c == dayEnd:
		return ""
	case c < dayEnd/2:
		return "午前"
	}
	return "午後"
}

// number is left in figures, which voices read rightly with what is counted. Separators would be read as pauses.
func (japanese) number(n int) string { return strconv.Itoa(n) }

func (japanese) count(n int, unit Unit) string {
	return strconv.Itoa(n) + [...]string{"日間", "時間", "分"}[unit]
}

func (j japanese) money(m money) string {
	text := j.number(m.whole) + map[string]string{
		"IDR": "ルピア", "JPY": "円", "CNY": "元", "SGD": "シンガポールドル", "USD": "米ドル", "EUR": "ユーロ",
	}[m.currency]
	if m.cents == 0 {
		return text
	}
	return text + j.number(m.cents) + map[bool]string{true: "分", false: "セント"}[m.currency == "CNY"]
}
