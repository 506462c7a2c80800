// Package yamlnode reads YAML strictly: each value knows its file, line and key, and what a table permits there.
// Mistakes are collected, so that all of a file are told at once.
package yamlnode

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
)

// A Value is a node of a file together with its path, or the place of one that is not there.
type Value struct {
	File     string
	Key      string
	Line     int // of the node, or of its parent when it is absent
	Node     *yaml.Node
	Problems *problem.Problems
	// Warnings are about what is read all the same; nil: nobody wants them.
	Warnings *problem.Problems
	unknown  Unknown
	text     []string // the lines of the file
	Table
}

// Unknown says what is wrong about a key that is not permitted in a mapping, and which known key is meant, if one is
// near. It never repeats what is behind the key.
type Unknown func(in Value, key string, known []string) (message, meant string)

// Document parses one file that the table describes. The value has no node after a syntax error, and for an empty file.
func Document(file string, data []byte, t Table, problems *problem.Problems, unknown Unknown) Value {
	v := Value{File: file, Problems: problems, Table: t, unknown: unknown, text: linesOf(data)}
	if !v.encoded(data) {
		return v
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			v.Fail("is empty; write the file, or remove it")
			return v
		}
		v.syntax(lineOf(err, len(v.text)))
		return v
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		v.Line = second.Line
		v.Fail("a second document begins here; remove the line ---")
	} else if !errors.Is(err, io.EOF) {
		v.syntax(lineOf(err, len(v.text)))
	}
	if at := joined(&root, v.text); at >= 0 {
		v.syntax(at, readAsOne)
		return v
	}
	v.Node = root.Content[0]
	v.Line = v.Node.Line
	return v
}

// linesOf are the lines of a text, which an editor of Windows may have written.
func linesOf(data []byte) []string {
	return strings.Split(strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n"), "\n")
}

// Fail records a problem with the value.
func (v Value) Fail(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if v.Node != nil && v.Node.Kind == yaml.ScalarNode {
		message += problem.Correction(v.Node.Value)
	}
	v.Problems.Add(problem.Problem{File: v.File, Line: v.Line, Key: v.Key, Message: message})
}

// Warn records what is hardly meant, and read all the same.
func (v Value) Warn(format string, args ...any) {
	if v.Warnings != nil {
		v.Warnings.Add(problem.Problem{File: v.File, Line: v.Line, Key: v.Key, Message: fmt.Sprintf(format, args...)})
	}
}

// Source is where the value stands, for explanations.
func (v Value) Source() string { return fmt.Sprintf("%s:%d", v.File, v.Line) }

// Present reports whether something is written, if only the key.
func (v Value) Present() bool { return v.Node != nil }

// Empty reports whether nothing is behind a key, or there is no key.
func (v Value) Empty() bool {
	return v.Node == nil || v.Node.Kind == yaml.ScalarNode && v.Node.Tag == "!!null"
}

// failEmpty reports a key with nothing behind it, as when all entries of a list are commented out: perhaps they were
// meant to be.
func (v Value) failEmpty(what string) {
	v.Fail("is empty; write %s, or delete the key", what)
}

func (v Value) child(key string, node *yaml.Node, t Table) Value {
	if v.Key != "" {
		key = v.Key + "." + key
	}
	return Value{File: v.File, Key: key, Line: node.Line, Node: node, Problems: v.Problems, Warnings: v.Warnings,
		Table: t, unknown: v.unknown, text: v.text}
}

// Renamed reads a key that had another name as the one that it has now.
func (v Value) Renamed(before, now string) {
	if v.Node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(v.Node.Content); i += 2 {
		if key := v.Node.Content[i]; key.Value == before {
			key.Value = now
		}
	}
}

// mostKeys bounds what one mapping costs. The longest real one is a file of prompts, with a sentence for each line.
const mostKeys = 5000

// A Mapping holds the values of a YAML Mapping by key.
type Mapping struct {
	Value
	Keys   []string // as written
	Values map[string]Value
}

// Mapping reads keys and values. Only the keys of the table are permitted; any, where it names none.
func (v Value) Mapping() (Mapping, bool) { return v.MappingOf(v.Known()) }

// MappingOf is mapping where other keys are permitted than those of the table, any when there are none.
func (v Value) MappingOf(known []string) (Mapping, bool) {
	m := Mapping{Value: v, Values: map[string]Value{}}
	if !v.Present() {
		return m, false
	}
	if v.Empty() {
		v.failEmpty("what belongs there")
		return m, false
	}
	if !v.Kind(yaml.MappingNode, "keys and values, each on a line such as \"key: value\"") {
		return m, false
	}
	if n := len(v.Node.Content) / 2; n > mostKeys {
		v.Fail("has %d keys; at most %d are supported", n, mostKeys)
		return m, false
	}
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		key, node := v.Node.Content[i], v.Node.Content[i+1]
		at := v.child(key.Value, key, v.below(key.Value))
		at.Node = nil // for what is wrong about the key
		if key.Kind != yaml.ScalarNode {
			at.Key = v.Key
			at.Fail("a key has to be a plain word")
			continue
		}
		if first, twice := m.Values[key.Value]; twice {
			at.Fail("is written twice, first on line %d; keep one of the two", first.Line)
			continue
		}
		if len(known) > 0 && !slices.Contains(known, key.Value) {
			if key, node, at = v.misspelt(key, node, known); node == nil {
				continue
			}
		}
		// A block's first line is behind its key; a person looks for the key.
		at.Node = node
		m.Keys = append(m.Keys, key.Value)
		m.Values[key.Value] = at
	}
	return m, true
}

