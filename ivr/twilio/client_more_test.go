package twilio

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
)

func TestSendATextMessage(t *testing.T) {
	stub := &restStub{status: http.StatusCreated, answer: `{"sid":"SM1","status":"queued"}`}
	p := stubbed(t, stub)
	sid, err := p.Send(t.Context(), callbacks.OutgoingSMS{ID: 7, Sender: "+622150001000", To: "+6281234567890",
		Body: "Reference 1234567."})
	if err != nil || sid != "SM1" || len(stub.sent) != 1 {
		t.Fatalf("%q, %v, %+v", sid, err, stub.sent)
	}
	sent := stub.sent[0]
	if sent.method != http.MethodPost || sent.path != "/2010-04-01/Accounts/"+someAccount+"/Messages.json" ||
		sent.form.Get("From") != "+622150001000" ||
		sent.form.Get("To") != "+6281234567890" || sent.form.Get("Body") != "Reference 1234567." ||
		len(sent.form) != 4 {
		t.Errorf("asked %+v", sent)
	}
	callback, err := url.Parse(sent.form.Get("StatusCallback"))
	if err != nil || callback.Host != "hotline.example.com" || callback.Path != "/ivr"+pathSMSStatus {
		t.Fatalf("what becomes of it is told to %q, %v", callback, err)
	}
	var carried sentText
	if err := p.sealer.Open("text", "", callback.Query().Get("s"), &carried); err != nil || carried.ID != 7 {
		t.Errorf("the address carries %+v, %v", carried, err)
	}
}

// A line's sender is a number, a name, or a messaging service, which the provider wants in a field of its own.
func TestSendersOfTextMessages(t *testing.T) {
	const service = "MG0123456789abcdef0123456789ABCDEF"
	for sender, want := range map[string][2]string{
		"+622150001000": {"+622150001000", ""}, "GOPAY": {"GOPAY", ""}, "MG Shop": {"MG Shop", ""}, service: {"",
			service},
	} {
		stub := &restStub{status: http.StatusCreated, answer: `{"sid":"SM1","status":"queued"}`}
		if _, err := stubbed(t, stub).Send(t.Context(), callbacks.OutgoingSMS{Sender: sender, To: "+6281234567890",
			Body: "x"}); err != nil {
			t.Fatal(err)
		}
		if got := [2]string{stub.sent[0].form.Get("From"), stub.sent[0].form.Get("MessagingServiceSid")}; got != want {
			t.Errorf("%s is sent as From and MessagingServiceSid %q", sender, got)
		}
	}
}

// What was plainly refused may be sent again; of anything else nobody knows.
func TestWhatIsKnownOfATextMessage(t *testing.T) {
	for _, tt := range []struct {
		status             int
		answer             string
		refused, permanent bool
	}{
		{http.StatusTooManyRequests, `{"code":20429,"message":"Too many requests","status":429}`, true, false},
		{http.StatusBadRequest, `{"code":21611,"message":"Queue of +6281234567890 is full","status":400}`, true, false},
		{http.StatusBadRequest, `{"code":21408,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21606,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21610,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21612,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21614,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusServiceUnavailable, `{"code":20503,"message":"unavailable","status":503}`, false, false},
		{http.StatusBadRequest, `{"code":21211,"message":"The number +6281234567890 is invalid","status":400}`, true,
			true},
		{http.StatusBadGateway, "<html>502</html>", false, false},
		{http.StatusCreated, `{}`, false, false},
	} {
		_, err := stubbed(t, &restStub{status: tt.status, answer: tt.answer}).Send(t.Context(),
			callbacks.OutgoingSMS{Sender: "+622150001000", To: "+6281234567890", Body: "x"})
		var refusal *callbacks.RefusedError
		if err == nil || errors.Is(err, callbacks.ErrRefused) != tt.refused || errors.As(err, &refusal) &&
			refusal.Permanent != tt.permanent {
			t.Errorf("%d: %v", tt.status, err)
		}
		if err != nil && strings.Contains(err.Error(), "6281234567890") {
			t.Errorf("the error tells the number: %v", err)
		}
	}
}

func TestDeleteARecording(t *testing.T) {
	for status, fine := range map[int]bool{http.StatusNoContent: true, http.StatusNotFound: true,
		http.StatusServiceUnavailable: false} {
		stub := &restStub{status: status, answer: ""}
		if status == http.StatusNotFound {
			stub.answer = `{"code":20404,"message":"not found","status":404}`
		}
		err := stubbed(t, stub).Delete(t.Context(), "RE0123456789abcdef0123456789abcdef")
		if (err == nil) != fine || len(stub.sent) != 1 || stub.sent[0].method != http.MethodDelete {
			t.Errorf("%d: %v, asked %+v", status, err, stub.sent)
		}
	}
}

// A recording of a sub-account is asked for, and deleted, there: elsewhere it is not found, and would count as deleted.
func TestRecordingsOfASubAccount(t *testing.T) {
	stub := &restStub{status: http.StatusNoContent}
	p := stubbed(t, stub)
	if err := p.Delete(t.Context(), someSubAccount+"/"+someSound); err != nil {
		t.Fatal(err)
	}
	_, _, _ = p.Media(t.Context(), someSubAccount+"/"+someSound) // the stub has no sound
	for _, sent := range stub.sent {
		if !strings.HasPrefix(sent.path, "/2010-04-01/Accounts/"+someSubAccount+"/Recordings/"+someSound) {
			t.Errorf("asked %s", sent.path)
		}
	}
	if len(stub.sent) != 2 {
		t.Errorf("asked %d times", len(stub.sent))
	}
	own := webhook{form: url.Values{"RecordingSid": {someSound}, "AccountSid": {someAccount}}}
	theirs := webhook{form: own.form, subAccount: someSubAccount}
	for want, w := range map[string]webhook{someSound: own, someSubAccount + "/" + someSound: theirs} {
		if got, ok := w.recorded(); !ok || got.SID != want {
			t.Errorf("it is kept as %q, want %q", got.SID, want)
		}
	}
}

// A recording's name becomes part of a path: what is none leads nowhere.
func TestNamesOfRecordings(t *testing.T) {
	for _, sid := range []string{"", "RE", "RE1", someSound + "/../../x", someSound + "?x", "../" + someSound,
		someCall, someSound + ".json", someSound + "\n"} {
		stub := &restStub{status: http.StatusOK}
		p := stubbed(t, stub)
		_, _, mediaErr := p.Media(t.Context(), sid)
		if err := p.Delete(t.Context(), sid); err == nil || mediaErr == nil || len(stub.sent) != 0 {
			t.Errorf("%q is asked for: %+v", sid, stub.sent)
		}
	}
}

func TestMediaOfARecording(t *testing.T) {
	var asked *http.Request
	p := stubbed(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, "sound")
	}))
	sound, kind, err := p.Media(t.Context(), someSound)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(sound)
	if err != nil || string(body) != "sound" || kind != "audio/mpeg" || sound.Close() != nil {
		t.Errorf("%q, %q, %v", body, kind, err)
	}
	if user, token, ok := asked.BasicAuth(); !ok || user != someAccount || token != someToken ||
		asked.URL.Path != "/2010-04-01/Accounts/"+someAccount+"/Recordings/"+someSound+".mp3" {
		t.Errorf("asked %s as %s", asked.URL, user)
	}
	if _, _, err := stubbed(t, &restStub{status: http.StatusNotFound}).Media(t.Context(), someSound); err == nil {
		t.Error("a recording that is not there is played")
	}
}
