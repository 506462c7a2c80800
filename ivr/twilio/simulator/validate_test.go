package simulator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBadDocuments(t *testing.T) {
	long := strings.Repeat("x", 3001)
	tests := []struct{ name, inside, want string }{
		{"unknown verb", `<Speak>a</Speak>`, "unknown element <Speak>"},
		{"verb in the wrong place", `<Gather><Dial>+62215000100</Dial></Gather><Hangup/>`,
			"<Dial> is not allowed inside <Gather>"},
		{"unknown attribute", `<Say tone="x">a</Say>`, `unknown attribute "tone"`},
		{"attribute in the wrong case", `<Gather numdigits="1"/><Hangup/>`, `it is written "numDigits"`},
		{"value of an enumeration", `<Reject reason="tired"/>`, `reason="tired"`},
		{"one bad value of several", `<Dial><Number statusCallback="/s" statusCallbackEvent="ringing dead">+62215000100</Number></Dial>`, `"dead"`},
		{"integer", `<Pause length="1.5"/>`, "must be an integer"},
		{"boolean", `<Gather actionOnEmptyResult="yes"/><Hangup/>`, "must be true or false"},
		{"method", `<Redirect method="PUT">/a</Redirect>`, "must be GET or POST"},
		{"method in small letters", `<Redirect method="post">/a</Redirect>`, "must be GET or POST"},
		{"finish key", `<Gather finishOnKey="A"/><Hangup/>`, "0-9 * #"},
		{"no digits", `<Gather numDigits="0"/><Hangup/>`, "numDigits"},
		{"text where none is allowed", `<Hangup>now</Hangup>`, `holds text "now"`},
		{"text beside verbs", `hello<Hangup/>`, `holds text "hello"`},
		{"empty Say", `<Say> </Say>`, "<Say> is empty"},
		{"empty Redirect", `<Redirect/>`, "<Redirect> is empty"},
		{"long Say", `<Say>` + strings.Repeat("x", 4097) + `</Say>`, "4096 is the limit"},
		{"long Say with Polly", `<Say voice="Polly.Joanna">` + long + `</Say>`, "3000 is the limit"},
		{"nothing after Gather", `<Say>a</Say><Gather/>`, "nothing follows a <Gather>"},
		{"verb after Hangup", `<Hangup/><Say>a</Say>`, "cannot be reached"},
		{"Dial without target", `<Dial/>`, "nobody to call"},
		{"Dial with text and noun", `<Dial>+62215000100<Client>a</Client></Dial>`, "both text and nouns"},
		{"short Dial", `<Dial timeout="4">+62215000100</Dial>`, "from 5 to 600"},
		{"long Dial", `<Dial timeout="601">+62215000100</Dial>`, "from 5 to 600"},
		{"queue beside a number", `<Dial><Queue>q</Queue><Client>a</Client></Dial>`, "must be alone"},
		{"too many telephones", `<Dial>` + strings.Repeat(`<Client>a</Client>`, 11) + `</Dial>`, "10 is the limit"},
		{"malformed number", `<Dial><Number>0215000100</Number></Dial>`, "not an E.164 number"},
		{"malformed number in text", `<Dial>0215000100</Dial>`, "not an E.164 number"},
		{"malformed SIP address", `<Dial><Sip>eve@example.com</Sip></Dial>`, "not a SIP address"},
		{"events without callback", `<Dial><Client statusCallbackEvent="ringing">a</Client></Dial>`,
			"without statusCallback"},
		{"queue without name", `<Enqueue/>`, "names no queue"},
		{"queue with a long name", `<Enqueue>` + strings.Repeat("q", 65) + `</Enqueue>`, "64 characters"},
		{"voice of another language", `<Say voice="Google.id-ID-Standard-A" language="en-US">a</Say>`,
			"speaks id-ID, not en-US"},
		{"Polly voice of another language", `<Say voice="Polly.Takumi-Neural" language="cmn-CN">a</Say>`,
			"speaks ja-JP, not cmn-CN"},
		{"unknown voice", `<Say voice="Polly.Nobody" language="en-US">a</Say>`, `voice="Polly.Nobody"`},
		{"unknown language", `<Say language="xx-XX">a</Say>`, `language="xx-XX"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ValidateTwiML([]byte("<Response>" + test.inside + "</Response>"))
			if len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("complaints %q, want one with %q", got, test.want)
			}
		})
	}
}

func TestGoodDocuments(t *testing.T) {
	for _, inside := range []string{
		``,
		`<Say voice="Google.cmn-CN-Standard-A" language="cmn-CN">您好</Say>`,
		`<Say voice="Polly.Zhiyu" language="zh-CN">您好</Say>`,
		`<Say voice="Polly.Kajal-Neural" language="hi-IN">a</Say>`,
		`<Say>a <break time="1s"/> <emphasis level="strong">b</emphasis></Say>`,
		`<Gather input="dtmf speech" numDigits="1" language="cmn-Hans-CN" timeout="3" finishOnKey=""><Play>/a.mp3</Play></Gather><Hangup/>`,
		`<Gather actionOnEmptyResult="true" action="/a"/>`,
		`<Dial timeout="5" callerId="+62215000100" answerOnBridge="true"><Sip>sip:a@b.c</Sip><Client><Identity>zoe</Identity></Client></Dial>`,
		`<Dial action="/a"><Queue url="/n">q</Queue></Dial><Say>b</Say>`,
		`<!-- a remark --><Enqueue waitUrl="/w" action="/a">q</Enqueue>`,
		`<Record maxLength="60" playBeep="true" trim="do-not-trim" recordingStatusCallback="/r"/>`,
		"<Say>\n\t" + strings.Repeat("好", 1500) + "\n</Say>",
	} {
		if got := ValidateTwiML([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Response>" + inside +
			"</Response>")); got != nil {
			t.Errorf("%s: %q", inside, got)
		}
	}
}

func TestSchemaNamesItsSource(t *testing.T) {
	if !strings.Contains(string(schemaJSON), `"source": "npm twilio@`) {
		t.Error("the schema's source is missing")
	}
	s := loadSchema()
	for id, e := range s.Elements {
		for name, child := range e.Children {
			if s.Elements[child] == nil {
				t.Errorf("%s: child %s leads to %q, which is not there", id, name, child)
			}
		}
		if !slices.Contains([]string{"none", "optional", "required"}, e.Text) {
			t.Errorf("%s: text %q", id, e.Text)
		}
	}
}

// A voice that the schema knows passes without a language.
func TestVoicesOfTheSchema(t *testing.T) {
	say := loadSchema().Elements["Say"]
	for _, voice := range say.Attributes["voice"].Enum {
		locale := voiceLocale(voice)
		if locale == "" {
			continue
		}
		if xml := fmt.Sprintf(`<Response><Say voice=%q>a</Say></Response>`, voice); ValidateTwiML([]byte(xml)) != nil {
			t.Errorf("%s: %q", voice, ValidateTwiML([]byte(xml)))
		}
	}
}

func FuzzValidateTwiML(f *testing.F) {
	f.Add(`<Response><Gather numDigits="1"><Say language="id-ID">Tekan satu.</Say></Gather><Hangup/></Response>`)
	f.Add(`<?xml version="1.0"?><Response><Dial><Number url="/w">+62215000100</Number></Dial></Response>`)
	f.Add(`<Response xmlns:x="y" x:a="b"><Say x:loop="2">&lt;</Say></Response>`)
	f.Add("\n<?xml version=\"1.0\"?><Response/>")
	f.Add(`<!DOCTYPE a [<!ENTITY b "c">]><Response>&b;</Response>`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, complaint := range ValidateTwiML([]byte(s)) {
			if complaint == "" {
				t.Error("an empty complaint")
			}
		}
	})
}

