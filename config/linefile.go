package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/voices"
)

const mostLanguages = 8 // one key of the telephone each; 9 repeats, 0 is an agent

// lineFile is the wiring of one line.
type lineFile struct {
	at, id value // the file, and the line's name in it
	line   *ivr.Line
	// hours names the file of hours, if the line's file does; hoursName is that name or the line's own.
	hours     value
	hoursName string
	// numbers are where the line's own numbers stand, in the order of line.Numbers.
	numbers []value
	// always names the desks that never close, own has the hours of those with their own; the others keep the line's.
	always map[string]bool
	own    map[string]mapping
	// reliance is what the line's calendars rely on.
	reliance []reliance
	// targets are the telephone numbers of agents, by number; checked once all lines are known.
	targets []target
	// wiring is what works, and will not do with the provider.
	wiring []Warning
	// needs are the sentences that the line can speak.
	needs *needs
}

// readLine reads one file of config/lines. name is what the file is called.
func readLine(at value, name string, shared catalogue) *lineFile {
	f := &lineFile{hoursName: name, at: at, line: &ivr.Line{Desks: map[string]*ivr.Desk{}}, always: map[string]bool{}, own: map[string]mapping{}}
	root, ok := at.mapping()
	if !ok {
		return f
	}
	l := f.line
	f.id = root.need("line", "write the line's name, for example line: gopay")
	l.ID, _ = f.id.id("gopay")
	if f.hours = root.get("hours"); f.hours.present() {
		if id, ok := f.hours.id("gopay"); ok {
			f.hoursName = id
		}
	}
	l.Region, _ = root.need("region", "write the country of national numbers, for example region: ID").country()
	l.SIPCallerID = root.get("sip_caller_id").truth()
	f.readNumbers(root.need("numbers", "list the numbers that this line answers, for example [\"+622150001000\"]"))
	l.Languages = readLanguages(root.need("languages", "list at least one language"))
	f.readNames(root.need("name", "say how the line calls itself in each language, for example name: {en: \"GoPay support\"}"))
	readLimits(root.get("limits"), l)
	l.Account = readNumberRule(root.need("account", "say how many digits an account number has, for example {min: 10, max: 13}"))
	f.readVariables(root.get("variables"))
	l.CallerID, _ = root.get("caller_id").ownedNumber()
	l.SMS = root.get("text_messages").truth()
	l.SMSSender = readTextSender(root.get("text_sender"))
	l.Callbacks, l.CustomerFirst = readPolicy(root.get("callbacks"), root.get("routes"), l.Region)
	f.readDesks(root.need("desks", "list at least one desk"))
	f.readMenu(root.need("topics", "list at least one topic"), shared, readQuestions(root.get("questions"), shared.questions))
	general := root.need("general", "name the desk of callers who ask for a person at once")
	if id, ok := general.id("support"); ok {
		f.line.General = id
		f.checkDesk(general, id)
	}
	f.warn(root)
	return f
}

func (f *lineFile) readNumbers(v value) {
	items := v.list("[\"+622150001000\"]")
	for _, item := range items {
		number, ok := item.number()
		if !ok {
			continue
		}
		if slices.Contains(f.line.Numbers, number) {
			item.fail("stands in this list twice; remove one")
			continue
		}
		f.line.Numbers = append(f.line.Numbers, number)
		f.numbers = append(f.numbers, item)
	}
	if len(items) == 0 && !v.empty() {
		v.fail("lists no number; add the one that this line answers, for example [\"+622150001000\"]")
	}
}

