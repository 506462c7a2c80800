// Package schema says what the files of a configuration may hold, in one table for each object: keys, words, bounds,
// and what people are told about them. Package config reads by these tables. Editors get them as JSON Schemas, which
// are generated into this folder.
//
// # A new key
//
// A key of a line's callbacks touches these places; other keys touch most of them:
//
//   - the type that it ends up in: callbacks.Policy, ivr.Line, hours.Rules
//   - its row in the table here (line.go, hours.go, topics.go, calls.go), then go generate ./config/...
//   - where package config reads it: policyfile.go, linefile.go, deskfile.go, hoursfile.go …
//   - package compare, which tells what an edit changes: only where the key is not the name of its field, or where 0
//     stands for something else than the default
//   - config/testdata/everything, config/testdata/mistakes, and beyond in config/schema_test.go for a mistake that no
//     schema sees
//   - a commented line in config/lines/gopay.yaml, and the table in callbacks/README.md or config/README.md
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
)

// Editors complete keys, show what they mean and underline mistakes. Reading finds more than a schema of one file can.

//go:generate go run ../../cmd/hotline schema --write .

// tables by the kind of file.
var tables = map[string]func() *Schema{
	"hours": hoursSchema, "line": lineSchema, "topics": topicsSchema, "holidays": holidaysSchema,
	"prompts": promptsSchema, "call": callSchema,
}

// described are the tables that readers go by, made once.
var described = sync.OnceValue(func() map[string]*Schema {
	out := map[string]*Schema{}
	for _, kind := range []string{"hours", "line", "topics", "call", "holidays"} {
		out[kind] = tables[kind]()
	}
	return out
})

// Table is the one of a kind of file that is read by it: hours, line, topics, call or holidays.
func Table(kind string) *Schema { return described()[kind] }

// Kinds are the kinds of files that have a JSON Schema, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(tables)) }

// FileName is the name under which the schema of a kind is kept, in the folder schema of a configuration.
func FileName(kind string) string { return kind + ".schema.json" }

// JSON is the JSON Schema (draft 7) of a kind of file, for editors. The error names the kinds that there are.
func JSON(kind string) ([]byte, error) {
	describe, ok := tables[kind]
	if !ok {
		return nil, fmt.Errorf("there is no schema %q; %s", problem.Short(kind), problem.Hint(kind, Kinds()))
	}
	s := describe()
	s.Schema = "http://json-schema.org/draft-07/schema#"
	s.ID = "https://github.com/hotline-ivr/hotline/config/schema/" + FileName(kind)
	return marshal(s, "  ")
}

// marshal leaves <, > and & as they are.
func marshal(v any, indent string) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(v)
	return out.Bytes(), err
}

