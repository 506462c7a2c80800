package config

import (
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
)

// target is a telephone of a desk together with where its address stands.
type target struct {
	callbacks.Target
	at yamlnode.Value
}

func (f *lineFile) readDesks(v yamlnode.Value) {
	seen := map[string]yamlnode.Value{} // target identifiers, which are unique in a line
	var routed []yamlnode.Value
	for _, m := range v.Mappings("- {id: support, …}") {
		desk := &ivr.Desk{}
		id := m.Need("id", "write a stable name, for example id: support")
		var ok bool
		if desk.ID, ok = id.ID("support"); ok {
			if f.line.Desks[desk.ID] != nil {
				id.Fail("desk %s is listed twice; remove one", desk.ID)
				continue
			}
			f.line.Desks[desk.ID], f.desks[desk.ID] = desk, id
		}
		desk.Language = f.readDeskLanguage(m.Need("language", "write in which language the agents are addressed, "+
			"for example id"))
		f.readDeskHours(m.Need("hours", "write line (the line's hours), always, or hours of its "+
			"own: {week: {…}}"), desk.ID)
		if by := m.Get("by_language"); by.Present() {
			desk.ByLanguage = f.readByLanguage(by, &routed)
		}
		desk.Ring, _ = m.Need("ring", "write how long each target rings, for example 20s").Duration()
		targets := m.Need("targets", "list at least one telephone, for example - {id: support-1, number: "+
			"\"+622150002001\"}")
		desk.Targets = f.readTargets(targets, seen)
		if targets.EmptyList() {
			targets.Fail("lists no telephone; add one, or remove the desk and give its topics another")
		}
	}
	for _, v := range routed { // once all desks are known
		id, _ := v.ID("support-zh")
		if f.checkDesk(v, id) && f.line.Desks[id].ByLanguage != nil {
			v.Fail("desk %s sends callers on by language itself; name the desk that serves them", id)
		}
	}
}

// readByLanguage reads which desks serve callers of other languages. Whether there are such desks is checked later.
func (f *lineFile) readByLanguage(v yamlnode.Value, routed *[]yamlnode.Value) map[string]string {
	m, ok := v.MappingOf(tagsOf(f.line))
	if !ok {
		return nil
	}
	desks := map[string]string{}
	for _, tag := range m.Keys {
		if id, ok := m.Values[tag].ID("support-zh"); ok {
			desks[tag] = id
			*routed = append(*routed, m.Values[tag])
		}
	}
	return desks
}

// tagsOf are the tags of a line's languages.
func tagsOf(line *ivr.Line) (tags []string) {
	for _, l := range line.Languages {
		tags = append(tags, l.Tag)
	}
	return tags
}

func (f *lineFile) readDeskLanguage(v yamlnode.Value) string {
	tags := tagsOf(f.line)
	if len(tags) == 0 {
		return "" // reported
	}
	tag, _ := v.OneOfThese(tags)
	return tag
}

func (f *lineFile) readTargets(v yamlnode.Value, seen map[string]yamlnode.Value) (out []callbacks.Target) {
	addresses := map[string]bool{}
	for _, m := range v.Mappings("- {id: support-1, number: \"+622150002001\"}") {
		id := m.Need("id", "write a stable name, for example id: support-1")
		name, named := id.ID("support-1")
		if first, twice := seen[name]; named && twice {
			id.Fail("target %s is listed twice, first on line %d; give each its own name", name, first.Line)
		}
		if named {
			seen[name] = id
		}
		t, ok := readAddress(m)
		if !ok {
			continue
		}
		if t.ID = name; addresses[t.To()] {
			t.at.Fail("the desk has this telephone already; remove one, it is rung in turn anyway")
		}
		addresses[t.To()] = true
		f.targets = append(f.targets, t)
		out = append(out, t.Target)
	}
	return out
}

// readAddress reads exactly one of number, sip and client.
func readAddress(m yamlnode.Mapping) (target, bool) {
	kinds := []string{"number", "sip", "client"}
	kinds = slices.DeleteFunc(kinds, func(k string) bool { return !m.Get(k).Present() })
	switch len(kinds) {
	case 0:
		m.Fail("has no address; add one of number, sip and client")
		return target{}, false
	case 1:
	default:
		m.Fail("has %s at once; keep one, and make the other a target of its own", strings.Join(kinds, " and "))
		return target{}, false
	}
	v := m.Need(kinds[0], "write the address, or remove the target")
	t := target{at: v}
	var ok bool
	switch t.Kind = callbacks.TargetKind(kinds[0]); t.Kind {
	case callbacks.Number:
		t.Address, ok = readNumber(v)
	case callbacks.SIP:
		if t.Address, ok = v.Text("\"sip:agent@example.com\""); ok && !schema.SIPAddress.MatchString(t.Address) {
			v.Fail("is not a SIP address; write it as \"sip:agent@example.com\"")
			ok = false
		}
	case callbacks.Client:
		if t.Address, ok = v.Text("gopay_agent_1"); ok && !schema.ClientName.MatchString(t.Address) {
			v.Fail("is not the name of a browser telephone; use letters, digits, hyphens, dots and underscores, " +
				"without client:")
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
			t.at.Fail("is the number of line %s itself, so the call would come back; give the agent's own number",
				line.line.ID)
			continue
		}
		if refusal := f.line.Callbacks.RefusalOfAgent(t.Address); refusal != nil {
			t.at.Fail("%s", refused(refusal))
		}
	}
}
