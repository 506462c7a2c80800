package compare

import (
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
	old, new := l.announced(l.was, l.old), l.announced(l.is, l.new)
	// What stands unchanged is taken away first, then what says the same at another time, then what begins when another did.
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

func everyTopic(n ivr.Announcement) string {
	if len(n.Topics) == 0 {
		return "all"
	}
	return strings.Join(n.Topics, ", ")
}

func aboutTopics(n ivr.Announcement) string {
	if len(n.Topics) == 0 {
		return ""
	}
	return ", topics " + strings.Join(n.Topics, ", ")
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
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

func texts(all map[string]string) string {
	var out []string
	for _, tag := range slices.Sorted(maps.Keys(all)) {
		out = append(out, fmt.Sprintf("%s %q", tag, problem.Short(all[tag])))
	}
	return strings.Join(out, ", ")
}

// announced are the announcements of a line without those that an override makes.
func (l *lineComparison) announced(state lineState, line *ivr.Line) (out []ivr.Announcement) {
	for _, n := range line.Announcements {
		says := slices.ContainsFunc(state.overrides, func(o config.DeskOverride) bool {
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
	old, new := l.was.overrides, l.is.overrides
	same := func(a config.DeskOverride) func(config.DeskOverride) bool {
		return func(b config.DeskOverride) bool { return a.Desk == b.Desk && a.Open == b.Open && a.From.Equal(b.From) }
	}
	for _, o := range new {
		i := slices.IndexFunc(old, same(o))
		if i < 0 {
			l.note(aboutOverride(o, "override"), "added, "+l.overrideWords(o))
			continue
		}
		about := aboutOverride(o, "override "+l.clock(o.From))
		if before := old[i]; !before.Until.Equal(o.Until) {
			l.note(about, nowWas(l.period(o.From, o.Until), l.period(before.From, before.Until)))
		}
		if old[i].Reason != o.Reason {
			l.note(about, "reason: "+nowWas(problem.Short(o.Reason), problem.Short(old[i].Reason)))
		}
		l.textsChanged(about, old[i].Say, o.Say)
	}
	for _, o := range old {
		if !slices.ContainsFunc(new, same(o)) {
			l.note(aboutOverride(o, "override"), "removed, "+l.overrideWords(o))
		}
	}
}

func aboutOverride(o config.DeskOverride, what string) string {
	if o.Desk == "" {
		return what
	}
	return "desk " + o.Desk + ": " + what
}

func (l *lineComparison) overrideWords(o config.DeskOverride) string {
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
		return at.Format("Mon 2006-01-02 15:04:05")
	}
	return at.Format("Mon 2006-01-02 15:04")
}
