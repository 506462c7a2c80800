package simulator

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// defaultQueueSize is how many callers a queue holds unless it was made with another size.
const defaultQueueSize = 1000

// Values of QueueResult.
const (
	queueBridged    = "bridged"
	queueError      = "error"
	queueHangup     = "hangup"
	queueLeave      = "leave"
	queueRedirected = "redirected"
	queueFull       = "queue-full"
)

// A queue holds callers, first in, first out.
type queue struct {
	sid, name        string
	max              int
	created, updated time.Time
	members          []*member
}

// A member waits in a queue.
type member struct {
	leg     *leg
	since   time.Time
	claimed bool // somebody is about to be connected with them
}

// An exit is how a member is taken out of a queue.
type exit struct {
	result string
	to     *source // another document, by REST
	by     *leg    // the leg that dialled the queue
	notice *source // played to the member first
	ready  bool    // the notice was heard
	met    bool    // the two were connected
	over   bool    // the conversation is finished, or will not be
}

// queueNamed finds a queue by its name or SID. The simulator is locked.
func (c *Simulator) queueNamed(name string) *queue {
	for _, q := range c.queues {
		if q.name == name || q.sid == name {
			return q
		}
	}
	return nil
}

func (c *Simulator) newQueue(name string, size int) *queue {
	now := c.clock.Now()
	q := &queue{sid: c.newSID("QU"), name: name, max: size, created: now, updated: now}
	c.queues = append(c.queues, q)
	return q
}

// averageWait is of those still waiting, as the provider reckons it.
func (q *queue) averageWait(now time.Time) time.Duration {
	if len(q.members) == 0 {
		return 0
	}
	var sum time.Duration
	for _, m := range q.members {
		sum += now.Sub(m.since)
	}
	return sum / time.Duration(len(q.members))
}

func (q *queue) position(m *member) int { return slices.Index(q.members, m) + 1 }

// first is the member who is next, nil for none.
func (q *queue) first() *member {
	for _, m := range q.members {
		if !m.claimed && !m.leg.interrupted() {
			return m
		}
	}
	return nil
}

// enqueue makes the leg wait in a queue until it is taken out.
func (l *leg) enqueue(doc *document, v *element) (flow, source) {
	q := l.c.queueNamed(v.text)
	if q == nil {
		q = l.c.newQueue(v.text, defaultQueueSize)
	}
	size := q.max
	if n, err := strconv.Atoi(v.attr("maxQueueSize", "")); err == nil && n < size {
		size = n
	}
	if len(q.members) >= size {
		return l.dequeued(doc, v, q, &exit{result: queueFull}, 0)
	}
	m := &member{leg: l, since: l.now()}
	q.members = append(q.members, m)
	l.emit(Event{Event: EventEnqueue, Queue: q.name})
	l.c.queueChanged(q)
	l.hold(doc, v, q, m)

	out := l.left
	l.left = nil
	switch {
	case l.over() && (out == nil || out.result != queueBridged):
		out = &exit{result: queueHangup}
	case out == nil:
		out = &exit{result: queueRedirected, to: l.diverted}
	}
	waited := l.now().Sub(m.since)
	q.members = slices.DeleteFunc(q.members, func(x *member) bool { return x == m })
	l.emit(Event{Event: EventLeave, Queue: q.name, Detail: out.result, Seconds: waited.Seconds()})
	if out.by != nil {
		l.meet(out, q, waited)
	}
	return l.dequeued(doc, v, q, out, waited)
}

// hold plays the waitUrl over and over until the leg is interrupted.
func (l *leg) hold(doc *document, v *element, q *queue, m *member) {
	ref := v.attr("waitUrl", "")
	if ref == "" {
		l.wait(time.Time{}, nil)
		return
	}
	target, err := resolve(doc.url, ref)
	if err != nil {
		l.c.violation(l, "<Enqueue> waitUrl: %v", err)
		l.wait(time.Time{}, nil)
		return
	}
	for !l.interrupted() {
		form := url.Values{
			"QueueSid":         {q.sid},
			"QueuePosition":    {strconv.Itoa(q.position(m))},
			"QueueTime":        {seconds(l.now().Sub(m.since))},
			"AvgQueueTime":     {seconds(q.averageWait(l.now()))},
			"CurrentQueueSize": {strconv.Itoa(len(q.members))},
			"MaxQueueSize":     {strconv.Itoa(q.max)},
		}
		l.perform(waitScope, source{kind: KindWait, url: target, method: v.attr("waitUrlMethod", methodPost),
			form: form})
	}
}

