package config

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// Variables fill placeholders of self-help texts, so that a fee or a number of days is written once for all languages.

var (
	amountForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]{2})?) ([A-Z]{3})$`)
	countForm  = regexp.MustCompile(`^([0-9]{1,6}) (days?|hours?|minutes?)$`)
	numberForm = regexp.MustCompile(`^[0-9]{1,9}$`)
)

var countUnits = map[string]spoken.Unit{
	"day": spoken.Days, "days": spoken.Days, "hour": spoken.Hours, "hours": spoken.Hours, "minute": spoken.Minutes,
	"minutes": spoken.Minutes,
}

// placeholders are those that a call fills in; a variable of the same name would hide one.
var placeholders = func() map[string]bool {
	used := map[string]bool{}
	for _, need := range (&ivr.Line{SMS: true}).PromptNeeds() {
		for _, arg := range need.Args {
			used[arg] = true
		}
	}
	return used
}()

// readVariables says every variable in every language of the line.
func (f *lineFile) readVariables(v yamlnode.Value) {
	m, ok := v.Mapping()
	if !ok || len(m.Keys) == 0 {
		return
	}
	f.line.Variables = map[string]map[string]string{}
	for _, tag := range tagsOf(f.line) {
		f.line.Variables[tag] = map[string]string{}
	}
	for _, name := range m.Keys {
		at := m.Values[name]
		switch {
		case !schema.Identifier.MatchString(name):
			at.Fail("%q is no name for a variable; use small letters, digits and hyphens, for example refund-days",
				problem.Short(name))
		case placeholders[name]:
			at.Fail("{%s} is filled in by the call; give the variable another name", name)
		default:
			f.readVariable(at, name)
		}
	}
}

func (f *lineFile) readVariable(at yamlnode.Value, name string) {
	text, ok := at.Plain("7 days")
	if !ok {
		return
	}
	for tag := range f.line.Variables {
		var said string
		switch amount, count := amountForm.FindStringSubmatch(text), countForm.FindStringSubmatch(text); {
		case amount != nil:
			var err error
			if said, err = spoken.Money(tag, amount[1], amount[2]); err != nil {
				at.Fail("%v", err)
				return
			}
		case count != nil:
			n, _ := strconv.Atoi(count[1])
			said = spoken.Count(tag, n, countUnits[count[2]])
		case numberForm.MatchString(text):
			n, _ := strconv.Atoi(text)
			said = spoken.Number(tag, n)
		default:
			if advice, secret := problem.Secret(name); secret {
				at.Fail("%s", advice)
				return
			}
			at.Fail("%q is nothing that can be said; write an amount (2500 IDR, 12.50 USD), a time (7 days, 2 hours, "+
				"10 minutes) or a whole number", problem.Short(text))
			return
		}
		f.line.Variables[tag][name] = said
	}
}

// variablesOf are the names of a line's variables.
func variablesOf(line *ivr.Line) []string {
	for _, variables := range line.Variables {
		return slices.Sorted(maps.Keys(variables))
	}
	return nil
}
