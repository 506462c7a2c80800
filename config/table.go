package config

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A table says what a place of a file may hold: keys, words, bounds, lengths of lists. It is the schema that editors are given,
// so that what they know and what is read cannot differ. What depends on other places the readers find out by themselves.
type table struct {
	schema      *schema
	definitions properties
}

// tables of whole files, by their kind.
var tables = sync.OnceValue(func() map[string]table {
	out := map[string]table{}
	for _, kind := range []string{"hours", "line", "topics", "call"} {
		s := schemas[kind]()
		out[kind] = table{s, s.Definitions}
	}
	return out
})

// part is the first part of the description that fits, behind references and among alternatives; nil for none.
func (t table) part(fits func(*schema) bool) *schema {
	s := t.schema
	for s != nil && s.Ref != "" {
		s = t.definitions.of(strings.TrimPrefix(s.Ref, definitionsPath))
	}
	if s == nil || fits(s) {
		return s
	}
	for _, each := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		if found := (table{each, t.definitions}).part(fits); found != nil {
			return found
		}
	}
	return nil
}

// described is part, for what the table has to say.
func (v value) described(fits func(*schema) bool) *schema {
	s := v.part(fits)
	if s == nil {
		panic(fmt.Sprintf("%s: the table says too little of %s", v.file, v.key))
	}
	return s
}

// keys is the part that describes keys.
func (t table) keys() *schema {
	s := t.part(func(s *schema) bool { return s.Type == "object" || s.AdditionalProperties != nil })
	if s == nil {
		return &schema{}
	}
	return s
}

// known are the keys that are permitted; nil: any.
func (t table) known() []string {
	if s := t.keys(); s.AdditionalProperties == false {
		return s.Properties.names()
	}
	return nil
}

// below describes what is behind a key.
func (t table) below(key string) table {
	s := t.keys()
	if each, open := s.AdditionalProperties.(*schema); open {
		return table{each, t.definitions}
	}
	return table{s.Properties.of(key), t.definitions}
}
