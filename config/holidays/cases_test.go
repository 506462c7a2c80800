package holidays_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/config/holidays"
)

// Real calendars and public bug reports of other programs, retold with as few lines as make them go wrong.

// on is an event of one day.
func on(date string, lines ...string) string {
	return eventOf(append([]string{"DTSTART;VALUE=DATE:" + date}, lines...)...)
}

const google = "PRODID:-//Google Inc//Google Calendar 70.9054//EN\n"

// What calendars say of their events, by which the day is a holiday or not.
func TestKindsAsCalendarsSayThem(t *testing.T) {
	for _, c := range []struct {
		name, events string
		want         string
		asked        []string // the events in doubt, by their names
		left         string   // in a note
	}{
		{name: "Google in Japanese", events: google + on("20270721", "DESCRIPTION:祝日", "SUMMARY:海の日") +
			on("20270707", `DESCRIPTION:祭日\n祭日を表示しないには設定へ`, "SUMMARY:七夕"),
			want: "2027-07-21 海の日\n", left: `called an observance by the calendar: "七夕".`},
		{name: "Google in Chinese", events: google + on("20271001", "DESCRIPTION:公众假期", "SUMMARY:国庆节") +
			on("20270910", `DESCRIPTION:节假日\n如需隐藏，请前往设置`, "SUMMARY:教师节"),
			want: "2027-10-01 国庆节\n", left: `"教师节"`},
		{name: "Google in Indonesian", events: google +
			on("20270817", "DESCRIPTION:Hari libur nasional", "SUMMARY:Hari Kemerdekaan") +
			on("20270421", `DESCRIPTION:Perayaan\nUntuk menyembunyikan, buka Setelan`, "SUMMARY:Hari Kartini"),
			want: "2027-08-17 Hari Kemerdekaan\n", left: `"Hari Kartini"`},
		{name: "Google in Vietnamese", events: google + on("20270902", "SUMMARY:Quốc khánh") +
			on("20271020", `DESCRIPTION:Ngày lễ kỷ niệm\nĐể ẩn các ngày lễ`, "SUMMARY:Ngày Phụ nữ"),
			want: "2027-09-02 Quốc khánh\n", left: `"Ngày Phụ nữ"`},
		{name: "Google in a language that is not known", events: google + on("20270106", "SUMMARY:Þrettándinn") +
			on("20270219", `DESCRIPTION:Helgidagur\nTil að fela`, "SUMMARY:Bóndadagur"),
			want: "2027-01-06 Þrettándinn\n", asked: []string{"Bóndadagur"}},
		{name: "a description that only begins like an observance",
			events: on("20270301", "DESCRIPTION:Observances of the law: offices closed", "SUMMARY:a"),
			want:   "2027-03-01 a\n"},
		{name: "the same, where others are called holidays", events: on("20270201", "DESCRIPTION:Public holiday",
			"SUMMARY:b") +
			on("20270301", "DESCRIPTION:Observances of the law: offices closed", "SUMMARY:a"),
			want: "2027-02-01 b\n", asked: []string{"a"}},
		{name: "a word that means holidays elsewhere", events: on("20270301", "DESCRIPTION:节假日", "SUMMARY:a") +
			on("20270201", "SUMMARY:b"), want: "2027-02-01 b\n", asked: []string{"a"}},
		{name: "regional ones", events: on("20270106", "DESCRIPTION:Public holiday in Bavaria", "SUMMARY:Epiphany") +
			on("20271031", `DESCRIPTION:Public holiday in: Saxony\, Thuringia`, "SUMMARY:Reformation Day") +
			on("20271003", "DESCRIPTION:Public holiday", "SUMMARY:Unity"),
			want: "2027-10-03 Unity\n", asked: []string{"Epiphany", "Reformation Day"}},
		{name: "titles that say it", events: on("20270214",
			"SUMMARY;LANGUAGE=en:Valentine's Day (Not a Public Holiday)") +
			on("20270809", "SUMMARY:National Day") + on("20270810", "SUMMARY:Hari Hol (Regional Holiday)"),
			want: "2027-08-09 National Day\n", asked: []string{"Hari Hol (Regional Holiday)"},
			left: `named as no public holiday: "Valentine's Day (Not a Public Holiday)".`},
		{name: "a description and a name that contradict each other",
			events: on("20270201", "DESCRIPTION:Public holiday", "SUMMARY:b") +
				on("20270202", "DESCRIPTION:Public holiday", "SUMMARY:春节（班）") +
				on("20270203", "DESCRIPTION:Observance", "SUMMARY:Special working day"),
			want: "2027-02-01 b\n", asked: []string{"春节（班）", "Special working day"}},
		{name: "Apple's marks", events: on("20270508", "SUMMARY:节气") +
			on("20270508", "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY", "SUMMARY:劳动节（班）") +
			on("20270501", "X-APPLE-SPECIAL-DAY:work-holiday", "SUMMARY:劳动节"),
			want: "2027-05-01 劳动节\n2027-05-08 make-up 劳动节（班）\n",
			left: `not marked with X-APPLE-SPECIAL-DAY as others are: "节气".`},
		{name: "a mark that is missing or not known",
			events: on("20270501", "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY", "SUMMARY:劳动节") +
				on("20270508", "SUMMARY:劳动节（班）") + on("20270509", "X-APPLE-SPECIAL-DAY:BIRTHDAY", "SUMMARY:a"),
			want: "2027-05-01 劳动节\n", asked: []string{"劳动节（班）", "a"}},
	} {
		got := importCase(t, c.name, c.events)
		if got == nil {
			continue
		}
		if diff := cmp.Diff(c.want, days(got.Set)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		asksOf(t, c.name, got.Doubts, c.asked)
		if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, c.left) ||
			c.left == "" && strings.Contains(notes, "left out") {
			t.Errorf("%s: notes are\n%s", c.name, notes)
		}
	}
}

