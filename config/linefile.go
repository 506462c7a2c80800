package config

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/voices"
)

// lineFile is the file of one line.
type lineFile struct {
	at, id yamlnode.Value // the file, and the line's name in it
	line   *ivr.Line
	desks  map[string]yamlnode.Value // where the name of each desk stands
	// hours names the file of hours, if the line's file does; hoursName is that name or the line's own.
	hours     yamlnode.Value
	hoursName string
	// numbers are where the line's own numbers stand, in the order of line.Numbers.
	numbers []yamlnode.Value
	// always names the desks that never close, own has the hours of those with their own; the others keep the line's.
	always map[string]bool
	own    map[string]yamlnode.Mapping
	// dependencies are what the line's calendars rely on.
	dependencies []dependency
	// lacks are the desks that shared topics name and the line does not have; checked once all lines are known.
	lacks []lackedDesk
	// targets are the telephone numbers of agents, by number; checked once all lines are known.
	targets []target
	// warnings are what works, and will not do with the provider.
	warnings []Warning
	// needs are the sentences that the line can speak.
	needs *needs
}

// readLine reads one file of config/lines. name is what the file is called.
func readLine(at yamlnode.Value, name string, shared catalogue) *lineFile {
	f := &lineFile{hoursName: name, at: at, line: &ivr.Line{Desks: map[string]*ivr.Desk{}}, always: map[string]bool{},
		own: map[string]yamlnode.Mapping{}, desks: map[string]yamlnode.Value{}}
	root, ok := at.Mapping()
	if !ok {
		return f
	}
	l := f.line
	f.id = root.Need("line", "write the line's name, for example line: gopay")
	l.ID, _ = f.id.ID("gopay")
	if f.hours = root.Get("hours"); f.hours.Present() {
		if id, ok := f.hours.ID("gopay"); ok {
			f.hoursName = id
		}
	}
	l.Region, _ = readCountry(root.Need("region", "write the country of national numbers, for example region: ID"))
	l.SIPCallerID = root.Get("sip_caller_id").Truth()
	f.readNumbers(root.Need("numbers", "list the numbers that this line answers, for example [\"+622150001000\"]"))
	l.Languages = readLanguages(root.Need("languages", "list at least one language"))
	f.readNames(root.Need("name", "say how the line calls itself in each language, for example name: {en: "+
		"\"GoPay support\"}"))
	readLimits(root.Get("limits"), l)
	l.Account = readNumberRule(root.Need("account", "say how many digits an account number has, for example {min: "+
		"10, max: 13}"))
	f.readVariables(root.Get("variables"))
	l.CallerID, _ = readOwnedNumber(root.Get("caller_id"))
	l.SMS = root.Get("text_messages").Truth()
	l.SMSSender = readTextSender(root.Get("text_sender"))
	l.Alert = readAlert(root.Get("alert"))
	l.Callbacks, l.CustomerFirst = readPolicy(root.Get("callbacks"), root.Get("routes"), l.Region)
	f.readDesks(root.Need("desks", "list at least one desk"))
	f.readMenu(root.Need("topics", "list at least one topic"), shared,
		readQuestions(root.Get("questions"), shared.questions))
	general := root.Need("general", "name the desk of callers who ask for a person at once")
	if id, ok := general.ID("support"); ok {
		f.line.General = id
		f.checkDesk(general, id)
	}
	f.warn(root)
	doubtQuantities(at, "")
	return f
}

func (f *lineFile) readNumbers(v yamlnode.Value) {
	for _, item := range v.List("[\"+622150001000\"]") {
		number, ok := readNumber(item)
		if !ok {
			continue
		}
		if slices.Contains(f.line.Numbers, number) {
			item.Fail("is in this list twice; remove one")
			continue
		}
		f.line.Numbers = append(f.line.Numbers, number)
		f.numbers = append(f.numbers, item)
	}
	if v.EmptyList() {
		v.Fail("lists no number; add the one that this line answers, for example [\"+622150001000\"]")
	}
}

