package twilio

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// sketch is a line whose prompts are their own keys, so that a test can see which sentence is spoken.
func sketch(t testing.TB) *ivr.Line {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	week := hours.Week{}
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []hours.Span{{From: 9 * 60, To: 17 * 60}}
	}
	calendar, err := hours.New(zone, week, nil)
	if err != nil {
		t.Fatal(err)
	}
	desk := func(id string, hours *hours.Calendar) *ivr.Desk {
		return &ivr.Desk{ID: id, Language: "id", Hours: hours, Ring: 20 * time.Second, Targets: []callbacks.Target{
			{ID: id + "-1", Kind: callbacks.Number, Address: "+622150002001"}, {ID: id + "-2", Kind: callbacks.Client,
				Address: "two"},
		}}
	}
	line := &ivr.Line{
		ID: "sketch", Region: "ID", Numbers: []string{"+622150001000"},
		Languages: []ivr.Language{
			{Tag: "id", Voice: "Google.id-ID-Standard-A", Locale: "id-ID"}, {Tag: "en",
				Voice: "Google.en-US-Standard-C", Locale: "en-US"},
		},
		Hours: calendar,
		Topics: []ivr.Topic{
			{ID: "stolen", Desk: "emergency", Urgent: true},
			{ID: "payment-failed", Desk: "support", Help: true, AskAccount: true, Questions: []string{"transaction"},
				Note: true},
			{ID: "refund", Desk: "support", Questions: []string{"refund"}},
			{ID: "login", Desk: "support", Help: true, AskAccount: true},
			{ID: "technical", Desk: "support", Help: true},
			{ID: "feedback", Desk: "support", Message: true, Note: true},
			{ID: "fees", Desk: "support"},
			{ID: "senior", Desk: "support"},
		},
		Menu: []ivr.Choice{
			{ID: "stolen"}, {ID: "payment-failed"}, {ID: "refund"},
			{ID: "account", Choices: []ivr.Choice{{ID: "login"},
				{ID: "app", Choices: []ivr.Choice{{ID: "technical"}, {ID: "fees"}}}}},
			{ID: "feedback"}, {ID: "senior"},
		},
		Names: map[string]string{"id": "layanan", "en": "support"},
		Desks: map[string]*ivr.Desk{"support": desk("support", calendar),
			"emergency": desk("emergency", hours.Always(zone))},
		General:   "support",
		Account:   ivr.NumberRule{Min: 10, Max: 13, Starts: []string{"08"}, CallingNumber: true},
		Questions: map[string]ivr.NumberRule{"transaction": {Min: 6, Max: 19}, "refund": {Min: 6, Max: 19}},
		Callbacks: callbacks.Policy{SlotLength: 30 * time.Minute, SlotCount: 3, MinNotice: 30 * time.Minute,
			ExpiresAfter: 72 * time.Hour, Unreachable: []string{"+86"}},
		NoInputLimit: 3, NoMatchLimit: 3, MessageSeconds: 120, NoteSeconds: 30,
	}
	texts := map[string]map[string]string{"id": {}, "en": {}}
	for _, need := range line.PromptNeeds() {
		for tag := range texts {
			texts[tag][need.Key] = need.Key
			for _, arg := range need.Args {
				texts[tag][need.Key] += " {" + arg + "}"
			}
		}
	}
	line.Prompts = ivr.NewPrompts(texts)
	return line
}

var (
	openHour   = time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)  // Wednesday 10:00 in Jakarta
	closedHour = time.Date(2026, 3, 4, 20, 0, 0, 0, time.UTC) // Thursday 03:00 in Jakarta
	caller     = ivr.Call{SID: "CA1", From: "+6281234567890", To: "+622150001000"}
)

// Steps that tests put a call into.
const (
	stepLanguage     ivr.StepID = "language"
	stepTopic        ivr.StepID = "topic"
	stepNumberRight  ivr.StepID = "number-right"
	stepDesk         ivr.StepID = "desk"
	stepMessage      ivr.StepID = "message"
	stepNoteSpoken   ivr.StepID = "note-spoken"
	stepExisting     ivr.StepID = "existing"
	stepExistingMenu ivr.StepID = "existing-menu"
	stepExistingWhen ivr.StepID = "existing-when"
	stepExistingSure ivr.StepID = "existing-sure"
)
