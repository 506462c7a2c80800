//go:build conformance

package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write what the demo page looks like into this directory")

// heardSpeech stands in for the browser's voices: it has one for Indonesian, and notes what is spoken.
const heardSpeech = `
	window.spoken = [];
	window.SpeechSynthesisUtterance = function (text) { this.text = text; };
	speechSynthesis.getVoices = () => [{ lang: "id_ID" }];
	speechSynthesis.speak = (words) => spoken.push(words.lang + ": " + words.text);`

// The page is whole on one screen, light and dark, on a desk and in a hand: axe has nothing to say of it at any moment
// of a call, and what one needs is above the fold.
func TestBrowserPage(t *testing.T) {
	axe, err := os.ReadFile("../simulate/page/testdata/validators/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("make validators installs it: %v", err)
	}
	for _, size := range [][2]int64{{1280, 800}, {390, 844}} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%dx%d %s", size[0], size[1], scheme), func(t *testing.T) {
				b := openBrowser(t)
				b.looksLike(size, scheme)
				b.onePage(string(axe), fmt.Sprintf("%d-%s", size[0], scheme))
			})
		}
	}
}

func (b *browser) looksLike(size [2]int64, scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: size[0], Height: size[1], DeviceScaleFactor: 1, Mobile: size[0] < 500})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err = chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
		b.t.Fatal(err)
	}
}

// onePage is a Saturday evening's call, the callback on Monday, with the visitor as agent too, and another call.
func (b *browser) onePage(axe, name string) {
	address := startDemo(b.t, "--speed", "10", "--at", "2026-03-07T20:00:00+07:00").address
	b.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#caller .ring")),
		chromedp.Evaluate[chromedp.Void](axe), chromedp.Evaluate[chromedp.Void](heardSpeech))
	b.sees("#connection", "Connected")
	b.isFit(name+"-idle", "#line", ".ring", ".hangup", "#agents", "#jumps button:last-child", "#skip")
	b.do(chromedp.SendKeys(chromedp.CSS("#agents"), "I am"), chromedp.Focus(chromedp.CSS("#caller .ring")),
		chromedp.KeyEvent("\r"), chromedp.KeyEvent("\r"), chromedp.KeyEvent(" ")) // again: must not be Hang up
	for _, step := range []struct{ hears, key string }{
		{"For English, press 2.", "2"}, {"press 9", "0"}, {"as soon as we can", "2"},
	} {
		b.sees("#heard", step.hears)
		b.clicks(`#caller [data-key="` + step.key + `"]`)
	}
	b.sees("#callbacks", "booked")
	b.isFit(name+"-call", ".ring", ".hangup", `#caller [data-key="#"]`)
	b.sees("#caller .state", "On the hook")
	b.clicks("#skip")
	b.sees("#agent .state", "support-1 rings")
	b.clicks("#agent .pickup")
	b.sees("#agent", "tekan 1")
	b.clicks(`#agent [data-key="1"]`)
	b.sees("#caller .state", "gopay is ringing you")
	b.isFit(name+"-both", ".pickup", ".hangup", "#agent .pickup", `#agent [data-key="1"]`, "#agent .hangup")
	b.clicks("#caller .hangup")
	b.sees("#caller .state", "On the hook")
	b.clicks("#caller .ring")
	b.sees("#heard", "You ring gopay.")
	b.isFit(name+"-again", ".ring", ".hangup")
	spoken, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`spoken.join("\n")`))
	if err != nil || !strings.Contains(spoken, "id-ID: Selamat datang di Layanan Pelanggan GoPay.") ||
		strings.Contains(spoken, "en-US") {
		b.t.Errorf("%v, spoken was\n%s", err, spoken)
	}
}

// isFit fails the test unless all of this is on the screen, and axe is content. It is looked at from the top.
func (b *browser) isFit(name string, needed ...string) {
	b.t.Helper()
	const above = `(needed) => { scrollTo(0, 0); return needed.split("|").filter((one) => {
		const place = document.querySelector(one).getBoundingClientRect();
		return place.bottom > innerHeight || place.right > innerWidth || place.top < 0; }).join(", "); }`
	hidden, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
		"("+above+")("+quoted(strings.Join(needed, "|"))+")"))
	if err != nil || hidden != "" {
		b.t.Errorf("%s: %v, not on the screen: %s", name, err, hidden)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`delete window.said; axe.run().then((all) => { window.said = "ready " +
		all.violations.map((v) => v.id + " " + v.nodes[0].html + " " + v.nodes[0].failureSummary).join("\n"); })`),
		chromedp.Poll[chromedp.Void]("window.said"))
	if said, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("window.said")); err != nil || said != "ready " {
		b.t.Errorf("%s: %v, axe says: %s", name, err, said)
	}
	if *shots == "" {
		return
	}
	shot, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name+".png"), shot.Data, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
