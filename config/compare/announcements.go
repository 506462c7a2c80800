package compare

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// Announcements and overrides. What an override says is told with it.

func (l *lineComparison) compareAnnouncements() {
	l.compareOverrides()
	old, new := announced(l.old, l.overridesBefore), announced(l.new, l.overrides)
	// What stands unchanged is taken away first, then what says the same at another time, then what begins when another
	// did.
	for _, alike := range []func(a, b ivr.Announcement) bool{
		func(a, b ivr.Announcement) bool {
			return sameText(a, b) && sameTime(a, b) && slices.Equal(a.Topics, b.Topics)
		},
		sameText,
		func(a, b ivr.Announcement) bool { return a.From.Equal(b.From) && slices.Equal(a.Topics, b.Topics) },
	} {
		new = slices.DeleteFunc(new, func(n ivr.Announcement) bool {
			i := slices.IndexFunc(old, func(o ivr.Announcement) bool { return alike(o, n) })
			if i < 0 {
				return false
			}
			l.announcementChanged(old[i], n)
			old = slices.Delete(old, i, i+1)
			return true
		})
	}
	for _, n := range new {
		l.note("announcement", "added, "+l.period(n.From, n.Until)+aboutTopics(n)+": "+texts(n.Text))
	}
	for _, n := range old {
		l.note("announcement", "removed, "+l.period(n.From, n.Until)+aboutTopics(n)+": "+texts(n.Text))
	}
}

func sameText(a, b ivr.Announcement) bool { return maps.Equal(a.Text, b.Text) }
func sameTime(a, b ivr.Announcement) bool { return a.From.Equal(b.From) && a.Until.Equal(b.Until) }

func (l *lineComparison) announcementChanged(old, new ivr.Announcement) {
	about := "announcement " + l.clock(new.From)
	if !sameTime(old, new) {
		l.note(about, nowWas(l.period(new.From, new.Until), l.period(old.From, old.Until)))
	}
	if !slices.Equal(old.Topics, new.Topics) {
		l.note(about, "topics: "+nowWas(everyTopic(new), everyTopic(old)))
	}
	l.textsChanged(about, old.Text, new.Text)
}

func everyTopic(n ivr.Announcement) string { return cmp.Or(strings.Join(n.Topics, ", "), "all") }

func aboutTopics(n ivr.Announcement) string {
	if len(n.Topics) == 0 {
		return ""
	}
	return ", topics " + everyTopic(n)
}

// textsChanged tells what is said otherwise in which language.
func (l *lineComparison) textsChanged(about string, old, new map[string]string) {
	for _, tag := range bothKeys(old, new) {
		if old[tag] != new[tag] {
			a, b := shortened(old[tag], new[tag])
			l.note(about, tag+": "+nowWas(quoted(b), quoted(a)))
		}
	}
}

// quoted is a text in quotation marks; nothing for none.
func quoted(text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("%q", text)
}

func bothKeys(a, b map[string]string) []string {
	keys := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func texts(all map[string]string) string {
	var out []string
	for _, tag := range slices.Sorted(maps.Keys(all)) {
		out = append(out, fmt.Sprintf("%s %q", tag, problem.Short(all[tag])))
	}
	return strings.Join(out, ", ")
}

// announced are the announcements of a line without those that an override makes.
func announced(line *ivr.Line, overrides []config.WrittenOverride) (out []ivr.Announcement) {
	for _, n := range line.Announcements {
		says := slices.ContainsFunc(overrides, func(o config.WrittenOverride) bool {
			return o.From.Equal(n.From) && len(o.Say) > 0 && maps.Equal(o.Say, n.Text)
		})
		if !says {
			out = append(out, n)
		}
	}
	return out
}

// compareOverrides finds the one of before by desk and beginning.
func (l *lineComparison) compareOverrides() {
	id := func(o config.WrittenOverride) string { return fmt.Sprint(o.Desk, o.Open, o.From.UnixNano()) }
	for _, p := range pairs(l.overridesBefore, l.overrides, id) {
		switch old, new := p.old, p.new; p.change {
		case added:
			l.note(aboutOverride(new, "override"), "added, "+l.overrideWords(new))
		case removed:
			l.note(aboutOverride(old, "override"), "removed, "+l.overrideWords(old))
		default:
			about := aboutOverride(new, "override "+l.clock(new.From))
			if !old.Until.Equal(new.Until) {
				l.note(about, nowWas(l.period(new.From, new.Until), l.period(old.From, old.Until)))
			}
			if old.Reason != new.Reason {
				l.note(about, "reason: "+nowWas(problem.Short(new.Reason), problem.Short(old.Reason)))
			}
			l.textsChanged(about, old.Say, new.Say)
		}
	}
}

func aboutOverride(o config.WrittenOverride, what string) string {
	if o.Desk == "" {
		return what
	}
	return "desk " + o.Desk + ": " + what
}

func (l *lineComparison) overrideWords(o config.WrittenOverride) string {
	text := "closed "
	if o.Open {
		text = "open "
	}
	text += l.period(o.From, o.Until) + " (" + problem.Short(o.Reason) + ")"
	if len(o.Say) > 0 {
		text += ": " + texts(o.Say)
	}
	return text
}

// period is from one instant to another on the line's clock.
func (l *lineComparison) period(from, until time.Time) string {
	if until.IsZero() || until.Equal(config.Endless) {
		return l.clock(from) + " until revoked"
	}
	return l.clock(from) + " to " + l.clock(until)
}

func (l *lineComparison) clock(at time.Time) string {
	zone := time.UTC
	if l.new.Hours != nil {
		zone = l.new.Hours.Zone()
	}
	at = at.In(zone)
	if at.Second() != 0 {
		return at.Format(problem.TimeLayout + ":05")
	}
	return at.Format(problem.TimeLayout)
}
