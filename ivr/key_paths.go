package ivr

import "strconv"

// A KeyPath leads to a topic.
type KeyPath struct {
	// Topic is its identifier.
	Topic string
	// Keys are pressed one after another once the language was chosen: one for each menu, and 8 for each page that is
	// turned.
	Keys []string
}

// KeyPaths lists how every topic is reached, in the order of the menus.
func (l *Line) KeyPaths() []KeyPath {
	var paths []KeyPath
	var walk func(menu []Choice, before []string)
	walk = func(menu []Choice, before []string) {
		for i, choice := range menu {
			keys := append([]string(nil), before...)
			for range i / choices {
				keys = append(keys, keyMore)
			}
			keys = append(keys, strconv.Itoa(i%choices+1))
			if len(choice.Choices) > 0 {
				walk(choice.Choices, keys)
				continue
			}
			paths = append(paths, KeyPath{Topic: choice.ID, Keys: keys})
		}
	}
	walk(l.Menu, nil)
	return paths
}
