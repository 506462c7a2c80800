package config_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/schema"
)

// The JSON Schemas accept what Load accepts, refuse what an editor can see to be wrong, and know what the readers know.

// compiled is the schema of a kind, as an independent validator reads it.
func compiled(t testing.TB, kind string) *jsonschema.Schema {
	t.Helper()
	text, err := schema.JSON(kind)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	if err := compiler.AddResource(schema.FileName(kind), document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(schema.FileName(kind))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func schemas(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	out := map[string]*jsonschema.Schema{}
	for _, kind := range schema.Kinds() {
		out[kind] = compiled(t, kind)
	}
	return out
}

// kindOf is the kind of a file by its path in a configuration.
func kindOf(file string) string {
	folder, _, nested := strings.Cut(file, "/")
	switch {
	case file == "topics.yaml":
		return "topics"
	case folder == "lines":
		return "line"
	case folder == "calls":
		return "call"
	case !nested:
		return "hours" // hotline hours --file
	}
	return folder
}

func TestSchemasAreGenerated(t *testing.T) {
	files, err := filepath.Glob("schema/*.json")
	if err != nil || len(files) != len(schema.Kinds()) {
		t.Errorf("schema/ holds %v, %v", files, err)
	}
	for _, kind := range schema.Kinds() {
		want, err := schema.JSON(kind)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join("schema", schema.FileName(kind))); err != nil ||
			!bytes.Equal(got, want) {
			t.Errorf("schema/%s is not what is made of the description (%v); run: go generate ./config/...",
				schema.FileName(kind), err)
		}
	}
	if _, err := schema.JSON("lines"); err == nil || !strings.Contains(err.Error(), `did you mean "line"?`) {
		t.Errorf("err = %v", err)
	}
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

// yamlFiles are the configuration's files of a directory.
func yamlFiles(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"*.yaml", "*/*.yaml"} {
		files, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasPrefix(file, "testdata/") || strings.HasPrefix(file, "deploy/") { // no configuration
				continue
			}
			data, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			out[file] = data
		}
	}
	return out
}

func parse(t testing.TB, data []byte) any {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal(data, &node); err != nil {
		t.Fatal(err)
	}
	return plain(&node)
}

