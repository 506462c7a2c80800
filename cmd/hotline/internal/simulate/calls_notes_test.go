package simulate

import (
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What a keypad cannot take: notes, messages, complaints; and the one reference that all of it has.

var loginClosed = []step{
	english, hears("For trouble logging in, press 3").press("3"), unsolved, myNumber,
	hears("We can call you back").press("1"),
}

func TestANoteThatIsNotSpoken(t *testing.T) {
	for name, last := range map[string][]step{
		"not wanted": {noNote},
		"hangs up":   {hears("Otherwise, you can hang up now").hangUp()},
		"silence":    {hears("To add a spoken note").press("1"), hears("It helps to say your account name").silence()},
		"wrong keys": {hears("To add").press("5"), hears("That key is not one of the choices").press("6"),
			hears("To add").press("#")},
		"hears it anew": {hears("To add").press("9"), hears("To add").press("*"), noNote},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, saturday)
			s.rings(home, "", append(slices.Clone(loginClosed), last...)...)
			s.settles()
			s.bridged("support-1 with customer")
			if heard := heardBy(s.eventsNow(), "support-1"); strings.Contains(heard, "pesan suara") {
				t.Errorf("the agent is offered a note: %q", heard)
			}
		})
	}
}

// A caller who hangs up while speaking has left a note all the same.
func TestANoteThatBreaksOff(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(home, "", append(slices.Clone(loginClosed), hears("To add").press("1"),
		hears("It helps to say your account name").hangUp())...)
	s.settles()
	s.bridged("support-1 with customer")
	if heard := heardBy(s.eventsNow(), "support-1"); !strings.Contains(heard, "Ada pesan suara") {
		t.Errorf("the agent heard %q", heard)
	}
}

// The recording cannot be fetched: the agent hears that, and goes on.
func TestANoteThatCannotBePlayed(t *testing.T) {
	s := newScenario(t, saturday, withFaults(simulator.Faults{REST: func(r simulator.Request) simulator.RESTFault {
		if strings.HasSuffix(r.Path, ".mp3") {
			return simulator.RESTFault{Status: 503, Code: 20503}
		}
		return simulator.RESTFault{}
	}}))
	s.rings(home, "Your note has been added", append(slices.Clone(loginClosed), hears("To add").press("1"),
		hears("It helps to say your account name").speak())...)
	s.agentDoes("support-1", "1", "3", "1")
	s.settles()
	s.bridged("support-1 with customer")
	if heard := heardBy(s.eventsNow(), "support-1"); !strings.Contains(heard, "Pesan suara belum dapat diputar") ||
		len(s.of(simulator.EventPlay)) != 0 {
		t.Errorf("the agent heard %q", heard)
	}
}

// Nothing of a note is told, let alone played, before an agent has pressed 1.
func TestAVoicemailHearsNoNote(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(home, "Your note has been added", append(slices.Clone(loginClosed), hears("To add").press("1"),
		hears("It helps to say your account name").speak())...)
	s.agents(map[string]string{"support-1": "voicemail"})
	s.settles()
	s.bridged("support-2 with customer")
	if heard := heardBy(s.eventsNow(), "support-1"); strings.Contains(heard, "pesan suara") {
		t.Errorf("the voicemail heard %q", heard)
	}
}

// A complaint or suggestion is spoken, and has a reference; 0 is a person all the same.
func TestFeedbackIsRecorded(t *testing.T) {
	feedback := []step{hears("For English").press("2"), hears("For more, press 8").press("8"),
		hears("For a complaint or suggestion, press 2").press("2")}
	s := newScenario(t, "2026-03-02T15:00:00+08:00", onLine("upay"))
	heard := s.rings(guangzhou, "I repeat",
		append(slices.Clone(feedback),
			hears("Please tell us your complaint or your suggestion. Please speak after the tone").speak())...)
	if left := s.did("message"); len(left) != 1 || left[0].Topic != "feedback" ||
		!strings.Contains(heard, "Your reference number is") {
		t.Errorf("messages %+v, heard %q", left, heard)
	}
	s.rings(guangzhou, "Thank you. Goodbye", append(slices.Clone(feedback), hears("Please tell us").press("0"))...)
	s.bridged("caller with support-1")
}

