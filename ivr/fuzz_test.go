package ivr

import "testing"

// FuzzAdvance presses anything at any step: the flow always answers with one next thing, and never keeps a card number.
func FuzzAdvance(f *testing.F) {
	for _, digits := range []string{"", "1", "0", "9", "*", "#", "*0", "08*", "4111111111111111#", "081234567890#",
		"+62", "１２", "\x00", "-1"} {
		for step := range table {
			f.Add(step, digits, step%2 == 0)
		}
	}
	line := sketch(f)
	f.Fuzz(func(t *testing.T, step int, digits string, open bool) {
		if step < 0 || step >= len(table) {
			return
		}
		now := closedHour
		if open {
			now = openHour
		}
		before := State{Line: line.ID, Step: table[step].id, Language: "en", Topic: "payment-failed",
			SkippedEntry: stepAccount, Draft: "081234567890", OpenCallbackID: 7, Question: "transaction"}
		after, response := Advance(line, now, caller, before, Keys{digits})
		if response.Action == nil {
			t.Fatalf("step %s on %q: nothing follows", before.Step, digits)
		}
		for _, kept := range []string{after.Account, string(after.Answers), after.Draft, after.Number} {
			if cardScheme(kept) != "" {
				t.Errorf("step %s keeps the card number %q", before.Step, kept)
			}
		}
	})
}
