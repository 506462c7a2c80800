package config

import (
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// untilRevoked is what has to be written instead of an end.
const untilRevoked = "until revoked"

// Endless is the end of an announcement that nobody has ended.
var Endless = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// readOverride adds an override if nothing is wrong with it. What it says to callers is an announcement while it lasts.
func (r *rules) readOverride(item value) {
	m, ok := item.mapping()
	if !ok {
		return
	}
	before := len(*item.problems)
	o := hours.Override{Source: item.source()}
	o.From, _ = m.need("from", "write when it begins, for example 2026-12-31 22:00").instant(r.Zone)
	until := m.need("until", "write when it ends, for example 2027-01-01 02:00, or outright: until revoked")
	switch text, ok := until.plain("2027-01-01 02:00"); {
	case !ok || text == untilRevoked:
	case !wallClock.MatchString(text):
		until.fail("%q is neither a date and a time, such as 2027-01-01 02:00, nor the words %s", problem.Short(text), untilRevoked)
	default:
		o.Until, _ = until.instant(r.Zone)
	}
	if !o.From.IsZero() && !o.Until.IsZero() && !o.From.Before(o.Until) {
		until.fail("the override ends before it begins, or at that moment; exchange from and until, or correct one of them")
	}
	closed := m.get("closed").truth()
	switch o.Open = m.get("open").truth(); {
	case closed && o.Open:
		m.fail("says closed and open at once; keep one of them")
	case !closed && !o.Open && len(*item.problems) == before:
		m.fail("does not say what happens; add closed: true or open: true")
	}
	o.Reason, _ = m.need("reason", "say why, for whoever asks, for example reason: Power cut").text("Power cut")
	if say := m.get("say"); say.present() {
		o.Say = readTexts(m.need("say", "write what callers are told in each language of the line, or remove it"), r.around.line)
	}
	if len(*item.problems) > before {
		return
	}
	r.places[fmt.Sprintf("overrides[%d]", len(r.Overrides))] = item
	r.Overrides = append(r.Overrides, o)
	r.rest.overrides = append(r.rest.overrides, placedOverride{item, o})
	if o.Say != nil {
		notice := ivr.Announcement{From: o.From, Until: o.Until, Topics: r.around.topics, Text: o.Say}
		if o.Until.IsZero() {
			notice.Until = Endless
		}
		r.notices = append(r.notices, notice)
	}
}
