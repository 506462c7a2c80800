package config

import (
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
)

const topicsFile = "topics.yaml"

// A catalogue holds the topics and questions that lines share.
type catalogue struct {
	topics    map[string]yamlnode.Mapping
	questions map[string]ivr.NumberRule
}

// readCatalogue reads topics.yaml. The file may be absent: then every line says all of its topics itself.
func readCatalogue(at yamlnode.Value) catalogue {
	c := catalogue{topics: map[string]yamlnode.Mapping{}, questions: map[string]ivr.NumberRule{}}
	root, ok := at.Mapping()
	if !ok {
		return c
	}
	c.questions = readQuestions(root.Get("questions"), c.questions)
	for _, m := range root.Get("topics").Mappings("- {id: login, desk: support}") {
		id, ok := readTopicID(m)
		if !ok {
			continue
		}
		if first, twice := c.topics[id]; twice {
			m.Get("id").Fail("topic %s is listed twice, first on line %d; remove one", id, first.Line)
			continue
		}
		readTopic(m, id, c.questions) // so that a mistake is found, whether or not a line has the topic
		c.topics[id] = m
	}
	return c
}

// readQuestions adds the questions of a file to those that are known already, or replaces them.
func readQuestions(v yamlnode.Value, known map[string]ivr.NumberRule) map[string]ivr.NumberRule {
	out := map[string]ivr.NumberRule{}
	maps.Copy(out, known)
	seen := map[string]bool{}
	for _, m := range v.Mappings("- {id: transaction, min: 6, max: 14}") {
		at := m.Need("id", "write a stable name, for example id: transaction")
		id, ok := at.ID("transaction")
		switch {
		case !ok:
		case id == schema.AskAccount:
			at.Fail("the account is no question of this list; what it looks like stands under account in " +
				"the line's file")
		case seen[id]:
			at.Fail("question %s is listed twice; remove one", id)
		default:
			seen[id] = true
			out[id] = readNumberRule(m.Value)
		}
	}
	return out
}

func readTopicID(m yamlnode.Mapping) (string, bool) {
	at := m.Need("id", "write a stable name, for example id: payment-failed")
	id, ok := at.ID("payment-failed")
	if ok && slices.Contains(schema.Reserved, id) {
		at.Fail("a topic cannot be called %q; the name is in use for every line's own prompts", id)
		return "", false
	}
	return id, ok
}

// readTopic reads everything of a topic but its desk.
func readTopic(m yamlnode.Mapping, id string, questions map[string]ivr.NumberRule) ivr.Topic {
	t := ivr.Topic{
		ID: id, Urgent: m.Get("urgent").Truth(), Help: m.Get("help").Truth(), Note: m.Get("note").Truth(),
		Message: m.Get("message").Truth(),
	}
	t.Priority, _ = m.Get("priority").Whole()
	known := append([]string{schema.AskAccount}, slices.Sorted(maps.Keys(questions))...)
	for _, item := range m.Get("ask").List("[account, transaction]") {
		what, ok := item.OneOfThese(known)
		switch {
		case !ok:
		case what == schema.AskAccount && t.AskAccount, slices.Contains(t.Questions, what):
			item.Fail("%s is asked for twice; remove one", what)
		case what == schema.AskAccount:
			t.AskAccount = true
		default:
			t.Questions = append(t.Questions, what)
		}
	}
	asks := t.AskAccount || len(t.Questions) > 0
	switch {
	case t.Urgent && (t.Help || asks || t.Message):
		m.Fail("an urgent topic goes straight to its desk; remove help, ask and message")
	case t.Message && (t.Help || asks):
		m.Fail("a topic with message: true goes straight to the recording; remove help and ask")
	}
	return t
}

// A menuReader reads the menu of a line.
type menuReader struct {
	*lineFile
	shared    catalogue
	questions map[string]ivr.NumberRule
	seen      map[string]yamlnode.Value
}

// readMenu reads topics and further menus into the line.
func (f *lineFile) readMenu(v yamlnode.Value, shared catalogue, questions map[string]ivr.NumberRule) {
	if v.EmptyList() {
		v.Fail("lists no topic; add what callers ask about, for example - {id: login, desk: support}")
	}
	r := menuReader{f, shared, questions, map[string]yamlnode.Value{}}
	f.line.Menu = r.choices(v, 1)
	for _, topic := range f.line.Topics {
		for _, question := range topic.Questions {
			if f.line.Questions == nil {
				f.line.Questions = map[string]ivr.NumberRule{}
			}
			f.line.Questions[question] = questions[question]
		}
	}
}

func (r *menuReader) choices(v yamlnode.Value, depth int) (choices []ivr.Choice) {
	for _, item := range v.List("- login") {
		m, ok := r.entry(item)
		if !ok {
			continue
		}
		id, ok := readTopicID(m)
		if !ok {
			continue
		}
		if first, twice := r.seen[id]; twice {
			m.Get("id").Fail("topic %s is listed twice, first on line %d; remove one", id, first.Line)
			continue
		}
		r.seen[id] = item
		further := m.Get("topics")
		if !further.Present() {
			if r.topic(m, id) {
				choices = append(choices, ivr.Choice{ID: id})
			}
			continue
		}
		if depth == ivr.MenuDepth {
			further.Fail("is a menu within a menu within a menu; callers get lost deeper than that, so list its " +
				"topics one level higher")
			continue
		}
		for _, key := range m.Keys {
			if key != "id" && key != "topics" {
				m.Get(key).Fail("belongs to a topic, and %s is a menu; write it at the topics of the menu", id)
			}
		}
		within := r.choices(further, depth+1)
		if n := len(further.Node.Content); n == 1 || further.EmptyList() {
			further.Fail("leads to a menu with fewer than two choices; list its topic in the place of %s", id)
			continue
		}
		choices = append(choices, ivr.Choice{ID: id, Choices: within})
	}
	return choices
}

