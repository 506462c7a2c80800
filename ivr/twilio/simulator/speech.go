package simulator

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// defaultRates are characters of speech a second, by the first part of the language. They are rough means of
// synthetic voices at normal speed; what matters is that a long text takes long.
var defaultRates = map[string]float64{"id": 15, "en": 15, "zh": 4.5, "ja": 7}

const otherRate = 14

// rate is the speed of speech in a language such as "cmn-CN".
func (c *Simulator) rate(language string) float64 {
	if r, ok := c.opts.Rates[languageOf(language)]; ok && r > 0 {
		return r
	}
	return SpeechRate(language)
}

// SpeechRate is how many characters a second a voice speaks in a language such as "cmn-CN", unless [Options] say
// otherwise.
func SpeechRate(language string) float64 {
	if r, ok := defaultRates[languageOf(language)]; ok {
		return r
	}
	return otherRate
}

// languageOf is the language of a locale as [Options.Rates] names it.
func languageOf(locale string) string {
	prefix, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch prefix {
	case "":
		return "en"
	case "cmn", "yue":
		return "zh"
	}
	return prefix
}

// utter speaks, plays or pauses, until the end or until cut reports true (nil: never). It reports whether the leg
// may go on.
func (l *leg) utter(v *element, cut func() bool) bool {
	var length time.Duration
	switch v.name {
	case "Say":
		length = l.say(v)
	case "Play":
		length = l.playSound(v)
	case "Pause":
		length = wholeSeconds(v.attr("length", ""), 1)
		l.emit(Event{Event: EventPause, Seconds: length.Seconds()})
	}
	return l.wait(l.now().Add(length), cut)
}

func (l *leg) say(v *element) time.Duration {
	voice := v.attr("voice", "")
	language := v.attr("language", voiceLocale(voice))
	chars := utf8.RuneCountInString(v.text)
	length := time.Duration(float64(chars) / l.c.rate(language) * float64(time.Second)).Round(time.Millisecond)
	length *= time.Duration(loops(v))
	l.heard, l.language = append(l.heard, v.text), language
	l.emit(Event{Event: EventSay, Text: v.text, Language: language, Voice: voice, Chars: chars,
		Seconds: length.Seconds()})
	return length
}

func (l *leg) playSound(v *element) time.Duration {
	if keys := v.attr("digits", ""); keys != "" {
		length := time.Duration(len(keys)) * 500 * time.Millisecond
		l.emit(Event{Event: EventPlay, Digits: keys, Seconds: length.Seconds()})
		return length
	}
	target, err := url.Parse(v.text)
	if err != nil || v.text == "" {
		l.c.violation(l, "<Play> %q is no URL", v.text)
		return 0
	}
	length := 10 * time.Second
	if l.c.opts.PlayLength != nil {
		length = l.c.opts.PlayLength(v.text)
	}
	e := Event{Event: EventPlay, URL: v.text}
	if address, err := netip.ParseAddr(target.Hostname()); err == nil && address.IsLoopback() {
		var body []byte
		if e.Detail, body, err = l.c.sound(v.text); err != nil {
			l.c.violation(l, "<Play> %s: %v", target.Path, err)
			return 0
		}
		if n := wavLength(body); n > 0 {
			length = n
		}
	}
	length *= time.Duration(loops(v))
	if e.Text, e.Language = l.c.words(v.text); e.Text != "" {
		l.heard, l.language = append(l.heard, e.Text), e.Language
	}
	e.Seconds = length.Seconds()
	l.emit(e)
	return length
}

// spoken is what is said in a verb, in which language.
func (c *Simulator) spoken(v *element) (text, language string) {
	switch v.name {
	case "Say":
		return v.text, v.attr("language", voiceLocale(v.attr("voice", "")))
	case "Play":
		return c.words(v.text)
	}
	return "", ""
}

// words are those that are spoken in a sound, as far as they are known.
func (c *Simulator) words(url string) (text, language string) {
	if c.opts.Words == nil {
		return "", ""
	}
	return c.opts.Words(url)
}

// wavLength is the length of a WAV file of one format chunk; 0 for anything else.
func wavLength(file []byte) time.Duration {
	le, rate := binary.LittleEndian, uint32(0)
	if len(file) < 12 || string(file[:4]) != "RIFF" {
		return 0
	}
	for at := 12; at+8 <= len(file); {
		size := int(le.Uint32(file[at+4:]))
		switch id := string(file[at : at+4]); {
		case id == "fmt " && at+20 <= len(file):
			rate = le.Uint32(file[at+16:]) // bytes a second
		case id == "data" && rate > 0:
			return time.Duration(min(size, len(file)-at-8)) * time.Second / time.Duration(rate)
		}
		at += 8 + size + size%2
	}
	return 0
}

// sound fetches what is to be played from the product, and says what it is. Sounds elsewhere are taken for granted:
// nothing here leaves the machine.
func (c *Simulator) sound(address string) (kind string, body []byte, err error) {
	c.unlocked(func() {
		var answer *http.Response
		if answer, err = c.client.Get(address); err != nil {
			return
		}
		body, err = io.ReadAll(io.LimitReader(answer.Body, 32<<20))
		err = errors.Join(err, answer.Body.Close())
		kind = answer.Header.Get("Content-Type")
		switch {
		case err != nil:
		case answer.StatusCode != http.StatusOK:
			err = fmt.Errorf("HTTP status %d", answer.StatusCode)
		case !strings.HasPrefix(kind, "audio/"):
			err = fmt.Errorf("content type %q is no sound", kind)
		case len(body) == 0:
			err = errors.New("there is no sound in it")
		}
	})
	return kind, body, err
}

// loops is how often something is said or played; 0 is as often as the provider does it at most.
func loops(v *element) int {
	n, err := strconv.Atoi(v.attr("loop", "1"))
	if err != nil || n < 0 {
		return 1
	}
	if n == 0 || n > 1000 {
		return 1000
	}
	return n
}

// wholeSeconds reads an attribute that counts seconds.
func wholeSeconds(value string, missing int) time.Duration {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		n = missing
	}
	return time.Duration(n) * time.Second
}