// readLanguages has none after an unknown language: whatever else is written in that language would be reported, too.
func readLanguages(v value) (out []ivr.Language) {
	known := true
	items := v.list("- {tag: id, locale: id-ID, voice: Google.id-ID-Standard-A}")
	if v.present() && v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
		v.fail("lists no language; add the one that the line speaks, for example - {tag: id, locale: id-ID, voice: Google.id-ID-Standard-A}")
	}
	for _, item := range items {
		m, ok := item.mapping()
		if !ok {
			continue
		}
		tag := m.need("tag", "write the short name of the language, for example id")
		l := ivr.Language{}
		l.Tag, ok = tag.oneOf()
		known = known && ok
		if ok && slices.ContainsFunc(out, func(o ivr.Language) bool { return o.Tag == l.Tag }) {
			tag.fail("language %s is offered twice; remove one", l.Tag)
			continue
		}
		locale := m.need("locale", "write the provider's name of the language, for example id-ID")
		voice := m.need("voice", "write the provider's name of a voice, for example Google.id-ID-Standard-A")
		l.Locale, _ = locale.text("id-ID")
		l.Voice, _ = voice.text("Google.id-ID-Standard-A")
		if l.Locale != "" && ok {
			checkLocale(locale, l)
		}
		if l.Locale != "" && l.Voice != "" {
			if err := voices.Fits(l.Voice, l.Locale); err != nil {
				voice.fail("%v", err)
			}
		}
		out = append(out, l)
	}
	if !known {
		return nil
	}
	return out
}

// checkLocale reports a locale of another language than the tag.
func checkLocale(v value, l ivr.Language) {
	locale, err := language.All.Parse(l.Locale)
	if err != nil {
		v.fail("%q is not a locale; write language and country, for example id-ID", problem.Short(l.Locale))
		return
	}
	base, _ := locale.Base()
	want, _ := language.All.Make(l.Tag).Base()
	if base != want {
		v.fail("%s is not a locale of the language %s", l.Locale, l.Tag)
	}
}

func readLimits(v value, l *ivr.Line) {
	l.NoInputLimit, l.NoMatchLimit, l.MessageSeconds, l.NoteSeconds = 3, 3, 120, 30
	m, ok := v.mapping()
	if !ok {
		return
	}
	for key, limit := range map[string]*int{
		"no_input": &l.NoInputLimit, "no_match": &l.NoMatchLimit, "message_seconds": &l.MessageSeconds, "note_seconds": &l.NoteSeconds,
	} {
		if n, ok := m.get(key).whole(); ok {
			*limit = n
		}
	}
}

const mostDigits = 30

func readNumberRule(v value) (rule ivr.NumberRule) {
	m, ok := v.mapping()
	if !ok || v.empty() {
		return rule
	}
	var least, most bool
	rule.Min, least = m.need("min", "write the least number of digits").whole()
	rule.Max, most = m.need("max", "write the greatest number of digits").whole()
	if least && most && rule.Min > rule.Max {
		m.get("min").fail("is %d, more than max, which is %d; exchange the two", rule.Min, rule.Max)
	}
	longest := mostDigits
	if most {
		longest = rule.Max
	}
	rule.Starts, _ = readStarts(m.get("starts"), longest)
	var own []value
	rule.OwnPrefixes, own = readStarts(m.get("own_prefixes"), longest)
	for i, prefix := range rule.OwnPrefixes {
		begins := func(start string) bool {
			return strings.HasPrefix(prefix, start) || strings.HasPrefix(start, prefix)
		}
		if len(rule.Starts) > 0 && !slices.ContainsFunc(rule.Starts, begins) {
			own[i].fail("no number begins so, as starts has it; correct one of the two")
		}
	}
	rule.CallingNumber = m.get("calling_number").truth()
	return rule
}

// readStarts reads beginnings of numbers of at most so many digits; items are where each stands.
func readStarts(v value, longest int) (starts []string, items []value) {
	for _, item := range v.list("[\"08\"]") {
		start, ok := item.quoted("\"08\"")
		switch {
		case !ok:
		case start == "" || strings.Trim(start, "0123456789") != "":
			item.fail("%q is not the beginning of a number; write digits only, for example \"08\"", problem.Short(start))
		case len(start) > longest:
			item.fail("has more digits than the whole number, which has at most %d", longest)
		default:
			starts, items = append(starts, start), append(items, item)
		}
	}
	return starts, items
}
