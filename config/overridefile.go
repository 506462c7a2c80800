package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// Endless is the end of an announcement that nobody has ended.
var Endless = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// checkOrder reports what ends before it begins.
func checkOrder(at yamlnode.Value, what string, from, until time.Time) {
	if !from.IsZero() && !until.IsZero() && !from.Before(until) {
		at.Fail("the %s ends before it begins, or at that moment; exchange from and until, or correct one of them",
			what)
	}
}

// readOverride adds an override if nothing is wrong with it. What it says to callers is an announcement while it lasts.
func (r *rules) readOverride(item yamlnode.Value) {
	m, ok := item.Mapping()
	if !ok {
		return
	}
	before := len(*item.Problems)
	o := hours.Override{Source: item.Source()}
	o.From, _ = m.Need("from", "write when it begins, for example 2026-12-31 22:00").Instant(r.Zone)
	until := m.Need("until", "write when it ends, for example 2027-01-01 02:00, or outright: until revoked")
	switch text, ok := until.Plain("2027-01-01 02:00"); {
	case !ok || text == schema.UntilRevoked:
	case !strings.ContainsAny(text, "0123456789"):
		until.Fail("%q is not a date and a time; if there is no end, write until: %s, otherwise for example "+
			"2027-01-01 02:00", problem.Short(text), schema.UntilRevoked)
	default:
		o.Until, _ = until.Instant(r.Zone)
	}
	checkOrder(until, "override", o.From, o.Until)
	closed := m.Get("closed").Truth()
	switch o.Open = m.Get("open").Truth(); {
	case closed && o.Open:
		m.Fail("says closed and open at once; keep one of them")
	case !closed && !o.Open && len(*item.Problems) == before:
		m.Fail("does not say what happens; add closed: true or open: true")
	}
	o.Reason, _ = m.Need("reason", "say why, for example reason: Power cut").Text("Power cut")
	if say := m.Get("say"); say.Present() {
		o.Say = readTexts(m.Need("say", "write what callers are told in each language of the line, "+
			"or remove it"), r.around.line)
	}
	if len(*item.Problems) > before {
		return
	}
	r.places[fmt.Sprintf("overrides[%d]", len(r.Overrides))] = item
	r.Overrides = append(r.Overrides, o)
	r.expiring.overrides = append(r.expiring.overrides, placedOverride{item, o})
	r.expiring.note(item, o.From, o.Until, r.Zone, longOverride)
	if r.around.line != nil {
		r.announcements = append(r.announcements, announced(r.around.line, r.around.desk, o.From, o.Until, o.Say)...)
	}
}