// A schema is one node of a JSON Schema, as far as our files need it.
type Schema struct {
	Schema      string `json:"$schema,omitempty"`
	ID          string `json:"$id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	Type        any    `json:"type,omitempty"` // one word, or several
	Enum        []any  `json:"enum,omitempty"`
	Const       any    `json:"const,omitempty"`
	Pattern     string `json:"pattern,omitempty"`
	// like the next, of editors and not of JSON Schema
	PatternErrorMessage  string     `json:"patternErrorMessage,omitempty"`
	ErrorMessage         string     `json:"errorMessage,omitempty"`
	MinLength            int        `json:"minLength,omitempty"`
	MaxLength            int        `json:"maxLength,omitempty"`
	Minimum              *int       `json:"minimum,omitempty"`
	Maximum              *int       `json:"maximum,omitempty"`
	Items                *Schema    `json:"items,omitempty"`
	MinItems             int        `json:"minItems,omitempty"`
	MaxItems             int        `json:"maxItems,omitempty"`
	UniqueItems          bool       `json:"uniqueItems,omitempty"`
	Required             []string   `json:"required,omitempty"`
	MinProperties        int        `json:"minProperties,omitempty"`
	AdditionalProperties any        `json:"additionalProperties,omitempty"` // false, or a schema
	Properties           Properties `json:"properties,omitempty"`
	PatternProperties    Properties `json:"patternProperties,omitempty"`
	PropertyNames        *Schema    `json:"propertyNames,omitempty"`
	AllOf                []*Schema  `json:"allOf,omitempty"`
	AnyOf                []*Schema  `json:"anyOf,omitempty"`
	OneOf                []*Schema  `json:"oneOf,omitempty"`
	Not                  *Schema    `json:"not,omitempty"`
	If                   *Schema    `json:"if,omitempty"`
	Then                 *Schema    `json:"then,omitempty"`
	Default              any        `json:"default,omitempty"`
	Examples             []any      `json:"examples,omitempty"`
	Definitions          Properties `json:"definitions,omitempty"`

	// Shortest and Longest are the bounds of a length of time, which no keyword of JSON Schema can express.
	Shortest, Longest time.Duration `json:"-"`
}

// Properties keep the order in which a person writes the keys.
type Properties []Property

// A Property is a key and what is behind it.
type Property struct {
	Key string
	*Schema
}

// MarshalJSON writes an object with its keys in order.
func (p Properties) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	for i, each := range p {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := marshal(each.Key, "")
		if err != nil {
			return nil, err
		}
		value, err := marshal(each.Schema, "")
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// Names are the keys, in order.
func (p Properties) Names() (names []string) {
	for _, each := range p {
		names = append(names, each.Key)
	}
	return names
}

// Of finds a key; nil when there is none.
func (p Properties) Of(key string) *Schema {
	for _, each := range p {
		if each.Key == key {
			return each.Schema
		}
	}
	return nil
}

// key is a property with the text that an editor shows.
func key(name, description string, s *Schema) Property {
	if description != "" && s.Description != "" {
		description += " " + s.Description
	}
	if description != "" {
		s.Description = description
	}
	return Property{name, s}
}

// object permits these keys alone.
func object(keys ...Property) *Schema {
	return &Schema{Type: "object", AdditionalProperties: false, Properties: keys}
}

// needs are the keys that have to be there.
func (s *Schema) needs(keys ...string) *Schema { s.Required = keys; return s }

func list(items *Schema, most int) *Schema {
	return &Schema{Type: "array", Items: items, MaxItems: most}
}

// filled is a list with at least one entry.
func (s *Schema) filled() *Schema { s.MinItems = 1; return s }

func (s *Schema) once() *Schema { s.UniqueItems = true; return s }

// DefinitionsPath stands before the name of a definition in a reference.
const DefinitionsPath = "#/definitions/"

func ref(definition string) *Schema { return &Schema{Ref: DefinitionsPath + definition} }

// words is one of a few.
func words(choice ...string) *Schema {
	s := &Schema{}
	for _, word := range choice {
		s.Enum = append(s.Enum, word)
	}
	return s
}

func text() *Schema { return form(`\S`, "is blank; write something, or remove it") }

// form is a text of a form. An editor says what is wrong with another one.
func form(pattern, wrong string, examples ...any) *Schema {
	return &Schema{Type: "string", Pattern: pattern, PatternErrorMessage: wrong, Examples: examples}
}

func whole(least, most int) *Schema {
	return &Schema{Type: "integer", Minimum: &least, Maximum: &most}
}

func truth() *Schema { return &Schema{Type: "boolean"} }

// yes is a key that is written to say that something is so, and otherwise left out.
func yes() *Schema { return &Schema{Const: true} }

// span of time between two bounds, which the description tells.
func duration(least, most time.Duration) *Schema {
	s := form(`^([0-9]+(\.[0-9]+)?(h|m|s))+$`, "is no length of time; write a number with s, m or h, for example "+
		"20s, 30m or 72h")
	s.Description = fmt.Sprintf("From %s to %s.", problem.Spell(least), problem.Spell(most))
	s.Shortest, s.Longest = least, most
	return s
}

// either is exactly one of several keys.
func either(keys ...string) (out []*Schema) {
	for _, key := range keys {
		out = append(out, &Schema{Required: []string{key}})
	}
	return out
}

// hasAny is a node with at least one of the keys.
func hasAny(keys ...string) *Schema { return &Schema{AnyOf: either(keys...)} }
