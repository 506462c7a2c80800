package yamlnode

import "testing"

// What is wrong within a line, and where. A line that can be read has no fault, whatever quotation marks and brackets
// its text has.
func TestFaultOfALine(t *testing.T) {
	for _, tt := range []struct {
		line string
		at   int
	}{
		{`  mon: ["08:00-17:00"]`, -1},
		{`  mon: ["08:00-17:00]`, 8},
		{`  mon: ["08:00-17:00"`, 7},
		{`  mon: ["08:00-17:00"}`, 21},
		{`  mon: ["08:00-17:00"]]`, 22},
		{`  mon: ["a", "b" "c"]`, 17},
		{`  mon: "08:00`, 7},
		{`say: It's open, "very" ] much`, -1},
		{`say: "a \"b\" c"`, -1},
		{`say: 'it''s'`, -1},
		{`say: "Welcome.""`, 15},
		{`say: x # [ "`, -1},
		{`"13:00-17:00"]`, -1}, // it may close what opens above
		{`- {from: 1, to: 2}`, -1},
		{`name: {en: "shop, id: "toko"}`, 11},
		{`on: [1] # ]`, -1},
		{`on: [1 # ]`, 7},
	} {
		if at, what := faultOf(tt.line); at != tt.at || (at < 0) != (what == "") {
			t.Errorf("%s: at %d, %q; want %d", tt.line, at, what, tt.at)
		}
	}
}
