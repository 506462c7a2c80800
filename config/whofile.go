package config

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nyaruka/phonenumbers"
	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
)

// Whom a line calls and texts.

// readCountries reads the countries whose numbers a line calls: nil for any, its own where nothing is written.
func readCountries(v yamlnode.Value, own string) (countries []string) {
	if !v.Present() {
		return []string{own}
	}
	if v.Node.Kind == yaml.ScalarNode && !v.Empty() {
		if phonenumbers.GetSupportedRegions()[v.Node.Value] {
			v.Fail("is one country and has to be a list; write [%s], or %s", v.Node.Value, schema.AnyCountry)
			return []string{own}
		}
		if _, ok := v.OneOf(); !ok {
			return []string{own}
		}
		return nil
	}
	items := v.List("[ID, SG]")
	if v.EmptyList() {
		v.Fail("lists no country; write any, a list such as [ID, SG], or remove it: then it is the line's own, %s", own)
	}
	for _, item := range items {
		country, ok := readCountry(item)
		switch {
		case !ok:
		case slices.Contains(countries, country):
			item.Fail("is in this list twice; remove one")
		default:
			countries = append(countries, country)
		}
	}
	return countries
}

// readCountry reads an ISO 3166-1 alpha-2 code that has telephone numbers.
func readCountry(v yamlnode.Value) (string, bool) {
	text, ok := v.Text("ID")
	if ok && !phonenumbers.GetSupportedRegions()[text] {
		v.Fail("%q is not a country; write its two capital letters (ISO 3166), for example ID", problem.Short(text))
		return "", false
	}
	return text, ok
}

// readBlocked reads beginnings of numbers that are never called. Each has a reason, as somebody else decides later
// whether it still holds.
func readBlocked(v yamlnode.Value) (out []callbacks.Blocked) {
	const example = `- {prefix: "+252", reason: "calls there are pumped for their fees"}`
	for _, item := range v.List(example) {
		if !item.Kind(yaml.MappingNode, "a prefix with its reason, for example "+example) {
			continue
		}
		m, ok := item.Mapping()
		if !ok {
			continue
		}
		var b callbacks.Blocked
		at := m.Need("prefix", "write the beginning of the numbers, for example \"+252\"")
		same := func(o callbacks.Blocked) bool { return o.Prefix == b.Prefix }
		if b.Prefix, ok = readPrefix(at); ok && slices.ContainsFunc(out, same) {
			at.Fail("%s is blocked already; keep one", b.Prefix)
		}
		b.Reason, _ = m.Need("reason", "say why, for those who read this later").Text("calls there are pumped " +
			"for their fees")
		out = append(out, b)
	}
	return out
}

// ours are the numbers of all lines and their agents: whatever a caller keys in, no customer is rung there.
func ours(lines []*lineFile) map[string]bool {
	numbers := map[string]bool{}
	for _, f := range lines {
		for _, number := range append(slices.Clone(f.line.Numbers), f.line.CallerID, f.line.SMSSender,
			f.line.Alert) {
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
		return fmt.Sprintf("cannot be dialled by the provider alone (%s); add a route, or give a sip or client target",
			r.Detail)
	}
	return fmt.Sprintf("cannot be dialled (%s); check the digits", r.Detail)
}

// readNumber reads a telephone number, E.164. Messages never repeat it: they end up in logs.
func readNumber(v yamlnode.Value) (string, bool) {
	text, ok := v.Quoted("\"+622150001000\"")
	if !ok {
		return "", false
	}
	if !schema.Number.MatchString(text) {
		v.Fail("is not in the international form; write +, the country code and the rest without spaces, for example " +
			"\"+622150001000\"")
		return "", false
	}
	n, err := phonenumbers.Parse(text, "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		v.Fail("is not a telephone number of that country's numbering plan; check the digits")
		return "", false
	}
	return text, true
}

// readPrefix reads the beginning of telephone numbers, E.164.
func readPrefix(v yamlnode.Value) (string, bool) {
	text, ok := v.Quoted("\"+86\"")
	if ok && !schema.Prefix.MatchString(text) {
		v.Fail("%q is not the beginning of an international number; write + and digits, for example \"+86\"",
			problem.Short(text))
		return "", false
	}
	return text, ok
}
