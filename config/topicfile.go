package config

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

const topicsFile = "topics.yaml"

// A catalogue holds the topics and questions that lines share.
type catalogue struct {
	topics    map[string]mapping
	questions map[string]ivr.NumberRule
}

// readCatalogue reads topics.yaml. The file may be absent: then every line says all of its topics itself.
func readCatalogue(at value) catalogue {
	c := catalogue{topics: map[string]mapping{}, questions: map[string]ivr.NumberRule{}}
	root, ok := at.mapping()
	if !ok {
		return c
	}
	c.questions = readQuestions(root.get("questions"), c.questions)
	for _, item := range root.get("topics").list("- {id: login, desk: support}") {
		m, ok := item.mapping()
		if !ok {
			continue
		}
		id, ok := readTopicID(m)
		if !ok {
			continue
		}
		if first, twice := c.topics[id]; twice {
			m.get("id").fail("topic %s is listed twice, first on line %d; remove one", id, first.line)
			continue
		}
		readTopic(m, id, c.questions) // so that a mistake is found, whether or not a line has the topic
		c.topics[id] = m
	}
	return c
}

const mostTopics = 100

// readQuestions adds the questions of a file to those that are known already, or replaces them.
func readQuestions(v value, known map[string]ivr.NumberRule) map[string]ivr.NumberRule {
	out := map[string]ivr.NumberRule{}
	maps.Copy(out, known)
	seen := map[string]bool{}
	for _, item := range v.list("- {id: transaction, min: 6, max: 14}") {
		m, ok := item.mapping()
		if !ok {
			continue
		}
		at := m.need("id", "write a stable name, for example id: transaction")
		id, ok := at.id("transaction")
		switch {
		case !ok:
		case id == askAccount:
			at.fail("the account is no question of this list; what it looks like stands under account in the line's file")
		case seen[id]:
			at.fail("question %s is listed twice; remove one", id)
		default:
			seen[id] = true
			out[id] = readNumberRule(item)
		}
	}
	return out
}

// askAccount is what a topic's ask says for the account.
const askAccount = "account"

// reserved topics would share the name of a prompt that every line has: topic.general, help.solved.
var reserved = []string{"general", "solved"}

func readTopicID(m mapping) (string, bool) {
	at := m.need("id", "write a stable name, for example id: payment-failed")
	id, ok := at.id("payment-failed")
	if ok && slices.Contains(reserved, id) {
		at.fail("a topic cannot be called %q; the name is in use for every line's own prompts", id)
		return "", false
	}
	return id, ok
}

// readTopic reads everything of a topic but its desk.
func readTopic(m mapping, id string, questions map[string]ivr.NumberRule) ivr.Topic {
	t := ivr.Topic{
		ID: id, Urgent: m.get("urgent").truth(), Help: m.get("help").truth(), Note: m.get("note").truth(), Message: m.get("message").truth(),
	}
	t.Priority, _ = m.get("priority").whole()
	known := append([]string{askAccount}, slices.Sorted(maps.Keys(questions))...)
	for _, item := range m.get("ask").list("[account, transaction]") {
		what, ok := item.oneOfThese(known)
		switch {
		case !ok:
		case what == askAccount && t.AskAccount, slices.Contains(t.Questions, what):
			item.fail("%s is asked for twice; remove one", what)
		case what == askAccount:
			t.AskAccount = true
		default:
			t.Questions = append(t.Questions, what)
		}
	}
	asks := t.AskAccount || len(t.Questions) > 0
	switch {
	case t.Urgent && (t.Help || asks || t.Message):
		m.fail("an urgent topic goes straight to its desk; remove help, ask and message")
	case t.Message && (t.Help || asks):
		m.fail("a topic with message: true goes straight to the recording; remove help and ask")
	}
	return t
}

// A menuReader reads the menu of a line.
type menuReader struct {
	*lineFile
	shared    catalogue
	questions map[string]ivr.NumberRule
	seen      map[string]value
}

// readMenu reads topics and further menus into the line.
func (f *lineFile) readMenu(v value, shared catalogue, questions map[string]ivr.NumberRule) {
	if v.present() && v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
		v.fail("lists no topic; add what callers ask about, for example - {id: login, desk: support}")
	}
	r := menuReader{f, shared, questions, map[string]value{}}
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

