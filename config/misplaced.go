package config

import (
	"fmt"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/config/settings"
)

// Who may edit what is a matter of files: hours/LINE.yaml holds all that a supervisor changes, lines/LINE.yaml the
// rest, secrets are in neither. A key in the wrong file is refused with the name of the right one.

// lineKeys are those of a line's file that people look for in the file of hours, desks' and callbacks' among them; all
// but hours, which is near to what they have.
func lineKeys() []string {
	top := schema.Table("line").Properties
	keys := slices.DeleteFunc(top.Names(), func(key string) bool { return key == "hours" })
	for _, p := range top {
		switch p.Key {
		case "desks":
			keys = append(keys, p.Items.Properties.Names()...)
		case "callbacks":
			keys = append(keys, p.Properties.Names()...)
		}
	}
	return keys
}

// unknownKey is what is said of a key that is not known at this place, and which key is meant, if one is near. It
// never repeats what stands behind it.
func unknownKey(v yamlnode.Value, key string, known []string) (message, meant string) {
	if advice, ok := settings.Advice(key); ok {
		return "is a setting of the server, not of a line; remove it here, and " + advice, ""
	}
	if advice, ok := problem.Secret(key); ok {
		return advice, ""
	}
	base := path.Base(v.File)
	switch folder := path.Dir(v.File); {
	case v.Key != "":
	case folder == "lines" && slices.Contains(schema.Table("hours").Properties.Names(), key):
		return fmt.Sprintf("unknown key; move %s to %s, which supervisors edit", key, timesFile(v, base)), ""
	case folder == "hours" && slices.Contains(lineKeys(), key):
		return fmt.Sprintf("unknown key; move %s to lines/%s", key, base), ""
	}
	meant, _ = problem.Nearest(key, known)
	return "unknown key; " + problem.Hint(key, known), meant
}

// timesFile is the file of hours of a line's file.
func timesFile(v yamlnode.Value, base string) string {
	if name := written(v, "hours"); schema.Identifier.MatchString(name) {
		base = name + ".yaml"
	}
	return "hours/" + base
}

// written is what is behind a key of a file that may have mistakes; empty when it is not there, or no single value.
func written(v yamlnode.Value, key string) string {
	if i := slices.Index(keysOf(v), key); i >= 0 {
		return v.Node.Content[2*i+1].Value
	}
	return ""
}

// keysOf are the keys of a mapping as they are written, known or not.
func keysOf(v yamlnode.Value) (keys []string) {
	if v.Node == nil || v.Node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		keys = append(keys, v.Node.Content[i].Value)
	}
	return keys
}
