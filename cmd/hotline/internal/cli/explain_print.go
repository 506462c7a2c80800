package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/ivr"
)

// What "hotline explain" prints: in the order of the call, what was decided, by which rule, and where that is written.

func (e explanation) write(out io.Writer) error {
	what := "asks for a person"
	if e.topic != nil {
		what = "is about " + e.topic.ID
	}
	fmt.Fprintf(out, "%s, %s (%s): a call from %s %s.\n\n", e.line.ID, e.at.In(e.zone()).Format(longTime), e.zone(),
		e.caller(), what)
	var before, after terminal.Table
	e.keyPath(&before)
	e.desk(&before)
	if err := before.Write(out, "  "); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := answerOne(out, e.subject(), e.at.Format(time.RFC3339), e.at); err != nil {
		return err
	}
	fmt.Fprintln(out)
	e.ringing(&after)
	e.offer(&after)
	if err := after.Write(out, "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nHear it: hotline call --line %s --at %s --from %q --press %q --agents no-answer\n",
		e.line.ID, e.at.In(e.zone()).Format(time.RFC3339), e.call.From, strings.Join(e.simulation.Keys, ","))
	return err
}

func (e explanation) zone() *time.Location { return e.line.Hours.Zone() }

func (e explanation) caller() string {
	if strings.HasPrefix(e.call.From, "+") {
		return callbacks.Mask(e.call.From)
	}
	return fmt.Sprintf("%q", e.call.From)
}

// source is where a key of the line is written.
func (e explanation) source(key string) string { return e.snapshot.Source(e.line.ID, key) }

// clock writes an instant on the line's clock.
func (e explanation) clock(at time.Time) string { return at.In(e.zone()).Format(shortTime) }

// subject is the desk that the call is for, as "hotline hours" takes it.
func (e explanation) subject() subject {
	calendar := e.line.Desks[e.simulation.Wanted].Hours
	return subject{name: e.line.ID, desk: e.simulation.Wanted, calendar: calendar, withOverrides: calendar}
}

// keyPath is from the number to the topic.
func (e explanation) keyPath(rows *terminal.Table) {
	rows.Add("number", e.call.To+" is answered by line "+e.line.ID, e.source("numbers."+e.call.To))
	tag := e.simulation.Language
	language := tag + ", the only one of the line"
	if i := slices.Index(languageTags(e.line), tag); len(e.line.Languages) > 1 {
		language = fmt.Sprintf("%s, key %d", tag, i+1)
	}
	rows.Add("language", language, e.source("languages."+tag))
	for _, n := range e.simulation.Announcements {
		rows.Add("notice", fmt.Sprintf("%q, until %s", n.Text[tag], e.clock(n.Until)), e.noticeSource(n))
	}
	if len(e.simulation.Announcements) == 0 {
		rows.Add("notice", "none is announced", "")
	}
}

// noticeSource is the list that an announcement stands in, or the override that makes it.
func (e explanation) noticeSource(n ivr.Announcement) string {
	for _, desk := range append([]string{""}, deskIDs(e.line.Desks)...) {
		for _, o := range e.snapshot.Overrides(e.line.ID, desk) {
			if o.From.Equal(n.From) && o.Say[e.simulation.Language] == n.Text[e.simulation.Language] {
				return o.Source
			}
		}
	}
	return e.source("announcements")
}

// desk is from the topic to the desk in the caller's language.
func (e explanation) desk(rows *terminal.Table) {
	first := e.line.General
	switch {
	case e.topic == nil:
		rows.Add("person", "asked for with key 0 before a topic was named: desk "+first, e.source("general"))
	default:
		for _, way := range e.line.KeyPaths() {
			if way.Topic == e.topic.ID {
				rows.Add("topic", fmt.Sprintf("%s, keys %s: %s", e.topic.ID, strings.Join(way.Keys, " "),
					topicSteps(e.topic)), e.source("topics."+e.topic.ID))
			}
		}
		first = e.topic.Desk
		rows.Add("desk", first+" serves the topic", e.source("topics."+e.topic.ID+".desk"))
		if e.topic.Urgent {
			rows.Add("urgent", "nothing is asked, and the desk is rung at any hour",
				e.source("topics."+e.topic.ID+".urgent"))
		}
	}
	if e.simulation.Wanted != first {
		rows.Add("by language",
			fmt.Sprintf("callers in %s are served by desk %s", e.simulation.Language, e.simulation.Wanted),
			e.source("desks."+first+".by_language."+e.simulation.Language))
	}
}

// ringing is who is rung, in which order.
func (e explanation) ringing(rows *terminal.Table) {
	if e.simulation.Peak {
		rows.Add("peak", "many people ring at this hour: the caller is told that it can take longer", e.source("peak"))
	}
	if len(e.simulation.Rung) == 0 {
		why, source := "desk "+e.simulation.Wanted+" is closed", "desks."+e.simulation.Wanted+".hours"
		if e.topic != nil && e.topic.Message {
			why, source = "the topic leads to a recorded message", "topics."+e.topic.ID+".message"
		}
		rows.Add("rings", "nobody: "+why, e.source(source))
		return
	}
	for i, r := range e.simulation.Rung {
		what := "rings"
		if i > 0 {
			what = "then"
		}
		rows.Add(what, fmt.Sprintf("%s (%s) for %s, desk %s", r.Target.ID, addressWords(r.Target),
			spellDuration(r.Ring), r.Desk),
			e.source("desks."+r.Desk+".targets."+r.Target.ID))
	}
	rows.Add("then", "nobody has taken it", "")
}

// addressWords is how an agent is reached, without their number.
func addressWords(t callbacks.Target) string {
	if t.Kind == callbacks.Number {
		return callbacks.Mask(t.Address)
	}
	return t.To()
}
