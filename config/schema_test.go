package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config"
)

// The JSON Schema of files of hours accepts what Load accepts, and refuses what an editor can see to be wrong.

func hoursSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(config.HoursSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("hours.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("hours.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// plain is a YAML document as an editor's YAML 1.2 sees it: dates are text.
func plain(node *yaml.Node) any {
	switch node.Kind {
	case yaml.DocumentNode:
		return plain(node.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			m[node.Content[i].Value] = plain(node.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range node.Content {
			list = append(list, plain(item))
		}
		return list
	}
	switch node.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return node.Value == "true"
	case "!!int", "!!float":
		if n, err := strconv.ParseFloat(node.Value, 64); err == nil {
			return n
		}
	}
	return node.Value
}

func TestSchemaAccepts(t *testing.T) {
	schema := hoursSchema(t)
	for _, file := range []string{"hours/gopay.yaml", "testdata/base/hours/shop.yaml", "testdata/hours/moving.yaml", "testdata/hours/everything.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var node yaml.Node
		if err := yaml.Unmarshal(data, &node); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(plain(&node)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// beyond are the mistakes that no schema of one file can see: what depends on other files, on arithmetic, or on the
// difference between the ways to write the same value.
var beyond = []string{
	"collective-without-set", "date-invalid", "holidays-far", "holidays-unknown", "hours-wrong-name", "make-up-without-set",
	"notice-backwards", "notice-language", "notice-no-length", "notice-other-language", "notice-placeholder", "notice-topic",
	"override-backwards", "override-language", "override-overlap", "peak-overlap", "special-nth-twice", "special-overlap", "special-range-backwards",
	"special-range-twice", "special-twice", "span-same", "spans-overlap", "spans-overlap-midnight", "zone-unknown",
}

func TestSchemaRefuses(t *testing.T) {
	schema := hoursSchema(t)
	files, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text, want, _ := strings.Cut(string(data), "-- want --\n")
		if strings.Count(text, "\n-- ") != 1 || !strings.Contains(text, "\n-- edit hours/shop.yaml --\n") || !strings.HasPrefix(want, "hours/") {
			continue // other files are wrong
		}
		fsys := base(t)
		for section, body := range sections(text) {
			apply(t, fsys, section, body)
		}
		var node yaml.Node
		if err := yaml.Unmarshal(fsys["hours/shop.yaml"].Data, &node); err != nil || strings.Contains(want, "twice, first on") || strings.Contains(want, "alias") {
			continue // the editor's YAML sees it
		}
		seen++
		name = strings.TrimSuffix(filepath.Base(name), ".txtar")
		refused := schema.Validate(plain(&node)) != nil
		if known := slices.Contains(beyond, name); refused == known {
			t.Errorf("%s: refused %v, beyond the schema %v", name, refused, known)
		}
	}
	if seen < 50 {
		t.Errorf("only %d mistakes were tried", seen)
	}
}
