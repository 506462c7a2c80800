package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Progress events that a status callback can be asked for.
const (
	progressInitiated = "initiated"
	progressRinging   = "ringing"
	progressAnswered  = "answered"
	progressCompleted = "completed"
)

// A hook is a status callback of a leg.
type hook struct {
	url, method string
	events      []string
}

// newHook is none when there is no URL; without events it is told of the end.
func newHook(target, method string, events []string) []hook {
	if target == "" {
		return nil
	}
	if len(events) == 0 {
		events = []string{progressCompleted}
	}
	return []hook{{url: target, method: method, events: events}}
}

func numberHooks(n Number) []hook { return newHook(n.StatusCallback, methodPost, nil) }

// nounHooks reads the status callback of a noun.
func nounHooks(base string, noun *element) []hook {
	target := noun.attr("statusCallback", "")
	if target == "" {
		return nil
	}
	if abs, err := resolve(base, target); err == nil {
		target = abs
	}
	return newHook(target, noun.attr("statusCallbackMethod", methodPost),
		strings.Fields(noun.attr("statusCallbackEvent", "")))
}

// progress sends the status callbacks of one step of the leg, each as a process of its own: they take their time
// and arrive in any order, and the leg does not wait for them.
func (l *leg) progress(event string) {
	if l.direction == directionInbound && event != progressCompleted {
		return
	}
	form := l.form()
	if event == progressInitiated {
		form.Set("CallStatus", statusInitiated)
	}
	form.Set("SequenceNumber", strconv.Itoa(l.sequence))
	form.Set("CallbackSource", "call-progress-events")
	form.Set("Timestamp", l.now().Format(time.RFC1123Z))
	if event == progressCompleted {
		seconds := int(l.duration().Round(time.Second) / time.Second)
		form.Set("CallDuration", strconv.Itoa(seconds))
		form.Set("Duration", strconv.Itoa((seconds+59)/60))
	}
	l.sequence++
	for _, h := range l.hooks {
		if slices.Contains(h.events, event) {
			l.c.notify(l, KindStatus, h.method, h.url, form)
		}
	}
}

// notify sends a webhook whose answer does not matter, apart from its status.
func (c *Simulator) notify(l *leg, kind, method, target string, form url.Values) {
	w := Webhook{Kind: kind, Method: method, URL: target, Form: form}
	if l != nil {
		w.Leg = l.sid
	}
	c.spawn(func(p *process) {
		w, err := c.send(p, w)
		if err == nil && w.Status < http.StatusMultipleChoices {
			return
		}
		e := Event{Event: EventWebhookFailed, URL: target,
			Detail: kind + " callback: HTTP status " + strconv.Itoa(w.Status)}
		if err != nil {
			e.Detail = kind + " callback: " + err.Error()
		}
		if l != nil {
			e = l.event(e)
		}
		c.emit(e)
	})
}
