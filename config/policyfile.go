package config

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// day makes the bounds of durations readable.
const day = 24 * time.Hour

// mainland is the country in which the provider has no numbers and calls nobody by itself.
const mainland = "+86"

// readPolicy reads the rules for callbacks. A key that is absent keeps the default that [callbacks.Policy]
// names; region is the country that is called where none is listed. customerFirst is set where the customer is rung
// before an agent.
func readPolicy(v, routes yamlnode.Value, region string) (p callbacks.Policy, customerFirst bool) {
	if m, ok := v.Mapping(); ok {
		for key, length := range map[string]*time.Duration{
			"slot": &p.SlotLength, "min_notice": &p.MinNotice, "retry_after": &p.RetryAfter, "retry_busy": &p.RetryBusy,
			"retry_no_answer": &p.RetryNoAnswer, "retry_machine": &p.RetryMachine, "asap_cutoff": &p.ASAPCutoff,
			"opening_delay": &p.OpeningDelay, "opening_spacing": &p.OpeningSpacing, "expires_after": &p.ExpiresAfter,
			"retention": &p.Retention,
		} {
			*length, _ = m.Get(key).Duration()
		}
		for key, number := range map[string]*int{"slots": &p.SlotCount, "capacity": &p.SlotCapacity,
			"attempts":      &p.MaxAttempts,
			"desk_attempts": &p.MaxDeskAttempts, "max_open": &p.MaxOpen} {
			*number, _ = m.Get(key).Whole()
		}
		if p.SlotLength%time.Minute != 0 {
			m.Get("slot").Fail("has to be whole minutes")
		}
		p.Limits = readCallerLimits(m.Get("limits"))
		p.Countries = readCountries(m.Get("countries"), region)
		p.Blocked = readBlocked(m.Get("blocked"))
		p.Unreachable = readPrefixes(m.Get("unreachable"))
		p.CallingHours = readCallingHours(m.Get("calling_hours"))
		who, _ := m.Get("first").OneOf()
		customerFirst = who == "customer"
	}
	if p.Countries == nil && !v.Present() {
		p.Countries = []string{region}
	}
	p.Routes = readRoutes(routes)
	p.Unreachable = append([]string{mainland}, p.Unreachable...) // unless a route leads there
	return p, customerFirst
}

// readCallerLimits reads how often callers may ask for callbacks. A key that is absent is 0, which is the default.
func readCallerLimits(v yamlnode.Value) (l callbacks.CallerLimits) {
	m, ok := v.Mapping()
	if !ok {
		return l
	}
	for key, limit := range map[string]*int{
		"caller_hour": &l.CallerHour, "caller_day": &l.CallerDay, "number_hour": &l.NumberHour,
		"number_day": &l.NumberDay, "anonymous_hour": &l.AnonymousHour, "open_per_caller": &l.OpenPerCaller,
	} {
		*limit, _ = m.Get(key).Whole()
	}
	effective := callbacks.Policy{Limits: l}.MoveLimits()
	for who, limit := range map[string][2]int{"caller": {effective.CallerHour, effective.CallerDay},
		"number": {effective.NumberHour, effective.NumberDay}} {
		if hour, day := limit[0], limit[1]; hour > day {
			m.Get(who+"_hour").Fail("allows %d an hour, and %s_day only %d a day; raise the one or lower the other",
				hour, who, day)
		}
	}
	return l
}

// readCallingHours reads the hours in which customers may be rung. A window past midnight would be the night.
func readCallingHours(v yamlnode.Value) hours.Span {
	span, ok := yamlnode.Form(v, "\"08:00-21:00\"", hours.ParseSpan)
	if ok && span.Overnight() {
		v.Fail("%s runs past midnight, so customers would be rung at night; exchange the two times", span)
		return hours.Span{}
	}
	if ok && (span.From < 7*60 || span.To > 22*60 || length(span) < 4*60) {
		v.Warn("customers are rung from %s to %s; from 07:00 to 22:00, and at least 4 hours, is usual, so correct it "+
			"unless that is meant", clock(span.From), clock(span.To))
	}
	return span
}

func readPrefixes(v yamlnode.Value) (out []string) {
	for _, item := range v.List("[\"+850\"]") {
		if p, ok := readPrefix(item); ok {
			out = append(out, p)
		}
	}
	return out
}

func readRoutes(v yamlnode.Value) (out []callbacks.Route) {
	seen := map[string]bool{}
	for _, m := range v.Mappings("- {prefix: \"+86\", byoc: BY…}") {
		at := m.Need("prefix", "write the beginning of the numbers, for example \"+86\"")
		var r callbacks.Route
		var ok bool
		if r.Prefix, ok = readPrefix(at); ok && seen[r.Prefix] {
			at.Fail("there is a route for %s already; keep one", r.Prefix)
		}
		seen[r.Prefix] = true
		byoc := m.Need("byoc", "write the provider's name of the trunk, BY and 32 digits or letters a to f")
		if r.Byoc, ok = byoc.Text("BY…"); ok && !schema.Trunk.MatchString(r.Byoc) {
			byoc.Fail("%q is not the name of a trunk; copy it from the provider's console: BY and 32 digits or "+
				"letters a to f", problem.Short(r.Byoc))
		}
		out = append(out, r)
	}
	return out
}
