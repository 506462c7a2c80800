//go:build conformance

package campaign

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
)

const (
	// clockError is how far two processes' readings of the fast clock may be apart.
	clockError = 5 * time.Second
	// onTheWay is how long it may take from asking the hours to asking the provider: the dispatcher's lease.
	onTheWay = 30 * time.Second
)

// A findings is what the oracle found, by the rule that was broken.
type findings struct {
	broken map[string][]string
	counts map[string]int
}

// The rules.
const (
	ruleLost     = "no callback is lost"
	ruleTold     = "number, time and reference that a caller is told are those in the store"
	ruleStanding = "every callback has an end"
	ruleKept     = "a callback is kept when, and only when, the book has its one conversation"
	ruleTwice    = "nobody is connected twice for one callback"
	ruleLimit    = "no customer is rung above the limit"
	ruleOneCall  = "one call at a time for a target"
	ruleHours    = "nobody is rung outside hours who did not ask for it"
	ruleGiven    = "a callback is given up for a reason only"
	ruleOnce     = "one callback for a caller, and no text message twice"
	ruleRoom     = "never more customers of a desk are rung first than it has agents"
	ruleProvider = "the provider's rules"
)

var campaignRules = []string{ruleLost, ruleTold, ruleStanding, ruleKept, ruleTwice, ruleLimit, ruleOneCall, ruleHours,
	ruleGiven, ruleOnce, ruleRoom, ruleProvider}

func (v *findings) find(rule, format string, args ...any) {
	v.broken[rule] = append(v.broken[rule], fmt.Sprintf(format, args...))
}

// checkBook holds the book against the store. The book is right: what it does not know has not happened. agents is how
// many the first line's desk has.
func checkBook(ctx context.Context, l *eventBook, store app.Store, agents int) (*findings, error) {
	v := &findings{broken: map[string][]string{}, counts: map[string]int{}}
	found, err := store.List(ctx, callbacks.Filter{})
	if err != nil {
		return nil, err
	}
	byNumber, byReference, byCaller := map[string]callbacks.Callback{}, map[string]callbacks.Callback{},
		map[string]callbacks.Callback{}
	for _, c := range found {
		if before, twice := byCaller[c.Caller]; twice {
			v.find(ruleOnce, "%s asked for one callback and has %d and %d", c.Caller, before.ID, c.ID)
		}
		byCaller[c.Caller], byReference[c.Reference] = c, c
		if before, twice := byNumber[c.Number]; twice {
			v.find(ruleOnce, "%s has callbacks %d and %d", c.Number, before.ID, c.ID)
		}
		byNumber[c.Number] = c
		v.counts["callbacks "+string(c.State)]++
		v.callback(c, l)
	}
	for reference, customer := range l.spoken {
		if c, known := byReference[reference]; !known || c.Caller != customer {
			v.find(ruleLost, "%s heard the reference %s, and the store has %q of him", customer, reference,
				byCaller[customer].Reference)
		}
	}
	v.told(l, byReference)
	v.coincidences(len(l.bridges))
	for customer, n := range l.bridges {
		if _, known := byNumber[customer]; !known && isCustomer(customer) {
			v.find(ruleKept, "%s was connected %d times without a callback", customer, n)
		}
	}
	active, err := store.ActiveAttempts(ctx)
	for _, a := range active {
		v.find(ruleStanding, "attempt %s of callback %d is %s", a.ID, a.CallbackID, a.State)
	}
	for text, n := range l.texts {
		if n > 1 {
			v.find(ruleOnce, "%d times the same text message to %s", n, text)
		}
	}
	v.targets(l)
	v.room(l, byNumber, agents)
	for _, text := range l.violations {
		v.find(ruleProvider, "%s", text)
	}
	v.counts["references spoken"] = len(l.spoken)
	v.counts["customers connected"] = len(l.bridges)
	v.counts["webhooks not answered"] = l.failed
	v.counts["calls given up by the provider"] = l.givenUp
	v.counts["turns to the fallback"] = l.fallbacks
	return v, err
}

// told holds what callers were told against the store.
func (v *findings) told(l *eventBook, byReference map[string]callbacks.Callback) {
	for _, g := range l.order {
		c, known := byReference[g.told.reference]
		if !known {
			continue
		}
		v.counts["callers told number, time and reference"]++
		if g.told.before {
			v.counts["told what was noted when an answer was lost"]++
		}
		if strings.HasPrefix(g.told.when, sayMoved) {
			v.counts["told that it is moved"]++
		}
		if how := g.told.differs(c, l.rings[c.Number]); how != "" {
			v.find(ruleTold, "%s heard %s, %s and %q of callback %d: %s", g.told.customer, g.told.reference,
				g.told.number, g.told.when, c.ID, how)
		}
	}
}

