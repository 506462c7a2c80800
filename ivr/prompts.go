package ivr

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// Prompts holds every sentence by language tag and key. It is immutable.
type Prompts struct {
	texts, audio map[string]map[string]string
}

// NewPrompts takes texts by language tag, then by key. The maps are not copied and must not change afterwards.
func NewPrompts(texts map[string]map[string]string) *Prompts {
	return &Prompts{texts: texts}
}

// WithAudio are the same sentences, some of which are recorded: the names of the recordings by language tag, then by
// key. The maps are not copied and must not change afterwards.
func (p *Prompts) WithAudio(names map[string]map[string]string) *Prompts {
	return &Prompts{p.texts, names}
}

// Text returns what a line says under a key, as it stands in the file, placeholders included; false if there is none.
func (p *Prompts) Text(line, tag, key string) (string, bool) {
	text, ok := p.texts[tag][p.Key(line, tag, key)]
	return text, ok
}

// Key is where the words of a line stand: LINE/KEY where it has its own, otherwise the common key.
func (p *Prompts) Key(line, tag, key string) string {
	if _, own := p.texts[tag][line+"/"+key]; own {
		return line + "/" + key
	}
	return key
}

// Audio is the name of the recording that a line plays in the place of a text; empty: the text is spoken. A line with
// words of its own does not play the recording of the common ones.
func (p *Prompts) Audio(line, tag, key string) string {
	if name, ok := p.audio[tag][line+"/"+key]; ok {
		return name
	}
	return p.audio[tag][p.Key(line, tag, key)]
}

// SpokenWhole is false for what is only said within other sentences, or written: it cannot be recorded.
func SpokenWhole(key string) bool {
	if _, sentence := fixedPrompts[key]; sentence && key != "topic.general" {
		return true
	}
	family, _, _ := strings.Cut(key, ".")
	return !slices.Contains([]string{"topic", "language", "answer", "sms"}, family)
}

