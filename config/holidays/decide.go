package holidays

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// A Decision is what the reviewer says of events that the importer must not judge.
type Decision struct {
	// Of is the date or the name of an event, or what the calendar calls its kind.
	Of   string
	Kind Kind
}

var decisions = []Kind{Holiday, Collective, MakeUp, Ignore}

// ParseDecision reads NAME=KIND, where NAME is as in [Decision].
func ParseDecision(text string) (Decision, error) {
	at := strings.LastIndexByte(text, '=')
	of, kind := strings.TrimSpace(text[:max(at, 0)]), Kind(folded(text[at+1:]))
	if kind == "makeup" {
		kind = MakeUp
	}
	if of == "" || !slices.Contains(decisions, kind) {
		return Decision{}, fmt.Errorf("%q: write NAME=KIND, with the name or the date of an event and one of holiday, "+
			"collective, make-up or ignore", text)
	}
	return Decision{Of: of, Kind: kind}, nil
}

// A doubt is a question to the reviewer: about the events of a name, or the entries of a date.
type doubt struct {
	line  int
	of    string // as a [Decision] names it
	why   string
	dates []hours.Date
}

// asks puts a question once for all events of a name.
func (im *importer) asks(d doubt) {
	key := folded(d.of)
	if at, ok := im.asked[key]; ok {
		im.doubts[at].dates = append(im.doubts[at].dates, d.dates...)
		return
	}
	im.asked[key] = len(im.doubts)
	im.doubts = append(im.doubts, d)
}

// mostDates bounds how many days of an event a question names.
const mostDates = 5

// questions are the doubts in words, each with the flag that answers it.
func (im *importer) questions() (out Problems) {
	for _, d := range im.doubts {
		var days []string
		for _, date := range d.dates[:min(len(d.dates), mostDates)] {
			days = append(days, date.String())
		}
		more := ""
		if n := len(d.dates) - mostDates; n > 0 {
			more = " and " + plural(n, "day") + " more"
		}
		out.Add(Problem{File: im.file, Line: d.line, Message: fmt.Sprintf("%s%s: %s; say what it is with --decide "+
			"'%s=holiday', or there =make-up, =collective, =ignore", strings.Join(days, ", "), more, d.why,
			strings.ReplaceAll(d.of, "'", `'\''`))})
	}
	return out.Sorted()
}

// decided is what the reviewer said of an event, by the first of some keys that a decision names.
func (im *importer) decided(keys ...string) (Kind, bool) {
	if len(im.decisions) == 0 {
		return inDoubt, false // which saves the folding
	}
	for _, key := range keys {
		if kind, ok := im.decisions[folded(key)]; ok {
			im.fits[folded(key)] = true
			return kind, true
		}
	}
	return inDoubt, false
}

// readDecisions refuses what is decided twice.
func (im *importer) readDecisions() {
	for _, d := range im.options.Decide {
		if _, twice := im.decisions[folded(d.Of)]; twice {
			im.refuse(0, "", "%q is decided twice; keep one of the two", problem.Short(d.Of))
		}
		im.decisions[folded(d.Of)] = d.Kind
	}
}

// checkDecisions refuses decisions that fit nothing, for a mistyped name would leave its event as it is.
func (im *importer) checkDecisions() {
	for _, d := range im.options.Decide {
		if !im.fits[folded(d.Of)] && !im.tired() {
			im.refuse(0, "", "%q, as it is decided on, is neither the name nor the date of an event that may count",
				problem.Short(d.Of))
		}
	}
}
