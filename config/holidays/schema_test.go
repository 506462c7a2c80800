package holidays

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A node of the JSON Schema of sets.
type node struct {
	Properties map[string]*node
	Items      *node
	MaxItems   int
	MaxLength  int
	Enum       []string
}

// TestSchemaKnowsWhatTheReaderKnows: a key that the reader takes is in the schema that editors use, and the other way round.
func TestSchemaKnowsWhatTheReaderKnows(t *testing.T) {
	data, err := os.ReadFile("../schema/holidays.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	root := &node{}
	if err := json.Unmarshal(data, root); err != nil {
		t.Fatal(err)
	}
	heard := map[string]bool{}
	witness = func(path string, known []string) {
		at := root
		for _, step := range strings.FieldsFunc(regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, ".[]"), func(r rune) bool { return r == '.' }) {
			if at = at.Properties[step]; at == nil {
				t.Fatalf("%s: not in the schema", path)
			}
			if at.Items != nil {
				at = &node{Properties: map[string]*node{"[]": at.Items}}
			}
		}
		heard[path] = true
		slices.Sort(known)
		if diff := cmp.Diff(known, slices.Sorted(maps.Keys(at.Properties))); diff != "" {
			t.Errorf("%q: the reader (-) and the schema (+) know different keys:\n%s", path, diff)
		}
	}
	defer func() { witness = nil }()
	set := "name: xx\ncountry: XX\ncovers: {from: 2026-01-01, to: 2026-12-31}\nsources: [somebody]\ndays: [{date: 2026-01-01, kind: holiday, name: First}]\n"
	if _, err := Parse("xx.yaml", []byte(set)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "covers", "days[0]"} {
		if !heard[path] {
			t.Errorf("the reader has not said which keys it knows at %q", path)
		}
	}
	days, sources := root.Properties["days"], root.Properties["sources"]
	if days.MaxItems != MostDays || sources.MaxItems != MostSources || sources.Items.MaxLength != LongestText {
		t.Errorf("bounds of days %d, sources %d, texts %d", days.MaxItems, sources.MaxItems, sources.Items.MaxLength)
	}
	if diff := cmp.Diff(Kinds(), days.Items.Properties["kind"].Enum); diff != "" {
		t.Errorf("kinds (-reader +schema):\n%s", diff)
	}
}