// fill replaces the {placeholders} of a text by pairs of name and value.
func fill(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// A PromptNeed is a sentence that a line can speak, and the placeholders that it may use. Heard says when it is spoken,
// and what the placeholders stand for. Says are what it names in every language: the keys that the step takes, or a
// number of the flow. * and # stand for the language's words; of two with a space between, each of the first is
// followed by the second.
type PromptNeed struct {
	Key   string
	Args  []string
	Heard string
	Says  []string
}

// Required reports whether a sentence is useless without a placeholder that it may use: a menu without its key, a
// booking without its reference. Without the others it is only poorer.
func Required(arg string) bool {
	return !slices.Contains([]string{"line", "language", "wait", "min", "max", "count", "seconds"}, arg)
}

// A promptUse is when a prompt is heard, and the placeholders that are filled in.
type promptUse struct {
	heard string
	args  []string
}

// promptSays are the fixed keys of the prompts that name some, or a number of the flow, as in [PromptNeed].
var promptSays = map[string][]string{
	"language.star": {keyBack}, "menu.agent": {KeyPerson}, "menu.again": {keyAgain}, "menu.back": {keyBack},
	"help.solved": {"1", "2"}, "connect.ask": {"2"}, "skip.ask": {"1", "2", keyBack},
	"account.calling": {"1 #"}, "account.ask": {"* #"}, "account.confirm": {"1", "2"},
	"number.agent": {"0 #"}, "number.readback": {"1", "2"}, "number.confirm": {"1", "2"}, "number.instead": {"2"},
	"number.ask": {KeyDone, "* #"}, "note.ask": {KeyDone}, "message.ask": {KeyDone},
	"existing.ask": {KeyDone, "* #"}, "existing.reference": {"* #"}, "existing.sure": {"1", "2"},
	"existing.menu": {"1", "2", "3"}, "existing.menu-urgent": {"1", "3"},
	"verify.instead": {KeyDone}, "verify.calling": {"1 #"}, "verify.number": {KeyDone, "* #"},
	"verify.yes": {"30"}, "verify.no": {"30"},
	"whisper.call": {"1", "2"}, "whisper.urgent": {"1", "2"}, "whisper.callback": {"1", "2"},
	"whisper.urgent-callback": {"1", "2"}, "whisper.note": {"1", "3"}, "customer.press": {"1"},
	"sms.urgent": {keyExisting}, "sms.task": {keyExisting},
}

// fixedPrompts are needed by every line.
var fixedPrompts = map[string]promptUse{
	"welcome":        {"first words of the call, line = the line's spoken name", []string{"line"}},
	"language.offer": {"in its own language: \"For English, press 2.\"", []string{"key"}},
	"language.star": {"the last words of a first menu in another language: \"For English, press star.\"",
		nil},
	"hours.closed-now":  {"before anyone waits", nil},
	"hours.opens":       {"the next opening, once it is known to be closed; when = day and time", []string{"when"}},
	"hours.closed-long": {"closed, and no opening is known", nil},
	"hours.open":        {"open, until when", []string{"when"}},
	"callback.open":     {"a callback is open: key hears, moves or cancels it", []string{"key"}},
	"emergency.first": {"the urgent topic, before all else: \"For a stolen account, press {key}.\"",
		[]string{"key"}},
	"menu.topic":      {"one choice: \"For {topic}, press {key}.\"", []string{"topic", "key"}},
	"menu.more":       {"more choices", []string{"key"}},
	"menu.agent":      {"0 an agent; only while one can answer", nil},
	"menu.again":      {"9 hears the choices again", nil},
	"menu.back":       {"star goes back", nil},
	"help.solved":     {"solved: 1, not solved: 2", nil},
	"safety":          {"we never ask for password, PIN or code", nil},
	"account.calling": {"account is the number you call from: press 1, then hash", nil},
	"account.ask":     {"key in the account number (then hash, unless it has one length); star, then hash: none", nil},
	"account.confirm": {"read back; right 1, again 2", []string{"digits"}},
	"account.invalid": {"not an account number; it has min to max digits", []string{"min", "max"}},
	"account.digits":  {"the same where there is one length only", []string{"count"}},
	"number.digits":   {"that number has so many digits", []string{"count"}},
	"number.readback": {"read back the answer to a question; right 1, again 2", []string{"digits"}},
	"number.length":   {"that number has min to max digits", []string{"min", "max"}},
	"number.agent":    {"behind the question for a number, while an agent can answer: 0, then hash", nil},
	"card.dropped":    {"looks like a payment card; not kept, never needed; the call goes on without it", nil},
	"skip.ask":        {"star after a wrong number: again 1, go on without it 2, topics star", nil},
	"connect.ask":     {"connecting you now; to be rung back instead press 2", nil},
	"connect.peak": {"peak hours: agents are tried for up to wait, then a callback is offered",
		[]string{"wait"}},
	"reference.call":  {"before the desk is rung: the reference of this call", []string{"digits"}},
	"desk.connecting": {"one moment, please stay on the line", nil},
	"desk.urgent":     {"before the emergency desk is rung; 3 seconds at most", nil},
	"desk.next":       {"trying another agent", nil},
	"desk.nobody":     {"sorry, nobody could take the call", nil},
	"offer.intro":     {"we can ring you back", nil},
	"offer.none":      {"there is no time within a month at which this number could be rung", nil},
	"offer.yours": {"we can ring you back on the calling number, of which the last digits are said",
		[]string{"digits"}},
	"offer.number":   {"the number that would be rung", []string{"digits"}},
	"offer.now":      {"as soon as an agent is free", []string{"key"}},
	"offer.opening":  {"as soon as we can from this time", []string{"when", "key"}},
	"offer.slot":     {"when = day and from–to", []string{"when", "key"}},
	"offer.urgent":   {"urgent callback, any hour", []string{"key"}},
	"offer.other":    {"another number to ring", []string{"key"}},
	"offer.more":     {"another number or a later time, behind a key", []string{"key"}},
	"offer.message":  {"record a message instead", []string{"key"}},
	"offer.full":     {"that time has just been taken, please choose another", nil},
	"number.confirm": {"we ring you on …; right 1, another number 2", []string{"digits"}},
	"number.ask":     {"key in the number to ring, with area code, then hash; star leaves", nil},
	"number.invalid": {"not a telephone number that we can ring", nil},
	"number.blocked": {"we do not ring that kind of number; the hours follow", nil},
	"number.nocall":  {"we cannot call the country of the caller's own number; the hours follow", nil},
	"number.abroad":  {"the same of a number that was keyed in", nil},
	"number.instead": {"after the hours: another number 2, a message key", []string{"key"}},
	"number.which":   {"the digits can be more than one number; the choices follow", nil},
	"number.choice":  {"one of them, with its country unless it is the line's own", []string{"digits", "key"}},
	"number.enough": {"no callback to that number can be noted just now; times and other numbers follow",
		nil},
	"booked.now":     {"we ring you as soon as an agent is free", nil},
	"booked.opening": {"we ring you as soon as we can from this time", []string{"when"}},
	"booked.slot":    {"we ring you day, from–to", []string{"when"}},
	"booked.urgent":  {"the emergency desk rings you as soon as possible, at any hour", nil},
	"booked.urgent-auto": {"nobody took an urgent call: its desk rings this number, unasked, as soon as possible",
		nil},
	"booked.cancel":        {"after that: to cancel that callback, press key", []string{"key"}},
	"desk.again":           {"after that: to have the desk rung once more, press key", []string{"key"}},
	"booked.existing":      {"a callback was open already; nothing new was noted", nil},
	"booked.enough":        {"no more callbacks for the calling number for now; an agent or a message follows", nil},
	"booked.anonymous":     {"no callback for a call without a number just now; agent or message follows", nil},
	"booked.many":          {"too many callbacks are open to book another; an agent or a message follows", nil},
	"booked.failed":        {"sorry, we could not note the callback", nil},
	"reference":            {"your reference number is …", []string{"digits"}},
	"reference.again":      {"I repeat: …", []string{"digits"}},
	"reference.check":      {"after the booking: when we call, we say its last two digits", nil},
	"note.offer":           {"after the booking: to add a spoken note press key, or hang up", []string{"key"}},
	"note.ask":             {"speak after the tone, at most so many seconds, hash when done", []string{"seconds"}},
	"note.saved":           {"the note goes with the callback", nil},
	"note.failed":          {"sorry, it could not be kept; the callback is booked all the same", nil},
	"message.ask":          {"speak after the tone, hash when done", nil},
	"message.empty":        {"heard nothing", nil},
	"message.saved":        {"message noted, an agent will listen to it", nil},
	"message.failed":       {"sorry, it could not be noted; please ring again", nil},
	"existing.ask":         {"reference, or last four digits of the account, then hash; star leaves", nil},
	"existing.reference":   {"reference only, then hash; star leaves", nil},
	"existing.wrong":       {"that does not match", nil},
	"existing.locked":      {"we cannot tell you about it in this call", nil},
	"existing.soon":        {"open: as soon as an agent is free", nil},
	"existing.at":          {"open: as soon as we can from this time", []string{"when"}},
	"existing.slot":        {"open: day, from–to", []string{"when"}},
	"existing.dialling":    {"we are ringing about it just now", nil},
	"existing.task":        {"tried without success, and left to a person", nil},
	"existing.menu":        {"keep 1, move 2, cancel 3", nil},
	"existing.menu-urgent": {"an urgent one: keep 1, cancel 3", nil},
	"existing.kept":        {"it stays as it was", nil},
	"existing.moved":       {"moved to day, from–to", []string{"when"}},
	"existing.soonest":     {"moved to as soon as possible", nil},
	"existing.sure":        {"really cancel: yes 1, no 2", nil},
	"existing.cancelled":   {"cancelled", nil},
	"existing.enough":      {"it cannot be moved just now; it stays as it was", nil},
	"existing.cannot":      {"it can no longer be changed", nil},
	"existing.before":      {"booked in this call before, to this number; the rest follows", []string{"digits"}},
	"existing.saved":       {"another time was chosen in this call before, and saved; that time follows", nil},
	"existing.over":        {"the callback is not open any more", nil},
	"verify.offer":         {"to check whether a call was from us, press key", []string{"key"}},
	"verify.instead": {"not about the callback: to check whether a call was from us, press key, then hash",
		[]string{"key"}},
	"verify.calling":  {"it was the number you call from: press 1, then hash", nil},
	"verify.number":   {"key in the number that was called, then hash; star leaves", nil},
	"verify.yes":      {"yes, we called that number about this callback in the last 30 minutes", nil},
	"verify.no":       {"no call of ours in the last 30 minutes: hang up, do not do what they asked", nil},
	"verify.unknown":  {"we cannot confirm it now: hang up, do not do what they asked", nil},
	"no-input.menu":   {"heard no key", nil},
	"no-input.entry":  {"heard no digits", nil},
	"no-match.menu":   {"that key is not one of the choices", nil},
	"limit.person":    {"enough tries: connecting you to an agent", nil},
	"limit.request":   {"enough tries, and no agent can take the call; an offer or a message follows", nil},
	"goodbye":         {"thank you, goodbye", nil},
	"goodbye.solved":  {"glad that it is solved, goodbye", nil},
	"goodbye.when":    {"nothing was chosen: ring us again from …, goodbye", []string{"when"}},
	"failure.person":  {"a fault on our side; connecting you to an agent", nil},
	"failure.message": {"a fault on our side; what can be done instead follows", nil},
	"whisper.call":    {"agent: a call; take 1, refuse 2", []string{"line", "topic", "language"}},
	"whisper.urgent":  {"agent: urgent call; take 1, refuse 2", []string{"line", "topic", "language"}},
	"whisper.callback": {"agent: a callback, whose customer is not on the line; take 1, refuse 2",
		[]string{"line", "topic", "language"}},
	"whisper.urgent-callback": {"agent: urgent callback, whose customer is not on the line; take 1, refuse 2",
		[]string{"line", "topic", "language"}},
	"whisper.reference":    {"agent, after 1: the reference that the caller was told", []string{"digits"}},
	"whisper.account":      {"agent, after 1: account", []string{"digits"}},
	"whisper.none":         {"agent, after 1: no account was given", nil},
	"whisper.note":         {"agent, after 1: there is a spoken note; hear it 3, connect 1", nil},
	"whisper.note-missing": {"agent: the note cannot be played just now", nil},
	"whisper.connect":      {"agent, after 1: connecting", nil},
	"whisper.gone":         {"agent: no longer needed", nil},
	"agent.missed":         {"agent: the customer was not reached", nil},
	"agent.bye":            {"agent: the call has ended", nil},
	"customer.press": {
		"customer called back, unasked too where the matter is urgent: this is …; to speak to an agent press 1",
		[]string{"line"}},
	"customer.not-mine": {"customer called back: if you have not contacted us, press key", []string{"key"}},
	"customer.stopped":  {"customer who pressed that key: this callback is cancelled, goodbye", nil},
	"customer.hint":     {"customer, after 1: a hint: the reference ends in …; no codes", []string{"digits"}},
	"customer.wait":     {"customer rung first, after 1: putting you through, stay on the line", nil},
	"customer.nobody":   {"customer rung first: no agent could take it; we ring again, goodbye", nil},
	"customer.given-up": {"the same, and it was the last try: very sorry, no agent could take it", nil},
	"customer.slot":     {"then: we can call you …, press key", []string{"key", "when"}},
	"customer.moved":    {"customer who pressed that key: thank you, we call you …, goodbye", []string{"when"}},
	"customer.later":    {"customer rung first, but the hour is no longer right: we ring again, goodbye", nil},
	"customer.gone":     {"customer rung, but the callback was taken back: not needed any more, goodbye", nil},
	"customer.missed":   {"customer who pressed nothing: we ring again later, goodbye", nil},
	"customer.missed-last": {
		"the same, and it was the last try; also after a fault: call us if you still need help, goodbye", nil},
	"topic.general": {"as in \"a call about …\": a general question", nil},
}

// smsPrompts are needed by lines that send text messages: those that are written, and the one that tells of them.
var smsPrompts = map[string]promptUse{
	"booked.text": {"after the booking, where a text message about it was written: it follows", nil},

	"sms.when": {"called back within a stretch; when = date, from–to and zone, in figures",
		[]string{"line", "when", "reference"}},
	"sms.from": {"called back as soon as possible; when = date, time and zone from which, in figures",
		[]string{"line", "when", "reference"}},
	"sms.urgent": {"called back by the emergency desk; cancel by phone with 7; when as in sms.from",
		[]string{"line", "when", "reference"}},
	"sms.given-up": {"a callback that could not be kept", []string{"line", "reference"}},
	"sms.task": {"not kept by the desk, and left to a person; choose a time by phone with 7",
		[]string{"line", "reference"}},
	"sms.withdrawn": {"a callback that the desk has taken back", []string{"line", "reference"}},
}

// Prompts of what a configuration names: a language, a topic or menu, a question.
var (
	ofLanguage = promptUse{"the language's name, as it fits into sentences of this one", nil}
	ofTopic    = promptUse{"the topic or menu, as it fits into \"For {topic}, press {key}.\"", nil}
	ofHelp     = promptUse{"the self-help text of the topic; the line's variables are filled in", nil}
	ofNote     = promptUse{"what to speak on a note or a message; the line's variables are filled in", nil}
	ofQuestion = promptUse{"key in that number (then hash, unless it has one length); star, then hash: none", nil}
	ofAnswer   = promptUse{"agent: the number that the caller keyed in", []string{"digits"}}
)

// eachChoice visits the topics and menus that callers are offered.
func (l *Line) eachChoice(visit func(id string)) {
	var walk func([]Choice)
	walk = func(choices []Choice) {
		for _, choice := range choices {
			visit(choice.ID)
			walk(choice.Choices)
		}
	}
	walk(l.Menu)
}

// PromptNeeds lists every sentence that this line can speak, sorted by key.
// Each must exist in every language of the line; "language.<tag>" names a language in the other ones.
func (l *Line) PromptNeeds() []PromptNeed {
	own, common := l.OwnPromptNeeds(), CommonPromptNeeds(l.SMS)
	list := make([]PromptNeed, 0, len(own)+len(common))
	for len(own) > 0 && len(common) > 0 {
		if common[0].Key < own[0].Key {
			list, common = append(list, common[0]), common[1:]
		} else {
			list, own = append(list, own[0]), own[1:]
		}
	}
	return append(append(list, own...), common...)
}

// OwnPromptNeeds are those of [Line.PromptNeeds] that hang on the line's languages, topics and questions, sorted by
// key.
func (l *Line) OwnPromptNeeds() (list []PromptNeed) {
	need := func(key string, p promptUse, says ...string) {
		list = append(list, PromptNeed{Key: key, Args: p.args, Heard: p.heard, Says: says})
	}
	for _, language := range l.Languages {
		need("language."+language.Tag, ofLanguage)
	}
	for _, topic := range l.Topics {
		if topic.Help {
			need("help."+topic.ID, ofHelp)
		}
		if topic.Note {
			need("note-about."+topic.ID, ofNote)
		}
		for _, question := range topic.Questions {
			need("question."+question, ofQuestion, "* #")
			need("answer."+question, ofAnswer)
		}
	}
	l.eachChoice(func(id string) { need("topic."+id, ofTopic) })
	byKey := func(a, b PromptNeed) int { return strings.Compare(a.Key, b.Key) }
	slices.SortFunc(list, byKey)
	return slices.CompactFunc(list, func(a, b PromptNeed) bool { return a.Key == b.Key })
}

// CommonPromptNeeds are those of every line, with text messages or without, sorted by key. They must not be changed.
func CommonPromptNeeds(textMessages bool) []PromptNeed {
	if textMessages {
		return spokenAndWritten
	}
	return spokenOnly
}

var spokenOnly, spokenAndWritten = needsOf(fixedPrompts), needsOf(fixedPrompts, smsPrompts)

func needsOf(prompts ...map[string]promptUse) (list []PromptNeed) {
	all := map[string]promptUse{}
	for _, some := range prompts {
		maps.Copy(all, some)
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, PromptNeed{Key: key, Args: all[key].args, Heard: all[key].heard,
			Says: promptSays[key]})
	}
	return list
}