// entry is an item of a menu as a mapping: a name alone stands for a topic of topics.yaml.
func (r *menuReader) entry(item yamlnode.Value) (yamlnode.Mapping, bool) {
	if item.Present() && item.Node.Kind == yaml.ScalarNode {
		id, ok := item.ID("payment-failed")
		if !ok {
			return yamlnode.Mapping{}, false
		}
		if _, known := r.shared.topics[id]; !known {
			item.Fail("there is no topic %s in %s; %s", id, topicsFile, r.hint(id))
			return yamlnode.Mapping{}, false
		}
		name := item
		return yamlnode.Mapping{Value: item, Keys: []string{"id"}, Values: map[string]yamlnode.Value{"id": name}}, true
	}
	return item.Mapping()
}

func (r *menuReader) hint(id string) string {
	known := slices.Sorted(maps.Keys(r.shared.topics))
	if near, ok := problem.Nearest(id, known); ok {
		return fmt.Sprintf("did you mean %q (%s)?", near, r.shared.topics[near].Source())
	}
	return "write what it is in this place: {id: " + id + ", desk: …}"
}

// topic reads a topic: what the line says of it goes before what topics.yaml says.
func (r *menuReader) topic(own yamlnode.Mapping, id string) bool {
	both := yamlnode.Mapping{Value: own.Value, Keys: own.Keys, Values: maps.Clone(own.Values)}
	for key, v := range r.shared.topics[id].Values {
		if _, said := both.Values[key]; !said {
			both.Values[key] = v
		}
	}
	t := readTopic(both, id, r.questions)
	desk := both.Need("desk", "name the desk that serves the topic")
	var ok bool
	if t.Desk, ok = desk.ID("support"); !ok {
		return false
	}
	r.line.Topics = append(r.line.Topics, t)
	if desk.File != own.File { // it is the line that lacks the desk
		if _, ok := r.line.Desks[t.Desk]; !ok {
			r.lacks = append(r.lacks, lackedDesk{own.Value, desk, id, t.Desk})
			return true
		}
		desk = own.Value
	}
	if r.checkDesk(desk, t.Desk) && t.Urgent {
		r.checkUrgent(desk, t)
	}
	return true
}

// A lackedDesk is one that serves a topic of topics.yaml, and that a line with this topic does not have.
type lackedDesk struct {
	own, at     yamlnode.Value // the topic in the line, and where topics.yaml names its desk
	topic, desk string
}

// checkLackedDesks reports them where they were mistyped: in topics.yaml when no line has such a desk, at a desk of the
// line that nothing needs and that has nearly this name, and otherwise at the topic.
func (f *lineFile) checkLackedDesks(lines []*lineFile) {
	known := slices.Sorted(maps.Keys(f.line.Desks))
	for _, lack := range f.lacks {
		has := func(other *lineFile) bool { return other.line.Desks[lack.desk] != nil }
		near, mistyped := problem.Nearest(lack.desk, known)
		serves := func(t ivr.Topic) bool { return t.Desk == near }
		switch {
		case mistyped && !slices.ContainsFunc(lines, has):
			lack.at.Fail("there is no desk %q; did you mean %q?", lack.desk, near)
		case mistyped && !slices.ContainsFunc(f.line.Topics, serves):
			f.desks[near].Fail("no topic names desk %q; did you mean %q, which serves %s (%s)?", near, lack.desk,
				lack.topic, lack.at.Source())
		default:
			lack.own.Fail("topic %s is served by desk %s (%s), which this line does not have; add the desk, or name "+
				"another here: {id: %s, desk: …}", lack.topic, lack.desk, lack.at.Source(), lack.topic)
		}
	}
}

// checkUrgent reports a desk that an urgent topic can reach and that closes, in whatever language.
func (f *lineFile) checkUrgent(v yamlnode.Value, t ivr.Topic) {
	desks := append([]string{t.Desk}, slices.Sorted(maps.Values(f.line.Desks[t.Desk].ByLanguage))...)
	for _, desk := range slices.Compact(desks) {
		if !f.always[desk] {
			v.Fail("topic %s is urgent, but desk %s closes; give the desk hours: always, or the topic another desk",
				t.ID, desk)
		}
	}
}

// checkDesk reports a desk that the line does not have.
func (f *lineFile) checkDesk(v yamlnode.Value, id string) bool {
	if _, ok := f.line.Desks[id]; ok {
		return true
	}
	ids := slices.Sorted(maps.Keys(f.line.Desks))
	v.Fail("there is no desk %q; %s", id, problem.Hint(id, ids))
	return false
}

// readNames reads how the line calls itself in each of its languages.
func (f *lineFile) readNames(v yamlnode.Value) {
	tags := tagsOf(f.line)
	if len(tags) == 0 {
		return // reported
	}
	m, ok := v.Mapping() // a language that is not offered for a while may keep its name
	if !ok || !v.Present() {
		return
	}
	f.line.Names = textsOf(m, tags, "\"GoPay support\"", "the line's name")
}
