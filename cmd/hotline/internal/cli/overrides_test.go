package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

func (o *office) overrides() []callbacks.DeclaredOverride {
	o.t.Helper()
	list, err := o.store.Overrides(o.t.Context(), o.now)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// What close and open write, on the clock of the line: it is Thursday noon in Jakarta.
func TestCloseAndOpen(t *testing.T) {
	o := newOffice(t)
	for _, tt := range []struct {
		args, said  string
		from, until string // UTC
		open        bool
	}{
		{"close --line gopay --until 14:00 --reason Power",
			"gopay is closed until Thu 2026-11-26 14:00 (Asia/Jakarta): Power, by anna", "05:00", "07:00", false},
		{"close --line gopay --until 11:00 --reason Power", "until Fri 2026-11-27 11:00", "05:00", "27 04:00", false},
		{"close --line gopay --until 90m --reason Power", "until Thu 2026-11-26 13:30", "05:00", "06:30", false},
		{"close --line gopay --until 2026-11-26T08:00:00Z --reason Power", "until Thu 2026-11-26 15:00", "05:00",
			"08:00", false},
		{"close --line gopay --from 23:00 --until 01:00 --reason Works",
			"from Thu 2026-11-26 23:00 until Fri 2026-11-27 01:00", "16:00", "18:00", false},
		{"close --line gopay --desk senior --until 14:00 --reason Training", "gopay, desk senior is closed", "05:00",
			"07:00", false},
		{"open --line gopay --until 20:00 --reason Campaign", "gopay is open until Thu 2026-11-26 20:00", "05:00",
			"13:00", true},
	} {
		before := len(o.overrides())
		o.works(tt.said, strings.Fields(tt.args)...)
		list := o.overrides()
		if len(list) != before+1 {
			t.Fatalf("%s: %d overrides", tt.args, len(list))
		}
		got := list[before]
		utc := func(at time.Time) string {
			if at.Day() != 26 {
				return at.UTC().Format("2 15:04")
			}
			return at.UTC().Format("15:04")
		}
		if utc(got.From) != tt.from || utc(got.Until) != tt.until || got.Open != tt.open || got.By != "anna" ||
			!got.Created.Equal(o.now) {
			t.Errorf("%s: wrote %+v", tt.args, got)
		}
	}
	o.works("override 7", "overrides")
	o.works("override 3", "status")
	if out := o.works("ended: override 2", "open", "--override", "2"); strings.Count(out, "ended:") != 1 {
		t.Errorf("printed is\n%s", out)
	}
	out := o.works("ended: override 1", "open", "--line", "gopay")
	if strings.Count(out, "ended:") != 5 || !strings.Contains(out, "gopay is now open until Thu 2026-11-26 17:00") ||
		len(o.overrides()) != 1 {
		t.Errorf("printed is\n%s", out)
	}
	o.works("There is one for gopay, desk senior", "open", "--line", "gopay")
	o.works("ended: override 6", "open", "--line", "gopay", "--desk", "senior")
	o.works("No override is declared", "overrides")
}

func TestMistakesInClosing(t *testing.T) {
	o := newOffice(t)
	for args, want := range map[string]string{
		"close --line gopay --until 14:00":                                                       `required flag(s) "reason"`,
		"close --line gopai --until 14:00 --reason x":                                            `there is no line "gopai"`,
		"close --line gopay --desk front --until 14:00 --reason x":                               `has no desk "front"; it has: emergency, senior, support`,
		"close --line gopay --desk emergency --until 14:00 --reason x":                           "never closes",
		"close --line gopay --until yesterday --reason x":                                        `--until "yesterday" is not a valid time`,
		"close --line gopay --until 2026-11-25T10:00:00Z --reason x":                             "has passed",
		"close --line gopay --until -2h --reason x":                                              "has passed",
		"close --line gopay --until 2000h --reason x":                                            "longer than 62 days",
		"close --line gopay --from 2026-11-27T10:00:00Z --until 2026-11-27T09:00:00Z --reason x": "ends before it begins",
		"close --line gopay --until 14:00 --reason x --say ja=停電": "ja is no language " +
			"of line gopay, which speaks id, en, zh",
		"close --line gopay --until 14:00 --reason x --say en=":             "says nothing",
		"close --line gopay --until 14:00 --reason x --say en=a --say en=b": "two texts for en",
		"open --line gopay --reason x":                                      "add --until TIME",
	} {
		o.refuses(want, strings.Fields(args)...)
	}
	o.refuses("has no reason", "close", "--line", "gopay", "--until", "14:00", "--reason", " ")
	if n := len(o.overrides()); n != 0 {
		t.Errorf("%d overrides were written", n)
	}
}

// A line can be closed while its files are spoilt.
func TestClosingWithSpoiltFiles(t *testing.T) {
	o := newOffice(t)
	apptest.Write(t, o.live, "hours/gopay.yaml", "rubbish")
	o.works("gopay is closed", "close", "--config", o.live, "--line", "gopay", "--until", "14:00", "--reason",
		"Power cut")
}

// What a closure does to open callbacks is said at once.
func TestClosingTellsOfCallbacks(t *testing.T) {
	o := newOffice(t)
	service, err := callbacks.New(callbacks.Config{Store: o.store, Now: func() time.Time { return o.now }})
	if err != nil {
		t.Fatal(err)
	}
	due := o.now.Add(time.Hour)
	_, err = service.Book(t.Context(), callbacks.Request{
		Key: "CA1/1", Line: "gopay", Desk: "support", Topic: "refund", Language: "en", Number: home, Caller: home,
		Kind: callbacks.Slot, Called: o.now, Due: due, SlotEnd: due.Add(30 * time.Minute), SlotCapacity: 4,
		Expires: due.Add(72 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	o.works("1 would be made otherwise", "special-days", "--config", o.live, "--line", "gopay", "--add", "2026-11-26",
		"--closed", "--name", "Moving", "--dry-run")
	out := o.works("1 would be made otherwise", "close", "--line", "gopay", "--until", "15:00", "--reason", "Power cut")
	if !strings.Contains(out, "put off to Thu 2026-11-26 15:00") || strings.Contains(out, home) {
		t.Errorf("printed is\n%s", out)
	}
}

// Who asks where a call would go is told of the closure that stands.
func TestExplainKnowsTheClosure(t *testing.T) {
	o := newOffice(t)
	o.works("gopay is closed", "close", "--line", "gopay", "--until", "14:00", "--reason", "Power cut", "--say",
		"id=Listrik padam.")
	out := o.works("override", "explain", "--line", "gopay", "--at", "now")
	for _, want := range []string{"Closed: Power cut", "[override 1 by anna]", "Listrik padam.",
		"14:00 override 1 by anna", "rings nobody: desk support is closed by an override override 1 by anna",
		"callback  as soon as possible is Thu 26 Nov 2026, 14:00"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	if out := o.works("open", "explain", "--line", "gopay", "--at", "2026-11-26 15:00"); strings.Contains(out,
		"Power cut") {
		t.Errorf("after its end:\n%s", out)
	}
}

// What was declared for a line or a desk that is gone can be ended.
func TestEndingTheClosureOfALineThatIsGone(t *testing.T) {
	o := newOffice(t)
	o.works("wallet is closed", "close", "--line", "wallet", "--until", "14:00", "--reason", "Power cut")
	over := callbacks.DeclaredOverride{Line: "gopay", Desk: "gone", From: o.now, Until: o.now.Add(time.Hour),
		Reason: "Training", Created: o.now}
	if _, err := o.store.DeclareOverride(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	gone, err := filepath.Glob(filepath.Join(o.live, "*", "wallet*.yaml"))
	if err != nil || len(gone) < 3 {
		t.Fatal(err, gone)
	}
	for _, file := range gone {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	for _, tag := range []string{"en", "id", "ja", "zh"} {
		var rest strings.Builder
		for line := range strings.Lines(apptest.Read(t, o.live, "prompts/"+tag+".yaml")) {
			if !strings.HasPrefix(line, "wallet/") {
				rest.WriteString(line)
			}
		}
		apptest.Write(t, o.live, "prompts/"+tag+".yaml", rest.String())
	}
	o.takesUp()
	if r := o.publisher.State().Refused; r != nil {
		t.Fatal(r.Err)
	}
	o.refuses("has no desk", "open", "--line", "gopay", "--desk", "gone", "--until", "14:00", "--reason", "x")
	o.works("ended: override 1: wallet is closed until", "open", "--line", "wallet")
	o.works("ended: override 2: gopay, desk gone is closed", "open", "--line", "gopay", "--desk", "gone")
	if list := o.overrides(); len(list) != 0 {
		t.Errorf("there stand %+v", list)
	}
	o.refuses(`there is no line "wallet"`, "open", "--line", "wallet")
}

// What is printed raw holds nothing that forges lines or gives a terminal orders.
func TestUnprintableReasons(t *testing.T) {
	o := newOffice(t)
	closing := func(flags ...string) []string {
		return append([]string{"close", "--line", "gopay", "--until", "14:00"}, flags...)
	}
	for _, text := range []string{"Power\ncut", "\x1b[2JPower", "Power\u2028cut", "Power\u009bcut"} {
		o.refuses("control characters", closing("--reason", text)...)
		o.refuses("control characters", closing("--reason", "Power", "--say", "en="+text)...)
	}
	o.refuses("longer than 200 characters", closing("--reason", strings.Repeat("é", 201))...)
	o.works("closed", closing("--reason", strings.Repeat("é", 200), "--say", "zh=停电 ")...)
	if n := len(o.overrides()); n != 1 {
		t.Errorf("%d overrides were written", n)
	}
}

// A busyStore does not take what is declared.
type busyStore struct{ app.Store }

var errBusy = errors.New("database is locked (5) (SQLITE_BUSY)")

func (busyStore) DeclareOverride(context.Context, callbacks.DeclaredOverride) (callbacks.DeclaredOverride, error) {
	return callbacks.DeclaredOverride{}, errBusy
}

func (busyStore) LiftOverrides(
	context.Context, string, string, string, time.Time, ...int64,
) ([]callbacks.DeclaredOverride, error) {
	return nil, errBusy
}

// deafStore takes it, and then answers nothing.
type deafStore struct{ app.Store }

func (deafStore) Instances(context.Context, time.Time) ([]callbacks.Instance, error) {
	return nil, errBusy
}

// When the database fails it is told whether anything was done, and what to do.
func TestClosingWithABusyDatabase(t *testing.T) {
	o := newOffice(t)
	snapshot := o.publisher.Live().Written()
	r := &overrideCommand{ctx: t.Context(), out: io.Discard, store: busyStore{o.store}, snapshot: snapshot, now: o.now}
	flags := overrideOptions{line: "gopay", until: "14:00", reason: "Power cut"}
	want := "nothing was declared or ended, as the database does not answer; try again: database is locked"
	if err := r.declare(flags, false); err == nil || !strings.HasPrefix(err.Error(), want) || !errors.Is(err, errBusy) {
		t.Errorf("err = %v", err)
	}
	r.declared = []callbacks.DeclaredOverride{{Line: "gopay"}}
	if err := r.lift(flags); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("err = %v", err)
	}
	r.store = deafStore{o.store}
	if err := r.declare(flags, false); err == nil || !strings.HasPrefix(err.Error(), "override 1 is declared, but ") {
		t.Errorf("err = %v", err)
	}
}

// lossyStore takes it, and knows nothing of it afterwards.
type lossyStore struct{ app.Store }

func (lossyStore) Overrides(context.Context, time.Time) ([]callbacks.DeclaredOverride, error) {
	return nil, nil
}

// That a line is closed is not said before it was read again, and found closed, the way a server does.
func TestClosingThatDoesNotClose(t *testing.T) {
	o := newOffice(t)
	r := &overrideCommand{
		ctx: t.Context(), out: io.Discard, store: lossyStore{o.store}, snapshot: o.publisher.Live().Written(),
		now: o.now,
	}
	for _, flags := range []overrideOptions{
		{line: "gopay", until: "14:00", reason: "Power cut"}, {line: "gopay", desk: "senior", until: "14:00",
			reason: "Training"},
	} {
		if err := r.declare(flags, false); err == nil ||
			!strings.Contains(err.Error(), "is declared and has no effect: gopay") {
			t.Errorf("err = %v", err)
		}
	}
}

// hotline hours knows what was declared: at an instant it counts, and below the table of the days that it is about it
// is named.
func TestHoursKnowWhatWasDeclared(t *testing.T) {
	o := newOffice(t)
	const named = "\noverride 1: gopay is closed until Thu 2026-11-26 14:00 (Asia/Jakarta): Power cut, by anna\n"
	o.works("gopay is closed", "close", "--line", "gopay", "--until", "14:00", "--reason", "Power cut", "--say",
		"en=No power.")
	o.works("senior is closed", "close", "--line", "gopay", "--desk", "senior", "--from", "2026-11-30 09:00",
		"--until", "2026-11-30 12:00", "--reason", "Training")
	for _, tt := range []struct{ args, want, not string }{
		{"--line gopay --at now", "12:00 (Asia/Jakarta): closed\n", "override 2"},
		{"--line gopay --at now", named, "Training"},
		{"--line gopay --at now", "en: \"No power.\"", "Training"},
		{"--line gopay --at 2026-11-26T07:00:00Z", "14:00 (Asia/Jakarta): open\n", "override"},
		{"--line gopay", named, "not looked at"},
		{"--line gopay", "12:00: closed until Thursday 26 November 2026, 14:00. Closed: Power cut (override from " +
			"2026-11-26 12:00, until 2026-11-26 14:00). [override 1 by anna]\n", "not looked at"},
		{"--line gopay --days 4", named, "override 2"},
		{"--line gopay", "2026-11-26  08:00-12:00, 14:00-17:00  closed by override: Power cut  override 1 by anna\n",
			"Training  "},
		{"--line gopay --desk senior", "2026-11-30  08:00-09:00, 12:00-17:00  closed by override: Training ", "unseen"},
		{"--line gopay", "override 2: gopay, desk senior is closed", "not looked at"},
		{"--line gopay --from 2026-11-27", "override 2", "Power cut"},
		{"--line gopay --desk senior --at 2026-11-30T03:00:00Z", "closed\n", "Power cut"},
		{"--line gopay --desk emergency --at now", "open\n", "Power cut"},
		{"--line okpay", "okpay, ", "override"},
	} {
		if out := o.works(tt.want, append([]string{"hours"}, strings.Fields(tt.args)...)...); strings.Contains(out,
			tt.not) {
			t.Errorf("%s: printed is\n%s", tt.args, out)
		}
	}
	root := New(strings.NewReader("2026-11-26T05:30:00Z\n"), io.Discard, io.Discard)
	var out strings.Builder
	root.SetOut(&out)
	root.SetArgs([]string{"hours", "--line", "gopay", "--at", "-"})
	if err := root.ExecuteContext(withClock(t.Context(), func() time.Time { return o.now })); err != nil ||
		!strings.Contains(out.String(), `"open":false`) || !strings.Contains(out.String(), "override 1 by anna") {
		t.Errorf("%v\n%s", err, out.String())
	}
	t.Setenv("HOTLINE_STORE", "sqlite:"+filepath.Join(t.TempDir(), "nothing", "here.db"))
	o.works("What close and open have declared was not looked at: ", "hours", "--line", "gopay")
}