func importCase(t *testing.T, name, events string, decide ...holidays.Decision) *holidays.Imported {
	t.Helper()
	got, err := holidays.Import("xx.ics", []byte(calendarOf(events)),
		holidays.Options{Name: "xx", Today: today, Decide: decide})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return nil
	}
	return got
}

// asksOf compares what is asked, with the flag that answers it.
func asksOf(t *testing.T, what string, doubts holidays.Problems, names []string) {
	t.Helper()
	if len(doubts) != len(names) {
		t.Errorf("%s: in doubt are\n%v\nwant %q", what, doubts, names)
		return
	}
	for i, name := range names {
		flag := "--decide '" + strings.ReplaceAll(name, "'", `'\''`) + "=holiday'"
		if !strings.Contains(doubts[i].String(), flag) || doubts[i].Line == 0 {
			t.Errorf("%s: %v has no line or no %s", what, doubts[i], flag)
		}
	}
}

// Only the marked year is covered: what nobody has announced is not known, and a line is not open for lack of it.
func TestOnlyMarkedYearsAreCovered(t *testing.T) {
	marked := func(date string) string {
		return on(date, "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY", "SUMMARY:国庆节（休）")
	}
	got := importCase(t, "two years", marked("20261001")+on("20271221", "SUMMARY:冬至"))
	if got == nil || got.Set.From.String() != "2026-01-01" || got.Set.To.String() != "2026-12-31" {
		t.Errorf("covers %v", got)
	}
	_, err := holidays.Import("xx.ics", []byte(calendarOf(marked("20261001")+marked("20281001"))),
		holidays.Options{Name: "xx", Today: today})
	if err == nil || !strings.Contains(err.Error(), "marks no day of 2027, though days before and after") {
		t.Errorf("a year between: %v", err)
	}
}

