package spoken

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/hotline-ivr/hotline/hours"
)

// WrittenWhen writes an instant for a text message, which is read on another day: figures, an absolute date and the
// zone whose clock is meant. "Mon 9 Mar, 08:00 Jakarta time", "Sen 9 Mar 08.00 WIB", "3月5日9:00（北京时间）",
// "3月5日(木)9:00（日本時間）". zone must not be nil. An unknown tag is written in English.
func WrittenWhen(tag string, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return whenever(tag, written(tag, t, writtenClock(tag, t)), t)
}

// WrittenBetween writes the stretch from one instant to another as [WrittenWhen] does, by the day on which it starts:
// "Mon 9 Mar, 08:00-08:30 Jakarta time". The hyphen is plain: a dash makes two text messages of one.
func WrittenBetween(tag string, from, to time.Time, zone *time.Location) string {
	from, end := from.In(zone), hours.UntilOf(to.In(zone))
	if hours.Repeated(end) && !hours.Repeated(from) {
		return WrittenWhen(tag, from, zone) + " - " + WrittenWhen(tag, to, zone)
	}
	return whenever(tag, written(tag, from, writtenClock(tag, from)+"-"+writtenClock(tag, end)), from)
}

func writtenClock(tag string, t time.Time) string {
	switch tag {
	case "id":
		return t.Format("15.04")
	case "ja", "zh":
		return fmt.Sprintf("%d:%02d", t.Hour(), t.Minute())
	}
	return t.Format("15:04")
}

func written(tag string, t time.Time, clock string) string {
	switch tag {
	case "id":
		return fmt.Sprintf("%s %d %s %s %s", indonesianDays[t.Weekday()][:3], t.Day(),
			indonesianMonths[t.Month()-1][:3],
			clock, shortZone(t))
	case "ja":
		return fmt.Sprintf("%d月%d日(%s)%s（%s時間）", t.Month(), t.Day(), japaneseDays[t.Weekday()], clock,
			zoneName(tag, t.Location()))
	case "zh":
		return fmt.Sprintf("%d月%d日%s（%s时间）", t.Month(), t.Day(), clock, zoneName(tag, t.Location()))
	}
	return fmt.Sprintf("%s, %s %s time", t.Format("Mon 2 Jan"), clock, zoneName(tag, t.Location()))
}

// shortZone is the abbreviation in use, such as WIB, or the zone's name where there is none but an offset.
func shortZone(t time.Time) string {
	name, _ := t.Zone()
	if strings.ContainsFunc(name, unicode.IsDigit) {
		return "waktu " + zoneName("id", t.Location())
	}
	return name
}

// zoneNames are those of clocks that callers are told of, where they are not called after the city in the zone's name.
var zoneNames = map[string]map[string]string{
	"Asia/Jakarta":   {"id": "Indonesia Barat", "zh": "雅加达", "ja": "ジャカルタ"},
	"Asia/Makassar":  {"id": "Indonesia Tengah"},
	"Asia/Jayapura":  {"id": "Indonesia Timur"},
	"Asia/Singapore": {"id": "Singapura", "zh": "新加坡", "ja": "シンガポール"},
	"Asia/Shanghai":  {"en": "China", "id": "Tiongkok", "zh": "北京", "ja": "中国"},
	"Asia/Tokyo":     {"en": "Japan", "id": "Jepang", "zh": "日本", "ja": "日本"},
}

func zoneName(tag string, zone *time.Location) string {
	if name := zoneNames[zone.String()][tag]; name != "" {
		return name
	}
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
}

// OnClock adds to a time, as [When] and [Between] give it, whose clock is meant: "at 9 a.m. Singapore time".
func OnClock(tag, said string, zone *time.Location) string {
	name := zoneName(tag, zone)
	switch tag {
	case "zh":
		return name + "时间" + said
	case "ja":
		return name + "時間の" + said
	case "id":
		return said + " waktu " + name
	}
	return said + " " + name + " time"
}

// OnLocalClock adds that the clock is that of the place which is rung. The zone is not said: nobody knows it by name.
func OnLocalClock(tag, said string, _ *time.Location) string {
	switch tag {
	case "zh":
		return "当地时间" + said
	case "ja":
		return "現地時間の" + said
	case "id":
		return said + " waktu setempat"
	}
	return said + " local time"
}
