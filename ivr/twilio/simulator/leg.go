package simulator

import (
	"slices"
	"strings"
	"time"
)

// Call statuses as the provider names them.
const (
	statusQueued     = "queued"
	statusInitiated  = "initiated"
	statusRinging    = "ringing"
	statusInProgress = "in-progress"
	statusCompleted  = "completed"
	statusBusy       = "busy"
	statusNoAnswer   = "no-answer"
	statusFailed     = "failed"
	statusCanceled   = "canceled"
)

const (
	directionInbound = "inbound"
	directionAPI     = "outbound-api"
	directionDial    = "outbound-dial"
)

// A leg is one telephone's part of a call.
type leg struct {
	c         *Simulator
	proc      *process
	sid       string
	parent    *leg // of a leg that Dial made
	from, to  string
	role      string
	direction string
	party     Party

	status                         string
	created, sent, answered, ended time.Time // sent: when it began to ring, or to be tried
	answeredBy                     string
	pickedUp                       bool // Call.PickUp
	engages                        bool // it rings, or is in a call: another call finds it engaged
	fallbackURL                    string
	fallbackMethod                 string
	hooks                          []hook
	sequence                       int // number of the next progress event

	// What interrupts a leg that is being served.
	diverted *source // REST gave it another document
	left     *exit   // it was taken out of the queue it waits in
	freed    bool    // REST took it away from the Dial that made it

	// What the holder of the telephone heard and does.
	heard    []string
	language string
	prompts  int
	input    *input
	bridge   *bridge

	// Guards against documents that go round in circles.
	redirects  int
	instant    time.Time
	perInstant int
	fellBack   time.Time // when the fallback was last tried
	talked     time.Duration
}

// newLeg makes a leg that nothing serves yet. The simulator is locked.
func (c *Simulator) newLeg(from, to, direction string, p Party) *leg {
	l := &leg{c: c, sid: c.newSID("CA"), from: from, to: to, direction: direction,
		status: statusQueued, created: c.clock.Now()}
	l.meets(p)
	if direction != directionAPI {
		l.sent = l.created
	}
	c.legs = append(c.legs, l)
	c.bySID[l.sid] = l
	return l
}

// meets says who is at the telephone of a leg.
func (l *leg) meets(p Party) {
	l.party, l.role = p, p.Name
	if l.role == "" {
		l.role = l.to
		if l.direction == directionInbound {
			l.role = "caller"
		}
	}
}

// partyAt is who answers when a leg rings. The simulator is locked.
func (c *Simulator) partyAt(l *leg) Party {
	if p, ok := c.parties[l.to]; ok {
		return p
	}
	if c.opts.Answering != nil {
		return c.opts.Answering(l.summary())
	}
	if strings.HasPrefix(l.to, "+") {
		return Party{Answer: NoAnswer}
	}
	return Party{Answer: Unreachable}
}

// event fills in what every event of a leg says.
func (l *leg) event(e Event) Event {
	e.Leg, e.Role, e.From, e.To = l.sid, l.role, l.from, l.to
	return e
}

func (l *leg) emit(e Event) { l.c.emit(l.event(e)) }

func (l *leg) now() time.Time { return l.c.clock.Now() }

func finalStatus(s string) bool {
	return slices.Contains([]string{statusCompleted, statusBusy, statusNoAnswer, statusFailed, statusCanceled}, s)
}

func (l *leg) over() bool { return finalStatus(l.status) }

// interrupted reports whether what the leg is doing has to stop.
func (l *leg) interrupted() bool { return l.over() || l.diverted != nil || l.left != nil }

// wait lets time pass until t (zero: for ever), until done reports true (nil: never), or until the leg is
// interrupted. It reports whether the leg may go on.
func (l *leg) wait(t time.Time, done func() bool) bool {
	l.proc.waitUntil(t, func() bool { return l.interrupted() || done != nil && done() })
	return !l.interrupted()
}

// pass lets d pass, see wait.
func (l *leg) pass(d time.Duration) bool { return l.wait(l.now().Add(d), nil) }

// setStatus changes the status of a leg that is not over.
func (l *leg) setStatus(s string) {
	if s == statusRinging {
		l.c.inCall[l.telephone()]++
		l.engages = true
	}
	l.status = s
	l.emit(Event{Event: EventStatus, Status: s})
}

