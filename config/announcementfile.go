package config

import (
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// readAnnouncement reads one announcement.
func readAnnouncement(item yamlnode.Value, zone *time.Location, line *ivr.Line) (ivr.Announcement, bool) {
	m, ok := item.Mapping()
	if !ok {
		return ivr.Announcement{}, false
	}
	var n ivr.Announcement
	before := len(*item.Problems)
	n.From, _ = m.Need("from", "write when it begins, for example 2026-12-31 22:00").Instant(zone)
	until := m.Need("until", "write when it ends, for example 2027-01-01 02:00; an announcement without an end "+
		"is forgotten")
	n.Until, _ = until.Instant(zone)
	checkOrder(until, "announcement", n.From, n.Until)
	for _, topic := range m.Get("topics").List("[payment-failed]") {
		if id, ok := topic.ID("payment-failed"); ok {
			n.Topics = append(n.Topics, id)
			checkTopic(topic, id, line)
		}
	}
	n.Text = readTexts(m.Need("text", "write the announcement in each language of the line"), line)
	return n, len(*item.Problems) == before
}

func checkTopic(v yamlnode.Value, id string, line *ivr.Line) {
	if line == nil {
		return
	}
	var ids []string
	for _, t := range line.Topics {
		if t.ID == id {
			return
		}
		ids = append(ids, t.ID)
	}
	v.Fail("line %s has no topic %q; %s", line.ID, id, problem.Hint(id, ids))
}

// readTexts reads an announcement, which has to be there in every language of the line.
func readTexts(v yamlnode.Value, line *ivr.Line) map[string]string {
	var tags []string
	if line != nil {
		tags = tagsOf(line)
	}
	m, ok := v.MappingOf(tags)
	if !ok {
		return nil
	}
	if len(tags) == 0 {
		tags = m.Keys
	}
	return textsOf(m, tags, "an announcement", "it")
}

// textsOf reads a text in each of the languages.
func textsOf(m yamlnode.Mapping, tags []string, example, what string) map[string]string {
	texts := map[string]string{}
	var missing []string
	for _, tag := range tags {
		v := m.Get(tag)
		if !v.Present() {
			missing = append(missing, tag)
		} else if text, ok := v.Text(example); ok {
			texts[tag] = text
			speech{v, text, tag, ivr.PromptNeed{}}.check()
		}
	}
	if len(missing) > 0 && !m.Empty() {
		m.Fail("lacks %s; write %s in every language of the line", strings.Join(missing, ", "), what)
	}
	return texts
}