// Who talked, was not helped and is called back later has one reference for all of it.
func TestOneReferenceACall(t *testing.T) {
	s := newScenario(t, openDay)
	s.everyAgent("no-answer")
	heard := s.rings(home, "I repeat", english, hears("press star").press("0"), hears("no agent").press("1"))
	contact, booked := s.did("contact"), s.did("book")
	if len(contact) != 1 || len(booked) != 1 || contact[0].Reference != booked[0].Reference {
		t.Fatalf("contacts %+v, callbacks %+v", contact, booked)
	}
	if n := strings.Count(heard, spokenReference(booked[0].Reference)); n != 3 {
		t.Errorf("the reference is spoken %d times, before the desk rang and twice with the callback: %q", n, heard)
	}
	s.everyAgent("answer")
	s.settles()
}

// spokenReference is a reference as it is read out in English.
func spokenReference(reference string) string {
	digits := strings.Split(reference, "")
	return strings.Join(digits[:4], " ") + ", " + strings.Join(digits[4:], " ")
}

// A text message goes out once, whatever happens to webhooks; who moves the callback is told the new time.
func TestTextMessages(t *testing.T) {
	s := newScenario(t, saturday,
		withFaults(simulator.Faults{Webhook: func(simulator.Webhook) simulator.WebhookFault { return simulator.WebhookFault{Repeat: 1} }}))
	s.rings(home, "I repeat", append(slices.Clone(loginClosed), noNote)...)
	reference := s.did("book")[0].Reference
	s.rings(home, "Your callback has been moved", english, mine, hears("reference").press(reference+"#"),
		hears("press 2").press("2"),
		hears("9 to 9:30 a.m., press 4").press("4"))
	s.settles()
	var sent []string
	for _, text := range s.simulator.Messages() {
		sent = append(sent, text.To+" "+text.Body)
	}
	want := home + " GoPay support: we will call you as soon as we can, from Mon 9 Mar, 08:00 Jakarta time. Ref " +
		reference + ".\n" +
		home + " GoPay support: we will call you Mon 9 Mar, 09:00-09:30 Jakarta time. Ref " +
		reference + "."
	if got := strings.Join(sent, "\n"); got != want {
		t.Errorf("sent:\n%s\nwant:\n%s", got, want)
	}
}

// The two lines of mainland China reach it through their trunks.
func TestMainlandChina(t *testing.T) {
	for line, file := range map[string]string{"upay": "+8621500", "wallet": "+8621600"} {
		t.Run(line+" with its route", func(t *testing.T) {
			s := newScenario(t, "2026-03-03T22:00:00+08:00", onLine(line))
			s.rings(guangzhou, "I repeat", hears("For English").press("2"), hears("Agents are back").press("0"),
				hears("on your number ending in 5 6 7 8").press("1"))
			s.settles()
			s.bridged("support-1 with customer")
			dialled := false
			for _, w := range s.simulator.Webhooks() {
				dialled = dialled || strings.Contains(w.Body, `byoc="`+s.line.Callbacks.Routes[0].Byoc) &&
					strings.Contains(w.Body, guangzhou)
			}
			if !dialled {
				t.Error("the customer was not dialled through the route")
			}
		})
		t.Run(line+" without one", func(t *testing.T) {
			byoc := map[string]string{"upay": "BY00000000000000000000000000000001",
				"wallet": "BY00000000000000000000000000000002"}[line]
			snapshot := apptest.Edited(t, "lines/"+line+".yaml", "routes:\n  - {prefix: \"+86\", byoc: "+byoc+"}",
				"routes: []", "  # countries: left out, so mainland China alone is called and texted.",
				"  countries: any",
				`number: "`+file+`02001"`, "client: one", `number: "`+file+`03001"`, "client: two", `number: "`+file+
					`03002"`, "client: three", `number: "`+file+`04001"`, "client: four")
			s := newScenario(t, "2026-03-03T22:00:00+08:00", onLine(line), withConfig(snapshot))
			told := hears("Sorry, we cannot call the country or region of your number. We are closed now. Agents are back " +
				"tomorrow, Wednesday, at 9 a.m. For another number, press 2. To leave a " +
				"message, press 6.")
			s.rings(guangzhou, "I repeat", hears("For English").press("2"), hears("Agents are back").press("0"),
				told.press("6"),
				hears("Please speak after the tone").speak())
			s.rings(guangzhou, "I repeat", hears("For English").press("2"), hears("Agents are back").press("0"),
				told.press("2"),
				hears("Please enter the phone number").press("006581234567#"), hears("We would call you on "+
					"Singapore, plus 6 5, 8 1 2 3, 4 5 6 7").press("1"))
			if booked := s.did("book"); len(booked) != 1 || booked[0].Callback.Number != singapore ||
				len(s.did("message")) != 1 {
				t.Errorf("booked %+v, messages %+v", booked, s.did("message"))
			}
			s.settles()
		})
	}
}