// How a line puts its sentences: prompts filled with spoken digits and times.

// Say is a sentence of the line in a language, its placeholders filled by pairs of name and value.
func (l *Line) Say(tag, key string, pairs ...string) Utterance {
	return Utterance{tag, l.text(tag, key, pairs...), l.Prompts.Audio(l.ID, tag, key)}
}

// text is a prompt with its placeholders filled. One that is missing is empty: config refuses such a line, so no caller
// meets it.
func (l *Line) text(tag, key string, pairs ...string) string {
	text, _ := l.Prompts.Text(l.ID, tag, key)
	text = fill(text, pairs...)
	for name, figure := range l.Variables[tag] {
		text = strings.ReplaceAll(text, "{"+name+"}", figure)
	}
	return text
}

// Sentence is a prompt of the line in a language, its figures filled in, placeholders that only a call can fill left.
// It is empty where there is none.
func (l *Line) Sentence(tag, key string) string { return l.text(tag, key) }

// when says when a desk opens or closes, to somebody on whose clock it may be another hour with the zone's name.
func (l *Line) when(tag string, at, now time.Time, caller string) string {
	said, zone := spoken.When(tag, at, now, l.Hours.Zone()), l.Hours.Zone()
	if caller == "" || sameClock(callbacks.ClockOf(caller, at), zone, at) {
		return said
	}
	return spoken.OnClock(tag, said, zone)
}

