//go:build conformance

package campaign

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
)

// The points at which an instance can be killed. "Within" is inside the transaction, before it is committed.
const (
	pointClaimed        = "claimed, within"
	pointRowWritten     = "row written"
	pointRequestSent    = "request sent"
	pointAnswerReceived = "answer received"
	pointOutcomeWritten = "outcome written"
	pointBooked         = "booked"
	// The first was rung by REST, the second the one in the Dial behind them. Each of these has an order
	// before it, see pointOf.
	pointFirstWithin   = "1 of the first, within"
	pointFirstWritten  = "1 of the first"
	pointSecondWithin  = "1 of the second, within"
	pointSecondWritten = "1 of the second"
	pointSecondEnding  = "end of the second, within"
	pointSecondEnded   = "end of the second"
)

// dialPoints are on the way of a dispatcher, hookPoints on that of a callback's webhook.
var (
	dialPoints = []string{pointClaimed, pointRowWritten, pointRequestSent, pointAnswerReceived, pointOutcomeWritten}
	hookPoints = []string{pointFirstWithin, pointFirstWritten, pointSecondWithin, pointSecondWritten,
		pointSecondEnding, pointSecondEnded}
)

// pointOf is a point of a webhook on a line that rings in this order.
func pointOf(customerFirst bool, point string) string {
	switch {
	case point == "":
		return ""
	case customerFirst:
		return "customer first: " + point
	}
	return "agent first: " + point
}

// points kills its own process when an armed one is passed.
type points struct {
	mu    sync.Mutex
	armed string
	left  int
}

func (p *points) arm(point string, nth int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed, p.left = point, nth
}

// pass is called at a point. Nothing comes after the one that kills.
func (p *points) pass(point string) {
	p.mu.Lock()
	defer p.mu.Unlock() // not reached by the one that kills, so nobody else passes a point meanwhile
	if point == "" || p.armed != point {
		return
	}
	if p.left--; p.left > 0 {
		return
	}
	tellParent("hit %s", point)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// A killingStore passes points on the way into and out of a store.
type killingStore struct {
	app.Store
	points *points
}

func (s killingStore) Claim(ctx context.Context, c callbacks.Claim) (callbacks.Record, error) {
	check := c.Check
	c.Check = func(r callbacks.Record) error {
		if check != nil {
			if err := check(r); err != nil {
				return err
			}
		}
		s.points.pass(pointClaimed)
		return nil
	}
	r, err := s.Store.Claim(ctx, c)
	if err == nil {
		s.points.pass(pointRowWritten)
	}
	return r, err
}

func (s killingStore) Book(ctx context.Context, r callbacks.Request, reference string) (callbacks.Booking, error) {
	b, err := s.Store.Book(ctx, r, reference)
	if err == nil {
		s.points.pass(pointBooked)
	}
	return b, err
}

func (s killingStore) ChangeAttempt(ctx context.Context, id string, fence int64,
	change func(*callbacks.Record) error) (callbacks.Record, error) {
	var within, written string
	r, err := s.Store.ChangeAttempt(ctx, id, fence, func(r *callbacks.Record) error {
		before := r.Attempt.State
		err := change(r)
		within, written = "", ""
		if err == nil {
			within, written = webhookPoints(before, r.Attempt.State)
			within, written = pointOf(r.Attempt.CustomerFirst(), within), pointOf(r.Attempt.CustomerFirst(), written)
			s.points.pass(within)
		}
		return err
	})
	switch {
	case err != nil:
	case fence != 0: // only a dispatcher that has just placed a call has one
		s.points.pass(pointOutcomeWritten)
	default:
		s.points.pass(written)
	}
	return r, err
}

// webhookPoints names the points of a change of an attempt that a webhook makes.
func webhookPoints(before, after callbacks.AttemptState) (within, written string) {
	switch {
	case before == after:
	case after == callbacks.Leaving && (before == callbacks.Taken || before == callbacks.Connected),
		after == callbacks.Taken && before == callbacks.Connected: // not connected, and the next agent is rung
		return pointSecondEnding, pointSecondEnded
	case after == callbacks.Taken:
		return pointFirstWithin, pointFirstWritten
	case after == callbacks.Connected:
		return pointSecondWithin, pointSecondWritten
	}
	return "", ""
}

// A killingLink passes points on the way to the provider and back, and gives a request up after limit.
type killingLink struct {
	points *points
	limit  time.Duration
	next   http.RoundTripper
}

func (l killingLink) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(request.Context(), l.limit)
	defer cancel()
	placing := request.Method == http.MethodPost && strings.HasSuffix(request.URL.Path, "/Calls.json")
	if placing {
		ctx = httptrace.WithClientTrace(ctx,
			&httptrace.ClientTrace{WroteRequest: func(info httptrace.WroteRequestInfo) {
				if info.Err == nil {
					l.points.pass(pointRequestSent)
				}
			}})
	}
	answer, err := l.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if placing {
		l.points.pass(pointAnswerReceived)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}
