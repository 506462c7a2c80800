package hours

import (
	"cmp"
	"slices"
)

// WithOverrides is the calendar with overrides over everything that is written, its own overrides included. Of those handed in, a
// later one rules over an earlier one. Unlike the overrides of [Rules] they may overlap; one without a reason, or that ends
// before it begins, is left out. The calendar itself stays as it is; without overrides it is returned.
func (c *Calendar) WithOverrides(overrides ...Override) *Calendar {
	over := slices.DeleteFunc(slices.Clone(overrides), func(o Override) bool { return len(checkOverrides([]Override{o})) > 0 })
	if len(over) == 0 {
		return c
	}
	out := newCalendar(c.rules.withOverrides(over))
	if c.and != nil {
		out.and = c.and.WithOverrides(over...)
	}
	return out
}

func (r *ruleset) withOverrides(over []Override) *ruleset {
	set := *r
	set.overrides, set.beneath = slices.Clone(r.overrides), slices.Concat(r.overrides, r.beneath)
	for i, o := range over {
		compiled := compileOverride(o, r.Zone)
		set.overrides = cutOut(set.overrides, compiled)
		if i < len(over)-1 {
			set.beneath = append(set.beneath, compiled)
		}
		set.reachOverride(compiled)
	}
	return &set
}

// cutOut puts an override among others, which lose the time that it takes.
func cutOut(in []override, o override) []override {
	out := []override{o}
	for _, e := range in {
		if e.from < o.from {
			out = append(out, override{from: e.from, until: min(e.until, o.from), rule: e.rule})
		}
		if e.until > o.until {
			out = append(out, override{from: max(e.from, o.until), until: e.until, rule: e.rule})
		}
	}
	slices.SortFunc(out, func(a, b override) int { return cmp.Compare(a.from, b.from) })
	return out
}
