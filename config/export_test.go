package config

import (
	"fmt"
	"slices"
	"strings"
)

// Tests of the schemas look at how they are made, and listen to the readers.

// A Permit is what a reader, or a schema, permits at a place.
type Permit = permit

// Listen tells every permission of the readers until stop is called.
func Listen(ear func(file, key string, p Permit)) (stop func()) {
	witness = func(v value, p permit) { ear(v.file, v.key, p) }
	return func() { witness = nil }
}

// SchemaPermits are what the schema of a kind permits, by path such as "special[].nth"; also every path with a schema.
func SchemaPermits(kind string) map[string]Permit {
	root := schemas[kind]()
	out := map[string]Permit{}
	var walk func(path string, s *schema)
	walk = func(path string, s *schema) {
		if s == nil {
			return
		}
		if s.Ref != "" {
			walk(path, root.Definitions.of(strings.TrimPrefix(s.Ref, "#/definitions/")))
			return
		}
		p := out[path]
		p.merge(s)
		out[path] = p
		for _, each := range s.Properties {
			walk(strings.TrimPrefix(path+"."+each.key, "."), each.schema)
		}
		if open, ok := s.AdditionalProperties.(*schema); ok {
			walk(strings.TrimPrefix(path+".*", "."), open)
		}
		walk(path+"[]", s.Items)
		for _, each := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
			walk(path, each)
		}
	}
	walk("", root)
	return out
}

func (p *permit) merge(s *schema) {
	if s.AdditionalProperties == false {
		for _, each := range s.Properties {
			p.Keys = union(p.Keys, each.key)
		}
	}
	for _, word := range s.Enum {
		p.Words = union(p.Words, fmt.Sprint(word))
	}
	p.Entries = max(p.Entries, s.MaxItems)
	if s.Minimum != nil {
		p.Bounded, p.Least, p.Most = true, *s.Minimum, *s.Maximum
	}
	if s.longest > 0 {
		p.Shortest, p.Longest = s.shortest, s.longest
	}
}

func union(words []string, more ...string) []string {
	words = append(slices.Clone(words), more...)
	slices.Sort(words)
	return slices.Compact(words)
}

// Join adds what was told about the same place.
func (p *permit) Join(q Permit) {
	p.Keys, p.Words = union(p.Keys, q.Keys...), union(p.Words, q.Words...)
	p.Entries = max(p.Entries, q.Entries)
	if q.Bounded {
		p.Bounded, p.Least, p.Most = true, q.Least, q.Most
	}
	if q.Longest > 0 {
		p.Shortest, p.Longest = q.Shortest, q.Longest
	}
}
