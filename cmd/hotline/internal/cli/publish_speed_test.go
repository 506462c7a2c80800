//go:build referee && !race

package cli

import (
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

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// Publishing while callers ring: how long they wait for an answer. Files and database are in memory: what is measured is how
// the processors are shared, and a disk that others use has its own moods.

const (
	loadLines  = 100
	loadRate   = 10 * time.Millisecond  // between two webhooks
	loadEdits  = 12                     // every third is one on which all lines depend
	longestYet = 100 * time.Millisecond // no webhook may take longer
)

// hundredLines are copies of gopay, each with a number of its own; ten of them have call tests.
func hundredLines(t testing.TB) string {
	t.Helper()
	dir := apptest.MemoryDir(t)
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

// BenchmarkCallsWhilePublishing: no caller waits noticeably while a hundred lines are published.
func BenchmarkCallsWhilePublishing(b *testing.B) {
	dir := hundredLines(b)
	now := func() time.Time { return time.Now().UTC() }
	source := publish.Options{Dir: dir, Files: os.DirFS(dir), Rehearse: checkCallTests(func(string) {})}
	h, err := app.New(b.Context(), app.Options{
		Source: &source, Store: "sqlite:" + filepath.Join(apptest.MemoryDir(b), "hotline.db"), PublicURL: "https://hotline.example.com",
		AccountSID: simulate.AccountSID, Tokens: []string{"token"}, StateKeys: [][]byte{make([]byte, 32)}, Now: now, Shared: true, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			b.Error(err)
		}
	}()
	load := &loadedLine{handler: h.Server.Handler()}
	quiet := load.measure(b, 5*time.Second, func() {})
	edits := 0
	var meanwhile []time.Duration
	for b.Loop() {
		meanwhile = append(meanwhile, load.measure(b, 0, func() {
			for range loadEdits {
				edits++
				publishEdit(b, h, dir, edits)
			}
		})...)
	}
	slices.Sort(quiet)
	slices.Sort(meanwhile)
	longest := meanwhile[len(meanwhile)-1]
	b.ReportMetric(float64(quiet[len(quiet)-1].Microseconds())/1000, "ms-longest-quiet")
	b.ReportMetric(float64(meanwhile[len(meanwhile)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest")
	b.Logf("quiet: %s longest of %d; publishing: p50 %s, p99 %s, p99.9 %s, longest %s of %d", quiet[len(quiet)-1], len(quiet), meanwhile[len(meanwhile)/2],
		meanwhile[len(meanwhile)*99/100], meanwhile[len(meanwhile)*999/1000], longest, len(meanwhile))
	if longest > longestYet {
		b.Errorf("of %d webhooks the slowest took %s, want at most %s", len(meanwhile), longest, longestYet)
	}
}

// publishEdit edits the hours of a line and lets the publisher find them at rest, twice the settling time later.
func publishEdit(t testing.TB, h *app.App, dir string, edit int) bool {
	t.Helper()
	name := fmt.Sprintf("hours/gopay%d.yaml", edit%10)
	if edit%3 == 0 {
		name = "prompts/en.yaml" // on which every line rests
	}
	writeFile(t, dir, name, readFile(t, dir, name)+fmt.Sprintf("# edit %d\n", edit))
	was := h.Live.Written().Hash
	for look := range 2 {
		ahead := time.Duration(2*edit+look) * publish.SettleUnfinished
		h.Publication.Publisher.Now = func() time.Time { return time.Now().UTC().Add(ahead) }
		h.Publication.Publisher.Look(t.Context())
	}
	if h.Live.Written().Hash == was {
		t.Errorf("edit %d is not in force: %+v", edit, h.Publication.Publisher.State().Refused)
		return false
	}
	return true
}

// loadedLine is rung at a steady rate.
type loadedLine struct {
	handler http.Handler
	rung    int
}

// measure is the time to an answer of webhooks that come while some work is done, and for at least a while. It is counted from
// when a webhook was due: whoever is kept waiting by the one before counts, too.
func (l *loadedLine) measure(b *testing.B, least time.Duration, work func()) []time.Duration {
	b.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	var (
		callers sync.WaitGroup
		mu      sync.Mutex
		took    []time.Duration
	)
	begin := time.Now()
	for due := begin; ; due = due.Add(loadRate) {
		timer := time.NewTimer(time.Until(due))
		<-timer.C
		select {
		case <-done:
			if time.Since(begin) >= least {
				callers.Wait()
				return took
			}
		default:
		}
		l.rung++
		request := l.incoming(l.rung)
		callers.Go(func() {
			answer := httptest.NewRecorder()
			l.handler.ServeHTTP(answer, request)
			waited := time.Since(due)
			if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "GoPay") {
				b.Errorf("webhook: %d %s", answer.Code, answer.Body)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, waited)
		})
	}
}

func (l *loadedLine) incoming(n int) *http.Request {
	form := url.Values{"CallSid": {fmt.Sprintf("CA%032d", n)}, "From": {home}, "To": {loadNumber(n % loadLines)}}
	request := httptest.NewRequest(http.MethodPost, "https://hotline.example.com"+twilio.PathIncoming, strings.NewReader(form.Encode()))
	request.RequestURI = twilio.PathIncoming
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(twilio.SignatureHeader, twilio.Sign("token", "https://hotline.example.com"+twilio.PathIncoming, form))
	return request
}
