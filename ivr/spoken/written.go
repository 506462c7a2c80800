package spoken

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/hotline-ivr/hotline/hours"
)

// WrittenWhen writes an instant for a text message, which is read on another day: figures, an absolute date and the
// zone whose clock is meant. "Mon 9 Mar, 08:00 (Jakarta)", "Sen 9 Mar 08.00 WIB", "3月5日9:00", "3月5日(木)9:00". zone
// must not be nil. An unknown tag is written in English.
func WrittenWhen(tag string, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return whenever(tag, written(tag, t, writtenClock(tag, t)), t)
}

// WrittenBetween writes the stretch from one instant to another as [WrittenWhen] does, by the day on which it starts:
// "Mon 9 Mar, 08:00–08:30 (Jakarta)".
func WrittenBetween(tag string, from, to time.Time, zone *time.Location) string {
	from, end := from.In(zone), hours.UntilOf(to.In(zone))
	if hours.Repeated(end) && !hours.Repeated(from) {
		return WrittenWhen(tag, from, zone) + " – " + WrittenWhen(tag, to, zone)
	}
	return whenever(tag, written(tag, from, writtenClock(tag, from)+"–"+writtenClock(tag, end)), from)
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
		return fmt.Sprintf("%d月%d日(%s)%s", t.Month(), t.Day(), japaneseDays[t.Weekday()], clock) +
			zoneAbroad(t, "Asia/Tokyo", "（%s時間）")
	case "zh":
		return fmt.Sprintf("%d月%d日%s", t.Month(), t.Day(), clock) + zoneAbroad(t, "Asia/Shanghai", "（%s时间）")
	}
	return fmt.Sprintf("%s, %s (%s)", t.Format("Mon 2 Jan"), clock, city(t))
}

// shortZone is the abbreviation in use, such as WIB, or the city where there is none but an offset.
func shortZone(t time.Time) string {
	name, _ := t.Zone()
	if strings.ContainsFunc(name, unicode.IsDigit) {
		return "(" + city(t) + ")"
	}
	return name
}

// zoneAbroad names the city unless it is at home, where nobody expects another clock.
func zoneAbroad(t time.Time, home, format string) string {
	if t.Location().String() == home {
		return ""
	}
	return fmt.Sprintf(format, city(t))
}

func city(t time.Time) string {
	name := t.Location().String()
	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
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

// OnClock adds to a time, as [When] and [Between] give it, whose clock is meant: "at 9 a.m. Singapore time".
func OnClock(tag, said string, zone *time.Location) string {
	name := zoneNames[zone.String()][tag]
	if name == "" {
		name = city(time.Time{}.In(zone))
	}
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
