package holidays

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/hotline-ivr/hotline/config/problem"
)

// What an event is decides whether a line is open, so it is never guessed. It is what the calendar says in a form made
// for programs, or else in a bracketed word that has one meaning only. A name that speaks of work, or of no holiday, in
// any other way is a question for the reviewer.

const (
	// Ignore is a decision, and no kind of a day: an event is left out.
	Ignore Kind = "ignore"
	// inDoubt is the kind of an event that only the reviewer can tell.
	inDoubt Kind = ""
)

// A verdict is what an event is taken for, and why if it is left out or in doubt.
type verdict struct {
	kind Kind
	why  string
	// exact is set when a word that has this one meaning said it.
	exact bool
}

// Reasons for which events are left out.
const (
	decidedSo        = "as the reviewer decided"
	calledObservance = "called an observance by the calendar"
)

// A wording is how a calendar tells the kinds of its events, known once all of them have been looked at.
type wording struct {
	apple  bool // some are marked with X-APPLE-SPECIAL-DAY
	google bool
	public bool // some are called public holidays, so that what is called otherwise is something else
}

func (im *importer) wording(calendar *component) wording {
	w := wording{google: strings.Contains(calendar.value("PRODID"), "Google")}
	for _, c := range calendar.children {
		if c.name != "VEVENT" {
			continue
		}
		w.apple = w.apple || appleKinds[folded(c.value(appleMark))] != inDoubt
		first, _ := says(c)
		w.public = w.public || describedKinds[folded(first)] == Holiday
	}
	im.marked = im.marked || w.apple
	return w
}

// says is the first line of an event's description, and whether there is more of it.
func says(c *component) (first string, more bool) {
	first, rest, _ := strings.Cut(strings.TrimSpace(unescape(c.value("DESCRIPTION"))), "\n")
	return tidy(first), strings.TrimSpace(rest) != ""
}

const appleMark = "X-APPLE-SPECIAL-DAY"

// judge says what an event is.
func (im *importer) judge(c *component, name string, w wording) verdict {
	first, more := says(c)
	if kind, ok := im.decided(name, first); ok {
		return verdict{kind: kind, why: decidedSo}
	}
	if w.apple || c.value(appleMark) != "" {
		return marked(c, name)
	}
	return w.described(first, more).with(namedKind(name), first)
}

// with is what an event is by the word of its calendar and by its name together.
func (described verdict) with(named verdict, says string) verdict {
	switch {
	case !described.exact && described.why == "", described.kind == named.kind:
		return named
	case described.kind == Holiday && named.kind == Collective:
		return named // a public holiday of this sort
	case described.exact && (named.exact || named.kind == inDoubt):
		return verdict{why: fmt.Sprintf("its name does not fit %q, as the calendar calls it", problem.Short(says))}
	}
	return described
}

var appleKinds = map[string]Kind{"workholiday": Holiday, "alternateworkday": MakeUp}

// marked is what an event is in a calendar of Apple's form, where days off and make-up days are marked and everything
// else is a festival or a solar term.
func marked(c *component, name string) verdict {
	mark := c.value(appleMark)
	if kind := appleKinds[folded(mark)]; kind != inDoubt {
		return verdict{kind: kind}
	}
	if mark != "" {
		return verdict{why: appleMark + " is " + strconv.Quote(problem.Short(mark)) + ", which is not known"}
	}
	if named := namedKind(name); named.exact || named.kind == inDoubt {
		return verdict{why: "others are marked with " + appleMark + " and it is not, though its name says what it is"}
	}
	return verdict{kind: Ignore, why: "not marked with " + appleMark + " as others are"}
}

