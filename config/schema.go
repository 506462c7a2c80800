package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
)

// JSON Schemas of the files that people edit, for their editors: completion, hover texts, and a mistake is underlined while
// it is made. They are also the tables by which the readers go, see table. Load finds more than a schema of one file can.

//go:generate go run ../cmd/hotline schema --write schema

// schemas by the kind of file.
var schemas = map[string]func() *schema{
	"hours": hoursSchema, "line": lineSchema, "topics": topicsSchema, "holidays": holidaysSchema, "prompts": promptsSchema, "call": callSchema,
}

// SchemaKinds are the kinds of files that have a JSON Schema, sorted.
func SchemaKinds() []string { return slices.Sorted(maps.Keys(schemas)) }

// SchemaFile is the name under which the schema of a kind is kept, in the folder schema of a configuration.
func SchemaFile(kind string) string { return kind + ".schema.json" }

// Schema is the JSON Schema (draft 7) of a kind of file, for editors. The error names the kinds that there are.
func Schema(kind string) ([]byte, error) {
	describe, ok := schemas[kind]
	if !ok {
		return nil, fmt.Errorf("there is no schema %q; %s", problem.Short(kind), problem.Hint(kind, SchemaKinds()))
	}
	s := describe()
	s.Schema = "http://json-schema.org/draft-07/schema#"
	s.ID = "https://github.com/hotline-ivr/hotline/config/schema/" + SchemaFile(kind)
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
type schema struct {
	Schema               string     `json:"$schema,omitempty"`
	ID                   string     `json:"$id,omitempty"`
	Title                string     `json:"title,omitempty"`
	Description          string     `json:"description,omitempty"`
	Ref                  string     `json:"$ref,omitempty"`
	Type                 any        `json:"type,omitempty"` // one word, or several
	Enum                 []any      `json:"enum,omitempty"`
	Const                any        `json:"const,omitempty"`
	Pattern              string     `json:"pattern,omitempty"`
	PatternErrorMessage  string     `json:"patternErrorMessage,omitempty"` // like the next, of editors and not of JSON Schema
	ErrorMessage         string     `json:"errorMessage,omitempty"`
	MinLength            int        `json:"minLength,omitempty"`
	MaxLength            int        `json:"maxLength,omitempty"`
	Minimum              *int       `json:"minimum,omitempty"`
	Maximum              *int       `json:"maximum,omitempty"`
	Items                *schema    `json:"items,omitempty"`
	MinItems             int        `json:"minItems,omitempty"`
	MaxItems             int        `json:"maxItems,omitempty"`
	UniqueItems          bool       `json:"uniqueItems,omitempty"`
	Required             []string   `json:"required,omitempty"`
	MinProperties        int        `json:"minProperties,omitempty"`
	AdditionalProperties any        `json:"additionalProperties,omitempty"` // false, or a schema
	Properties           properties `json:"properties,omitempty"`
	PatternProperties    properties `json:"patternProperties,omitempty"`
	PropertyNames        *schema    `json:"propertyNames,omitempty"`
	AllOf                []*schema  `json:"allOf,omitempty"`
	AnyOf                []*schema  `json:"anyOf,omitempty"`
	OneOf                []*schema  `json:"oneOf,omitempty"`
	Not                  *schema    `json:"not,omitempty"`
	If                   *schema    `json:"if,omitempty"`
	Then                 *schema    `json:"then,omitempty"`
	Default              any        `json:"default,omitempty"`
	Examples             []any      `json:"examples,omitempty"`
	Definitions          properties `json:"definitions,omitempty"`

	// shortest and longest are the bounds of a length of time, which no keyword of JSON Schema can express.
	shortest, longest time.Duration
}

// properties keep the order in which a person writes the keys.
type properties []property

type property struct {
	key string
	*schema
}

// MarshalJSON writes an object with its keys in order.
func (p properties) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	for i, each := range p {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := marshal(each.key, "")
		if err != nil {
			return nil, err
		}
		value, err := marshal(each.schema, "")
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

func (p properties) names() (names []string) {
	for _, each := range p {
		names = append(names, each.key)
	}
	return names
}

// of finds a key; nil when there is none.
func (p properties) of(key string) *schema {
	for _, each := range p {
		if each.key == key {
			return each.schema
		}
	}
	return nil
}

// key is a property with the text that an editor shows.
func key(name, description string, s *schema) property {
	if description != "" && s.Description != "" {
		description += " " + s.Description
	}
	if description != "" {
		s.Description = description
	}
	return property{name, s}
}

// object permits these keys alone.
func object(keys ...property) *schema {
	return &schema{Type: "object", AdditionalProperties: false, Properties: keys}
}

// needs are the keys that have to be there.
func (s *schema) needs(keys ...string) *schema { s.Required = keys; return s }

// orNothing lets a key stand with nothing behind it, as when all entries of a list are commented out.
func (s *schema) orNothing() *schema {
	if word, ok := s.Type.(string); ok {
		s.Type = []string{word, "null"}
	}
	return s
}

func list(items *schema, most int) *schema {
	return &schema{Type: "array", Items: items, MaxItems: most}
}

// filled is a list with at least one entry.
func (s *schema) filled() *schema { s.MinItems = 1; return s }

func (s *schema) once() *schema { s.UniqueItems = true; return s }

const definitionsPath = "#/definitions/"

func ref(definition string) *schema { return &schema{Ref: definitionsPath + definition} }

// words is one of a few.
func words(choice ...string) *schema {
	s := &schema{}
	for _, word := range choice {
		s.Enum = append(s.Enum, word)
	}
	return s
}

func text() *schema { return form(`\S`, "is blank; write something, or remove it") }

// form is a text of a form. An editor says what is wrong with another one.
func form(pattern, wrong string, examples ...any) *schema {
	return &schema{Type: "string", Pattern: pattern, PatternErrorMessage: wrong, Examples: examples}
}

func whole(least, most int) *schema {
	return &schema{Type: "integer", Minimum: &least, Maximum: &most}
}

func truth() *schema { return &schema{Type: "boolean"} }

// yes is a key that is written to say that something is so, and otherwise left out.
func yes() *schema { return &schema{Const: true} }

// span of time between two bounds, which the description tells.
func duration(least, most time.Duration) *schema {
	s := form(`^([0-9]+(\.[0-9]+)?(h|m|s))+$`, "is no length of time; write a number with s, m or h, for example 20s, 30m or 72h")
	s.Description = fmt.Sprintf("From %s to %s.", problem.Spell(least), problem.Spell(most))
	s.shortest, s.longest = least, most
	return s
}

// either is exactly one of several keys.
func either(keys ...string) (out []*schema) {
	for _, key := range keys {
		out = append(out, &schema{Required: []string{key}})
	}
	return out
}

// hasAny is a node with at least one of the keys.
func hasAny(keys ...string) *schema { return &schema{AnyOf: either(keys...)} }