// readLanguages has none after an unknown language: whatever else is written in that language would be reported, too.
func readLanguages(v yamlnode.Value) (out []ivr.Language) {
	known := true
	items := v.List("- {tag: id, locale: id-ID, voice: Google.id-ID-Standard-A}")
	if v.EmptyList() {
		v.Fail("lists no language; add the one that the line speaks, for example - {tag: id, locale: id-ID, voice: " +
			"Google.id-ID-Standard-A}")
	}
	for _, item := range items {
		m, ok := item.Mapping()
		if !ok {
			continue
		}
		tag := m.Need("tag", "write the short name of the language, for example id")
		l := ivr.Language{}
		l.Tag, ok = tag.OneOf()
		known = known && ok
		if ok && slices.ContainsFunc(out, func(o ivr.Language) bool { return o.Tag == l.Tag }) {
			tag.Fail("language %s is offered twice; remove one", l.Tag)
			continue
		}
		locale := m.Need("locale", "write the provider's name of the language, for example id-ID")
		voice := m.Need("voice", "write the provider's name of a voice, for example Google.id-ID-Standard-A")
		l.Locale, _ = locale.Text("id-ID")
		l.Voice, _ = voice.Text("Google.id-ID-Standard-A")
		allow := m.Get("allow_unknown_voice")
		right := l.Locale != "" && (!ok || checkLocale(locale, allow, l))
		l.Countries = readLanguageCountries(m.Get("countries"), out)
		if right && l.Voice != "" {
			checkVoice(voice, allow, l)
		}
		out = append(out, l)
	}
	if !known {
		return nil
	}
	return out
}

// readLanguageCountries reads the countries whose callers hear a language without being asked.
func readLanguageCountries(v yamlnode.Value, before []ivr.Language) (countries []string) {
	items := v.List("[ID]")
	if v.EmptyList() {
		v.Fail("lists no country; write a list such as [ID], or remove it: then callers are asked")
	}
	for _, item := range items {
		country, ok := readCountry(item)
		has := func(l ivr.Language) bool { return slices.Contains(l.Countries, country) }
		switch other := slices.IndexFunc(before, has); {
		case !ok:
		case other >= 0:
			item.Fail("callers from %s hear %s already; remove one", country, before[other].Tag)
		case slices.Contains(countries, country):
			item.Fail("is in this list twice; remove one")
		default:
			countries = append(countries, country)
		}
	}
	return countries
}

// checkVoice reports a voice that is not known, unless that is allowed, or speaks another locale.
func checkVoice(v, allow yamlnode.Value, l ivr.Language) {
	allowed := allow.Present() && allow.Yes()
	if !voices.Known(l.Voice) && !allowed {
		near, ok := nearestVoice(l.Voice, voices.Of(l.Locale))
		if !ok {
			near = "Google.id-ID-Standard-A"
			if known := voices.Of(l.Locale); len(known) > 0 {
				near = known[0]
			}
		}
		v.Fail("voice %q is not among the provider's voices of %s; did you mean %s? If it is a newer one, write "+
			"allow_unknown_voice: true beside it", problem.Short(l.Voice), voices.AsOf, near)
		return
	}
	if voices.Known(l.Voice) && allowed {
		allow.Warn("is not needed: voice %s is known; remove it", l.Voice)
	}
	if err := voices.Fits(l.Voice, l.Locale); err != nil {
		v.Fail("%v", err)
	}
}

// nearestVoice is the voice that was meant: the one of that name, where only its kind is left out, before others.
func nearestVoice(voice string, known []string) (string, bool) {
	if i := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(k, voice+"-") }); i >= 0 {
		return known[i], true
	}
	return problem.Nearest(voice, known)
}

