package simulator

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// webhookLimit is how long the provider waits for a whole answer.
const webhookLimit = 15 * time.Second

// Options set up a Simulator. The zero value of every field but AccountSID and AuthToken is usable.
type Options struct {
	// Start is the first instant of the virtual time; zero is 2026-01-05T02:00:00Z.
	Start time.Time
	// AccountSID and AuthToken sign webhooks and guard the REST API.
	AccountSID, AuthToken string
	// SharedKey signs webhooks instead of AuthToken, when it has a secret.
	SharedKey SharedKey
	// Client sends the webhooks; nil is one of the simulator's own. Its time-out is set to the provider's 15 seconds
	// of real time, and it does not follow redirects: the simulator does.
	Client *http.Client
	// Observe hears of every event in order. It must not block, and must not call Run or Close.
	Observe func(Event)
	// Seed makes the identifiers; equal seeds and equal scripts give equal transcripts.
	Seed uint64
	// Faults makes things go wrong.
	Faults Faults
	// Rates is the speed of speech, in characters a second by language ("id", "en", "zh", "ja"). Missing ones are
	// id 15, en 15, zh 4.5, ja 7, any other language 14.
	Rates map[string]float64
	// PlayLength is the length of a sound; nil is ten seconds for each. A WAV file of the product is as long as it is.
	PlayLength func(url string) time.Duration
	// Words are what is said in a sound, and the language as in <Say>; no text for a sound that is not known. It is
	// asked holding the simulator's lock. Nil knows none.
	Words func(url string) (text, language string)
	// Blocked are the prefixes that the REST API refuses to call (premium services); nil is DefaultBlocked.
	Blocked []string
	// Permissions say which countries the account may call, by ISO 3166-1 alpha-2; the provider knows no others. It is
	// what the resource says; calls are not refused.
	Permissions map[string]Permission
	// Services are the account's messaging services: names by SID.
	Services map[string]string
	// Clock is the time when it is not the simulator's own to move: the product's processes have it as well. Then only
	// RunLive runs the simulator.
	Clock func() time.Time
	// Answering says who answers at an address that nobody subscribed to; it is asked each time a telephone is about to
	// ring, holding the simulator's lock, so it must not use the simulator. Nil: nobody does.
	Answering func(CallRecord) Party
	// Delivery says what becomes of a text message that was sent: "delivered", "undelivered" or "failed", and the
	// error code of the last two. It is asked without the simulator's lock. Nil: all are delivered.
	Delivery func(MessageRecord) (status string, code int)
	// CallPace is the least time between two calls placed by REST; zero is one second, which is the provider's default.
	CallPace time.Duration
	// Forgetful keeps neither webhooks nor requests for Webhooks and Requests: a run of hours would fill the memory.
	Forgetful bool
	// RecordingSID sends RecordingSid to the action of a Record as well; the provider documents it without.
	RecordingSID bool
	// StrictWake calls workers only when they asked for it or after Wake, so that a forgotten Wake shows.
	StrictWake bool
}

// A Number is one of our telephone numbers at the simulator. All URLs but VoiceURL may be empty.
type Number struct {
	// VoiceURL is asked, by POST, what to do with a call; FallbackURL when that fails.
	VoiceURL, FallbackURL string
	// StatusCallback is told, by POST, that a call has ended.
	StatusCallback string
	// NoSMS is set for one that sends no text messages. It is what the number's resource says; sending is not refused.
	NoSMS bool
}

// A Simulator is a telephone company in virtual time. Its methods may be called from any goroutine, except that
// only one of Run, RunUntil, RunPaced and RunLive is at work at a time.
type Simulator struct {
	opts    Options
	client  *http.Client
	clock   clock
	running sync.Mutex     // held by Run, RunUntil, RunPaced, RunLive
	flights sync.WaitGroup // webhooks on their way in RunLive

	arrived atomic.Int32 // REST requests read and not yet served
	woken   atomic.Bool
	pokes   chan struct{}
	skipped atomic.Bool
	ahead   atomic.Pointer[time.Time] // where RunTo lets time run to; nil while it keeps its pace

	mu          sync.Mutex // guards what follows; the running process holds it
	served      *sync.Cond
	ctx         context.Context
	closed      bool
	seq         uint64
	agenda      agenda
	processes   map[*process]struct{}
	workers     []*worker
	rand        *rand.Rand
	undelivered []Event
	violations  []string

	numbers  map[string]Number
	parties  map[string]Party
	legs     []*leg
	bySID    map[string]*leg
	inCall   map[string]int // legs that ring or are in a call, by the telephone's number
	nextDial time.Time      // when the next call placed by REST may go out

	queues     []*queue
	recordings []*recording
	messages   []*message
	requests   []Request
	webhooks   []Webhook
}