func (r *menuReader) choices(v value, depth int) (choices []ivr.Choice) {
	for _, item := range v.list("- login") {
		m, ok := r.entry(item)
		if !ok {
			continue
		}
		id, ok := readTopicID(m)
		if !ok {
			continue
		}
		if first, twice := r.seen[id]; twice {
			m.get("id").fail("topic %s is listed twice, first on line %d; remove one", id, first.line)
			continue
		}
		r.seen[id] = item
		further := m.get("topics")
		if !further.present() {
			if r.topic(m, id) {
				choices = append(choices, ivr.Choice{ID: id})
			}
			continue
		}
		if depth == ivr.MenuDepth {
			further.fail("is a menu within a menu within a menu; callers get lost deeper than that, so list its topics one level higher")
			continue
		}
		for _, key := range m.keys {
			if key != "id" && key != "topics" {
				m.get(key).fail("belongs to a topic, and %s is a menu; write it at the topics of the menu", id)
			}
		}
		within := r.choices(further, depth+1)
		if len(further.node.Content) < 2 {
			further.fail("leads to a menu with fewer than two choices; list its topic in the place of %s", id)
			continue
		}
		choices = append(choices, ivr.Choice{ID: id, Choices: within})
	}
	return choices
}

// entry is an item of a menu as a mapping: a name alone stands for a topic of topics.yaml.
func (r *menuReader) entry(item value) (mapping, bool) {
	if item.present() && item.node.Kind == yaml.ScalarNode {
		id, ok := item.id("payment-failed")
		if !ok {
			return mapping{}, false
		}
		if _, known := r.shared.topics[id]; !known {
			item.fail("there is no topic %s in %s; %s", id, topicsFile, r.hint(id))
			return mapping{}, false
		}
		name := item
		return mapping{value: item, keys: []string{"id"}, values: map[string]value{"id": name}}, true
	}
	return item.mapping()
}

func (r *menuReader) hint(id string) string {
	known := slices.Sorted(maps.Keys(r.shared.topics))
	if near, ok := problem.Nearest(id, known); ok {
		return problem.Hint(near, known)
	}
	return "write what it is in this place: {id: " + id + ", desk: …}"
}

// topic reads a topic: what the line says of it goes before what topics.yaml says.
func (r *menuReader) topic(own mapping, id string) bool {
	both := mapping{value: own.value, keys: own.keys, values: maps.Clone(own.values)}
	for key, v := range r.shared.topics[id].values {
		if _, said := both.values[key]; !said {
			both.values[key] = v
		}
	}
	t := readTopic(both, id, r.questions)
	desk := both.need("desk", "name the desk that serves the topic")
	var ok bool
	if t.Desk, ok = desk.id("support"); !ok {
		return false
	}
	r.line.Topics = append(r.line.Topics, t)
	if desk.file != own.file { // it is the line that lacks the desk
		if _, ok := r.line.Desks[t.Desk]; !ok {
			own.fail("topic %s is served by desk %s (%s), which this line does not have; add the desk, or name another here: {id: %s, desk: …}",
				id, t.Desk, desk.source(), id)
			return true
		}
		desk = own.value
	}
	if r.checkDesk(desk, t.Desk) && t.Urgent {
		r.checkUrgent(desk, t)
	}
	return true
}

// checkUrgent reports a desk that an urgent topic can reach and that closes, in whatever language.
func (f *lineFile) checkUrgent(v value, t ivr.Topic) {
	desks := append([]string{t.Desk}, slices.Sorted(maps.Values(f.line.Desks[t.Desk].ByLanguage))...)
	for _, desk := range slices.Compact(desks) {
		if !f.always[desk] {
			v.fail("topic %s is urgent, but desk %s closes; give the desk hours: always, or the topic another desk", t.ID, desk)
		}
	}
}

// checkDesk reports a desk that the line does not have.
func (f *lineFile) checkDesk(v value, id string) bool {
	if _, ok := f.line.Desks[id]; ok {
		return true
	}
	ids := slices.Sorted(maps.Keys(f.line.Desks))
	v.fail("there is no desk %q; %s", id, problem.Hint(id, ids))
	return false
}

// readNames reads how the line calls itself in each of its languages.
func (f *lineFile) readNames(v value) {
	tags := f.tags()
	if len(tags) == 0 {
		return // reported
	}
	m, ok := v.mapping() // a language that is not offered for a while may keep its name
	if !ok || !v.present() {
		return
	}
	f.line.Names = map[string]string{}
	var missing []string
	for _, tag := range tags {
		if !m.get(tag).present() {
			missing = append(missing, tag)
			continue
		}
		if name, ok := m.get(tag).text("\"GoPay support\""); ok {
			checkSpeech(m.get(tag), name, nil)
			f.line.Names[tag] = name
		}
	}
	if len(missing) > 0 {
		v.fail("lacks %s; write the line's name in every language of the line", strings.Join(missing, ", "))
	}
}
