package config

import (
	"fmt"
	"path"
	"slices"

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

// unknownKey is what is said of a key that is not known at this place. It never repeats what stands behind it.
func unknownKey(v yamlnode.Value, key string, known []string) string {
	if advice, ok := settings.Advice(key); ok {
		return "is a setting of the server, not of a line; remove it here, and " + advice
	}
	if advice, ok := problem.Secret(key); ok {
		return advice
	}
	base := path.Base(v.File)
	switch folder := path.Dir(v.File); {
	case v.Key != "":
	case folder == "lines" && slices.Contains(schema.Table("hours").Properties.Names(), key):
		return fmt.Sprintf("unknown key; move %s to %s, which supervisors edit", key, timesFile(v, base))
	case folder == "hours" && slices.Contains(lineKeys(), key):
		return fmt.Sprintf("unknown key; move %s to lines/%s", key, base)
	}
	return "unknown key; " + problem.Hint(key, known)
}

// timesFile is the file of hours of a line's file.
func timesFile(v yamlnode.Value, base string) string {
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		if name := v.Node.Content[i+1].Value; v.Node.Content[i].Value == "hours" &&
			schema.Identifier.MatchString(name) {
			base = name + ".yaml"
		}
	}
	return "hours/" + base
}
