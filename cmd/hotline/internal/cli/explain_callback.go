package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// What a caller is offered, and what a callback that they book comes to.

func (e explanation) offer(rows *terminal.Table) {
	offer := e.simulation.Offer
	if offer != nil {
		e.number(rows)
		if offer.ASAP.IsZero() {
			if offer.Refused == nil || offer.Refused.Reason == callbacks.Invalid ||
				offer.Refused.Reason == callbacks.TooShort {
				rows.Add("callback", "none: there is no hour within a month at which the desk is there and this "+
					"number may be rung", "")
			}
		} else {
			e.times(rows)
		}
	}
	if e.simulation.Request != nil {
		if offer == nil {
			rows.Add("callback", "booked unasked to the calling number, at any hour, as the matter is urgent", "")
		}
		e.callback(rows)
	}
	if e.simulation.Message {
		rows.Add("message", fmt.Sprintf("a recorded one, of at most %d seconds", e.line.MessageSeconds),
			e.source("limits.message_seconds"))
	}
}

// number is whether and how the calling number can be rung.
func (e explanation) number(rows *terminal.Table) {
	offer := e.simulation.Offer
	if r := offer.Refused; r != nil {
		rows.Add("rung back", fmt.Sprintf("%s is not called: %s, %s", e.caller(), r.Reason, r.Detail),
			e.refusalSource(r))
		if offer.Asks {
			rows.Add("", "the caller is asked for another number before anything is booked", "")
		}
		return
	}
	by, source := e.byWhichRoute(offer.Number)
	rows.Add("rung back", fmt.Sprintf("%s can be dialled %s", callbacks.Mask(offer.Number), by), source)
}

// times are the rules that decide when a callback can come, and what comes of them.
func (e explanation) times(rows *terminal.Table) {
	policy := e.line.Callbacks
	urgent := e.topic != nil && e.topic.Urgent
	if policy.CallingHours != (hours.Span{}) {
		text := fmt.Sprintf("%s on the clock of %s", policy.CallingHours, e.callingZones())
		if urgent {
			text += "; not asked, as the matter is urgent"
		}
		rows.Add("calling hours", text, e.source("callbacks.calling_hours"))
	}
	if urgent {
		rows.Add("callback", "at any hour, as the matter is urgent", "")
		return
	}
	if policy.ASAPCutoff > 0 {
		rows.Add("asap_cutoff", fmt.Sprintf("in the last %s before closing it is the next opening",
			problem.Spell(policy.ASAPCutoff)), e.source("callbacks.asap_cutoff"))
	}
	if policy.OpeningDelay > 0 {
		rows.Add("opening", fmt.Sprintf("callbacks of the night begin %s after the opening",
			problem.Spell(policy.OpeningDelay)), e.source("callbacks.opening_delay"))
	}
	offer := e.simulation.Offer
	rows.Add("callback", fmt.Sprintf("as soon as possible is %s, key %d", e.clock(offer.ASAP), offer.Key), "")
	for i, slot := range offer.Slots {
		text := fmt.Sprintf("%s to %s, key %d", e.clock(slot.From), slot.To.In(e.zone()).Format(clock), offer.Key+1+i)
		rows.Add("", text, e.source("callbacks.slot"))
	}
}

// callingZones are the zones of the number that would be rung.
func (e explanation) callingZones() string {
	number := cmp.Or(e.simulation.Offer.Number, e.call.From)
	var names []string
	for _, zone := range e.line.Callbacks.CallingZones(number, e.line.Desks[e.simulation.Wanted].Hours.Zone()) {
		names = append(names, zone.String())
	}
	return strings.Join(names, " and ")
}

// callback is what becomes of a callback as soon as possible.
func (e explanation) callback(rows *terminal.Table) {
	r := e.simulation.Request
	c := r.Callback()
	o := dispatch.Predict(e.snapshot, callbacks.Record{Callback: c}, e.at)
	who := "an agent of desk " + r.Desk + " first"
	if e.line.CustomerFirst {
		who = "the customer first, then an agent of desk " + r.Desk
	}
	text := fmt.Sprintf("due %s, kept then by ringing %s", e.clock(r.Due), who)
	if o.Outcome != dispatch.Rung || o.PutOff() {
		text = fmt.Sprintf("due %s, %s %s: %s", e.clock(r.Due), o.Outcome, e.clock(o.At), o.Why)
	}
	rows.Add("booked", text, e.source("callbacks.first"))
	if r.OpeningSpacing > 0 && !r.Urgent {
		rows.Add("", fmt.Sprintf("behind others of this opening, %s apart", problem.Spell(r.OpeningSpacing)),
			e.source("callbacks.opening_spacing"))
	}
	rows.Add("", "unless "+e.limitsOn(r), e.source("callbacks.limits"))
	if r.MaxOpen > 0 {
		rows.Add("", fmt.Sprintf("unless %d are open already", r.MaxOpen), e.source("callbacks.max_open"))
	}
	if text := e.line.SMSBody(c, callbacks.NotifyBooked); text != "" && c.MaySendSMS() {
		rows.Add("text message", fmt.Sprintf("sent to %s", callbacks.Mask(r.Number)), e.source("text_messages"))
	} else if e.line.SMS {
		why := "it is no mobile number"
		if text != "" {
			why = "it is not the calling number"
		}
		rows.Add("text message", "none: "+why, e.source("text_messages"))
	}
}

// limitsOn are the limits on those who ask for this callback.
func (e explanation) limitsOn(r *callbacks.Request) string {
	l := r.CallerLimits
	if r.Caller == "" {
		return fmt.Sprintf("anonymous callers have asked for %d in an hour", l.AnonymousHour)
	}
	return fmt.Sprintf("the caller has asked for %d in an hour or %d in a day, or holds %d",
		l.CallerHour, l.CallerDay, l.OpenPerCaller)
}