// telephone is the number of the leg's own telephone.
func (l *leg) telephone() string {
	if l.direction == directionInbound {
		return l.from
	}
	return l.to
}

// engaged reports whether the telephone that a leg is to ring is in another call. An application or an exchange takes
// several.
func (l *leg) engaged() bool { return strings.HasPrefix(l.to, "+") && l.c.inCall[l.to] > 0 }

// answer marks the leg as answered; a second time does nothing.
func (l *leg) answer() {
	if l.over() || !l.answered.IsZero() {
		return
	}
	l.answered = l.now()
	l.emit(Event{Event: EventAnswer})
	l.setStatus(statusInProgress)
	l.progress(progressAnswered)
	switch {
	case l.party.Answer == Voicemail:
		l.hangUpAfter(machineHangsUp)
	case l.party.HangUpAfter > 0 && l.direction != directionInbound:
		l.hangUpAfter(l.party.HangUpAfter)
	}
}

// hangUpAfter makes the holder of the telephone hang up so long from now.
func (l *leg) hangUpAfter(d time.Duration) { l.c.after(d, l.hangUp) }

// hangUp ends the leg from either side: completed once it was answered, else canceled or, for the caller's own
// leg, completed without having been connected.
func (l *leg) hangUp() {
	if l.answered.IsZero() && l.direction != directionInbound {
		l.end(statusCanceled)
		return
	}
	l.end(statusCompleted)
}

// end makes a leg over; a second time does nothing.
func (l *leg) end(status string) {
	if l.over() {
		return
	}
	l.ended = l.now()
	l.setStatus(status)
	l.emit(Event{Event: EventHangup, Status: status, Seconds: l.duration().Seconds()})
	l.input = nil
	if l.engages {
		l.c.inCall[l.telephone()]--
	}
	if l.bridge != nil {
		l.bridge.end()
	}
	l.proc.wake()
	if l.parent != nil {
		l.parent.proc.wake()
	}
	l.progress(progressCompleted)
}

// duration is how long the leg was connected to the provider.
func (l *leg) duration() time.Duration {
	if l.answered.IsZero() {
		return 0
	}
	if l.ended.IsZero() {
		return l.now().Sub(l.answered)
	}
	return l.ended.Sub(l.answered)
}

// inbound serves a call that a customer made.
func (l *leg) inbound(p *process) {
	l.proc = p
	l.emit(Event{Event: EventRing})
	n, ok := l.c.numbers[l.to]
	if !ok {
		l.end(statusFailed)
		return
	}
	l.fallbackURL, l.fallbackMethod = n.FallbackURL, methodPost
	l.hooks = numberHooks(n)
	l.setStatus(statusRinging)
	if l.party.HangUpAfter > 0 {
		l.hangUpAfter(l.party.HangUpAfter)
	}
	l.serve(source{kind: KindVoice, url: n.VoiceURL, method: methodPost})
}

// serve plays documents until the leg is over, starting with one from src.
func (l *leg) serve(src source) {
	for !l.over() {
		l.perform(mainScope, src)
		if l.diverted == nil {
			break
		}
		src, l.diverted = *l.diverted, nil
	}
	if !l.over() {
		l.answer()
		l.hangUp()
	}
}

// ringFor rings the party's telephone for at most limit, and reports whether it was picked up. When not, the leg
// is over, with the status that says why.
func (l *leg) ringFor(limit time.Duration) bool {
	if l.party.Answer == Unreachable {
		l.end(statusFailed)
		return false
	}
	if l.engaged() {
		l.end(statusBusy)
		return false
	}
	l.emit(Event{Event: EventRing})
	l.setStatus(statusRinging)
	l.progress(progressRinging)
	after, ending := l.party.After, ""
	switch l.party.Answer {
	case Busy, Refuse:
		ending = statusBusy
	case NoAnswer, Manual:
		after = limit
	}
	if after >= limit {
		after, ending = limit, statusNoAnswer
	}
	if !l.wait(l.now().Add(after), func() bool { return l.pickedUp }) {
		return false
	}
	if ending != "" && !l.pickedUp {
		l.end(ending)
		return false
	}
	return true
}