// namesInUse are what calendars call their days; nothing of it may be guessed. The empty kind is in doubt.
var namesInUse = map[string]holidays.Kind{
	"【班】国庆节": holidays.MakeUp, "班｜国庆节": holidays.MakeUp, "春节（班）": holidays.MakeUp, "补班": holidays.MakeUp,
	"上班(补春节假期)": holidays.MakeUp, "国庆节 [调休上班]": holidays.MakeUp, "体育の日（振替出勤）": holidays.MakeUp,
	"Independence Day (Make-up Working Day)": holidays.MakeUp, "Working Day": holidays.MakeUp,

	"国庆节（休）": holidays.Holiday, "休│国庆节": holidays.Holiday, "International Workers' Day": holidays.Holiday,
	"Independence Day (observed)": holidays.Holiday, "振替休日": holidays.Holiday, "대체공휴일": holidays.Holiday,
	"Hari Pekerja": holidays.Holiday, "Tag der Arbeit": holidays.Holiday, "Quốc tế Lao động": holidays.Holiday,
	"Día del Trabajo": holidays.Holiday, "Workers Day": holidays.Holiday,
	"Hari Buruh Internasional": holidays.Holiday, "Network Appreciation Week": holidays.Holiday,

	"Cuti Bersama Idul Fitri": holidays.Collective, "Idul Fitri (Joint Holiday)": holidays.Collective,

	"Valentine's Day (Not a Public Holiday)": holidays.Ignore, "[Observance] Groundhog Day": holidays.Ignore,

	"Special Non Working Day": "", "Special Non-Working Day": "", "Nonworking Day": "",
	"Special (Non-Working) Holiday": "",
	"Not a working day: election":   "", "国庆节（放假，不上班）": "", "无需上班": "", "休館日（振替出勤なし）": "",
	"Work Day (swapped)": "", "出勤日": "", "清明节补假": "", "Day off in lieu of make-up day worked": "",
	"No cuti bersama": "", "Cuti Bersama Natal dibatalkan": "", "Cuti Bersama: tidak ada": "",
	"National Workday holiday": "", "【班】不上班": "", "上班（休）": "", "（休）（班）国庆节": "", "国庆节调休": "",
	"Working Saturday": "", "Saturday worked": "", "Work on Saturday": "", "Office open": "", "Sabtu kerja": "",
	"Sabtu masuk": "", "営業日": "", "Arbeitstag": "", "Ngày làm việc": "", "Jour ouvré": "",
	"Working Saturday (Holiday)": "",
	"Christmas Eve (Half Day)":   "", "Gong Xi (Bank Holiday)": "", "Rizal Day, not a holiday": "",
}

func TestNamesAreNeverGuessed(t *testing.T) {
	for name, want := range namesInUse {
		got := importCase(t, name, on("20270101", "SUMMARY:a")+on("20270505", "SUMMARY:"+name))
		if got == nil {
			continue
		}
		if kind := kindIn(got); kind != want {
			t.Errorf("%s is %q, want %q: %v", name, kind, want, got.Doubts)
		}
		if want == "" {
			asksOf(t, name, got.Doubts, []string{name})
		}
	}
}

// kindIn is what was made of the event on 5 May: a kind, Ignore, or empty if it is in doubt.
func kindIn(got *holidays.Imported) holidays.Kind {
	for _, d := range got.Set.Days {
		if d.Date.String() == "2027-05-05" {
			return d.Kind
		}
	}
	if len(got.Doubts) > 0 {
		return ""
	}
	return holidays.Ignore
}

// No event changes its kind by white space, case, width or the order of the file.
func TestKindsDoNotDependOnSpelling(t *testing.T) {
	pool := []string{"SUMMARY:a", "SUMMARY:七夕\nDESCRIPTION:祭日\\nx", "SUMMARY:b\nDESCRIPTION:Public holiday",
		"SUMMARY:c\nDESCRIPTION:Public holiday in Bavaria", "SUMMARY:d\nX-APPLE-SPECIAL-DAY:WORK-HOLIDAY",
		"SUMMARY:e\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY", "SUMMARY:f\nDESCRIPTION:Observances of old"}
	for name := range namesInUse {
		pool = append(pool, "SUMMARY:"+name)
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.SampledFrom(pool), 1, 12).Draw(t, "events")
		dates := rapid.SliceOfN(rapid.IntRange(1, 9), len(plain), len(plain)).Draw(t, "days")
		var one, other []string
		for i, text := range plain {
			date := fmt.Sprintf("2027050%d", dates[i])
			one = append(one, on(date, text))
			other = append(other, on(date, respelt(t, text)))
		}
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		head := rapid.SampledFrom([]string{"", google}).Draw(t, "head")
		if a, b := outcome(head+strings.Join(one, "")), outcome(head+strings.Join(other, "")); a != b {
			t.Fatalf("%s\nmakes %s\n%s\nmakes %s", one, a, other, b)
		}
	})
}