// callback checks one callback.
func (v *findings) callback(c callbacks.Callback, l *eventBook) {
	who := fmt.Sprintf("callback %d to %s (%s, urgent %t, attempts %d, desk attempts %d)", c.ID, c.Number, c.State,
		c.Urgent,
		c.Attempts, c.DeskAttempts)
	bridges, rings := l.bridges[c.Number], l.rings[c.Number]
	v.counts["customers' telephones rung"] += len(rings)
	if c.Urgent {
		v.counts["urgent callbacks"]++
	}
	if c.Line == customerFirstLine {
		v.counts["callbacks of the line that rings the customer first"]++
	}
	if c.Kind == callbacks.Slot {
		v.counts["callbacks for a chosen time"]++
	}
	if c.State == callbacks.Task {
		v.counts["callbacks that were left to a person"]++
	} else if c.Open() {
		v.find(ruleStanding, "%s: due %s, expires %s", who, c.Due.Format(time.TimeOnly),
			c.Expires.Format(time.TimeOnly))
	}
	switch done := c.State == callbacks.Done; {
	case done == (bridges > 0):
	case done && len(rings) > 0 && hungUpAsTaken(rings[len(rings)-1]):
		v.counts[hungUpInTime]++
	case done && len(rings) > 0 && notHeard(rings[len(rings)-1]):
		// The second one pressed 1, our answer to that was lost, and so was every word about it that followed: nobody
		// could tell the product from one that has connected them.
		v.counts["done, though every word that they were not connected was lost"]++
	default:
		v.find(ruleKept, "%s: the book has %d conversations", who, bridges)
	}
	if bridges > 1 {
		v.find(ruleTwice, "%s: connected %d times", who, bridges)
	}
	counted, most := len(rings)-v.tooLate(rings), campaignAttempts
	if c.Urgent {
		most = callbacks.UrgentTries - c.DeskAttempts
	}
	if c.AgentFirst { // the call in which its customer waited for nobody: after that an agent is rung first
		counted--
	}
	if counted > most || c.Attempts > most || counted > c.Attempts {
		v.find(ruleLimit, "%s: rung %d times, %d of them count", who, len(rings), counted)
	}
	for _, g := range rings {
		v.hours(who, c, g)
	}
	if c.State == callbacks.Expired && (c.Urgent || c.Attempts < campaignAttempts) {
		v.find(ruleGiven, "%s: given up after %d attempts, and not left to a person", who, c.Attempts)
	}
	if c.State == callbacks.Task && !c.Urgent && c.Attempts >= campaignAttempts {
		v.find(ruleGiven, "%s: left to a person after %d attempts, and not given up", who, c.Attempts)
	}
	if c.State == callbacks.Undialable || c.State == callbacks.Cancelled {
		v.find(ruleGiven, "%s: nobody asked for that", who)
	}
}

// hungUpInTime counts what two people do in the same moment: a coincidence, and so rare.
const hungUpInTime = "done, whose customer hung up in the moment in which an agent pressed 1"

// coincidences finds that more of them happened, among so many conversations, than can.
func (v *findings) coincidences(conversations int) {
	if n := v.counts[hungUpInTime]; n > 1+conversations/100 {
		v.find(ruleKept, "%d %s", n, hungUpInTime)
	}
}

// hungUpAsTaken reports whether a customer who was rung first hung up between the agent's key and the answer to it:
// both had pressed 1, and nobody told the product that the answer came too late.
func hungUpAsTaken(g *recordedLeg) bool {
	return g.placed && !g.pressed.IsZero() && !g.taken.IsZero() && g.ended.Sub(g.taken) < clockError
}

// notHeard reports whether the product was never told how this leg of a customer ended.
func notHeard(g *recordedLeg) bool {
	if g.by == nil {
		return g.placed && g.endLost && !g.pressed.IsZero()
	}
	return g.by.endLost && !g.pressed.IsZero()
}

// tooLate counts the customers' telephones that were rung first, and picked up, but the desk had closed before anybody
// of it was rung: they are told so, and that is no attempt. Hours are asked whenever the product is asked what comes
// next, so a webhook that was lost just before closing and is told again just after it has that answer as well. Nobody
// hears it whose leg the answer did not reach, or who had hung up again by then; of all others the book has to have it.
func (v *findings) tooLate(rings []*recordedLeg) (n int) {
	for _, g := range rings {
		told := g.refused || g.unanswered || g.ended.Sub(g.answered) < 2*clockError
		if g.placed && !g.answered.IsZero() && g.dialled == "" && told &&
			!(openAt(g.answered.Add(-clockError)) && openAt(g.ended.Add(clockError))) {
			n++
		}
	}
	v.counts["rung first, and closed before an agent was"] += n
	return n
}

