package app

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

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Publishing while callers ring: how long they wait for an answer. Files and database are in memory: what is measured
// is how the processors are shared, and a disk that others use has its own moods.

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
	line, hours := apptest.Read(t, dir, "lines/gopay.yaml"), apptest.Read(t, dir, "hours/gopay.yaml")
	call := apptest.Read(t, dir, "calls/gopay-stolen-at-night.yaml")
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
		apptest.Write(t, dir, "prompts/"+tag+".yaml",
			own.ReplaceAllString(apptest.Read(t, dir, "prompts/"+tag+".yaml"), ""))
	}
	for i := range loadLines {
		id := fmt.Sprintf("gopay%d", i)
		apptest.Write(t, dir, "lines/"+id+".yaml", strings.NewReplacer("line: gopay", "line: "+id, "hours: gopay",
			"hours: "+id, "+622150001000", loadNumber(i)).Replace(line))
		apptest.Write(t, dir, "hours/"+id+".yaml", strings.Replace(hours, "line: gopay", "line: "+id, 1))
		if i < 10 {
			apptest.Write(t, dir, "calls/"+id+".yaml", strings.Replace(call, "line: gopay", "line: "+id, 1))
		}
	}
	return dir
}

func loadNumber(i int) string { return fmt.Sprintf("+62216%07d", i) }

// BenchmarkCallsWhilePublishing: no caller waits noticeably while a hundred lines are published.
func BenchmarkCallsWhilePublishing(b *testing.B) {
	dir := hundredLines(b)
	h := published(b, dir)
	load := &loadedLine{handler: h.Server.Handler()}
	quiet := load.measure(b, 5*time.Second, func() {})
	edits := 0
	var meanwhile []time.Duration
	for b.Loop() {
		meanwhile = append(meanwhile, load.measure(b, 0, func() {
			for range loadEdits {
				edits++
				name := fmt.Sprintf("hours/gopay%d.yaml", edits%10)
				if edits%3 == 0 {
					name = "prompts/en.yaml" // on which every line depends
				}
				publishEdit(b, h, dir, name, edits)
			}
		})...)
	}
	slices.Sort(quiet)
	slices.Sort(meanwhile)
	longest := meanwhile[len(meanwhile)-1]
	b.ReportMetric(float64(quiet[len(quiet)-1].Microseconds())/1000, "ms-longest-quiet")
	b.ReportMetric(float64(meanwhile[len(meanwhile)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest")
	b.Logf("quiet: %s longest of %d; publishing: p50 %s, p99 %s, p99.9 %s, longest %s of %d", quiet[len(quiet)-1],
		len(quiet), meanwhile[len(meanwhile)/2],
		meanwhile[len(meanwhile)*99/100], meanwhile[len(meanwhile)*999/1000], longest, len(meanwhile))
	if longest > longestYet {
		b.Errorf("of %d webhooks the slowest took %s, want at most %s", len(meanwhile), longest, longestYet)
	}
}

// published is the product on a directory.
func published(t testing.TB, dir string) *App {
	t.Helper()
	h, err := New(t.Context(), Options{
		Source: &publish.Options{Dir: dir, Files: os.DirFS(dir)}, Store: "sqlite:" +
			filepath.Join(apptest.MemoryDir(t), "hotline.db"),
		PublicURL: "https://hotline.example.com", AccountSID: accountSID, Tokens: []string{"token"},
		StateKeys: [][]byte{make([]byte, 32)}, Now: func() time.Time { return time.Now().UTC() }, Shared: true,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// publishEdit edits a file and lets the publisher find it at rest, seconds later.
func publishEdit(t testing.TB, h *App, dir, name string, edit int) {
	t.Helper()
	apptest.Write(t, dir, name, apptest.Read(t, dir, name)+fmt.Sprintf("# edit %d\n", edit))
	was := h.Live.Written().Hash
	for look := range 2 {
		ahead := time.Duration(20*edit+10*look) * time.Second
		h.Publication.Publisher.Now = func() time.Time { return time.Now().UTC().Add(ahead) }
		h.Publication.Publisher.Look(t.Context())
	}
	if h.Live.Written().Hash == was {
		t.Errorf("edit %d is not in force: %+v", edit, h.Publication.Publisher.State().Refused)
	}
}

// loadedLine is rung at a steady rate.
type loadedLine struct {
	handler http.Handler
	rung    int
}

// measure is the time to an answer of webhooks that come while some work is done, and for at least a while. It is
// counted from when a webhook was due: waiting behind the one before counts, too.
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
		request := incoming(l.rung, loadNumber(l.rung%loadLines))
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

func incoming(n int, number string) *http.Request {
	form := url.Values{"CallSid": {fmt.Sprintf("CA%032d", n)}, "From": {"+6281234567890"}, "To": {number}}
	request := httptest.NewRequest(http.MethodPost, "https://hotline.example.com"+twilio.PathIncoming,
		strings.NewReader(form.Encode()))
	request.RequestURI = twilio.PathIncoming
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(twilio.SignatureHeader, simulator.Sign("token",
		"https://hotline.example.com"+twilio.PathIncoming,
		form))
	return request
}
