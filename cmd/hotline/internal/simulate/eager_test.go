package simulate

import "testing"

func TestNaming(t *testing.T) {
	topics := []string{"Welcome.", "For a stolen account, press 1.", "For Monday, between 8 and 9, press 2.",
		"For an agent, press 0. To hear this again, press 9.", "To go back, press star."}
	for key, want := range map[string]int{"1": 2, "2": 3, "0": 4, "9": 4, "8": 3, "3": 0, "*": 0, "0812#": 0, "": 0} {
		if got := naming(key, topics); got != want {
			t.Errorf("%q is named in sentence %d, want %d", key, got, want)
		}
	}
	if got := naming("2", []string{"中文服务，请按2。", "2を押してください。"}); got != 1 {
		t.Errorf("2 is named in sentence %d, want the first", got)
	}
	entry := []string{"We never ask for your PIN.", "Please enter your account number of 8 to 10 digits, then pound.",
		"To speak to an agent, press 0, then pound."}
	if got := asksForNumber(entry); got != 2 {
		t.Errorf("a number is asked for in sentence %d, want the second", got)
	}
}