// askedWhenOpen reports whether a call was decided on while the desk was there.
func askedWhenOpen(g *recordedLeg) bool {
	return openAt(g.created) || openAt(g.created.Add(-onTheWay)) || openAt(g.created.Add(clockError))
}

// hours checks one ringing of a customer's telephone. The agent may press 1 in the last second: what they are told
// then, and only that, may still pass before the customer is rung.
func (v *findings) hours(who string, c callbacks.Callback, g *recordedLeg) {
	if c.Urgent || openAt(g.rang) || openAt(g.rang.Add(-clockError)) {
		return
	}
	if g.placed && askedWhenOpen(g) { // as with an agent: nobody is connected
		v.counts["rung first after closing, and asked for before"]++
		return
	}
	if !g.byPressed.IsZero() && openAt(g.byPressed.Add(-clockError)) {
		v.counts["rung while the agent was told about it, after closing"]++
		return
	}
	v.find(ruleHours, "%s: rung at %s, the agent pressed 1 at %s", who, g.rang.Format(time.TimeOnly),
		g.byPressed.Format(time.TimeOnly))
}

// targets finds two calls at a time, and calls to agents of a desk that was closed when they were decided on. Of those
// that were on the way when it closed nobody is connected, which the customers' side shows.
func (v *findings) targets(l *eventBook) {
	byTarget := map[string][]*recordedLeg{}
	for _, g := range l.order {
		if !g.placed {
			continue
		}
		v.counts["calls placed"]++
		byTarget[g.to] = append(byTarget[g.to], g)
		if strings.HasPrefix(g.to, "client:support") && !askedWhenOpen(g) {
			v.find(ruleHours, "%s was asked for at %s, when the desk was closed", g.to, g.created.Format(time.TimeOnly))
		}
	}
	for target, legs := range byTarget {
		sort.SliceStable(legs, func(i, j int) bool { return legs[i].created.Before(legs[j].created) })
		for i := 1; i < len(legs); i++ {
			if legs[i-1].ended.IsZero() || legs[i].created.Before(legs[i-1].ended) {
				v.find(ruleOneCall, "%s: a call from %s to %s, and one asked for at %s", target,
					legs[i-1].created.Format(time.StampMilli), legs[i-1].ended.Format(time.StampMilli),
					legs[i].created.Format(time.StampMilli))
			}
		}
	}
}

// room finds instants at which more customers of a desk of the second line were on the telephone, or about to be, than
// the desk has agents: each of them will want one.
func (v *findings) room(l *eventBook, found map[string]callbacks.Callback, agents int) {
	type change struct {
		at time.Time
		by int
	}
	byDesk := map[string][]change{}
	for _, g := range l.order {
		c, known := found[g.to]
		if !g.placed || !known {
			continue
		}
		byDesk[c.Desk] = append(byDesk[c.Desk], change{g.created, 1})
		if !g.ended.IsZero() {
			byDesk[c.Desk] = append(byDesk[c.Desk], change{g.ended, -1})
		}
	}
	for desk, changes := range byDesk {
		slices.SortStableFunc(changes, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), a.by-b.by) })
		room, up, most := roomOf(desk, agents), 0, 0
		for _, ch := range changes {
			if up += ch.by; ch.by > 0 && up > room {
				v.find(ruleRoom, "%s at %s: %d customers and %d agents", desk, ch.at.Format(time.StampMilli), up, room)
			}
			most = max(most, up)
		}
		v.counts[fmt.Sprintf("most customers at a time, of %d agents, %s", room, desk)] = most
	}
}

// String is the table of the verdict.
func (v *findings) String() string {
	var out strings.Builder
	names := make([]string, 0, len(v.counts))
	for name := range v.counts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&out, "  %-55s %7d\n", name, v.counts[name])
	}
	for _, rule := range campaignRules {
		word := "held"
		if n := len(v.broken[rule]); n > 0 {
			word = fmt.Sprintf("BROKEN %d times", n)
		}
		fmt.Fprintf(&out, "  %-74s %s\n", rule, word)
		for i, found := range v.broken[rule] {
			if i == 10 {
				fmt.Fprintf(&out, "      … and %d more\n", len(v.broken[rule])-i)
				break
			}
			fmt.Fprintf(&out, "      %s\n", found)
		}
	}
	return out.String()
}