// dueWhen says when a callback to a number is due, on the clock of that telephone.
func (l *Line) dueWhen(tag, number string, at, now time.Time) string {
	zone, named := l.clockOf(number, at)
	return named.of(tag, spoken.When(tag, at, now, zone), zone)
}

// dueBetween is dueWhen for a stretch of time.
func (l *Line) dueBetween(tag, number string, from, to, now time.Time) string {
	return l.dueBetweenAfter(tag, number, hours.Interval{From: from, To: to}, time.Time{}, now)
}

// dueBetweenAfter is dueBetween in a list after the instant that was said last: its clock is known, and its day is not
// said again.
func (l *Line) dueBetweenAfter(tag, number string, slot hours.Interval, said, now time.Time) string {
	zone, named := l.clockOf(number, slot.From)
	if !said.IsZero() {
		named = nil
	}
	return named.of(tag, spoken.Between(tag, slot.From, slot.To, said, now, zone), zone)
}

// clockOf is the clock on which a time is told to the holder of a number, and how it is named; not at all where it is
// the line's anyway. Where the number may belong to several zones it is the line's, by its name. Callers who gave no
// number yet hear the line's, and once a callback is booked that of the number.
func (l *Line) clockOf(number string, at time.Time) (zone *time.Location, named naming) {
	zone = callbacks.ClockOf(number, at)
	switch {
	case number == "" || sameClock(zone, l.Hours.Zone(), at):
		return l.Hours.Zone(), nil
	case zone == nil:
		return l.Hours.Zone(), spoken.OnClock
	}
	return zone, spoken.OnLocalClock
}

