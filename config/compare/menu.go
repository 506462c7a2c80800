package compare

import (
	"fmt"
	"strings"

	"github.com/hotline-ivr/hotline/ivr"
)

// What callers choose from: keys, topics, and further menus.

// compareMenu tells which keys lead to topics that were there before, and which further menus there are.
func (l *lineComparison) compareMenu() {
	old, new := keysOf(l.old), keysOf(l.new)
	var moved []string
	for _, way := range l.new.KeyPaths() {
		switch before, offered := old[way.Topic]; {
		case !offered && l.sameTopic(way.Topic):
			l.note("menu", way.Topic+" is offered, keys "+new[way.Topic])
		case offered && before != new[way.Topic]:
			moved = append(moved, fmt.Sprintf("%s %s (was %s)", way.Topic, new[way.Topic], before))
		}
	}
	for _, way := range l.old.KeyPaths() {
		if _, offered := new[way.Topic]; !offered && l.sameTopic(way.Topic) {
			l.note("menu", way.Topic+" is no longer offered, was keys "+old[way.Topic])
		}
	}
	if len(moved) > 0 {
		l.note("menu", "other keys: "+strings.Join(moved, ", "))
	}
	for _, p := range pairs(menusOf(l.old), menusOf(l.new), itself) {
		if p.change != "" {
			l.note("menu "+p.id, p.change)
		}
	}
}

// sameTopic reports whether a topic was neither added nor removed, which is told where topics are compared.
func (l *lineComparison) sameTopic(id string) bool {
	return (l.old.Topic(id) == nil) == (l.new.Topic(id) == nil)
}

// keysOf are the keys that lead to each topic, as they are pressed one after another.
func keysOf(line *ivr.Line) map[string]string {
	keys := map[string]string{}
	for _, way := range line.KeyPaths() {
		keys[way.Topic] = strings.Join(way.Keys, " ")
	}
	return keys
}

// menusOf are the further menus, with the one that each stands in.
func menusOf(line *ivr.Line) (ids []string) {
	var walk func(choices []ivr.Choice, in string)
	walk = func(choices []ivr.Choice, in string) {
		for _, choice := range choices {
			if len(choice.Choices) > 0 {
				ids = append(ids, choice.ID+in)
				walk(choice.Choices, " in "+choice.ID)
			}
		}
	}
	walk(line.Menu, "")
	return ids
}

var topicNames = map[string]string{"ID": "", "AskAccount": "asks for the account", "Questions": "asks for"}

// compareTopics tells of topics by their identifier; on which keys they are is the menu's business.
func (l *lineComparison) compareTopics() {
	keys, keysBefore := keysOf(l.new), keysOf(l.old)
	for _, p := range pairs(l.old.Topics, l.new.Topics, func(t ivr.Topic) string { return t.ID }) {
		switch about := "topic " + p.id; p.change {
		case added:
			l.note(about, "added"+onKeys(keys[p.id])+", desk "+p.new.Desk)
		case removed:
			l.note(about, "removed"+onKeys(keysBefore[p.id])+", desk "+p.old.Desk)
		default:
			l.compareStructs(about, p.old, p.new, topicNames)
		}
	}
}

func onKeys(keys string) string {
	if keys == "" {
		return ""
	}
	return ", keys " + keys
}