// checkLocale reports what is no locale of the provider's, unless a voice that is not known may speak it, and one of
// another language than the tag.
func checkLocale(v, allow yamlnode.Value, l ivr.Language) bool {
	locale, err := language.All.Parse(l.Locale)
	want, _ := language.All.Make(l.Tag).Base()
	if err != nil || strings.Contains(l.Locale, "_") || len(l.Locale) == 2 {
		v.Fail("%q is not a locale; write language and country, for example %s", problem.Short(l.Locale),
			meantLocale(l.Locale, want))
		return false
	}
	if !slices.Contains(voices.Locales(), l.Locale) && !(allow.Present() && allow.Yes()) {
		v.Fail("%s is not a locale of the provider's; did you mean %s?", problem.Short(l.Locale),
			meantLocale(l.Locale, want))
		return false
	}
	base, _ := locale.Base()
	if base != want {
		v.Fail("%s is not a locale of the language %s", l.Locale, l.Tag)
	}
	return base == want
}

// meantLocale is the locale of a language that was probably meant: the one of the same country, by any of its names,
// else the nearest, else the first.
func meantLocale(written string, of language.Base) string {
	_, _, country := language.All.Make(strings.ReplaceAll(written, "_", "-")).Raw()
	var known []string
	for _, locale := range voices.Locales() {
		base, _, its := language.All.Make(locale).Raw()
		switch {
		case base != of:
		case its == country:
			return locale
		default:
			known = append(known, locale)
		}
	}
	if near, ok := problem.Nearest(written, known); ok || len(known) == 0 {
		return cmp.Or(near, "id-ID")
	}
	return known[0]
}

func readLimits(v yamlnode.Value, l *ivr.Line) {
	l.NoInputLimit, l.NoMatchLimit, l.MessageSeconds, l.NoteSeconds = 3, 3, 120, 30
	m, ok := v.Mapping()
	if !ok {
		return
	}
	for key, limit := range map[string]*int{
		"no_input": &l.NoInputLimit, "no_match": &l.NoMatchLimit, "message_seconds": &l.MessageSeconds,
		"note_seconds": &l.NoteSeconds,
	} {
		if n, ok := m.Get(key).Whole(); ok {
			*limit = n
		}
	}
}

func readNumberRule(v yamlnode.Value) (rule ivr.NumberRule) {
	m, ok := v.Mapping()
	if !ok {
		return rule
	}
	var least, most bool
	rule.Min, least = m.Need("min", "write the least number of digits").Whole()
	rule.Max, most = m.Need("max", "write the greatest number of digits").Whole()
	if least && most && rule.Min > rule.Max {
		m.Get("min").Fail("is %d, more than max, which is %d; exchange the two", rule.Min, rule.Max)
	}
	longest := schema.MostDigits
	if most {
		longest = rule.Max
	}
	rule.Starts, _ = readStarts(m.Get("starts"), longest)
	var own []yamlnode.Value
	rule.OwnPrefixes, own = readStarts(m.Get("own_prefixes"), longest)
	for i, prefix := range rule.OwnPrefixes {
		begins := func(start string) bool {
			return strings.HasPrefix(prefix, start) || strings.HasPrefix(start, prefix)
		}
		if len(rule.Starts) > 0 && !slices.ContainsFunc(rule.Starts, begins) {
			own[i].Fail("no number begins so, as starts has it; correct one of the two")
		}
	}
	rule.CallingNumber = m.Get("calling_number").Truth()
	return rule
}

// readStarts reads beginnings of numbers of at most so many digits; items are where each stands.
func readStarts(v yamlnode.Value, longest int) (starts []string, items []yamlnode.Value) {
	for _, item := range v.List("[\"08\"]") {
		start, ok := item.Quoted("\"08\"")
		switch {
		case !ok:
		case start == "" || strings.Trim(start, "0123456789") != "":
			item.Fail("%q is not the beginning of a number; write digits only, for example \"08\"",
				problem.Short(start))
		case len(start) > longest:
			item.Fail("has more digits than the whole number, which has at most %d", longest)
		default:
			starts, items = append(starts, start), append(items, item)
		}
	}
	return starts, items
}