// New makes a simulator without numbers or subscribers.
func New(o Options) *Simulator {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, time.January, 5, 2, 0, 0, 0, time.UTC)
	}
	if o.Blocked == nil {
		o.Blocked = DefaultBlocked
	}
	if o.CallPace == 0 {
		o.CallPace = pace
	}
	c := &Simulator{
		opts:      o,
		client:    webhookClient(o.Client),
		pokes:     make(chan struct{}, 1),
		ctx:       context.Background(),
		processes: map[*process]struct{}{},
		rand:      rand.New(rand.NewPCG(o.Seed, 0)),
		numbers:   map[string]Number{},
		parties:   map[string]Party{},
		bySID:     map[string]*leg{},
		inCall:    map[string]int{},
	}
	c.served = sync.NewCond(&c.mu)
	c.clock.nanos.Store(o.Start.UnixNano())
	c.clock.live = o.Clock
	return c
}

func webhookClient(given *http.Client) *http.Client {
	client := &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	if given != nil {
		copied := *given
		client = &copied
	}
	client.Timeout = webhookLimit
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// Close ends a run that is under way, every call and every process. Nothing is sent any more.
func (c *Simulator) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.poke()
	c.running.Lock()
	defer c.running.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := range c.processes {
		p.stop()
		delete(c.processes, p)
	}
	c.agenda = nil
	c.client.CloseIdleConnections()
	c.unlocked(c.flights.Wait)
}

// Now is the virtual time, UTC: the clock to hand to the product.
func (c *Simulator) Now() time.Time { return c.clock.Now() }

// Number makes an E.164 number ours, or changes it.
func (c *Simulator) Number(e164 string, n Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbers[e164] = n
}

// Subscribe says who answers at an address: an E.164 number, "client:NAME" or "sip:…". A later call replaces an
// earlier one. An E.164 number that nobody subscribed to rings without an answer; a client or SIP address that
// nobody subscribed to cannot be reached.
func (c *Simulator) Subscribe(address string, p Party) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parties[address] = p
}

// Ring makes an inbound call, beginning now. From may be anything a provider passes on: an E.164 number,
// "anonymous", a SIP name.
func (c *Simulator) Ring(from, to string, p Party) *Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.newLeg(from, to, directionInbound, p)
	l.proc = c.spawn(l.inbound)
	return &Call{c: c, leg: l}
}

// Violations lists every broken rule of the provider, in order. A test fails when it is not empty.
func (c *Simulator) Violations() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.violations...)
}

// Dangling lists the calls that are still up, the callers still in a queue, and the recordings under way.
func (c *Simulator) Dangling() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, l := range c.legs {
		if !l.over() {
			out = append(out, fmt.Sprintf("call %s (%s, %s to %s) is %s", l.sid, l.role, l.from, l.to, l.status))
		}
	}
	for _, q := range c.queues {
		for _, m := range q.members {
			out = append(out, fmt.Sprintf("call %s waits in queue %q", m.leg.sid, q.name))
		}
	}
	for _, r := range c.recordings {
		if r.status == recordingInProgress {
			out = append(out, fmt.Sprintf("recording %s of call %s is in progress", r.sid, r.callSID))
		}
	}
	return out
}

// poke lets a paced run look at its agenda again.
func (c *Simulator) poke() {
	select {
	case c.pokes <- struct{}{}:
	default:
	}
}

// newSID makes an identifier as the provider's: two letters and 32 hexadecimal digits. The simulator is locked.
func (c *Simulator) newSID(prefix string) string {
	return fmt.Sprintf("%s%016x%016x", prefix, c.rand.Uint64(), c.rand.Uint64())
}
