//go:build conformance

package campaign

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// runSimulator is the provider simulator with its subscribers and its book. It ends when standard input does.
func runSimulator() {
	s := settingsFromParent()
	book, err := openBook(filepath.Join(s.Dir, "book.jsonl"))
	if err != nil {
		giveUp(err)
	}
	people := newPeople(s.Seed)
	now := s.Clock.of(time.Now)
	faults := newFaults(s.Seed)
	c := simulator.New(simulator.Options{
		AccountSID: simulate.AccountSID, AuthToken: s.Token,
		Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}, Seed: s.Seed, Clock: now,
		CallPace: s.Pace, Forgetful: true, Rates: map[string]float64{"en": 60}, Answering: people.answers,
		Observe: func(e simulator.Event) {
			people.heard(e)
			book.note(e)
		},
		Faults: simulator.Faults{Webhook: faults.webhook, REST: faults.rest},
	})
	for _, number := range []string{campaignNumber, campaignSecondNumber} {
		c.Number(number, simulator.Number{VoiceURL: s.Public + twilio.PathIncoming,
			FallbackURL: s.Public + twilio.PathFallback, StatusCallback: s.Public + twilio.PathStatus})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		giveUp(err)
	}
	go http.Serve(listener, c.Handler()) //nolint:errcheck,gosec // ends with the process
	ctx, stop := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() {
		if err := c.RunLive(ctx, simulator.Pace{Speed: s.Clock.Speed}); err != nil {
			giveUp(err)
		}
	})
	tellParent("listening %s", listener.Addr())
	orders := bufio.NewScanner(os.Stdin)
	if orders.Scan() { // "ring"
		working.Go(func() { ringUp(ctx, c, s, people, book) })
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
	working.Wait()
	if err := book.close(); err != nil {
		giveUp(err)
	}
	tellParent("closed")
}

// ringUp makes calls until so many callers have heard a reference: a first part at once, the rest one after the other.
func ringUp(ctx context.Context, c *simulator.Simulator, s runSettings, people *people, book *book) {
	every := time.NewTicker(time.Duration(float64(time.Second) / s.Rate))
	defer every.Stop()
	var live []*simulator.Call
	burst := min(s.Callbacks/5, 300)
	for nth := 0; ctx.Err() == nil; {
		up := live[:0]
		for _, call := range live {
			if !call.Done() {
				up = append(up, call)
			}
		}
		live = up
		spoken := int(book.spoken.Load())
		if spoken >= s.Callbacks && len(live) == 0 {
			tellParent("rung %d", nth)
			return
		}
		if spoken+len(live) < s.Callbacks {
			live = append(live, c.Ring(customerNumber(nth), lineNumber(nth), people.caller(nth)))
			nth++
		}
		if nth <= burst {
			continue
		}
		select {
		case <-ctx.Done():
		case <-every.C:
		}
	}
}

// customerNumber is a mobile number of Indonesia, another one for each caller: that is how a customer's leg is tied to
// their callback.
func customerNumber(nth int) string { return fmt.Sprintf("+62812%08d", 10_000_000+nth) }

// otherNumber is where a caller may want to be rung instead.
func otherNumber(nth int) string { return customerNumber(50_000_000 + nth) }

func isCustomer(number string) bool { return strings.HasPrefix(number, "+62812") }

// lineNumber is which line a caller rings: every third one that whose customers are rung first.
func lineNumber(nth int) string {
	if nth%3 == 2 {
		return campaignSecondNumber
	}
	return campaignNumber
}

// A book is what the provider simulator writes down, an event a line. It is only ever added to.
type book struct {
	file   *os.File
	out    *bufio.Writer
	failed error
	spoken atomic.Int32
	heard  map[string]bool // customers who have heard a reference; of the observer alone
}

func openBook(path string) (*book, error) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &book{file: file, out: bufio.NewWriterSize(file, 1<<16), heard: map[string]bool{}}, nil
}

// booked are the events that the oracle reads.
var booked = map[string]bool{
	simulator.EventRing: true, simulator.EventAnswer: true, simulator.EventPress: true, simulator.EventBridge: true,
	simulator.EventUnbridge:  true,
	simulator.EventPlaceCall: true, simulator.EventHangup: true, simulator.EventViolation: true,
	simulator.EventMessage: true, simulator.EventDialEnd: true,
	simulator.EventWebhookFailed: true, simulator.EventFallback: true, simulator.EventDial: true,
}

// note takes an event. A reference counts from the first word of it: what is spoken has to be durable before.
func (b *book) note(e simulator.Event) {
	if reference := referenceIn(e); reference != "" {
		e.Digits = reference
		if !b.heard[e.From] {
			b.heard[e.From] = true
			tellParent("spoken %d", b.spoken.Add(1))
		}
	} else if !booked[e.Event] && !apology(e) && !refusal(e) && !tells(e) {
		return
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = b.out.Write(append(line, '\n'))
	}
	b.failed = errors.Join(b.failed, err)
}

// apology reports whether the product says that it could not write down what it was told, or tries once more: a caller
// who is asked to wait for that may hang up.
func apology(e simulator.Event) bool {
	return e.Event == simulator.EventSay && (strings.Contains(e.Text, "something went wrong on our side") ||
		e.Role != simulate.RoleCaller && strings.Contains(e.Text, "One moment, please. Stay on the line."))
}

// refusal reports whether a customer is told that the desk has closed since their telephone began to ring.
func refusal(e simulator.Event) bool {
	return e.Event == simulator.EventSay && e.Role != simulate.RoleCaller &&
		strings.Contains(e.Text, "we can no longer connect you at this hour")
}

var callbackReference = regexp.MustCompile(`Your reference number is ([0-9 ,]+)\.`)

// referenceIn is the reference of a callback that a caller begins to hear.
func referenceIn(e simulator.Event) string {
	if e.Event != simulator.EventSay || e.Role != simulate.RoleCaller {
		return ""
	}
	found := callbackReference.FindStringSubmatch(e.Text)
	if found == nil {
		return ""
	}
	return strings.NewReplacer(" ", "", ",", "").Replace(found[1])
}

func (b *book) close() error { return errors.Join(b.failed, b.out.Flush(), b.file.Close()) }
