package config

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nyaruka/phonenumbers"
	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// Whom a line calls and texts.

// anyCountry is how a line says that it calls numbers of every country.
const anyCountry = "any"

// readCountries reads the countries whose numbers a line calls: nil for any, its own where nothing is written.
func readCountries(v value, own string) (countries []string) {
	if !v.present() {
		return []string{own}
	}
	if v.node.Kind == yaml.ScalarNode && !v.empty() {
		if phonenumbers.GetSupportedRegions()[v.node.Value] {
			v.fail("is one country and has to be a list; write [%s], or %s", v.node.Value, anyCountry)
			return []string{own}
		}
		if _, ok := v.oneOf(); !ok {
			return []string{own}
		}
		return nil
	}
	items := v.list("[ID, SG]")
	if len(items) == 0 {
		v.fail("lists no country; write any, a list such as [ID, SG], or remove it: then it is the line's own, %s", own)
	}
	for _, item := range items {
		country, ok := item.country()
		switch {
		case !ok:
		case slices.Contains(countries, country):
			item.fail("stands in this list twice; remove one")
		default:
			countries = append(countries, country)
		}
	}
	return countries
}

// country is an ISO 3166-1 alpha-2 code that has telephone numbers.
func (v value) country() (string, bool) {
	text, ok := v.text("ID")
	if ok && !phonenumbers.GetSupportedRegions()[text] {
		v.fail("%q is not a country; write its two capital letters (ISO 3166), for example ID", problem.Short(text))
		return "", false
	}
	return text, ok
}

// readBlocked reads beginnings of numbers that are never called. Each has a reason, as somebody else decides later
// whether it still holds.
func readBlocked(v value) (out []callbacks.Blocked) {
	const example = `- {prefix: "+252", reason: "calls there are pumped for their fees"}`
	for _, item := range v.list(example) {
		if !item.kind(yaml.MappingNode, "a prefix with its reason, for example "+example) {
			continue
		}
		m, ok := item.mapping()
		if !ok {
			continue
		}
		var b callbacks.Blocked
		at := m.need("prefix", "write the beginning of the numbers, for example \"+252\"")
		if b.Prefix, ok = at.prefix(); ok && slices.ContainsFunc(out, func(o callbacks.Blocked) bool { return o.Prefix == b.Prefix }) {
			at.fail("%s is blocked already; keep one", b.Prefix)
		}
		b.Reason, _ = m.need("reason", "say why, for those who read this later").text("calls there are pumped for their fees")
		out = append(out, b)
	}
	return out
}

// ours are the numbers of all lines and their agents: whatever a caller keys in, no customer is rung there.
func ours(lines []*lineFile) map[string]bool {
	numbers := map[string]bool{}
	for _, f := range lines {
		for _, number := range append(slices.Clone(f.line.Numbers), f.line.CallerID, f.line.SMSSender) {
			numbers[number] = true
		}
		for _, desk := range f.line.Desks {
			for _, target := range desk.Targets {
				numbers[cmp.Or(ivr.SIPUser(target.Address), target.Address)] = true
			}
		}
	}
	for number := range numbers {
		if !callbacks.IsNumber(number) {
			delete(numbers, number)
		}
	}
	return numbers
}

// refused says why an agent's number cannot be rung, and what to do.
func refused(r *callbacks.Refusal) string {
	switch r.Reason {
	case callbacks.NeverCalled:
		return fmt.Sprintf("must not be called (%s); give another number", r.Detail)
	case callbacks.BlockedPrefix:
		return fmt.Sprintf("must not be called (%s); give another number, or change callbacks.blocked", r.Detail)
	case callbacks.Unreachable:
		return fmt.Sprintf("cannot be dialled by the provider alone (%s); add a route, or give a sip or client target", r.Detail)
	}
	return fmt.Sprintf("cannot be dialled (%s); check the digits", r.Detail)
}