// A naming adds to a time whose clock is meant.
type naming func(tag, said string, zone *time.Location) string

func (n naming) of(tag, said string, zone *time.Location) string {
	if n == nil {
		return said
	}
	return n(tag, said, zone)
}

func sameClock(a, b *time.Location, at time.Time) bool {
	if a == nil {
		return false
	}
	_, first := at.In(a).Zone()
	_, second := at.In(b).Zone()
	return first == second
}

// sayPhone says a telephone number, E.164, with pauses where people of the line's region make them. One of another
// country begins with its name, so that a number that was misunderstood is heard to be.
func (l *Line) sayPhone(tag, e164 string) string {
	form, country := phoneForm(e164, l.Region)
	if country != l.Region {
		return spoken.Abroad(tag, country, spoken.Digits(tag, form))
	}
	return spoken.Digits(tag, form)
}

// sayAccount says an account number; where accounts are telephone numbers, like one.
func (l *Line) sayAccount(tag, account string) string {
	if form, _ := phoneForm(account, l.Region); l.Account.CallingNumber && form != "" {
		return spoken.Digits(tag, form)
	}
	return spoken.Digits(tag, account)
}

func (r *request) digits(number string) string { return spoken.Digits(r.language(), number) }

// Language is one of the line's by its tag. It falls back to the line's first: a call or a callback may be older than
// the configuration.
func (l *Line) Language(tag string) Language {
	for _, language := range l.Languages {
		if language.Tag == tag {
			return language
		}
	}
	return l.Languages[0]
}
