package hours

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// An Override opens or closes the line between two instants, whatever else is written. A span that is running ends
// when an override begins. Two overrides of the same [Rules] must not overlap.
type Override struct {
	// From is the first instant, Until the first one after the override; a zero Until means until revoked. Both are
	// rounded up to whole seconds.
	From, Until time.Time
	Open        bool
	// Reason is required.
	Reason string
	// Say is what callers hear, by language tag. It may be nil. It must not be changed afterwards.
	Say map[string]string
	// Source says where the override was written. May be empty.
	Source string
}

// Check reports what is wrong with the override. [Build] refuses an override that fails it. Callers of
// [Calendar.WithOverrides] check an override before they accept it: WithOverrides itself applies what it gets, because
// an override that is in force must not disappear when a rule is added here.
func (o Override) Check() error { return errors.Join(o.check("override")...) }

func (o Override) check(path string) (out []error) {
	if o.From.IsZero() {
		out = append(out, &Mistake{path, "has no first instant; give from"})
	}
	if !o.Until.IsZero() && ceilSecond(o.Until) <= ceilSecond(o.From) {
		out = append(out, &Mistake{path, "ends before it begins; exchange from and until"})
	}
	if strings.TrimSpace(o.Reason) == "" {
		out = append(out, &Mistake{path, "has no reason; say why, for those who find it"})
	}
	return out
}

// Overlaps reports whether the override is in force at some instant from one on and before another.
func (o Override) Overlaps(from, before time.Time) bool {
	return o.From.Before(before) && (o.Until.IsZero() || o.Until.After(from))
}

// lasts reports whether there is an instant at which the override is in force.
func (o Override) lasts() bool {
	return !o.From.IsZero() && (o.Until.IsZero() || ceilSecond(o.From) < ceilSecond(o.Until))
}

// checkOverrides finds overrides that are incomplete or overlap.
func checkOverrides(overrides []Override) (out []error) {
	var good []int
	for i, o := range overrides {
		out = append(out, o.check(fmt.Sprintf("overrides[%d]", i))...)
		if o.lasts() {
			good = append(good, i)
		}
	}
	slices.SortStableFunc(good, func(a, b int) int { return overrides[a].From.Compare(overrides[b].From) })
	for k := 1; k < len(good); k++ {
		first, second := good[k-1], good[k]
		if until := overrides[first].Until; until.IsZero() || ceilSecond(until) > ceilSecond(overrides[second].From) {
			blamed, other := max(first, second), min(first, second)
			where := overrides[other].Source
			if where == "" {
				where = fmt.Sprintf("overrides[%d]", other)
			}
			out = append(out, &Mistake{fmt.Sprintf("overrides[%d]", blamed),
				fmt.Sprintf("rules at the same time as %s; end the first before the second begins", where)})
			if until.IsZero() {
				break
			}
		}
	}
	return out
}

// A compiledOverride is an [Override] in Unix seconds, until not included.
type compiledOverride struct {
	from, until int64
	rule        *rule
}

// overrideTime is how reasons write an instant, on the wall clock of the calendar's zone.
func overrideTime(at time.Time) string {
	text := at.Format("2006-01-02 15:04")
	if Repeated(at) {
		text += " for the second time"
	}
	return text
}

func compileOverride(o Override, zone *time.Location) compiledOverride {
	until, end := int64(forever), "until revoked"
	if !o.Until.IsZero() {
		until, end = ceilSecond(o.Until), "until "+overrideTime(o.Until.In(zone))
	}
	r := rule{open: o.Open, layer: LayerOverride, name: o.Reason, id: "override " + o.From.UTC().Format(time.RFC3339),
		source: o.Source, say: o.Say}
	r = r.because("%s (override from %s, %s).", o.Reason, overrideTime(o.From.In(zone)), end)
	return compiledOverride{from: ceilSecond(o.From), until: until, rule: &r}
}

// forever is later than any instant.
const forever = math.MaxInt64

// ceilSecond is the first whole second at or after an instant.
func ceilSecond(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return clamp(t.Unix() + 1)
	}
	return clamp(t.Unix())
}

// WithOverrides returns a calendar in which the overrides outrank everything that is written, the calendar's own
// overrides included. Unlike the overrides of [Rules] they may overlap: the later one in the list wins. One that ends
// before it begins has no effect. The receiver does not change.
func (c *Calendar) WithOverrides(overrides ...Override) *Calendar {
	over := slices.DeleteFunc(slices.Clone(overrides), func(o Override) bool { return !o.lasts() })
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
	set.overrides, set.overruled = slices.Clone(r.overrides), slices.Concat(r.overrides, r.overruled)
	for i, o := range over {
		compiled := compileOverride(o, r.Zone)
		set.overrides = cutOut(set.overrides, compiled)
		if i < len(over)-1 {
			set.overruled = append(set.overruled, compiled)
		}
		set.reachOverride(compiled)
	}
	return &set
}

// cutOut adds an override to others, which lose the time that it takes.
func cutOut(in []compiledOverride, o compiledOverride) []compiledOverride {
	out := []compiledOverride{o}
	for _, e := range in {
		if e.from < o.from {
			out = append(out, compiledOverride{from: e.from, until: min(e.until, o.from), rule: e.rule})
		}
		if e.until > o.until {
			out = append(out, compiledOverride{from: max(e.from, o.until), until: e.until, rule: e.rule})
		}
	}
	slices.SortFunc(out, func(a, b compiledOverride) int { return cmp.Compare(a.from, b.from) })
	return out
}