// meet plays the notice to a member who was called up, and waits until the conversation is over.
func (l *leg) meet(out *exit, q *queue, waited time.Duration) {
	if out.notice != nil {
		src := *out.notice
		src.form = url.Values{"QueueSid": {q.sid}, "QueueTime": {seconds(waited)}, "DequeingCallSid": {out.by.sid}}
		l.perform(noticeScope, src)
	}
	out.ready = true
	out.by.proc.wake()
	l.wait(time.Time{}, func() bool { return out.over })
	if !out.met {
		out.result = queueError
	}
}

// dequeued makes the action's request. A member whom REST took out goes where REST said.
func (l *leg) dequeued(doc *document, v *element, q *queue, out *exit, waited time.Duration) (flow, source) {
	form := url.Values{"QueueResult": {out.result}, "QueueSid": {q.sid}, "QueueTime": {seconds(waited)}}
	if _, ok := v.attrs["action"]; !ok {
		if out.to != nil && l.diverted == nil {
			return jump, *out.to
		}
		return goOn, source{}
	}
	f, next := l.action(doc, v, KindEnqueue, form)
	if f != jump || !l.over() && out.to == nil {
		return f, next
	}
	l.tell(next)
	if l.interrupted() || out.to == nil {
		return quit, source{}
	}
	return jump, *out.to
}

// leave ends a wait from within the waitUrl.
func (l *leg) leave(in scope) (flow, source) {
	if in != waitScope {
		l.c.violation(l, "<Leave> outside of a waitUrl")
		return goOn, source{}
	}
	l.left = &exit{result: queueLeave}
	return quit, source{}
}

// dialQueue connects the leg with the first in a queue, waiting for one if need be.
func (l *leg) dialQueue(doc *document, v, noun *element) dialled {
	q := l.c.queueNamed(noun.text)
	if q == nil {
		return dialled{status: statusFailed}
	}
	limit := wholeSeconds(v.attr("timeout", ""), defaultDial)
	l.wait(l.now().Add(limit), func() bool { return q.first() != nil })
	m := q.first()
	if m == nil || l.interrupted() {
		return dialled{status: statusNoAnswer}
	}
	out := &exit{result: queueBridged, by: l}
	if ref := noun.attr("url", ""); ref != "" {
		if target, err := resolve(doc.url, ref); err == nil {
			out.notice = &source{kind: KindWhisper, url: target, method: noun.attr("method", methodPost)}
		}
	}
	m.claimed = true
	m.leg.left = out
	m.leg.proc.wake()
	l.answer()
	l.wait(time.Time{}, func() bool { return out.ready || m.leg.over() })
	outcome := dialled{status: statusCompleted, leg: m.leg}
	if !l.interrupted() && out.ready && !m.leg.interrupted() {
		outcome.bridged, out.met = true, true
		l.talk(v, m.leg)
	}
	out.over = true
	m.leg.proc.wake()
	return outcome
}

// queueChanged wakes the legs that wait for somebody to join a queue.
func (c *Simulator) queueChanged(q *queue) {
	q.updated = c.clock.Now()
	for _, l := range c.legs {
		if !l.over() {
			l.proc.wake()
		}
	}
}

// takeOut takes a member out of a queue by REST and lets it go on with another document.
func (m *member) takeOut(to source) {
	m.claimed = true
	m.leg.left = &exit{result: queueRedirected, to: &to}
	m.leg.proc.wake()
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// merged is a copy of two forms.
func merged(a, b url.Values) url.Values {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
