package cli

import (
	"strings"
	"testing"
)

func TestLinesCommand(t *testing.T) {
	out, err := run(t, "", "lines")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"paypay  PayPayサポート窓口  +81345001000  ja zh en  Asia/Tokyo\n", "  8 3  senior ", "  3 1  top-up ",
		"recorded message", "urgent: at once, at any hour",
	} {
		if !strings.Contains(out, row) {
			t.Errorf("no %q in\n%s", row, out)
		}
	}
	if _, err := run(t, "", "lines", "--line", "nope"); err == nil ||
		!strings.Contains(err.Error(), `there is no line "nope"`) {
		t.Errorf("an unknown line: %v", err)
	}
}

// What is printed is the document and nothing else: it goes into a file.
func TestFallback(t *testing.T) {
	out, err := run(t, "", "fallback", "--line", "gopay", "--dial", "+622150002001")
	if err != nil || !strings.HasPrefix(out, "<?xml ") || !strings.HasSuffix(out, "</Response>\n") ||
		!strings.Contains(out, `<Dial callerId="+622150001000">`) {
		t.Errorf("%v\n%s", err, out)
	}
	for _, number := range []string{"+622150001000", "+6566001000"} {
		if _, err := run(t, "", "fallback", "--line", "gopay", "--dial", number); err == nil ||
			!strings.Contains(err.Error(), "is a number of the line") {
			t.Errorf("%s: %v", number, err)
		}
	}
	if _, err := run(t, "", "fallback", "--line", "nope"); err == nil || !strings.Contains(err.Error(), "known here") {
		t.Error(err)
	}
}
