package simulator

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

//go:embed twiml_schema.json
var schemaJSON []byte

// A schema says which elements, attributes and values there are. It was read off the provider's own library;
// the file names it.
type schema struct {
	Root     string                    `json:"root"`
	Elements map[string]*schemaElement `json:"elements"`
}

type schemaElement struct {
	Name       string                      `json:"name"`
	Text       string                      `json:"text"` // "none", "optional" or "required"
	Attributes map[string]*schemaAttribute `json:"attributes"`
	Children   map[string]string           `json:"children"` // element name to key in Elements
}

type schemaAttribute struct {
	Type string   `json:"type"` // "string", "number", "boolean"; empty with an Enum
	Enum []string `json:"enum"`
	List bool     `json:"list"` // several values, separated by blanks
}

var loadSchema = sync.OnceValue(func() *schema {
	var s schema
	if err := json.Unmarshal(schemaJSON, &s); err != nil {
		panic("simulator: twiml_schema.json: " + err.Error()) // it is part of the program
	}
	return &s
})

// knows reports whether any element has the name.
func (s *schema) knows(name string) bool {
	for _, e := range s.Elements {
		if e.Name == name {
			return true
		}
	}
	return false
}

// values splits an attribute that holds several.
func (a *schemaAttribute) values(v string) []string {
	if a.List {
		return strings.Fields(v)
	}
	return []string{v}
}

// takes reports whether an enumeration, if there is one, has the value.
func (a *schemaAttribute) takes(v string) bool {
	return len(a.Enum) == 0 || slices.Contains(a.Enum, v)
}
