package twilio

import (
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/twilio/twilio-go/twiml"
)

// Documents: a response of the flow put into TwiML. The provider's own builder writes the XML.

// A document is a TwiML answer under construction. audio is the URL of recorded sentences, up to their names.
type document struct {
	line  *ivr.Line
	audio string
	verbs []twiml.Element
}

func (s *Server) document(line *ivr.Line) *document {
	return &document{line: line, audio: s.PublicURL + pathAudio}
}

// xml renders the document. The builder writes attributes in no fixed order: compare canonically. It leaves out empty
// ones, so a Gather of one key gets here what lets # through: finishOnKey="".
func (d *document) xml() ([]byte, error) {
	tree, response := twiml.CreateDocument()
	twiml.AddAllVerbs(response, d.verbs)
	for _, gather := range response.SelectElements("Gather") {
		if gather.SelectAttr("finishOnKey") == nil {
			gather.CreateAttr("finishOnKey", "")
		}
	}
	text, err := twiml.ToXML(tree)
	return []byte(text), err
}

func (d *document) add(verbs ...twiml.Element) { d.verbs = append(d.verbs, verbs...) }

func (d *document) says(said []ivr.Utterance) []twiml.Element {
	var verbs []twiml.Element
	for _, utterance := range said {
		if utterance.Audio != "" {
			verbs = append(verbs, &twiml.VoicePlay{Url: d.audio + utterance.Audio})
			continue
		}
		if strings.TrimSpace(utterance.Text) == "" {
			continue
		}
		language := d.line.Language(utterance.Language)
		verbs = append(verbs, &twiml.VoiceSay{Message: utterance.Text, Voice: language.Voice,
			Language: language.Locale})
	}
	return verbs
}

// response puts a response into TwiML. next is the URL of the state that follows, whisper that of an agent's leg.
func (d *document) response(response ivr.Response, urls responseURLs) {
	switch next := response.Action.(type) {
	case ivr.Gather:
		d.gather(response.Say, next, urls.step)
	case ivr.Connect:
		d.add(d.says(response.Say)...)
		d.connect(next, urls)
	case ivr.Record:
		d.add(d.says(response.Say)...)
		d.add(
			&twiml.VoiceRecord{
				Action: urls.step, Method: "POST", MaxLength: strconv.Itoa(next.Seconds), PlayBeep: "true",
				FinishOnKey: ivr.KeyDone + ivr.KeyPerson, Timeout: "5", Trim: "trim-silence",
				RecordingStatusCallback: urls.recording, RecordingStatusCallbackMethod: "POST",
			},
			// Reached when nothing was said: the provider requests no action then.
			&twiml.VoiceRedirect{Url: urls.step, Method: "POST"},
		)
	default:
		d.add(d.says(response.Say)...)
		d.add(&twiml.VoiceHangup{})
	}
}

// responseURLs are where the provider goes from a response.
type responseURLs struct{ step, whisper, recording string }

func (d *document) gather(said []ivr.Utterance, keys ivr.Gather, action string) {
	gather := &twiml.VoiceGather{
		Input: "dtmf", Action: action, Method: "POST", Timeout: seconds(keys.Timeout),
		ActionOnEmptyResult: "true", InnerElements: d.says(said),
	}
	switch {
	case !keys.Entry:
		gather.NumDigits = "1"
	case keys.Digits > 0:
		gather.NumDigits, gather.FinishOnKey = strconv.Itoa(keys.Digits), ivr.KeyDone
	default:
		gather.FinishOnKey = ivr.KeyDone
	}
	// The redirect is a net under the Gather: whatever ends it without an action counts as silence.
	d.add(gather, &twiml.VoiceRedirect{Url: action, Method: "POST"})
}

func (d *document) connect(next ivr.Connect, urls responseURLs) {
	d.dial(next.Ring, urls.step, next.Target.Kind, next.Target.Address, urls.whisper)
}

// dial rings one telephone, whose holder is spoken to before the two are connected. With answerOnBridge those who wait
// hear the ringing go on until then, and silence without (the provider's pages on Number and Client). The page on Dial
// describes it for a Dial that is the first verb, which none of ours is: whether it helps then was not tried with the
// provider.
func (d *document) dial(ring time.Duration, action string, kind callbacks.TargetKind, address, whisper string) {
	d.add(&twiml.VoiceDial{
		Action: action, Method: "POST", Timeout: seconds(ring),
		CallerId: shownTo(d.line, address), AnswerOnBridge: "true",
		InnerElements: []twiml.Element{d.noun(kind, address, whisper)},
	})
}

// shownTo is the number that an address is shown when we ring it.
func shownTo(line *ivr.Line, address string) string {
	return callbacks.Plan{Policy: line.Callbacks, From: line.Numbers[0], CallerID: line.CallerID}.Shown(address)
}

// noun is one telephone in a Dial; its whisper runs on that leg before anybody is connected.
func (d *document) noun(kind callbacks.TargetKind, address, whisper string) twiml.Element {
	switch kind {
	case callbacks.SIP:
		return &twiml.VoiceSip{SipUrl: address, Url: whisper, Method: "POST"}
	case callbacks.Client:
		return &twiml.VoiceClient{Identity: address, Url: whisper, Method: "POST"}
	}
	return &twiml.VoiceNumber{PhoneNumber: address, Url: whisper, Method: "POST",
		Byoc: d.line.Callbacks.Route(address).Byoc}
}

// askTwice asks for one key, once more if none comes, then says something else and hangs up: a voicemail presses
// nothing.
func (d *document) askTwice(said []ivr.Utterance, action string, otherwise []ivr.Utterance) {
	for range 2 {
		d.add(&twiml.VoiceGather{
			Input: "dtmf", NumDigits: "1", Timeout: "6", Action: action, Method: "POST", InnerElements: d.says(said),
		})
	}
	d.add(d.says(otherwise)...)
	d.add(&twiml.VoiceHangup{})
}

func hangup() *document { return &document{verbs: []twiml.Element{&twiml.VoiceHangup{}}} }

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
