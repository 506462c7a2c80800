package twilio

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/ivr"
	"github.com/twilio/twilio-go/twiml"
)

// maxStatic is how many characters of TwiML the provider takes where it keeps a document itself or is handed one:
// https://www.twilio.com/docs/api/errors/32018
const maxStatic = 4000

// wholeNumber is +E.164.
var wholeNumber = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// StaticFallback is a document that the provider can answer with when no server of ours does: an apology in each
// language of a line, the number to dial if there is one, and a goodbye, since what follows a dialled number is heard
// when nobody answers there. It needs nothing of ours: no webhooks, no recordings, no hours.
func StaticFallback(line *ivr.Line, dial string) (string, error) {
	key := "failure.message"
	switch {
	case dial == "":
	case !wholeNumber.MatchString(dial):
		return "", fmt.Errorf("%q cannot be dialled: write + and the country code, such as +622150002001", dial)
	default:
		key = "failure.person"
	}
	d := &document{line: line}
	say := func(keys ...string) {
		for _, language := range line.Languages {
			var words []string
			for _, key := range keys {
				words = append(words, line.Sentence(language.Tag, key))
			}
			d.add(&twiml.VoiceSay{Message: strings.Join(words, " "), Voice: language.Voice, Language: language.Locale})
		}
	}
	if dial == "" {
		say(key, "goodbye")
	} else {
		say(key)
		d.add(&twiml.VoiceDial{CallerId: shownTo(line, dial),
			InnerElements: []twiml.Element{&twiml.VoiceNumber{PhoneNumber: dial}}})
		say("goodbye")
	}
	d.add(&twiml.VoiceHangup{})
	text, err := d.indented()
	switch {
	case err != nil:
		return "", err
	case strings.Contains(text, "{{"):
		return "", errors.New("a sentence has {{ in it, which the provider would take for a placeholder")
	case utf8.RuneCountInString(text) > maxStatic:
		return "", fmt.Errorf("the document has %d characters and the provider takes %d; shorten the sentence %s of "+
			"each language", utf8.RuneCountInString(text), maxStatic, key)
	}
	return text, nil
}

// indented is the document for people to read, the same each time.
func (d *document) indented() (string, error) {
	tree, response := twiml.CreateDocument()
	twiml.AddAllVerbs(response, d.verbs)
	for _, element := range tree.FindElements("//*") {
		element.SortAttrs()
	}
	tree.Indent(2)
	return twiml.ToXML(tree)
}
