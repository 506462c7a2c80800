package schema

import (
	"fmt"

	"github.com/hotline-ivr/hotline/ivr"
)

func topicsSchema() *Schema {
	s := object(
		key("questions",
			"Numbers that callers key in, besides the account. The prompt question.ID asks for one, answer.ID "+
				"tells it to the agent.",
			list(ref("question"), mostTopics)),
		key("topics", "Reasons to call that several lines share.", list(ref("topic"), mostTopics)),
	)
	s.Title = "Topics and questions that lines share"
	s.Description = "topics.yaml. A line's file takes a topic by its name."
	s.Definitions = append(Properties{{"identifier", identifierSchema()}}, menuDefinitions()...)
	return s
}

func menuDefinitions() Properties {
	question := object(append([]Property{key("id", "A stable name.", questionID())},
		digitProperties()...)...).needs("id", "min", "max")
	topic := object(topicProperties()...).needs("id")
	topic.AllOf = contradictions()
	definitions := Properties{{"question", question}, {"topic", topic}}
	for depth := 1; depth <= ivr.MenuDepth; depth++ {
		definitions = append(definitions, Property{choice(depth), choiceSchema(depth)})
	}
	return definitions
}

// choice is the definition of an entry of a menu, so deep.
func choice(depth int) string { return fmt.Sprintf("choice%d", depth) }

func choiceSchema(depth int) *Schema {
	further := key("topics", fmt.Sprintf("Menus are at most %d deep.", ivr.MenuDepth), &Schema{Not: &Schema{}})
	if depth < ivr.MenuDepth {
		further = key("topics", "This is a further menu of these topics.",
			&Schema{Type: "array", Items: ref(choice(depth + 1)), MinItems: 2, MaxItems: mostTopics})
	}
	entry := object(append(topicProperties(), further)...).needs("id")
	entry.AllOf = append(contradictions(), &Schema{
		If:   &Schema{Required: []string{"topics"}},
		Then: &Schema{PropertyNames: words("id", "topics"), Description: "A menu has id and topics only."}})
	return &Schema{AnyOf: []*Schema{ref("identifier"), entry}}
}

func questionID() *Schema {
	s := ref("identifier")
	return &Schema{AllOf: []*Schema{s}, Not: &Schema{Const: AskAccount}}
}

func topicProperties() []Property {
	return []Property{
		key("id", "A stable name. The prompt topic.ID says it.",
			&Schema{AllOf: []*Schema{ref("identifier")}, Not: words(Reserved...)}),
		key("desk", "Who serves it, one of the desks of the line.", ref("identifier")),
		key("urgent", "Straight to its desk at any hour, nothing is asked; the desk never closes.", truth()),
		key("help", "There is a self-help text, the prompt help.ID, and the question whether it solved the matter.",
			truth()),
		key("note",
			"Callers may leave a spoken note when they are called back, and are told what to say: the prompt "+
				"note-about.ID.",
			truth()),
		key("message", "Straight to a recorded message.", truth()),
		key("priority",
			"Its callbacks are kept before those of a lower one; at the same, first come, first served. "+
				"Left out it is 0.",
			whole(0, 9)),
		key("ask", "Numbers that are collected before a person is rung: account, and questions.",
			list(ref("identifier"), 10).once()),
	}
}

// contradictions are what a topic cannot be at once.
func contradictions() []*Schema {
	never := func(this, wrong string, others ...string) *Schema {
		then := &Schema{}
		for _, other := range others {
			not := &Schema{Const: false, ErrorMessage: wrong}
			if other == "ask" {
				not = &Schema{Enum: []any{[]string{}, nil}, ErrorMessage: wrong}
			}
			then.Properties = append(then.Properties, Property{other, not})
		}
		return &Schema{If: &Schema{Required: []string{this}, Properties: Properties{{this, yes()}}}, Then: then}
	}
	return []*Schema{
		never("urgent", "An urgent topic goes straight to its desk; remove help, ask and message.", "help", "message",
			"ask"),
		never("message", "A topic with message: true goes straight to the recording; remove help and ask.", "help",
			"ask"),
	}
}
