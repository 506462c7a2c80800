package config

import (
	"regexp"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// day makes the bounds of durations readable.
const day = 24 * time.Hour

// readPolicy reads the rules for promised callbacks. A key that is absent keeps the default that [callbacks.Policy]
// names; region is the country that is called where none is listed. customerFirst is set where the customer is rung
// before an agent.
func readPolicy(v, routes value, region string) (p callbacks.Policy, customerFirst bool) {
	if m, ok := v.mapping(); ok {
		for key, length := range map[string]*time.Duration{
			"slot": &p.SlotLength, "min_notice": &p.MinNotice, "retry_after": &p.RetryAfter, "retry_busy": &p.RetryBusy,
			"retry_no_answer": &p.RetryNoAnswer, "retry_machine": &p.RetryMachine, "asap_cutoff": &p.ASAPCutoff,
			"opening_delay": &p.OpeningDelay, "opening_spacing": &p.OpeningSpacing, "expires_after": &p.ExpiresAfter,
			"retention": &p.Retention,
		} {
			*length, _ = m.get(key).duration()
		}
		for key, number := range map[string]*int{"slots": &p.SlotCount, "capacity": &p.SlotCapacity, "attempts": &p.MaxAttempts,
			"desk_attempts": &p.MaxDeskAttempts, "max_open": &p.MaxOpen} {
			*number, _ = m.get(key).whole()
		}
		if p.SlotLength%time.Minute != 0 {
			m.get("slot").fail("has to be whole minutes")
		}
		p.Limits = readCallerLimits(m.get("limits"))
		p.Countries = readCountries(m.get("countries"), region)
		p.Blocked = readBlocked(m.get("blocked"))
		p.Unreachable = readPrefixes(m.get("unreachable"))
		p.CallingHours = readCallingHours(m.get("calling_hours"))
		who, _ := m.get("first").oneOf()
		customerFirst = who == "customer"
	}
	if p.Countries == nil && !v.present() {
		p.Countries = []string{region}
	}
	p.Routes = readRoutes(routes)
	p.Unreachable = append([]string{mainland}, p.Unreachable...) // unless a route leads there
	return p, customerFirst
}

// readCallerLimits reads how often callers may ask for callbacks. A key that is absent is 0, which is the default.
func readCallerLimits(v value) (l callbacks.CallerLimits) {
	m, ok := v.mapping()
	if !ok {
		return l
	}
	for key, limit := range map[string]*int{
		"caller_hour": &l.CallerHour, "caller_day": &l.CallerDay, "number_hour": &l.NumberHour, "number_day": &l.NumberDay,
		"anonymous_hour": &l.AnonymousHour, "open_per_caller": &l.OpenPerCaller,
	} {
		*limit, _ = m.get(key).whole()
	}
	effective := callbacks.Policy{Limits: l}.MoveLimits()
	for who, limit := range map[string][2]int{"caller": {effective.CallerHour, effective.CallerDay}, "number": {effective.NumberHour, effective.NumberDay}} {
		if hour, day := limit[0], limit[1]; hour > day {
			m.get(who+"_hour").fail("allows %d an hour, and %s_day only %d a day; raise the one or lower the other", hour, who, day)
		}
	}
	return l
}

// mostAsked bounds the limits of callers.
const mostAsked = 10_000

// readDecent reads the hours in which customers may be rung. A window past midnight would be the night.
func readCallingHours(v value) hours.Span {
	text, ok := v.plain("\"08:00-21:00\"")
	if !ok {
		return hours.Span{}
	}
	span, err := hours.ParseSpan(text)
	switch {
	case err != nil:
		v.fail("%v", err)
		return hours.Span{}
	case span.Overnight():
		v.fail("%s runs past midnight, so customers would be rung at night; exchange the two times", span)
		return hours.Span{}
	}
	return span
}

func readPrefixes(v value) (out []string) {
	for _, item := range v.list("[\"+850\"]") {
		if p, ok := item.prefix(); ok {
			out = append(out, p)
		}
	}
	return out
}

// trunk is how the provider names a trunk.
var trunk = regexp.MustCompile(`^BY[0-9a-f]{32}$`)

func readRoutes(v value) (out []callbacks.Route) {
	seen := map[string]bool{}
	for _, item := range v.list("- {prefix: \"+86\", byoc: BY…}") {
		m, ok := item.mapping()
		if !ok {
			continue
		}
		at := m.need("prefix", "write the beginning of the numbers, for example \"+86\"")
		r := callbacks.Route{}
		if r.Prefix, ok = at.prefix(); ok && seen[r.Prefix] {
			at.fail("there is a route for %s already; keep one", r.Prefix)
		}
		seen[r.Prefix] = true
		byoc := m.need("byoc", "write the provider's name of the trunk, BY and 32 digits or letters a to f")
		if r.Byoc, ok = byoc.text("BY…"); ok && !trunk.MatchString(r.Byoc) {
			byoc.fail("%q is not the name of a trunk; copy it from the provider's console: BY and 32 digits or letters a to f", problem.Short(r.Byoc))
		}
		out = append(out, r)
	}
	return out
}
