package config

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/ivr"
)

// Where the parts of a line are written, for explanations. Files are looked through when somebody asks, so that loading
// costs nothing.

// origins are the files of one line.
type origins struct {
	// files are those that are looked through, the line's own first, with their text.
	files []origin
	once  sync.Once
	found []map[string]string // by file: places by key
}

type origin struct {
	name string
	text []byte
}

// Source is where a key of a line is written, as "lines/gopay.yaml:31": its own file, its hours, or topics.yaml, in
// this order. Keys lead from the top of a file downwards, with a point between; an entry of a list is named by its id,
// tag, prefix or text: "desks.support.targets.support-1", "callbacks.asap_cutoff", "numbers.+622150001000",
// "topics.refund.desk". Further menus are left out. A key that is nowhere is answered by what it would belong to; a
// line that is not configured has none: "".
func (s *Snapshot) Source(line, key string) string {
	o := s.origins[line]
	if o == nil {
		return ""
	}
	o.once.Do(o.read)
	for around := key; around != ""; {
		for _, places := range o.found {
			if at, ok := places[around]; ok {
				return at
			}
		}
		around = around[:max(strings.LastIndexByte(around, '.'), 0)]
	}
	return o.files[0].name
}

// PromptSource is where a sentence of a language is written, "prompts/en.yaml:74".
func (s *Snapshot) PromptSource(tag, key string) string {
	o := s.sentences[tag]
	if o == nil {
		return ""
	}
	o.once.Do(o.read)
	return o.found[0][key]
}

// NumberSource is where a number is written that is a line's or an agent's; empty for others.
func (s *Snapshot) NumberSource(number string) string {
	for _, line := range s.Lines {
		switch {
		case slices.Contains(line.Numbers, number):
			return s.Source(line.ID, "numbers."+number)
		case line.CallerID == number:
			return s.Source(line.ID, "caller_id")
		case line.SMSSender == number:
			return s.Source(line.ID, "text_sender")
		case line.Alert == number:
			return s.Source(line.ID, "alert")
		}
		for _, desk := range line.Desks {
			for _, target := range desk.Targets {
				if target.Address == number || ivr.SIPUser(target.Address) == number {
					return s.Source(line.ID, "desks."+desk.ID+".targets."+target.ID)
				}
			}
		}
	}
	return ""
}

// HoursOf is the name of the file that a line has its hours in, as "hours/gopay.yaml", and every line that has them
// from there, sorted, the line itself included; "" for one that is not configured.
func (s *Snapshot) HoursOf(line string) (file string, lines []string) {
	if s.origins[line] == nil {
		return "", nil
	}
	file = s.origins[line].hours()
	for _, l := range s.Lines {
		if s.origins[l.ID].hours() == file {
			lines = append(lines, l.ID)
		}
	}
	return file, lines
}

// hours is the name of the file of hours.
func (o *origins) hours() string { return o.files[1].name }

func (l *loader) origins(f *lineFile) *origins {
	o := &origins{}
	for _, name := range []string{f.at.File, "hours/" + f.hoursName + ".yaml", topicsFile} {
		o.files = append(o.files, origin{name, l.texts[name]})
	}
	return o
}

func (o *origins) read() {
	for _, file := range o.files {
		places := map[string]string{}
		var root yaml.Node
		if err := yaml.Unmarshal(file.text, &root); err == nil && len(root.Content) > 0 {
			place(places, file.name, "", root.Content[0])
		}
		o.found = append(o.found, places)
	}
}

// place notes where everything below a node is written.
func place(places map[string]string, file, key string, node *yaml.Node) {
	note := func(key string, at *yaml.Node) {
		if _, known := places[key]; !known {
			places[key] = fmt.Sprintf("%s:%d", file, at.Line)
		}
	}
	below := key
	if below != "" {
		below += "."
	}
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			name, value := node.Content[i], node.Content[i+1]
			child := below + name.Value
			if child == "notices" { // as announcements were called
				child = "announcements"
			}
			if name.Value == "topics" && strings.HasPrefix(key, "topics.") { // a further menu
				child = "topics"
			}
			note(child, name)
			place(places, file, child, value)
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			child := below + entryName(item, i)
			note(child, item)
			place(places, file, child, item)
		}
	}
}

// entryName is how an entry of a list is called.
func entryName(item *yaml.Node, i int) string {
	if item.Kind == yaml.ScalarNode {
		return item.Value
	}
	for j := 0; j+1 < len(item.Content); j += 2 {
		switch item.Content[j].Value {
		case "id", "tag", "prefix":
			return item.Content[j+1].Value
		}
	}
	return fmt.Sprint(i)
}
