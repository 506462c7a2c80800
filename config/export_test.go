package config

import (
	"slices"
	"strings"
)

// Listen tells every key that the readers ask for until stop is called.
func Listen(ear func(file, path, key string)) (stop func()) {
	witness = ear
	return func() { witness = nil }
}

// SchemaKeys are the keys of every mapping in the table of a kind, by path such as "special[].nth".
func SchemaKeys(kind string) map[string][]string {
	root := schemas[kind]()
	out := map[string][]string{}
	var walk func(path string, s *schema)
	walk = func(path string, s *schema) {
		if s == nil {
			return
		}
		if s.Ref != "" {
			walk(path, root.Definitions.of(strings.TrimPrefix(s.Ref, definitionsPath)))
			return
		}
		if s.AdditionalProperties == false {
			out[path] = append(out[path], s.Properties.names()...)
		}
		for _, each := range s.Properties {
			walk(strings.TrimPrefix(path+"."+each.key, "."), each.schema)
		}
		walk(path+"[]", s.Items)
		for _, each := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
			walk(path, each)
		}
	}
	walk("", root)
	return out
}