// describedKinds are the words by which calendars call their kinds, in the languages that Google has them in. Where a
// word says less than that, it is not here.
var describedKinds = foldedKeys(map[Kind][]string{
	Holiday: {"Public holiday", "National holiday", "祝日", "国民の祝日", "公众假期", "公眾假期", "公众假日", "国定假日",
		"國定假日", "法定假日", "法定节假日", "공휴일", "Hari libur nasional", "Cuti umum", "Ngày nghỉ lễ",
		"วันหยุดนักขัตฤกษ์", "Gesetzlicher Feiertag", "Jour férié", "Día festivo", "Feriado", "Feriado nacional",
		"Festività", "Officiële feestdag", "Государственный праздник", "Resmi tatil"},
	Ignore: {"Observance", "Not a public holiday", "祭日", "节假日", "節假日", "纪念日", "紀念日", "기념일", "Perayaan",
		"Sambutan", "Ngày kỷ niệm", "Ngày lễ kỷ niệm", "วันสำคัญ", "Gedenktag", "Celebración", "Data comemorativa",
		"Ricorrenza", "Памятная дата"},
})

// Of Google's words for observances, these mean holidays in the calendars of others.
var onlyGoogles = []string{"祭日", "节假日", "節假日", "perayaan"}

// described is what the calendar calls an event. No reason: it says nothing that counts.
func (w wording) described(first string, more bool) verdict {
	key := folded(first)
	kind, known := describedKinds[key]
	asked := verdict{why: "the calendar calls it " + strconv.Quote(problem.Short(first))}
	switch {
	// Google says in a second line how to hide observances.
	case known && slices.Contains(onlyGoogles, key) && !w.google && !more:
		return asked
	case known && kind == Ignore:
		return verdict{kind: Ignore, why: calledObservance, exact: true}
	case known:
		return verdict{kind: Holiday, exact: true}
	case first == "" && w.public:
		return verdict{why: "the calendar does not call it a public holiday, as it does others"}
	case first != "" && (w.public || w.google && more || regional(key)):
		return asked
	}
	return verdict{}
}

// regional reports whether a description says of whom a day is a holiday, such as "Public holiday in Bavaria".
func regional(key string) bool {
	for word, kind := range describedKinds {
		rest, ok := strings.CutPrefix(key, word)
		if ok && kind == Holiday && (strings.HasPrefix(rest, "in") || strings.HasPrefix(rest, ":")) {
			return true
		}
	}
	return false
}

// bracketKinds are the words that say what a day is when they stand in brackets, before a bar, or alone. In doubt are
// those that say it for some people or for a part of the day.
var bracketKinds = foldedKeys(map[Kind][]string{
	MakeUp: {"班", "上班", "补班", "補班", "补上班", "補上班", "調休上班", "调休上班", "振替出勤", "振替出勤日", "make-up working day",
		"make-up workday", "make-up work day", "make-up day", "make-up work", "working day", "workday"},
	Holiday: {"休", "放假", "休日", "祝日", "holiday", "public holiday", "national holiday"},
	Collective: {"cuti bersama", "joint holiday", "joint leave", "collective leave",
		"collective holiday"},
	Ignore: {"not a public holiday", "not a holiday", "observance"},
	inDoubt: {"regional holiday", "regional", "local holiday", "optional holiday", "optional", "restricted holiday",
		"bank holiday", "school holiday", "half day", "half-day holiday", "partial holiday"},
})

