package schema

import (
	"regexp"
	"strings"

	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// promptsSchema knows what every line speaks. LINE/NAME is what one line says in its own words.
func promptsSchema() *Schema {
	every := &ivr.Line{SMS: true}
	for _, tag := range spoken.Tags() {
		every.Languages = append(every.Languages, ivr.Language{Tag: tag})
	}
	s := object()
	for _, need := range every.PromptNeeds() {
		s.Properties = append(s.Properties, Property{need.Key, promptSchema(need)})
		own := promptSchema(need)
		own.Description = "In the line's own words. " + own.Description
		s.PatternProperties = append(s.PatternProperties,
			Property{`^` + promptOwner + regexp.QuoteMeta(need.Key) + `$`, own})
	}
	// Of a topic, or a question, there are as many as the configuration has.
	one := &ivr.Line{Menu: []ivr.Choice{{ID: "x"}},
		Topics: []ivr.Topic{{ID: "x", Help: true, Note: true, Questions: []string{"x"}}}}
	for _, need := range one.PromptNeeds() {
		if family, ok := strings.CutSuffix(need.Key, ".x"); ok {
			s.PatternProperties = append(s.PatternProperties,
				Property{`^(` + promptOwner + `)?` + family + `\.[a-z][a-z0-9-]*$`, promptSchema(need)})
		}
	}
	s.Title = "Sentences in one language"
	s.Description = "prompts/LANGUAGE.yaml. Words in braces are filled in during the call. LINE/NAME is what one " +
		"line says in its own words, in the place of NAME."
	return s
}

// promptOwner stands before the name of what one line says in its own words.
const promptOwner = `[a-z][a-z0-9-]*/`

func promptSchema(need ivr.PromptNeed) *Schema {
	s := spokenText(need.Args...)
	if WithVariables.MatchString(need.Key) && need.Key != "help.solved" {
		s = spokenText(`[a-z][a-z0-9-]*`) // variables of the line
	}
	if s.Description = "Heard: " + need.Heard + "."; len(need.Args) > 0 {
		s.Description += " Filled in: {" + strings.Join(need.Args, "}, {") + "}."
	}
	return s
}
