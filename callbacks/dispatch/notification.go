package dispatch

import (
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Who is told what a decision came to.

// notifyDelay is how long a callback has to be put off for its customer to be told.
const notifyDelay = 3 * time.Hour

// remark notes what a change came of, and has the customer told when their callback was given up, left to a person or
// put off for hours, and the line's people when that was not the customer's doing. Urgent customers are rung by a
// person at once.
func (dec decision) remark(r *callbacks.Record, why string) {
	r.Callback.Remark, r.SMSAt, r.Alert = why, dec.now, dec.alert(r.Callback)
	switch r.Callback.State {
	case callbacks.Expired, callbacks.Undialable:
		r.SMSBody = dec.plan.Notification(r.Callback, callbacks.NotifyGivenUp)
	case callbacks.Task:
		if !r.Callback.Urgent {
			r.SMSBody = dec.plan.Notification(r.Callback, callbacks.NotifyTask)
		}
	case callbacks.Booked:
		if r.Callback.Due.Sub(dec.now) >= notifyDelay {
			r.SMSBody = dec.plan.Notification(r.Callback, callbacks.NotifyMoved)
		}
	}
}

// alert is what the line's people are told of a callback that is left to them, or given up; nil if nothing.
func (dec decision) alert(c callbacks.Callback) *callbacks.Alert {
	what := callbacks.CallbackNotKept
	switch {
	case dec.plan.Alert == "":
		return nil
	case c.Urgent && (c.State == callbacks.Task || c.State == callbacks.Undialable):
		what = callbacks.UrgentCallbackUnanswered
	case c.State == callbacks.Task:
	default:
		return nil
	}
	a := dec.plan.NewAlert("callback/"+strconv.FormatInt(c.ID, 10)+"/"+strconv.Itoa(c.Pass), what, c, dec.now)
	return &a
}
