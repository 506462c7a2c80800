//go:build referee && !race

package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr"
)

// Publishing while callers ring: what they wait for an answer of a house with a thousand lines, before and meanwhile.

const (
	loadLines = 1000
	loadRate  = 2 * time.Millisecond // between two webhooks
	loadCalls = 3000                 // webhooks in one measurement
)

// thousandLines are copies of gopay, each with a number of its own; ten of them have rehearsed calls.
func thousandLines(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	line, hours := readFile(t, dir, "lines/gopay.yaml"), readFile(t, dir, "hours/gopay.yaml")
	call := readFile(t, dir, "calls/gopay-stolen-at-night.yaml")
	for _, folder := range []string{"lines", "hours", "calls"} {
		if err := os.RemoveAll(filepath.Join(dir, folder)); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, tag := range []string{"en", "id", "zh", "ja"} {
		own := regexp.MustCompile(`(?m)^[a-z]+/.*\n`)
		writeFile(t, dir, "prompts/"+tag+".yaml", own.ReplaceAllString(readFile(t, dir, "prompts/"+tag+".yaml"), ""))
	}
	for i := range loadLines {
		id := fmt.Sprintf("gopay%d", i)
		writeFile(t, dir, "lines/"+id+".yaml", strings.NewReplacer("line: gopay", "line: "+id, "hours: gopay", "hours: "+id, "+622150001000", loadNumber(i)).Replace(line))
		writeFile(t, dir, "hours/"+id+".yaml", strings.Replace(hours, "line: gopay", "line: "+id, 1))
		if i < 10 {
			writeFile(t, dir, "calls/"+id+".yaml", strings.Replace(call, "line: gopay", "line: "+id, 1))
		}
	}
	return dir
}

func loadNumber(i int) string { return fmt.Sprintf("+62216%07d", i) }

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSpeedOfCallsWhilePublishing(t *testing.T) {
	dir := thousandLines(t)
	var rehearsals [][]string
	now := func() time.Time { return time.Now().UTC() }
	source := publish.Options{Dir: dir, Files: os.DirFS(dir), Rehearse: func(ctx context.Context, s *config.Snapshot, lines []string) error {
		rehearsals = append(rehearsals, lines)
		return rehearseLines(ctx, s, lines)
	}}
	h, err := newHouse(t.Context(), wiring{
		source: &source, store: "sqlite:" + filepath.Join(t.TempDir(), "hotline.db"), publicURL: "https://hotline.example.com",
		accountSID: rehearsalAccount, tokens: []string{"token"}, stateKeys: [][]byte{make([]byte, 32)}, now: now, shared: true, log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	}()
	load := &loadedLine{handler: h.server.Handler()}
	load.measure(t) // what is made when it is first asked for is made
	before := load.measure(t)

	stop, published := make(chan struct{}), 0
	var publishing sync.WaitGroup
	publishing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			name := fmt.Sprintf("hours/gopay%d.yaml", i%10)
			writeFile(t, dir, name, readFile(t, dir, name)+fmt.Sprintf("# edit %d\n", i))
			was := h.live.Written().Hash
			h.publication.publisher.Now = func() time.Time { return now().Add(time.Duration(2*i) * publish.SettleUnfinished) }
			h.publication.publisher.Look(t.Context())
			h.publication.publisher.Now = func() time.Time { return now().Add(time.Duration(2*i+1) * publish.SettleUnfinished) }
			h.publication.publisher.Look(t.Context())
			if h.live.Written().Hash == was {
				t.Errorf("edit %d is not in force: %+v", i, h.publication.publisher.State().Refused)
				return
			}
			published++
		}
	})
	meanwhile := load.measure(t)
	close(stop)
	publishing.Wait()
	ratio := float64(meanwhile) / float64(before)
	t.Logf("p99 of %d webhooks: %s before, %s while %d configurations of %d lines were published one after the other: %.1f times",
		loadCalls, before, meanwhile, published, loadLines, ratio)
	if published < 2 || ratio > 3 {
		t.Errorf("%d published, p99 %.1f times, want at most 3", published, ratio)
	}
	for _, lines := range rehearsals[1:] {
		if len(lines) != 1 {
			t.Errorf("of one edited line %d are rehearsed", len(lines))
		}
	}
}

// loadedLine is rung at a steady rate.
type loadedLine struct {
	handler http.Handler
	rung    int
}

// measure is the 99th percentile of the time to an answer, counted from when the webhook was due: whoever is kept waiting by
// the one before counts, too.
func (l *loadedLine) measure(t *testing.T) time.Duration {
	t.Helper()
	took := make([]time.Duration, loadCalls)
	begin := time.Now()
	var callers sync.WaitGroup
	for i := range loadCalls {
		due := begin.Add(time.Duration(i) * loadRate)
		timer := time.NewTimer(time.Until(due))
		<-timer.C
		l.rung++
		request := l.incoming(l.rung)
		callers.Go(func() {
			answer := httptest.NewRecorder()
			l.handler.ServeHTTP(answer, request)
			took[i] = time.Since(due)
			if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "GoPay") {
				t.Errorf("webhook %d: %d %s", i, answer.Code, answer.Body)
			}
		})
	}
	callers.Wait()
	slices.Sort(took)
	return took[len(took)*99/100]
}

func (l *loadedLine) incoming(n int) *http.Request {
	form := url.Values{"CallSid": {fmt.Sprintf("CA%032d", n)}, "From": {home}, "To": {loadNumber(n % loadLines)}}
	request := httptest.NewRequest(http.MethodPost, "https://hotline.example.com"+ivr.PathIncoming, strings.NewReader(form.Encode()))
	request.RequestURI = ivr.PathIncoming
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(ivr.SignatureHeader, ivr.Sign("token", "https://hotline.example.com"+ivr.PathIncoming, form))
	return request
}
