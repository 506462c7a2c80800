package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// ringBuffer is what the provider adds to the time that a telephone is allowed to ring.
	ringBuffer    = 5 * time.Second
	defaultDial   = 30 // seconds
	maxCallLength = 4 * time.Hour
)

// An attempt is one group of telephones that ring together for a Dial.
type attempt struct {
	parent   *leg
	children []*leg
	winner   *leg // picked up first; the others were cancelled
	ready    bool // and may be connected
	rings    bool // the one who waits hears ringing until then, and not only until somebody picks up
}

// meanwhile is what the one who waits hears while a whisper runs, by the provider's pages on Number and Client.
func (a *attempt) meanwhile() string {
	if a.rings {
		return "ringing"
	}
	return "silence"
}

// over reports whether nobody can be connected any more.
func (a *attempt) over() bool {
	return !slices.ContainsFunc(a.children, func(l *leg) bool { return !l.over() && !l.freed })
}

// cancel ends every leg but one, and those that REST took away; keep may be nil.
func (a *attempt) cancel(keep *leg) {
	for _, l := range a.children {
		if l != keep && !l.freed {
			l.hangUp()
		}
	}
}

// A dialled is the outcome of a Dial.
type dialled struct {
	status  string
	leg     *leg // whose SID and duration are reported; nil for none
	bridged bool
}

// dial rings somebody, or takes the next one out of a queue, and connects the leg with them.
func (l *leg) dial(doc *document, v *element) (flow, source) {
	l.emit(Event{Event: EventDial, Target: dialTargets(v)})
	var outcome dialled
	if noun := queueNoun(v); noun != nil {
		outcome = l.dialQueue(doc, v, noun)
	} else {
		outcome = l.dialOut(doc, v)
	}
	e := Event{Event: EventDialEnd, Status: outcome.status, Target: dialTargets(v), Detail: "not connected"}
	if outcome.bridged {
		e.Detail = "connected"
	}
	l.emit(e)
	if l.diverted != nil || l.left != nil {
		return quit, source{}
	}
	if _, ok := v.attrs["action"]; !ok {
		return goOn, source{}
	}
	return l.conclude(doc, v, KindDial, outcome.form())
}

func (d dialled) form() url.Values {
	f := url.Values{"DialCallStatus": {d.status}, "DialBridged": {strconv.FormatBool(d.bridged)}}
	if d.leg != nil {
		f.Set("DialCallSid", d.leg.sid)
		if !d.leg.answered.IsZero() {
			f.Set("DialCallDuration", strconv.Itoa(int(d.leg.duration().Seconds())))
		}
	}
	return f
}

// conclude makes the request that a verb's result asks for. When the leg is over the answer counts for nothing.
func (l *leg) conclude(doc *document, v *element, kind string, form url.Values) (flow, source) {
	f, next := l.action(doc, v, kind, form)
	if f == jump && l.over() {
		l.tell(next)
		return quit, source{}
	}
	return f, next
}

// tell makes a request and throws the answer away.
func (l *leg) tell(src source) {
	form := l.form()
	for name, values := range src.form {
		form[name] = values
	}
	w, err := l.c.send(l.proc, Webhook{Leg: l.sid, Kind: src.kind, Method: src.method, URL: src.url, Form: form})
	if err != nil || w.Status >= http.StatusBadRequest {
		l.emit(Event{Event: EventWebhookFailed, URL: src.url,
			Detail: "after the call: HTTP status " + strconv.Itoa(w.Status)})
	}
}

// dialOut rings the nouns of a Dial, together or in turn.
func (l *leg) dialOut(doc *document, v *element) dialled {
	nouns := dialNouns(v)
	groups := [][]*element{nouns}
	if v.attr("sequential", "false") == "true" {
		groups = nil
		for _, n := range nouns {
			groups = append(groups, []*element{n})
		}
	}
	if len(nouns) == 0 {
		l.c.violation(l, "<Dial> has no noun that this simulator simulates")
	}
	outcome := dialled{status: statusFailed}
	for _, group := range groups {
		outcome = l.ringGroup(doc, v, group)
		if outcome.bridged || outcome.status == statusCompleted || l.interrupted() {
			break
		}
	}
	return outcome
}

// ringGroup rings telephones together and connects the first to pick up.
func (l *leg) ringGroup(doc *document, v *element, nouns []*element) dialled {
	a := &attempt{parent: l, rings: v.attr("answerOnBridge", "false") == "true"}
	for _, noun := range nouns {
		a.children = append(a.children, l.child(a, doc, v, noun))
	}
	l.wait(time.Time{}, func() bool { return a.ready || a.over() })
	if l.interrupted() {
		a.cancel(nil)
		return dialled{status: statusCanceled, leg: a.reported()}
	}
	if !a.ready {
		return a.failed()
	}
	l.answer()
	l.talk(v, a.winner)
	a.cancel(nil)
	return dialled{status: statusCompleted, leg: a.winner, bridged: true}
}

