package ivr

import (
	"maps"
	"slices"
	"strings"
)

// Prompts holds every sentence by language tag and key. It is immutable.
type Prompts struct {
	texts map[string]map[string]string
}

// NewPrompts takes texts by language tag, then by key. The maps are not copied and must not change afterwards.
func NewPrompts(texts map[string]map[string]string) *Prompts {
	return &Prompts{texts: texts}
}

// Text returns what a line says under a key, as it stands in the file, placeholders included; false if there is none.
// The line's own version, LINE/KEY, goes before the common one.
func (p *Prompts) Text(line, tag, key string) (string, bool) {
	if text, ok := p.texts[tag][line+"/"+key]; ok {
		return text, true
	}
	text, ok := p.texts[tag][key]
	return text, ok
}

// fill replaces the {placeholders} of a text by pairs of name and value.
func fill(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// A PromptNeed is a sentence that a line can speak, and the placeholders that it may use.
type PromptNeed struct {
	Key  string
	Args []string
}

// fixedPrompts are needed by every line. The comment behind each says when it is heard.
var fixedPrompts = map[string][]string{
	"welcome":              {"line"},                      // first words of the call, line = the line's spoken name
	"language.offer":       {"key"},                       // in its own language: "For English, press 2."
	"hours.closed":         {"when"},                      // before anyone waits; when = next opening, day and time
	"hours.closed-long":    {},                            // closed, and no opening is known
	"hours.open":           {"when"},                      // open, until when
	"numbers.ready":        {},                            // before the topics: have account and transaction number ready
	"callback.stands":      {"key"},                       // a promise stands for this calling number: press key to hear, move or cancel it
	"menu.topic":           {"topic", "key"},              // one choice: "For {topic}, press {key}."
	"menu.more":            {"key"},                       // more choices
	"menu.controls":        {},                            // 0 a person, 9 hear again
	"menu.back":            {},                            // star goes back
	"help.solved":          {},                            // solved: 1, not solved: 2 (0 a person, 9 again)
	"safety":               {},                            // we never ask for password, PIN or code
	"account.calling":      {},                            // account is the number you call from: press 1, then hash
	"account.ask":          {},                            // key in the account number, then hash; star leaves
	"account.confirm":      {"digits"},                    // read back; right 1, again 2
	"account.invalid":      {"min", "max"},                // not an account number; it has min to max digits
	"account.digits":       {"count"},                     // the same where there is one length only
	"number.digits":        {"count"},                     // that number has so many digits
	"number.readback":      {"digits"},                    // read back the answer to a question; right 1, again 2
	"number.length":        {"min", "max"},                // that number has min to max digits
	"card.refused":         {},                            // looks like a payment card; not kept; never tell us card numbers
	"left.ask":             {},                            // left an entry with star: again 1, go on without it 2, person 0, topics star
	"ready.ask":            {},                            // connecting you now; to be rung back instead press 2
	"ready.peak":           {"wait"},                      // peak hours: it can take up to wait until somebody answers
	"reference.call":       {"digits"},                    // before the desk is rung: the reference of this call
	"desk.connecting":      {},                            // one moment, please stay on the line
	"desk.urgent":          {},                            // emergency desk: ask them to freeze the account, stay on the line
	"desk.next":            {},                            // trying another colleague
	"desk.nobody":          {},                            // sorry, nobody could take the call
	"offer.intro":          {},                            // we can ring you back
	"offer.none":           {},                            // there is no time within a month at which this number could be rung
	"offer.number":         {"digits"},                    // the number that would be rung
	"offer.now":            {"key"},                       // as soon as a colleague is free
	"offer.opening":        {"when", "key"},               // as soon as we can from this time
	"offer.slot":           {"when", "key"},               // when = day and from–to
	"offer.urgent":         {"key"},                       // urgent callback, any hour
	"offer.other":          {"key"},                       // another number to ring
	"offer.message":        {"key"},                       // record a message instead
	"offer.full":           {},                            // that time has just been taken, please choose another
	"number.confirm":       {"digits"},                    // we ring you on …; right 1, another number 2
	"number.ask":           {},                            // key in the number to ring, with area code, then hash; star leaves
	"number.invalid":       {},                            // not a telephone number that we can ring
	"number.blocked":       {},                            // we do not ring that kind of number; another number, or a message
	"number.nocall":        {},                            // we cannot place calls to that country; another number: 2, message: 7; the hours follow
	"booked.now":           {},                            // we ring you as soon as a colleague is free
	"booked.opening":       {"when"},                      // we ring you as soon as we can from this time
	"booked.slot":          {"when"},                      // we ring you day, from–to
	"booked.urgent":        {},                            // the emergency desk rings you as soon as possible, at any hour
	"booked.existing":      {},                            // a callback stood already; nothing new was noted
	"booked.enough":        {},                            // this number was promised enough callbacks today; a message follows
	"booked.many":          {},                            // so many callbacks stand that no more can be promised; a message follows
	"booked.failed":        {},                            // sorry, we could not note the callback
	"reference":            {"digits"},                    // your reference number is …
	"reference.again":      {"digits"},                    // I repeat: …
	"note.offer":           {"key"},                       // after the promise: to add a spoken note press key, or hang up
	"note.ask":             {"seconds"},                   // speak after the tone, at most so many seconds, hash when done
	"note.saved":           {},                            // the note goes with the callback
	"note.failed":          {},                            // sorry, it could not be kept; the callback stands
	"message.ask":          {},                            // speak after the tone, hash when done
	"message.empty":        {},                            // heard nothing
	"message.saved":        {},                            // message noted, a colleague will listen to it
	"message.failed":       {},                            // sorry, it could not be noted; please ring again
	"mine.ask":             {},                            // reference, or last four digits of the account, then hash; star leaves
	"mine.reference":       {},                            // reference only, then hash; star leaves
	"mine.wrong":           {},                            // that does not match
	"mine.locked":          {},                            // we cannot tell you about it on this call; a colleague can
	"mine.soon":            {},                            // stands: as soon as a colleague is free
	"mine.at":              {"when"},                      // stands: as soon as we can from this time
	"mine.slot":            {"when"},                      // stands: day, from–to
	"mine.dialling":        {},                            // we are ringing about it just now
	"mine.menu":            {},                            // keep 1, move 2, cancel 3
	"mine.kept":            {},                            // it stands as it was
	"mine.moved":           {"when"},                      // moved to day, from–to
	"mine.soonest":         {},                            // moved to as soon as possible
	"mine.sure":            {},                            // really cancel: yes 1, no 2
	"mine.cancelled":       {},                            // cancelled
	"mine.cannot":          {},                            // it can no longer be changed
	"silence.menu":         {},                            // heard no key
	"silence.entry":        {},                            // heard no digits
	"wrong.menu":           {},                            // that key is not one of the choices
	"limit.person":         {},                            // enough tries: connecting you with a colleague
	"limit.request":        {},                            // enough tries: we take a request instead
	"goodbye":              {},                            // thank you, goodbye
	"goodbye.solved":       {},                            // glad that it is solved, goodbye
	"goodbye.when":         {"when"},                      // nothing was chosen: ring us again from …, goodbye
	"trouble.person":       {},                            // a fault on our side; connecting you with a colleague
	"trouble.message":      {},                            // a fault on our side; please leave a message
	"whisper.call":         {"line", "topic", "language"}, // agent: a call; take 1, refuse 2
	"whisper.urgent":       {"line", "topic", "language"}, // agent: urgent call
	"whisper.callback":     {"line", "topic", "language"}, // agent: a callback that was promised; take 1, refuse 2
	"whisper.reference":    {"digits"},                    // agent, after 1: the reference that the caller was told
	"whisper.account":      {"digits"},                    // agent, after 1: account
	"whisper.none":         {},                            // agent, after 1: no account was given
	"whisper.note":         {},                            // agent, after 1: there is a spoken note; hear it 3, connect 1
	"whisper.note-missing": {},                            // agent: the note cannot be played just now
	"whisper.connect":      {},                            // agent, after 1: connecting
	"whisper.gone":         {},                            // agent: no longer needed
	"agent.missed":         {},                            // agent: the customer was not reached
	"agent.bye":            {},                            // agent: the call has ended
	"customer.press":       {"line"},                      // customer rung back: this is …; to speak to a colleague press 1
	"customer.wait":        {},                            // customer rung first, after 1: putting you through, stay on the line
	"customer.nobody":      {},                            // customer rung first: no colleague could take it; we ring again, goodbye
	"customer.given-up":    {},                            // the same, and it was the last try: please ring us again, goodbye
	"customer.later":       {},                            // customer rung first, but the hour is no longer right: we ring again, goodbye
	"customer.gone":        {},                            // customer rung, but the promise was taken back: not needed any more, goodbye
	"customer.missed":      {},                            // customer who pressed nothing: ring us if you still need help, goodbye
	"topic.general":        {},                            // as in "a call about …": a general question
}

// textPrompts are written, not spoken, and needed by lines that send text messages.
var textPrompts = map[string][]string{
	"sms.soon":   {"line", "reference"},         // called back as soon as a colleague is free
	"sms.when":   {"line", "when", "reference"}, // called back at a time, or within a stretch
	"sms.urgent": {"line", "reference"},         // called back by the emergency desk
	// a callback that could not be kept, and one that the desk has taken back
	"sms.given-up":  {"line", "reference"},
	"sms.withdrawn": {"line", "reference"},
}

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
	needs := maps.Clone(fixedPrompts)
	if l.TextMessages {
		maps.Copy(needs, textPrompts)
	}
	for _, language := range l.Languages {
		needs["language."+language.Tag] = nil
	}
	for _, topic := range l.Topics {
		if topic.Help {
			needs["help."+topic.ID] = nil
		}
		if topic.Tell {
			needs["tell."+topic.ID] = nil
		}
		for _, question := range topic.Questions {
			needs["question."+question] = nil
			needs["answer."+question] = []string{"digits"}
		}
	}
	l.eachChoice(func(id string) { needs["topic."+id] = nil })
	list := make([]PromptNeed, 0, len(needs))
	for _, key := range slices.Sorted(maps.Keys(needs)) {
		list = append(list, PromptNeed{Key: key, Args: needs[key]})
	}
	return list
}