var keyAndValue = regexp.MustCompile(`^([a-z_]+)(?::| *=| ) *(.+)$`)

// misspelt reports a key that is not known, and returns what it was meant to be: nothing is said to be missing then.
// The node is nil when that cannot be told.
func (v Value) misspelt(key, node *yaml.Node, known []string) (*yaml.Node, *yaml.Node, Value) {
	at := v.child(key.Value, key, v.below(key.Value))
	at.Node = nil
	free := slices.DeleteFunc(slices.Clone(known), func(word string) bool { return v.has(word) })
	if m := keyAndValue.FindStringSubmatch(key.Value); m != nil && node.Value == "" && slices.Contains(free, m[1]) {
		at.Key = v.child(m[1], key, v.Table).Key
		at.Fail("a colon and a space have to stand behind the key; write:  %s: %s", m[1], m[2])
		var value yaml.Node
		meant := *key
		meant.Value = m[1]
		if yaml.Unmarshal([]byte(m[2]), &value) != nil || len(value.Content) == 0 {
			return &meant, nil, at
		}
		return &meant, value.Content[0], v.child(m[1], key, v.below(m[1]))
	}
	_, near := problem.Nearest(key.Value, free)
	if near {
		known = free
	}
	if node.Value == "" && node.Tag == "!!null" && v.Node.Style == yaml.FlowStyle && !near {
		at.Fail("has no value; if it is part of the text before it, put that text in quotation marks, as it has a comma")
		return key, nil, at
	}
	message, word := v.unknown(v, key.Value, known)
	at.Fail("%s%s", message, problem.Correction(key.Value))
	if !slices.Contains(free, word) {
		return key, nil, at
	}
	meant := *key
	meant.Value = word
	at = v.child(word, key, v.below(word))
	if node.Kind == yaml.ScalarNode || !at.fits(node) {
		at.Problems = new(problem.Problems) // perhaps another key was meant
	}
	return &meant, node, at
}

// has reports whether a key is written in a mapping.
func (v Value) has(word string) bool {
	for i := 0; i < len(v.Node.Content); i += 2 {
		if v.Node.Content[i].Value == word {
			return true
		}
	}
	return false
}

// Written is how many keys there are, known or not.
func (m Mapping) Written() int {
	if m.Empty() {
		return 0
	}
	return len(m.Node.Content) / 2
}

// Get is the value behind a key. An absent one remembers where it would belong.
func (m Mapping) Get(key string) Value {
	if Witness != nil {
		Witness(m.File, m.Key, key)
	}
	if v, ok := m.Values[key]; ok {
		return v
	}
	v := m.Value
	v.Node = nil
	if v.Key != "" {
		key = v.Key + "." + key
	}
	v.Key = key
	return v
}

// Need is get, and reports a value that is not there. It is reported once: what it returns then counts as absent.
func (m Mapping) Need(key, what string) Value {
	v := m.Get(key)
	if v.Empty() {
		state := "missing"
		if v.Present() {
			state = "empty"
		}
		v.Fail("is %s; %s", state, what)
		v.Node = nil
	}
	return v
}

// Witness is told which keys the readers ask for. Tests set it; otherwise it is nil.
var Witness func(file, path, key string)

// List reads the items of a sequence, at most as many as the table has. An absent one has none.
func (v Value) List(example string) []Value {
	if !v.Present() {
		return nil
	}
	s := v.described(func(s *schema.Schema) bool { return s.Items != nil })
	if v.Empty() {
		what := "[] for none"
		if s.MinItems > 0 {
			what = "for example " + example
		}
		v.failEmpty(what)
		return nil
	}
	if !v.Kind(yaml.SequenceNode, "a list, for example "+example) {
		return nil
	}
	if most := s.MaxItems; len(v.Node.Content) > most {
		v.Fail("has %d entries; at most %d are supported", len(v.Node.Content), most)
		return nil
	}
	items := make([]Value, len(v.Node.Content))
	for i, node := range v.Node.Content {
		items[i] = v.child("", node, Table{s.Items, v.Definitions})
		items[i].Key = fmt.Sprintf("%s[%d]", v.Key, i)
	}
	return items
}

// EmptyList reports a list that is written without items. What is no list is reported by List.
func (v Value) EmptyList() bool {
	return v.Present() && v.Node.Kind == yaml.SequenceNode && len(v.Node.Content) == 0
}

// Mappings reads the items of a list of mappings. One that is no mapping is reported and left out.
func (v Value) Mappings(example string) (mappings []Mapping) {
	for _, item := range v.List(example) {
		if m, ok := item.Mapping(); ok {
			mappings = append(mappings, m)
		}
	}
	return mappings
}

// Kind reports a value of another shape.
func (v Value) Kind(want yaml.Kind, what string) bool {
	switch {
	case v.Node.Kind == want:
		return true
	case v.Node.Kind == yaml.AliasNode:
		v.Fail("is an alias (*%s); aliases are not supported, write the value out", v.Node.Value)
	default:
		v.Fail("has to be %s", what)
	}
	return false
}
