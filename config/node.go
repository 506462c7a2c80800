package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A value is a node of a file together with its path, or the place of one that is not there.
type value struct {
	file     string
	key      string
	line     int // of the node, or of its parent when it is absent
	node     *yaml.Node
	problems *Problems
	table
}

// document parses one file that the table describes. The value has no node after a syntax error, and for an empty file.
func document(file string, data []byte, t table, problems *Problems) value {
	v := value{file: file, problems: problems, table: t}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			v.fail("is empty; write the file, or remove it")
			return v
		}
		v.syntax(err)
		return v
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		v.line = second.Line
		v.fail("a second document begins here; remove the line ---")
	} else if !errors.Is(err, io.EOF) {
		v.syntax(err)
	}
	v.node = root.Content[0]
	v.line = v.node.Line
	return v
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax reports what the parser says, on the line that it names.
func (v value) syntax(err error) {
	text := err.Error()
	if m := syntaxLine.FindStringSubmatch(text); m != nil {
		v.line, _ = strconv.Atoi(m[1])
		if strings.Contains(text, "did not find expected") {
			v.line++ // this part of the library counts lines from 0
		}
		text = text[len(m[0]):]
	}
	v.fail("cannot be read as YAML: %s; look at this line and the one before for indentation, quotation marks and brackets", text)
}

// fail records a problem with the value.
func (v value) fail(format string, args ...any) {
	v.problems.Add(Problem{File: v.file, Line: v.line, Key: v.key, Message: fmt.Sprintf(format, args...)})
}

// source is where the value stands, for explanations.
func (v value) source() string { return fmt.Sprintf("%s:%d", v.file, v.line) }

// present reports whether something is written, if only the key.
func (v value) present() bool { return v.node != nil }

// empty reports whether there is a key with nothing behind it, as when all entries of a list are commented out.
func (v value) empty() bool {
	return v.node == nil || v.node.Kind == yaml.ScalarNode && v.node.Tag == "!!null"
}

func (v value) child(key string, node *yaml.Node, t table) value {
	if v.key != "" {
		key = v.key + "." + key
	}
	return value{file: v.file, key: key, line: node.Line, node: node, problems: v.problems, table: t}
}

// renamed reads a key that had another name as the one that it has now.
func (v value) renamed(before, now string) {
	if v.node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(v.node.Content); i += 2 {
		if key := v.node.Content[i]; key.Value == before {
			key.Value = now
		}
	}
}

// mostKeys bounds what one mapping costs. The longest real one is a file of prompts, with a sentence for each line.
const mostKeys = 5000

// A mapping holds the values of a YAML mapping by key.
type mapping struct {
	value
	keys   []string // as written
	values map[string]value
}

// mapping reads keys and values. Only the keys of the table are permitted; any, where it names none.
func (v value) mapping() (mapping, bool) { return v.mappingOf(v.known()) }

// mappingOf is mapping where other keys are permitted than those of the table, any when there are none.
func (v value) mappingOf(known []string) (mapping, bool) {
	m := mapping{value: v, values: map[string]value{}}
	if v.empty() {
		return m, v.present()
	}
	if !v.kind(yaml.MappingNode, "keys and values, each on a line such as \"key: value\"") {
		return m, false
	}
	if n := len(v.node.Content) / 2; n > mostKeys {
		v.fail("has %d keys; at most %d are supported", n, mostKeys)
		return m, false
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, node := v.node.Content[i], v.node.Content[i+1]
		at := v.child(key.Value, key, v.below(key.Value))
		if key.Kind != yaml.ScalarNode {
			at.key = v.key
			at.fail("a key has to be a plain word")
			continue
		}
		if first, twice := m.values[key.Value]; twice {
			at.fail("is written twice, first on line %d; keep one of the two", first.line)
			continue
		}
		if len(known) > 0 && !slices.Contains(known, key.Value) {
			at.fail("%s", v.unknown(key.Value, known))
			continue
		}
		// A block's first line is behind its key; a person looks for the key.
		at.node = node
		m.keys = append(m.keys, key.Value)
		m.values[key.Value] = at
	}
	return m, true
}

// written is how many keys there are, known or not.
func (m mapping) written() int {
	if m.empty() {
		return 0
	}
	return len(m.node.Content) / 2
}

// get is the value behind a key. An absent one remembers where it would belong.
func (m mapping) get(key string) value {
	if witness != nil {
		witness(m.file, m.key, key)
	}
	if v, ok := m.values[key]; ok {
		return v
	}
	v := m.value
	v.node = nil
	if v.key != "" {
		key = v.key + "." + key
	}
	v.key = key
	return v
}

// need is get, and reports a value that is not there. It is reported once: what it returns then counts as absent.
func (m mapping) need(key, what string) value {
	v := m.get(key)
	if v.empty() {
		v.fail("is missing; %s", what)
		v.node = nil
	}
	return v
}

// witness is told which keys the readers ask for. Tests set it; otherwise it is nil.
var witness func(file, path, key string)

// list reads the items of a sequence, at most as many as the table has. An absent or empty one has none.
func (v value) list(example string) []value {
	if v.empty() || !v.kind(yaml.SequenceNode, "a list, for example "+example) {
		return nil
	}
	s := v.described(func(s *schema) bool { return s.Items != nil })
	if most := s.MaxItems; len(v.node.Content) > most {
		v.fail("has %d entries; at most %d are supported", len(v.node.Content), most)
		return nil
	}
	items := make([]value, len(v.node.Content))
	for i, node := range v.node.Content {
		items[i] = v.child("", node, table{s.Items, v.definitions})
		items[i].key = fmt.Sprintf("%s[%d]", v.key, i)
	}
	return items
}

// kind reports a value of another shape.
func (v value) kind(want yaml.Kind, what string) bool {
	switch {
	case v.node.Kind == want:
		return true
	case v.node.Kind == yaml.AliasNode:
		v.fail("is an alias (*%s); aliases are not supported, write the value out", v.node.Value)
	default:
		v.fail("has to be %s", what)
	}
	return false
}
