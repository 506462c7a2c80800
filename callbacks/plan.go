package callbacks

import (
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// A TargetKind is how a target is reached.
type TargetKind string

const (
	// Number is a telephone number, E.164.
	Number TargetKind = "number"
	// SIP is a SIP address, "sip:…".
	SIP TargetKind = "sip"
	// Client is the name of a browser telephone, without "client:".
	Client TargetKind = "client"
	// Customer is the customer's own number, E.164, where they are rung before an agent is.
	Customer TargetKind = "customer"
)

// A Target is one telephone of a desk.
type Target struct {
	// ID is stable, for example "support-1". It tells the targets of a desk apart when addresses are edited.
	ID   string
	Kind TargetKind
	// Address is E.164, "sip:…" or the client's name, by Kind.
	Address string
}

// To is the address as the provider's REST interface wants it: "+62…", "sip:…", "client:…".
func (t Target) To() string {
	if t.Kind == Client {
		return "client:" + t.Address
	}
	return t.Address
}

// CustomerRing is how long a customer's telephone rings.
const CustomerRing = 40 * time.Second

// A Plan is how the callbacks of one desk are kept, as configured now.
type Plan struct {
	Policy Policy
	// Targets are rung in turn.
	Targets []Target
	// Ring is how long each target rings. Its bounds are those of the configuration.
	Ring time.Duration
	// CustomerFirst rings the customer before an agent: nobody at the desk waits for somebody who does not pick up, but
	// they wait until an agent is free. Otherwise an agent is rung first.
	CustomerFirst bool
	// Hours is when the desk is there. Nil is always.
	Hours *hours.Calendar
	// SMSBody is the body of an SMS that tells a customer the state of their callback; empty where none is
	// sent. Nil sends none. It is asked inside transactions.
	SMSBody func(c Callback, kind NotificationKind) string
	// From is the line's number, E.164: shown to those who are rung by a route of the line's own, and to everybody
	// where CallerID is empty.
	From string
	// CallerID is the number shown to those whom the provider itself rings, E.164.
	CallerID string
	// Sender is whom SMS come from: a number (E.164), a name (alphanumeric sender ID), or a messaging
	// service's SID. Empty: From.
	Sender string
	// Alert is the number that is told of urgent matters that nobody took, E.164. Empty: none.
	Alert string
}

// Shown is the number that an address is shown when it is rung, E.164.
func (p Plan) Shown(address string) string {
	if p.CallerID != "" && p.Policy.Route(address).Byoc == "" {
		return p.CallerID
	}
	return p.From
}

// HoursFor is when a callback can be kept: the desk is there, and the customer may be rung. Nil is always.
func (p Plan) HoursFor(c Callback) *hours.Calendar {
	if c.Urgent || c.Number == "" {
		return p.Hours
	}
	return p.Policy.within(p.Hours, c.Number)
}

// Notification is the SMS that tells a customer the state of their callback; empty: none. Strangers get none.
func (p Plan) Notification(c Callback, kind NotificationKind) string {
	if p.SMSBody == nil || !c.MaySendSMS() {
		return ""
	}
	return p.SMSBody(c, kind)
}

// Plans finds the plan of a desk. It is asked anew for every decision, so that an edit counts at once.
// It is called inside store transactions: it must answer from memory.
type Plans interface {
	// Plan returns false for a line or desk that is not configured any more.
	Plan(line, desk string) (Plan, bool)
}

// RingFor is how long a target rings.
func (p Plan) RingFor(t Target) time.Duration {
	if t.Kind == Customer {
		return CustomerRing
	}
	return p.Ring
}

// A Desk names a desk of a line.
type Desk struct{ Line, Desk string }