// FuzzPlay plays any document whatever: the call ends, in bounded time, and nothing is left over.
func FuzzPlay(f *testing.F) {
	f.Add(`<Say>a</Say><Gather numDigits="1"/><Redirect>/voice</Redirect>`, "1")
	f.Add(`<Dial timeout="5">`+agent+`</Dial><Record/>`, "2#")
	f.Add(`<Enqueue waitUrl="/voice">q</Enqueue>`, "")
	f.Add(`<Gather timeout="0" action="?"/><Redirect/>`, "*")
	f.Add(`<Dial><Number url="/voice">`+agent+`</Number><Queue>q</Queue></Dial><Leave/><Reject/>`, "1")
	f.Add(`<Play loop="0">http://a/b</Play><Pause length="9999999"/>`, "#")
	f.Fuzz(func(t *testing.T, inside, keys string) {
		playAny(t, "<Response>"+inside+"</Response>", keys)
	})
}

// playAny plays a document to an inbound caller who hangs up after some seconds, and checks that nothing is left.
func playAny(t *testing.T, document, keys string) {
	w := newWorld(t)
	server := newServer(t, answering("text/xml", document))
	w.c.Number(line, Number{VoiceURL: server + "/voice"})
	w.c.Subscribe(agent, Party{After: time.Second, Keys: Always("1"), TalkFor: time.Second})
	w.c.Ring(customer, line, Party{Keys: Script(keys), TalkFor: time.Second, HangUpAfter: 20 * time.Second})
	w.run(time.Hour)
	if left := w.c.Dangling(); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}