var (
	inBrackets = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|「[^「」]*」|『[^『』]*』|〈[^〈〉]*〉|《[^《》]*》`)
	beforeBar  = regexp.MustCompile(`^[^|│丨]{1,12}[|│丨]`)
	// holiday-cn calls a make-up day after the holiday for which it is worked.
	workedFor = regexp.MustCompile(`^上班\(补[^()]+\)$`)
)

// Words by which a name speaks of work or of no holiday. They do not say which: "无需上班" is a day off. Of alphabets,
// short words count only as whole ones: Network, Workers' Day and Hari Pekerja do not speak of work.
var (
	speakOfWork = foldedAll("班", "出勤", "出社", "补", "補", "调休", "調休", "工作日", "平日", "营业", "營業", "営業", "근무",
		"출근", "영업", "workday", "nonworking", "make-up", "swapped", "business day", "làm bù", "làm việc", "ทำงาน",
		"arbeitstag", "werktag", "werkdag", "jour ouvr", "laborable", "laboral", "dia útil", "lavorativ", "munkanap",
		"рабоч", "iş günü", "cuti bersama", "joint holiday", "joint leave", "collective leave", "collective holiday",
		"not a public holiday", "not a holiday", "no holiday", "bukan libur", "tidak libur",
		"不放假", "不休", "非假日", "休まない", "休みではない")
	workWords = foldedAll("work", "works", "worked", "working", "open", "kerja", "masuk")
	negations = foldedAll("不", "无", "無", "非", "没", "未", "なし", "ない", "not", "no", "non", "without", "cancelled",
		"canceled", "tidak", "bukan", "batal", "dibatalkan", "tanpa", "ditiadakan")
)

// namedKind is what an event is by its name: a holiday when it says nothing.
func namedKind(name string) verdict {
	key := folded(name)
	if workedFor.MatchString(key) {
		return verdict{kind: MakeUp, exact: true}
	}
	if marks, rest := marksOf(key); len(marks) > 0 {
		return bracketed(marks, name, rest)
	}
	if after, ok := strings.CutPrefix(key, "cutibersama"); ok && !speaks(after, name) && !hasWord(name, negations) {
		return verdict{kind: Collective, exact: true}
	}
	if speaks(key, name) {
		return verdict{why: "its name does not say for certain whether the day is worked"}
	}
	return verdict{kind: Holiday}
}

// marksOf are the words in brackets, before a bar or alone that say what a day is, and what else there is of a name.
func marksOf(key string) (marks []string, rest string) {
	take := func(mark string) string {
		word := strings.Trim(mark, "()[]【】〔〕「」『』〈〉《》|│丨")
		if _, ok := bracketKinds[word]; !ok {
			return mark
		}
		marks = append(marks, word)
		return ""
	}
	rest = beforeBar.ReplaceAllStringFunc(inBrackets.ReplaceAllStringFunc(key, take), take)
	if _, ok := bracketKinds[rest]; ok && len(marks) == 0 {
		return []string{rest}, ""
	}
	return marks, rest
}

// bracketed is what marks of a name say, if they agree with each other and the rest does not speak against them.
func bracketed(marks []string, name, rest string) verdict {
	kind := bracketKinds[marks[0]]
	same := !slices.ContainsFunc(marks, func(m string) bool { return bracketKinds[m] != kind })
	switch {
	case same && kind == inDoubt:
		return verdict{why: "it is marked as a holiday of some people, or of a part of the day"}
	case !same, kind != Ignore && hasWord(name, negations), kind != MakeUp && speaks(rest, name):
		return verdict{why: "its name says two things"}
	}
	return verdict{kind: kind, why: "named as no public holiday", exact: true}
}

// speaks reports whether a name speaks of work, or the rest of it that is not known.
func speaks(rest, name string) bool {
	return hasWord(name, workWords) ||
		slices.ContainsFunc(speakOfWork, func(w string) bool { return strings.Contains(rest, w) })
}

// hasWord reports whether a name has one of some words. In alphabets it is a whole word.
func hasWord(name string, list []string) bool {
	words := strings.FieldsFunc(caseless(name), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(list, func(word string) bool {
		if word[0] >= 0x80 {
			return strings.Contains(folded(name), word)
		}
		return slices.Contains(words, word)
	})
}

// caseless is a text without differences of case and of width.
func caseless(text string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(text)))
}

// folded is a text for comparison: without case, width, white space, hyphens and what cannot be seen.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '_' || unprintable(r) {
			return -1
		}
		return r
	}, caseless(text))
}

func foldedAll(words ...string) []string {
	for i, w := range words {
		words[i] = folded(w)
	}
	return words
}

func foldedKeys(words map[Kind][]string) map[string]Kind {
	out := map[string]Kind{}
	for kind, list := range words {
		for _, w := range list {
			out[folded(w)] = kind
		}
	}
	return out
}
