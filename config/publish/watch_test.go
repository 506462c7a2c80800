package publish_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/publish"
)

// Against a real file system and a real clock: an edit is in force without anybody polling, also after the folder was
// replaced, and nothing is left running.
func TestRun(t *testing.T) {
	d := newDesk(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	said := make(chan string, 10)
	o := d.options()
	o.Now = time.Now
	o.Say = func(text string) { said <- text }
	p := publish.New(o)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx, callbacks.SystemTimer(time.Now))
	}()
	hears := func(words string) {
		t.Helper()
		select {
		case text := <-said:
			if !strings.Contains(text, words) {
				t.Fatalf("said is %q, want %q", text, words)
			}
		case <-time.After(time.Minute):
			t.Fatalf("nothing is said within a minute, want %q", words)
		}
	}
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	hears("opens 09:00-12:00")
	d.edits("hours/gopay.yaml", "sun: [\"09:00-12:00\"]", "sun: [\"09:00-12:0\"]")
	hears("is not a span of hours")
	if err := os.Rename(d.path("hours"), d.path("hours-before")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(d.path("hours"), os.DirFS(d.path("hours-before"))); err != nil {
		t.Fatal(err)
	}
	d.edits("hours/gopay.yaml", "sun: [\"09:00-12:0\"]", "sun: [\"09:00-13:00\"]")
	hears("opens 12:00-13:00")
	d.edits("hours/gopay.yaml", "sun: [\"09:00-13:00\"]", "sun: [\"09:00-14:00\"]")
	hears("opens 13:00-14:00")
	if err := os.Rename(d.dir, d.dir+"-before"); err != nil {
		t.Fatal(err)
	}
	hears("the configuration directory is not there")
	if err := os.CopyFS(d.dir, os.DirFS(d.dir+"-before")); err != nil {
		t.Fatal(err)
	}
	hears("is again as it is in force")
	stop()
	<-ended
}

// A directory is read when that is asked for, without a change that the system tells of and before the next poll.
func TestRereadLooksAtTheDirectory(t *testing.T) {
	d := newDesk(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	p := publish.New(d.options())
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	looked, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		// A timer is asked for after each look, and never fires.
		p.Run(ctx, func(time.Time) (<-chan time.Time, func()) {
			select {
			case looked <- struct{}{}:
			case <-ctx.Done():
			}
			return nil, func() {}
		})
	}()
	<-looked
	for range 3 {
		p.Reread()
		<-looked
	}
	stop()
	<-ended
}