// talk connects the leg with another one until either goes.
func (l *leg) talk(v *element, other *leg) {
	br := l.c.connect(l, other)
	br.star = v.attr("hangupOnStar", "false") == "true"
	limit := wholeSeconds(v.attr("timeLimit", ""), int(maxCallLength/time.Second))
	l.wait(l.now().Add(limit), func() bool { return br.over })
	br.end()
}

// reported is the leg that a Dial tells about.
func (a *attempt) reported() *leg {
	if a.winner != nil {
		return a.winner
	}
	if len(a.children) == 0 {
		return nil
	}
	return a.children[len(a.children)-1]
}

// failed sums up an attempt that connected nobody. A telephone that was picked up counts as completed, whatever
// its holder did then.
func (a *attempt) failed() dialled {
	d := dialled{status: statusFailed, leg: a.reported()}
	for _, status := range []string{statusCompleted, statusNoAnswer, statusBusy} {
		if slices.ContainsFunc(a.children, func(l *leg) bool {
			return l.status == status || l.freed &&
				status == statusCompleted
		}) {
			d.status = status
			break
		}
	}
	return d
}

// child makes the leg of one noun and lets it ring.
func (l *leg) child(a *attempt, doc *document, v, noun *element) *leg {
	address := nounAddress(noun)
	child := l.c.newLeg(l.callerID(v, noun), address, directionDial, Party{})
	child.parent = l
	child.meets(l.c.partyAt(child))
	child.hooks = nounHooks(doc.url, noun)
	if noun.name == "Number" && l.c.refusal(address, noun.attr("byoc", "")) != nil {
		child.party = Party{Name: child.role, Answer: Unreachable}
	}
	limit := wholeSeconds(v.attr("timeout", ""), defaultDial) + ringBuffer
	var whisper *source
	if ref := noun.attr("url", ""); ref != "" {
		if target, err := resolve(doc.url, ref); err != nil {
			l.c.violation(l, "<%s> url: %v", noun.name, err)
		} else {
			whisper = &source{kind: KindWhisper, url: target, method: noun.attr("method", methodPost)}
		}
	}
	child.proc = l.c.spawn(func(p *process) {
		child.proc = p
		child.dialledBy(a, limit, whisper)
	})
	return child
}

// callerID is what the telephone that rings shows.
func (l *leg) callerID(v, noun *element) string {
	id := v.attr("callerId", l.from)
	_, known := l.c.numbers[id]
	if !l.c.owns(id) && !(known && noun.attr("byoc", "") != "") && id != l.from && id != l.to {
		l.c.violation(l, "<Dial> callerId %q is neither one of our numbers nor the caller's", id)
	}
	return id
}

// dialledBy is the life of a leg that a Dial made.
func (l *leg) dialledBy(a *attempt, limit time.Duration, whisper *source) {
	l.setStatus(statusInitiated)
	l.progress(progressInitiated)
	if l.over() || !l.ringFor(limit) {
		return
	}
	a.winner = l
	l.answer()
	a.cancel(l)
	if whisper != nil {
		l.emit(Event{Event: EventWhisper, URL: whisper.url})
		a.parent.emit(Event{Event: EventMeanwhile, Detail: a.meanwhile()})
		if l.perform(whisperScope, *whisper) != goOn && l.diverted == nil {
			l.hangUp()
			return
		}
	}
	if l.diverted == nil {
		a.ready = true
		a.parent.proc.wake()
		l.wait(time.Time{}, nil)
	}
	if l.diverted != nil { // REST took it away from the call
		src := *l.diverted
		l.diverted, l.freed = nil, true
		a.parent.proc.wake()
		if l.bridge != nil {
			l.bridge.end()
		}
		l.serve(src)
	}
}

func queueNoun(v *element) *element {
	for _, n := range v.children {
		if n.name == "Queue" {
			return n
		}
	}
	return nil
}

// dialNouns are whom a Dial rings; a bare text is a number.
func dialNouns(v *element) []*element {
	var nouns []*element
	for _, n := range v.children {
		switch n.name {
		case "Number", "Client", "Sip":
			nouns = append(nouns, n)
		}
	}
	if len(nouns) == 0 && v.text != "" {
		nouns = append(nouns, &element{name: "Number", text: v.text})
	}
	return nouns
}

// nounAddress is where a noun leads: an E.164 number, "client:NAME" or "sip:…".
func nounAddress(noun *element) string {
	switch noun.name {
	case "Client":
		for _, c := range noun.children {
			if c.name == "Identity" {
				return "client:" + c.text
			}
		}
		return "client:" + noun.text
	case "Sip":
		for _, c := range noun.children {
			if c.name == "Uri" {
				return c.text
			}
		}
	}
	return noun.text
}

func dialTargets(v *element) string {
	if q := queueNoun(v); q != nil {
		return "queue:" + q.text
	}
	var out []string
	for _, n := range dialNouns(v) {
		out = append(out, nounAddress(n))
	}
	return strings.Join(out, " ")
}