func TestSchemasAccept(t *testing.T) {
	known, tried := schemas(t), map[string]int{}
	for _, dir := range []string{".", "testdata/base", "testdata/everything", "testdata/hours"} {
		for file, data := range yamlFiles(t, dir) {
			kind := kindOf(file)
			tried[kind]++
			if err := known[kind].Validate(parse(t, data)); err != nil {
				t.Errorf("%s/%s: %v", dir, file, err)
			}
		}
	}
	for file, f := range base(t) {
		tried[kindOf(file)]++
		if err := known[kindOf(file)].Validate(parse(t, f.Data)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for kind := range known {
		if tried[kind] == 0 {
			t.Errorf("no file of the kind %s was tried", kind)
		}
	}
}

// TestShippedFilesNameTheirSchemas: in the first line, so that editors find it.
func TestShippedFilesNameTheirSchemas(t *testing.T) {
	for file, data := range yamlFiles(t, ".") {
		path := strings.Repeat("../", strings.Count(file, "/")) + "schema/" + schema.FileName(kindOf(file))
		want := "# yaml-language-server: $schema=" + path
		if first, _, _ := strings.Cut(string(data), "\n"); first != want {
			t.Errorf("%s begins with %q, want %q", file, first, want)
		}
	}
}

// everything is a configuration that has every key somewhere.
func everything(t testing.TB) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{"topics.yaml": &fstest.MapFile{Data: yamlFiles(t, ".")["topics.yaml"]}}
	for file, data := range yamlFiles(t, "testdata/everything") {
		fsys[file] = &fstest.MapFile{Data: data}
	}
	for file, data := range yamlFiles(t, ".") {
		if !strings.HasPrefix(file, "prompts/") {
			continue
		}
		lines := slices.DeleteFunc(strings.SplitAfter(string(data), "\n"), func(l string) bool {
			return strings.Contains(l, "pay/") || strings.Contains(l, "wallet/")
		})
		fsys[file] = &fstest.MapFile{Data: []byte(strings.Join(lines, "") + "topic.cards: cards\n")}
	}
	return fsys
}

var index = regexp.MustCompile(`\[\d+\]`)

// TestReadersAskForEveryKey: what the table of a file permits is read. The keys of some mappings are languages; there
// the readers look at what is written.
func TestReadersAskForEveryKey(t *testing.T) {
	asked := map[string]bool{}
	stop := config.Listen(func(file, path, key string) {
		asked[kindOf(file)+" "+index.ReplaceAllString(path, "[]")+" "+key] = true
	})
	defer stop()
	load(t, everything(t))
	loadHours(t, "everything.yaml")
	for _, kind := range []string{"hours", "line", "topics", "call"} {
		for path, keys := range config.SchemaKeys(kind) {
			if spokenKeys.MatchString(path) {
				continue
			}
			for _, key := range keys {
				shared := kind == "topics" && asked["line "+path+" "+key] // of a shared topic a line asks
				if !asked[kind+" "+path+" "+key] && !shared {
					t.Errorf("%s, %s: no reader asks for the key %s", kind, path, key)
				}
			}
		}
	}
}

var spokenKeys = regexp.MustCompile(`(^name|\.text|\.say|by_language)$`)

// beyond are the mistakes that no schema of one file can see: what depends on other files, or on names elsewhere in the
// file; entries that are written twice; arithmetic; what is known of the world.
var beyond = strings.Fields(`
	collective-without-set holidays-far holidays-unknown hours-named-unknown hours-without-line hours-wrong-name
	language-without-prompts line-without-hours make-up-without-set notice-language notice-other-language notice-topic
	number-of-two-lines override-language prompt-help prompt-missing prompt-missing-two-lines prompt-own-unknown-key
	prompt-own-unknown-line prompt-lost-key prompt-lost-reference prompt-own-lost-key prompt-offer-fixed-key prompt-lost-star prompt-key-beside prompt-key-pound prompt-key-lost-fixed prompt-glued
	prompt-pound-lost prompt-star-at-end prompt-comment-key prompt-keys-exchanged prompt-comment prompt-control prompt-link locale-uk locale-usa locale-country locale-without-country
	prompt-markup curly-quotes-prompt quote-at-one-end yaml-txt yaml-capitals copies-of-services copy-alone desktop-copies desktop-copies-abroad prompt-wide-braces prompts-unknown-language topic-misspelt topic-not-shared topics-shared-desk desk-own-set
	topics-shared-desk-misspelt topics-shared-desk-of-line-misspelt
	figure-of-one-line figure-unknown number-premium policy-limits-day yml call-yml call-line call-agents-target call-callback-desk call-expect-desk call-from-own

	desk-by-language desk-language desk-undefined-general desk-undefined-topic desk-own-urgent topic-ask-unknown topics-shared-ask
	topic-urgent-closes name-language number-blocked number-own number-unreachable call-step-after-hang-up call-step-nothing

	desk-twice language-twice question-twice route-twice special-twice target-address-twice special-nth-twice special-range-twice

	account-min-max account-start-long date-invalid notice-backwards notice-no-length override-backwards override-overlap peak-overlap policy-calling-hours-night
	policy-duration policy-slot policy-opening-spacing ring-long ring-short special-overlap special-range-backwards span-same spans-overlap
	spans-overlap-midnight night-into-the-next-day night-of-twelve-hours desk-own-overlap desk-own-inherits-mistake call-callback-before call-closed-before

	locale-other-language voice-locale voice-misspelt voice-of-another-kind voice-allowed-wrong-locale number-impossible alert-fixed-line caller-id text-sender-mainland hours-renamed hours-renamed-and-named zone-slip zone-unknown call-gap call-step-no-word
`)

// named are the files of which mistakes are told.
func named(want string) (files []string) {
	for line := range strings.Lines(want) {
		if file, _, _ := strings.Cut(line, ":"); !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files
}

func TestSchemasRefuse(t *testing.T) {
	known := schemas(t)
	tried, seen := map[string]int{}, map[string]bool{}
	for _, m := range mistakes(t) {
		name, want, fsys := m.name, m.want, m.spoiled(t)
		refused := false
		for _, wrong := range named(want) {
			var node yaml.Node
			if fsys[wrong] == nil || yaml.Unmarshal(fsys[wrong].Data, &node) != nil || len(node.Content) == 0 ||
				strings.Contains(want, "twice, first on") || strings.Contains(want, "alias") {
				continue // it is missing, or the editor's YAML sees it
			}
			tried[kindOf(wrong)]++
			seen[name] = true
			refused = refused || known[kindOf(wrong)].Validate(plain(&node)) != nil
		}
		if !seen[name] {
			continue
		}
		if known := slices.Contains(beyond, name); refused == known {
			t.Errorf("%s: refused %v, beyond the schema %v: %s", name, refused, known, want)
		}
	}
	for kind, least := range map[string]int{"hours": 80, "line": 90, "prompts": 15, "topics": 3, "call": 30,
		"holidays": 7} {
		if tried[kind] < least {
			t.Errorf("%d mistakes in files of the kind %s, want %d", tried[kind], kind, least)
		}
	}
	for _, name := range beyond {
		if !seen[name] {
			t.Errorf("%s is said to be beyond the schemas, and was not tried", name)
		}
	}
}
