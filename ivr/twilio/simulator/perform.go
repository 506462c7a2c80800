package simulator

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A scope is where a document is executed.
type scope int

const (
	mainScope    scope = iota // the leg itself
	whisperScope              // the telephone that picked up, before it is connected
	waitScope                 // somebody who waits in a queue
	noticeScope               // somebody who leaves a queue, before they are connected
)

// scopeVerbs are the verbs that a scope executes; nil: all.
var scopeVerbs = map[scope][]string{
	whisperScope: {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"},
	waitScope:    {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"},
	noticeScope:  {"Say", "Play", "Pause", "Redirect"},
}

func (s scope) String() string {
	return [...]string{"a call", "a whisper", "a waitUrl", "a queue's notice"}[s]
}

// A source is where the next document comes from.
type source struct {
	kind   string // of the webhook
	url    string
	method string
	form   url.Values // what the verb adds to the request
	twiml  string     // the document itself, in place of a URL
}

// A flow says how a verb ended.
type flow int

const (
	goOn flow = iota // the next verb is executed
	jump             // another document is executed instead
	quit             // the execution ends: hung up, interrupted, or nothing more to do in this scope
)

// perform executes the document from src and those it leads to. It reports goOn when a document came to its end and
// quit when the execution was ended in any other way.
func (l *leg) perform(in scope, src source) flow {
	for {
		if l.interrupted() {
			return quit
		}
		doc := l.fetch(in, src)
		if doc == nil || l.interrupted() {
			return quit
		}
		f, next := l.executeAll(in, doc)
		if f != jump {
			return f
		}
		src = next
	}
}

func (l *leg) executeAll(in scope, doc *document) (flow, source) {
	for _, v := range doc.verbs {
		if allowed := scopeVerbs[in]; allowed != nil && !slices.Contains(allowed, v.name) {
			l.c.violation(l, "<%s> cannot be used in %s", v.name, in)
			continue
		}
		f, next := l.execute(in, doc, v)
		if f == goOn && l.interrupted() {
			f = quit
		}
		if f != goOn {
			return f, next
		}
	}
	return goOn, source{}
}

// execute does one verb.
func (l *leg) execute(in scope, doc *document, v *element) (flow, source) {
	l.answerFor(v)
	if v.name != "Redirect" {
		l.redirects = 0
	}
	switch v.name {
	case "Say", "Play", "Pause":
		l.utter(v, nil)
		return goOn, source{}
	case "Gather":
		return l.gather(doc, v)
	case "Redirect":
		return l.redirect(doc, v)
	case "Dial":
		return l.dial(doc, v)
	case "Enqueue":
		return l.enqueue(doc, v)
	case "Leave":
		return l.leave(in)
	case "Record":
		return l.record(doc, v)
	case "Hangup":
		l.hangUp()
		return quit, source{}
	case "Reject":
		return l.reject(v)
	}
	l.c.violation(l, "<%s> is not simulated by this simulator", v.name)
	return goOn, source{}
}

// answerFor answers an inbound call before the first verb that needs it.
func (l *leg) answerFor(v *element) {
	if l.direction != directionInbound || !l.answered.IsZero() {
		return
	}
	switch v.name {
	case "Reject", "Redirect":
		return
	case "Dial":
		if v.attr("answerOnBridge", "false") == "true" {
			return
		}
	}
	l.answer()
}

func (l *leg) redirect(doc *document, v *element) (flow, source) {
	target, err := resolve(doc.url, v.text)
	if err != nil {
		l.c.violation(l, "<Redirect>: %v", err)
		return quit, source{}
	}
	l.redirects++
	l.emit(Event{Event: EventRedirect, URL: target})
	return jump, source{kind: KindRedirect, url: target, method: v.attr("method", methodPost)}
}

func (l *leg) reject(v *element) (flow, source) {
	reason := v.attr("reason", "rejected")
	if !l.answered.IsZero() {
		l.c.violation(l, "<Reject> after the call was answered")
		l.hangUp()
		return quit, source{}
	}
	l.emit(Event{Event: EventReject, Detail: reason})
	if reason == "busy" {
		l.end(statusBusy)
	} else {
		l.end(statusNoAnswer)
	}
	return quit, source{}
}

// action is the request that a verb makes when it has a result. Without the attribute it is the document itself.
func (l *leg) action(doc *document, v *element, kind string, form url.Values) (flow, source) {
	target, err := resolve(doc.url, v.attr("action", ""))
	if err != nil {
		l.c.violation(l, "<%s> action: %v", v.name, err)
		return quit, source{}
	}
	return jump, source{kind: kind, url: target, method: v.attr("method", methodPost), form: form}
}

// resolve makes an absolute URL of a reference within a document.
func resolve(base, ref string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("the document's own URL: %w", err)
	}
	r, err := url.Parse(strings.TrimSpace(ref))
	if err != nil {
		return "", err
	}
	u := b.ResolveReference(r)
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%q is no absolute http or https URL", u)
	}
	return u.String(), nil
}
