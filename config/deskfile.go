package config

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// The provider rings for 5 to 600 seconds.
const (
	shortestRing = 5 * time.Second
	longestRing  = 600 * time.Second
)

// target is a telephone of a desk together with where its address stands.
type target struct {
	callbacks.Target
	at value
}

func (f *lineFile) readDesks(v value) {
	seen := map[string]value{} // target identifiers, which are unique in a line
	var routed []value
	for _, item := range v.list("- {id: support, …}") {
		m, ok := item.mapping()
		if !ok {
			continue
		}
		desk := &ivr.Desk{}
		id := m.need("id", "write a stable name, for example id: support")
		if desk.ID, ok = id.id("support"); ok {
			if f.line.Desks[desk.ID] != nil {
				id.fail("desk %s is listed twice; remove one", desk.ID)
				continue
			}
			f.line.Desks[desk.ID] = desk
		}
		desk.Language = f.readDeskLanguage(m.need("language", "write in which language the agents are addressed, for example id"))
		f.readDeskHours(m.need("hours", "write line (the line's hours), always, or hours of its own: {week: {…}}"), desk.ID)
		if by := m.get("by_language"); by.present() {
			desk.ByLanguage = f.readByLanguage(by, &routed)
		}
		desk.Ring, _ = m.need("ring", "write how long each target rings, for example 20s").duration()
		targets := m.need("targets", "list at least one telephone, for example - {id: support-1, number: \"+622150002001\"}")
		desk.Targets = f.readTargets(targets, seen)
		if !targets.empty() && len(targets.node.Content) == 0 {
			targets.fail("lists no telephone; add one, or remove the desk and give its topics another")
		}
	}
	for _, v := range routed { // once all desks are known
		id, _ := v.id("support-zh")
		if f.checkDesk(v, id) && f.line.Desks[id].ByLanguage != nil {
			v.fail("desk %s sends callers on by language itself; name the desk that serves them", id)
		}
	}
}

// readByLanguage reads which desks serve callers of other languages. Whether there are such desks is checked later.
func (f *lineFile) readByLanguage(v value, routed *[]value) map[string]string {
	m, ok := v.mappingOf(f.tags())
	if !ok {
		return nil
	}
	desks := map[string]string{}
	for _, tag := range m.keys {
		if id, ok := m.values[tag].id("support-zh"); ok {
			desks[tag] = id
			*routed = append(*routed, m.values[tag])
		}
	}
	return desks
}

// tags are those of the line's languages.
func (f *lineFile) tags() (tags []string) {
	for _, l := range f.line.Languages {
		tags = append(tags, l.Tag)
	}
	return tags
}

func (f *lineFile) readDeskLanguage(v value) string {
	tags := f.tags()
	if len(tags) == 0 {
		return "" // reported
	}
	tag, _ := v.oneOfThese(tags)
	return tag
}

func (f *lineFile) readTargets(v value, seen map[string]value) (out []callbacks.Target) {
	addresses := map[string]bool{}
	for _, item := range v.list("- {id: support-1, number: \"+622150002001\"}") {
		m, ok := item.mapping()
		if !ok {
			continue
		}
		id := m.need("id", "write a stable name, for example id: support-1")
		name, named := id.id("support-1")
		if first, twice := seen[name]; named && twice {
			id.fail("target %s is listed twice, first on line %d; give each its own name", name, first.line)
		}
		if named {
			seen[name] = id
		}
		t, ok := readAddress(m)
		if !ok {
			continue
		}
		if t.ID = name; addresses[t.To()] {
			t.at.fail("the desk has this telephone already; remove one, it is rung in turn anyway")
		}
		addresses[t.To()] = true
		f.targets = append(f.targets, t)
		out = append(out, t.Target)
	}
	return out
}

var (
	sipAddress = regexp.MustCompile(`^sips?:[^\s@<>"]+@[^\s@<>"]+$`)
	clientName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,120}$`)
)

// readAddress reads exactly one of number, sip and client.
func readAddress(m mapping) (target, bool) {
	kinds := []string{"number", "sip", "client"}
	kinds = slices.DeleteFunc(kinds, func(k string) bool { return !m.get(k).present() })
	switch len(kinds) {
	case 0:
		m.fail("has no address; add one of number, sip and client")
		return target{}, false
	case 1:
	default:
		m.fail("has %s at once; keep one, and make the other a target of its own", strings.Join(kinds, " and "))
		return target{}, false
	}
	v := m.need(kinds[0], "write the address, or remove the target")
	t := target{at: v}
	var ok bool
	switch t.Kind = callbacks.TargetKind(kinds[0]); t.Kind {
	case callbacks.Number:
		t.Address, ok = v.number()
	case callbacks.SIP:
		if t.Address, ok = v.text("\"sip:agent@example.com\""); ok && !sipAddress.MatchString(t.Address) {
			v.fail("is not a SIP address; write it as \"sip:agent@example.com\"")
			ok = false
		}
	case callbacks.Client:
		if t.Address, ok = v.text("gopay_agent_1"); ok && !clientName.MatchString(t.Address) {
			v.fail("is not the name of a browser telephone; use letters, digits, hyphens, dots and underscores, without client:")
			ok = false
		}
	}
	return t, ok
}

// checkTargets reports agents' numbers that cannot be rung, or that would ring a line again. owner tells
// which line answers a number.
func (f *lineFile) checkTargets(owner map[string]*lineFile) {
	for _, t := range f.targets {
		if t.Kind != callbacks.Number {
			continue
		}
		if line, loop := owner[t.Address]; loop {
			t.at.fail("is the number of line %s itself, so the call would come back; give the agent's own number", line.line.ID)
			continue
		}
		if refusal := f.line.Callbacks.RefusalOfAgent(t.Address); refusal != nil {
			t.at.fail("%s", refused(refusal))
		}
	}
}
