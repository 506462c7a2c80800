package schema

func callSchema() *Schema {
	agents := words(AgentsDo...)
	agents = &Schema{AnyOf: []*Schema{agents, {
		Type: "object", PropertyNames: identifierSchema(), AdditionalProperties: words(AgentsDo...),
	}}}
	s := object(
		key("call", "A sentence that says what this call shows.", text()),
		key("line", "The line that is rung.", ref("identifier")),
		key("at", "When the call is made.", ref("instant")),
		key("from", "The calling number, or anonymous. Left out: a mobile number of the line's country.",
			&Schema{AnyOf: []*Schema{form(Number.String(), numberWrong, "+628121234567"), {Const: "anonymous"}}}),
		key("agents",
			"What every agent does when their telephone rings; or by target, others for the rest: {support-1: busy, "+
				"others: answer}.",
			agents),
		key("customer", "What the customer does when they are rung back. expect.callback says kept.",
			words(CustomersDo...)),
		key("steps", "What is heard, and what the caller does, in turn.", list(stepSchema(), mostSteps)),
		key("expect", "What has to come of the call.", expectSchema()),
	).needs("call", "line", "at", "expect")
	s.If = &Schema{Required: []string{"customer"}}
	s.Then = &Schema{Properties: Properties{{"expect", &Schema{Required: []string{"callback"}, Properties: Properties{
		{"callback", &Schema{Required: []string{"kept"}}}}}}}}
	s.Title = "Call test"
	s.Description = "calls/NAME.yaml: who rings when, what is heard and pressed, and what has to come of it. " +
		"\"hotline test\" makes the call."
	s.Definitions = Properties{{"identifier", identifierSchema()}, {"instant", instantSchema()}}
	return s
}

func stepSchema() *Schema {
	s := object(
		key("hear",
			"Words that have to be among what was said since the step before. Put words with a comma in quotation "+
				"marks.",
			&Schema{Type: []string{"string", "number", "boolean"}, Pattern: `\S`, MaxLength: LongestText}),
		key("press", "Keys: 0 to 9, * and #; quote what begins with 0, or has * or #.",
			&Schema{Type: []string{"string", "integer"}, Pattern: `^[0-9*#]+$`,
				PatternErrorMessage: "holds what is on no keypad; use 0 to 9, * and #", MaxLength: MostKeys}),
		key("silence", "The caller does nothing.", yes()),
		key("speak", "The caller speaks a message.", yes()),
		key("hang_up", "The caller hangs up.", yes()),
	).needs("hear")
	for i, one := range CallerDoes {
		for _, other := range CallerDoes[i+1:] {
			s.AllOf = append(s.AllOf, &Schema{Not: &Schema{Required: []string{one, other}}})
		}
	}
	return s
}

func expectSchema() *Schema {
	callback := object(
		key("at", "When it is due. Left out: at any time.", ref("instant")),
		key("desk", "The desk that keeps it. Left out: any.", ref("identifier")),
		key("urgent", "Whether it is an urgent one.", truth()),
		key("kept",
			"Time runs on until the callback has ended: true when the two were connected, false when it was given up "+
				"or left to a person.",
			truth()),
	)
	callback.MinProperties = 1
	s := object(
		key("desk", "The desk whose agent the caller is connected with.", ref("identifier")),
		key("callback", "The callback that is booked.", callback),
		key("message", "A message is recorded.", yes()),
		key("closed_until", "The opening that the caller is told, while no telephone rings.", ref("instant")),
	)
	s.MinProperties = 1
	s.AllOf = []*Schema{
		{If: &Schema{Required: []string{"desk"}}, Then: &Schema{PropertyNames: words("desk")}},
		{Not: &Schema{Required: []string{"callback", "message"}}},
	}
	return s
}
