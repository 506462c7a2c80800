package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/schema"
)

// Listen tells every key that the readers ask for until stop is called.
func Listen(ear func(file, path, key string)) (stop func()) {
	yamlnode.Witness = ear
	return func() { yamlnode.Witness = nil }
}

// SchemaKeys are the keys of every mapping in the table of a kind, by path such as "special[].nth".
func SchemaKeys(kind string) map[string][]string {
	root := schema.Table(kind)
	out := map[string][]string{}
	var walk func(path string, s *schema.Schema)
	walk = func(path string, s *schema.Schema) {
		if s == nil {
			return
		}
		if s.Ref != "" {
			walk(path, root.Definitions.Of(strings.TrimPrefix(s.Ref, schema.DefinitionsPath)))
			return
		}
		if s.AdditionalProperties == false {
			out[path] = append(out[path], s.Properties.Names()...)
		}
		for _, each := range s.Properties {
			walk(strings.TrimPrefix(path+"."+each.Key, "."), each.Schema)
		}
		walk(path+"[]", s.Items)
		for _, each := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
			walk(path, each)
		}
	}
	walk("", root)
	return out
}

// UsualKeys are the keys whose quantities are compared with what is usual.
func UsualKeys() []string { return slices.Collect(maps.Keys(usual)) }