// respelt is an event with other white space, case and width in its values.
func respelt(t *rapid.T, text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		key, value, _ := strings.Cut(line, ":")
		first, rest, more := strings.Cut(value, `\n`)
		first = strings.ReplaceAll(first, " ", rapid.SampledFrom([]string{" ", "  ", "\u00a0", "\u3000", "\t "}).
			Draw(t, "space"))
		switch rapid.IntRange(0, 3).Draw(t, "case") {
		case 0:
			first = strings.ToUpper(first)
		case 1:
			first = strings.ToLower(first)
		case 2:
			first = strings.NewReplacer("(", "（", ")", "）", "|", "｜", "[", "［", "]", "］").Replace(first)
		case 3:
			first = strings.NewReplacer("（", " ( ", "）", " ) ", "｜", " | ", "【", " 【 ", "】", " 】 ").Replace(first)
		}
		if more {
			rest = `\n` + rest
		}
		out = append(out, key+": "+first+" "+rest)
	}
	return strings.Join(out, "\n")
}

// outcome is the kind of each date, and which of them are in doubt.
func outcome(events string) string {
	got, err := holidays.Import("xx.ics", []byte(calendarOf(on("20270430",
		"SUMMARY:x\nDESCRIPTION:Public holiday")+events)),
		holidays.Options{Name: "xx", Today: today, From: years(2027, 2027).From, To: years(2027, 2027).To})
	if err != nil {
		return "an error"
	}
	var b strings.Builder
	for _, d := range got.Set.Days {
		fmt.Fprintf(&b, "%s %s\n", d.Date, d.Kind)
	}
	fmt.Fprintf(&b, "%d in doubt", len(got.Doubts))
	return b.String()
}

// The reviewer decides by name, by date, or by what the calendar calls a kind.
func TestDecisions(t *testing.T) {
	events := on("20270101", "SUMMARY:a") + on("20270505", "SUMMARY:Work Day (swapped)") +
		on("20270506", "SUMMARY:无需上班") + on("20270601", "DESCRIPTION:Public holiday in Bavaria", "SUMMARY:b") +
		on("20270602", "DESCRIPTION:Public holiday in Bavaria", "SUMMARY:c")
	var decide []holidays.Decision
	for _, text := range []string{"work day  (SWAPPED)=make-up", "2027-05-06=ignore",
		"Public holiday in bavaria=holiday"} {
		d, err := holidays.ParseDecision(text)
		if err != nil {
			t.Fatal(err)
		}
		decide = append(decide, d)
	}
	got := importCase(t, "decided", events, decide...)
	if want := "2027-01-01 a\n2027-05-05 make-up Work Day (swapped)\n2027-06-01 b\n2027-06-02 c\n"; got == nil ||
		days(got.Set) != want || len(got.Doubts) > 0 {
		t.Errorf("%+v", got)
	}
	for text, want := range map[string]string{"Jubilee=holiday": `"Jubilee", as it is decided on, is neither`,
		"A=holiday": `"A" is decided twice`} {
		d, err := holidays.ParseDecision(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = holidays.Import("xx.ics", []byte(calendarOf(events)), holidays.Options{Name: "xx", Today: today,
			Decide: append([]holidays.Decision{{Of: "a", Kind: holidays.Holiday}}, d)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"", "=holiday", "a", "a=off", "a=", "a=holiday=x"} {
		if d, err := holidays.ParseDecision(text); err == nil {
			t.Errorf("%q is %v", text, d)
		}
	}
}

// Entries of one date that contradict each other are a question about the date, whichever comes first.
func TestContradictionsAreAsked(t *testing.T) {
	holiday, work := on("20270505", "SUMMARY:a"), on("20270505", "SUMMARY:补班")
	for _, events := range []string{holiday + work, work + holiday, holiday + work + holiday} {
		got := importCase(t, events, on("20270101", "SUMMARY:x")+events)
		if got == nil || days(got.Set) != "2027-01-01 x\n" {
			t.Errorf("%s: %v", events, got)
			continue
		}
		asksOf(t, events, got.Doubts, []string{"2027-05-05"})
		got = importCase(t, events, events, holidays.Decision{Of: "2027-05-05", Kind: holidays.MakeUp})
		if got == nil || len(got.Set.Days) != 1 || got.Set.Days[0].Kind != holidays.MakeUp || len(got.Doubts) > 0 {
			t.Errorf("%s, decided: %v", events, got)
		}
	}
}

// Every name of Windows leads to a zone that there is.
func TestZonesOfWindows(t *testing.T) {
	data, err := os.ReadFile("windowszones.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		name, zone, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		if _, err := time.LoadLocation(zone); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n < 139 {
		t.Errorf("%d names; there were 139", n)
	}
}
