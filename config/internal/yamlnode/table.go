package yamlnode

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/schema"
)

// A Table says what a place of a file may hold: keys, words, bounds, lengths of lists. It is the schema that editors
// are given, so that what they know and what is read cannot differ. What depends on other places the readers find out
// by themselves.
type Table struct {
	Schema      *schema.Schema
	Definitions schema.Properties
}

// part is the first part of the description that fits, behind references and among alternatives; nil for none.
func (t Table) part(fits func(*schema.Schema) bool) *schema.Schema {
	s := t.Schema
	for s != nil && s.Ref != "" {
		s = t.Definitions.Of(strings.TrimPrefix(s.Ref, schema.DefinitionsPath))
	}
	if s == nil || fits(s) {
		return s
	}
	for _, each := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		if found := (Table{each, t.Definitions}).part(fits); found != nil {
			return found
		}
	}
	return nil
}

// described is part, for what the table has to say.
func (v Value) described(fits func(*schema.Schema) bool) *schema.Schema {
	s := v.part(fits)
	if s == nil {
		panic(fmt.Sprintf("%s: the table says too little of %s", v.File, v.Key))
	}
	return s
}

// keys is the part that describes keys.
func (t Table) keys() *schema.Schema {
	s := t.part(func(s *schema.Schema) bool { return s.Type == "object" || s.AdditionalProperties != nil })
	if s == nil {
		return &schema.Schema{}
	}
	return s
}

// Known are the keys that are permitted; nil: any.
func (t Table) Known() []string {
	if s := t.keys(); s.AdditionalProperties == false {
		return s.Properties.Names()
	}
	return nil
}

// below describes what is behind a key.
func (t Table) below(key string) Table {
	s := t.keys()
	if each, open := s.AdditionalProperties.(*schema.Schema); open {
		return Table{each, t.Definitions}
	}
	return Table{s.Properties.Of(key), t.Definitions}
}

// fits reports whether the keys and lists of a node, and all within it, are those of the table. Single values are not
// looked at.
func (t Table) fits(node *yaml.Node) bool {
	if t.Schema == nil || node.Tag == "!!null" {
		return true
	}
	isList := func(s *schema.Schema) bool { return s.Items != nil }
	isMapping := func(s *schema.Schema) bool { return s.Type == "object" || s.AdditionalProperties != nil }
	switch node.Kind {
	case yaml.SequenceNode:
		list := t.part(isList)
		return list != nil && !slices.ContainsFunc(node.Content, func(item *yaml.Node) bool {
			return !Table{list.Items, t.Definitions}.fits(item)
		})
	case yaml.MappingNode:
		known := t.Known()
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i].Value
			if known != nil && !slices.Contains(known, key) || !t.below(key).fits(node.Content[i+1]) {
				return false
			}
		}
		return t.part(isMapping) != nil
	}
	single := func(s *schema.Schema) bool {
		return !isList(s) && !isMapping(s) && (s.Type != "" || s.Enum != nil || s.Const != nil)
	}
	return t.part(single) != nil
}
