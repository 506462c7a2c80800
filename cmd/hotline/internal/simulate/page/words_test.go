package page

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

func TestKeyWords(t *testing.T) {
	for _, c := range []struct {
		keys    string
		unheard bool
		want    string
	}{
		{"1", false, "1"}, {"#", false, "#"}, {"*", false, "*"}, {"1#", false, "1 #"}, {"12", false, "…"},
		{"081299998888#", false, "…8888 #"}, {"081299998888", false, "…8888"}, {"7", true,
			"7 (nothing listens)"}, {"##", false, "# #"},
	} {
		if got := keyWords(c.keys, c.unheard); got != c.want {
			t.Errorf("keyWords(%q, %v) = %q, want %q", c.keys, c.unheard, got, c.want)
		}
	}
}

// No event is shown by its bare name, nor without who it is about.
func TestEventsHaveWords(t *testing.T) {
	c := &Console{}
	for _, name := range []string{"book", "move", "cancel", "message", "note", "contact", "taken", "reached",
		"disowned"} {
		words := c.eventWords(twilio.Event{Name: name, Reference: "8291294", Desk: "support"})
		if strings.HasPrefix(words, "Something else") || !strings.Contains(words, " ") {
			t.Errorf("%s is shown as %q", name, words)
		}
	}
	for _, name := range []string{simulator.EventMessage, simulator.EventPlaceCall, simulator.EventDialEnd} {
		const number = "+6281234567890"
		e := c.publicEntry(nil, simulator.Event{Event: name, To: number, Target: number})
		if e.Who == "" || e.Text == "" {
			t.Errorf("%s is shown as %+v", name, e)
		}
	}
}

func TestMaskSpoken(t *testing.T) {
	for text, want := range map[string]string{
		"Account: 0 8 1 2, 9 9 9 9, 8 8 8 8.":         "Account: …8888.",
		"Nomor: 1 2 3, 4 5 6. Tekan 1.":               "Nomor: …3456. Tekan 1.",
		"账号：〇 八 幺 二，三 四 五 六。":                         "账号：…三四五六。",
		"To take it, press 1. To refuse it, press 2.": "To take it, press 1. To refuse it, press 2.",
		"From Monday, 9 March, at 8 a.m.":             "From Monday, 9 March, at 8 a.m.",
	} {
		if got := maskSpoken(text); got != want {
			t.Errorf("maskSpoken(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTag(t *testing.T) {
	for language, want := range map[string]string{"cmn-CN": "zh-CN", "id-ID": "id-ID", "": ""} {
		if got := tag(language); got != want {
			t.Errorf("tag(%q) = %q, want %q", language, got, want)
		}
	}
}

func TestJumps(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	day := []hours.Span{{From: 8 * 60, To: 17 * 60}}
	nyepi := hours.Date{Year: 2026, Month: 3, Day: 19}
	calendar, err := hours.New(zone, hours.Week{nil, day, day, day, day, day, nil},
		[]hours.Special{{From: nyepi, To: nyepi, Closed: true, Name: "Nyepi"}})
	if err != nil {
		t.Fatal(err)
	}
	for now, want := range map[string]string{
		"2026-03-06T09:59:59+07:00": "morning Fri 6 Mar 10:00; night Sat 7 Mar 03:00; saturday Sat 7 Mar 12:00; " +
			"holiday Thu 19 Mar 12:00",
		"2026-03-06T10:00:00+07:00": "morning Mon 9 Mar 10:00; night Sat 7 Mar 03:00; saturday Sat 7 Mar 12:00; " +
			"holiday Thu 19 Mar 12:00",
		"2026-03-18T11:00:00+07:00": "morning Fri 20 Mar 10:00; night Thu 19 Mar 03:00; saturday Sat 21 Mar 12:00; " +
			"holiday Thu 19 Mar 12:00",
		"2026-03-19T12:00:00+07:00": "morning Fri 20 Mar 10:00; night Fri 20 Mar 03:00; saturday Sat 21 Mar 12:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, j := range jumps(&ivr.Line{Hours: calendar}, at) {
			got = append(got, j.ID+" "+j.at.In(zone).Format("Mon 2 Jan 15:04"))
		}
		if g := strings.Join(got, "; "); g != want {
			t.Errorf("at %s: %s\nwant %s", now, g, want)
		}
	}
}

// The palettes have to be legible: WCAG 2 asks for 4.5 to 1 for text, and 3 to 1 for the edges of controls.
func TestPalettesAreLegible(t *testing.T) {
	style, err := files.ReadFile("static/page.css")
	if err != nil {
		t.Fatal(err)
	}
	palettes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(style), -1)
	if len(palettes) != 2 {
		t.Fatalf("%d palettes, want a light and a dark one", len(palettes))
	}
	for i, palette := range palettes {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+): #([0-9a-f]{6});`).FindAllStringSubmatch(palette[1], -1) {
			colours[m[1]] = m[2]
		}
		for _, c := range []struct {
			front, back string
			least       float64
		}{
			{"text", "card", 4.5}, {"text", "ground", 4.5}, {"text", "speech", 4.5}, {"text", "key", 4.5},
			{"soft", "card", 4.5}, {"soft", "ground", 4.5}, {"soft", "key", 4.5}, {"soft", "speech", 4.5},
			{"on", "go", 4.5}, {"on", "stop", 4.5}, {"go", "card", 4.5}, {"go", "ground", 4.5}, {"stop", "ground", 4.5},
			{"pressed", "card", 4.5}, {"pressed", "speech", 4.5}, {"warn", "card", 4.5}, {"edge", "card", 3}, {"focus",
				"card", 3}, {"focus", "ground", 3},
		} {
			if got := contrast(t, colours[c.front], colours[c.back]); got < c.least {
				t.Errorf("palette %d: %s on %s has a contrast of %.2f, want %.1f", i, c.front, c.back, got, c.least)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		if len(colour) != 6 {
			t.Fatalf("colour %q", colour)
		}
		n, err := strconv.ParseUint(colour[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(fmt.Errorf("colour %q: %w", colour, err))
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
