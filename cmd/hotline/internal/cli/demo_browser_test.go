//go:build conformance

package cli

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a real one, and what it complained of and fetched.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string
	fetched  []string
}

// openBrowser starts Chromium with a directory of its own.
func openBrowser(t *testing.T) *browser {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	ctx, cancelAll := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancelAll)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as this first context, so it has no limit
		t.Fatalf("cannot start Chromium; install it (Debian: apt-get install chromium): %v", err)
	}
	if err := chromedp.Listen(ctx, b.notice); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *browser) notice(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.fetched = append(b.fetched, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.problems = append(b.problems, "console: "+string(e.Type))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.problems = append(b.problems, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		page, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		b.t.Fatalf("%v\nthe page shows:\n%s", err, page)
	}
}

// sees waits until an element's text holds words.
func (b *browser) sees(selector, words string) {
	b.t.Helper()
	b.do(chromedp.Poll[chromedp.Void](`document.querySelector(`+quoted(selector)+`)?.textContent.includes(`+
		quoted(words)+`)`,
		chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(50*time.Second)))
}

func quoted(s string) string { return "`" + s + "`" }

func (b *browser) clicks(selector string) {
	b.t.Helper()
	b.do(chromedp.WaitEnabled(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

func TestBrowserTelephone(t *testing.T) {
	address := startDemo(t, "--speed", "5", "--at", "2026-03-06T10:00:00+07:00").address
	b := openBrowser(t)
	b.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#caller .ring")))
	b.sees("#connection", "Connected")
	b.sees("#hours", "gopay is open until 11:30")

	b.clicks("#caller .ring")
	b.sees("#heard", "For English, press 2.")
	b.clicks(`#caller [data-key="2"]`)
	b.sees("#heard", "You press 2")
	b.sees("#heard", "For a stolen account")
	b.do(chromedp.KeyEvent("1")) // by keyboard
	b.sees("#heard", "security team")
	b.sees("#events", "emergency-1 picks up")
	b.sees("#caller .state", "Connected with a person")
	b.clicks("#caller .hangup")
	b.sees("#caller .state", "On the hook")
	b.sees("#events", "caller hangs up")

	b.sees("#events", "caller rings gopay from …")
	b.isSound(address)
}

func TestBrowserCallbackAndAgent(t *testing.T) {
	address := startDemo(t, "--speed", "5", "--at", "2026-03-07T20:00:00+07:00").address // a Saturday evening
	b := openBrowser(t)
	b.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#caller .ring")))
	b.sees("#hours", "closed until Mon 9 Mar 08:00")
	b.do(chromedp.SendKeys(chromedp.CSS("#agents"), "I am"))
	b.sees("#agent .state", "On the hook")

	b.clicks("#caller .ring")
	for _, step := range []struct{ hears, key string }{
		{"For English, press 2.", "2"}, {"press 9", "0"}, {"as soon as we can", "2"},
	} {
		b.sees("#heard", step.hears)
		b.clicks(`#caller [data-key="` + step.key + `"]`)
	}
	b.sees("#callbacks", "booked")
	b.sees("#caller .state", "On the hook")

	b.clicks("#skip") // to Monday morning
	b.sees("#clock", "Mon")
	b.sees("#agent .state", "support-1 rings")
	b.clicks("#agent .pickup")
	b.sees("#agent", "tekan 1")
	b.clicks(`#agent [data-key="1"]`)
	b.sees("#caller .state", "gopay is ringing you")
	b.clicks("#caller .pickup")
	b.sees("#heard", "calling you back")
	b.clicks(`#caller [data-key="1"]`)
	b.sees("#caller .state", "Connected with a person")
	b.sees("#agent .state", "is connected")
	b.clicks("#agent .hangup")
	b.sees("#callbacks", "done")
	b.isSound(address)
}

// isSound fails the test for whatever the browser complained of, and for whatever it fetched from elsewhere.
func (b *browser) isSound(address string) {
	b.t.Helper()
	home, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.problems) > 0 {
		b.t.Errorf("the browser complains: %q", b.problems)
	}
	seen := 0
	for _, fetched := range b.fetched {
		u, err := url.Parse(fetched)
		if err != nil || u.Host != home.Host {
			b.t.Errorf("fetched from elsewhere: %s", fetched)
		}
		if strings.Contains(fetched, "page.js") || strings.Contains(fetched, "/api/events") {
			seen++
		}
	}
	if seen < 2 {
		b.t.Errorf("script and stream were not seen being fetched, so nothing was checked: %q", b.fetched)
	}
}
