package simulate

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/ivr"
)

// runAll plays the calls of a configuration, or those given, and returns what came of each by its file.
func runAll(t *testing.T, snapshot *config.Snapshot, calls ...config.Call) map[string]Result {
	t.Helper()
	if calls == nil {
		calls = snapshot.Calls
	}
	out := map[string]Result{}
	if err := RunCallTests(t.Context(), snapshot, calls, func(r Result) { out[r.Test.File] = r }); err != nil {
		t.Fatal(err)
	}
	if len(out) != len(calls) {
		t.Fatalf("%d of %d calls were played", len(out), len(calls))
	}
	return out
}

func TestCallTestsOfTheShippedLines(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runAll(t, snapshot) {
		if r.Differs != "" {
			t.Errorf("%s\n%s", r.Differs, r.Transcript)
		}
		if !strings.Contains(r.Transcript, "caller       hangs up") || strings.Contains(r.Transcript, "\n>") {
			t.Errorf("%s: the transcript is no whole call:\n%s", r.Test.File, r.Transcript)
		}
	}
	for _, line := range snapshot.Lines {
		said := make([]bool, len(line.Languages))
		calls := 0
		for _, call := range snapshot.Calls {
			if call.Line != line.ID {
				continue
			}
			calls++
			if !strings.HasPrefix(call.File, "calls/"+line.ID+"-") {
				t.Errorf("%s rings %s", call.File, line.ID)
			}
			steps := call.Steps
			if left := len(steps) > 1 && steps[0].Press == "*"; left { // the language that the calling number tells
				steps = steps[1:]
			} else if own := slices.IndexFunc(line.Languages,
				func(l ivr.Language) bool { return l.Countries != nil }); own >= 0 {
				said[own] = true
				continue
			}
			for i := range line.Languages {
				said[i] = said[i] || len(steps) > 0 && steps[0].Press == string(rune('1'+i))
			}
		}
		if calls < 4 || slices.Contains(said, false) {
			t.Errorf("line %s: %d calls, languages %v", line.ID, calls, said)
		}
	}
}

// An edit that changes what callers get makes the very calls fail that it concerns, and names the first thing that is
// different.
func TestCallTestsFailAfterAnEdit(t *testing.T) {
	tests := map[string]struct {
		line  string // whose call tests are run
		file  string
		edits []string
		want  map[string]string // by file what is said after its name and the line
	}{
		"Monday begins at nine": {"gopay", "hours/gopay.yaml",
			[]string{`mon: ["08:00-17:00"]`, `mon: ["09:00-17:00"]`}, map[string]string{
				"gopay-saturday-evening": `:8: steps[2]: want to hear "from Monday, 9 March, at 8 a.m.", but heard "For a stolen account or phone, press 1. We are closed now. We can call you back on your number ending in 7 8 9 0. To be called as soon as we can from Monday, 9 March, at 9 a.m., press 2`,
			}},
		"Friday without a break": {"gopay", "hours/gopay.yaml",
			[]string{`fri: ["08:00-11:30", "13:00-17:00"] `, `fri: ["08:00-17:00"] `}, map[string]string{
				"gopay-friday-prayers": `:7: steps[1]: want to hear "Petugas ada lagi", but heard `,
			}},
		"nobody works on Labour Day": {"upay", "hours/upay.yaml",
			[]string{`  - {date: 2026-05-01, open: ["09:00-18:00"], name: 劳动节值班}`, ""}, map[string]string{
				"upay-labour-day": `:9: expect.desk: want an agent of desk support to be connected, but nobody is`,
			}},
		"make-up days are days of rest": {"wallet", "hours/wallet.yaml", []string{"make_up: mon ", "make_up: rest"},
			map[string]string{
				"wallet-make-up-day": `:7: steps[1]: want to hear "人工服务", but heard `,
			}},
		"no peak in the evening": {"upay", "hours/upay.yaml",
			[]string{`wed: ["11:30-13:30", "18:00-20:00"]`, `wed: ["11:30-13:30"]`}, map[string]string{
				"upay-peak": `:11: steps[5]: want to hear "现在是来电高峰", but heard `,
			}},
		"callbacks begin at the opening": {"upay", "lines/upay.yaml",
			[]string{"opening_delay: 15m ", "opening_delay: 0s "}, map[string]string{
				"upay-morning-after": `:12: expect.callback.at: want the callback to be due Thu 2026-03-05 09:15, but it is due Thu 2026-03-05 09:00`,
			}},
		"another desk for callers who ask for a person": {"wallet", "lines/wallet.yaml",
			[]string{"general: support", "general: senior"}, map[string]string{
				"wallet-make-up-day":  `:9: expect.desk: want an agent of desk support to be connected, but senior-1 of desk senior is`,
				"wallet-national-day": `:12: expect.callback.desk: want the callback to be made by desk support, but it is by desk senior`,
			}},
		"another word for a stolen account": {"wallet", "prompts/zh.yaml",
			[]string{"emergency.first: \"账户或手机被盗", "emergency.first: \"账号或手机被盗"}, map[string]string{
				"wallet-stolen-at-night": `:7: steps[1]: want to hear "账户或手机被盗", but heard `,
			}},
		"what no call test says": {"okpay", "prompts/en.yaml", []string{`topic.fees: "fees"`, `topic.fees: "charges"`},
			nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			snapshot := apptest.Edited(t, tt.file, tt.edits...)
			decided := decidedByTheFlow(t, snapshot)
			for _, r := range runAll(t, snapshot, ofLine(snapshot, tt.line)...) {
				file := strings.TrimSuffix(strings.TrimPrefix(r.Test.File, "calls/"), ".yaml")
				said := strings.TrimPrefix(r.Differs, r.Test.File)
				if want := tt.want[file]; want != "" && strings.HasPrefix(said, want) {
					said = want // the rest is all that was heard
				}
				if r.Differs != "" {
					got[file] = said
				}
				if decided[r.Test.File] != r.Differs {
					t.Errorf("%s: the flow alone is %q, the whole call %q", file, decided[r.Test.File], r.Differs)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" && len(tt.want)+len(got) > 0 {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// ofLine are the call tests of a line.
func ofLine(snapshot *config.Snapshot, id string) []config.Call {
	return slices.DeleteFunc(slices.Clone(snapshot.Calls), func(c config.Call) bool { return c.Line != id })
}

// The transcript of a call that differs is marked where that happened, and goes on to the end.
func TestTheFirstDifferenceIsMarked(t *testing.T) {
	want, err := os.ReadFile("testdata/monday-at-nine.txt")
	if err != nil {
		t.Fatal(err)
	}
	snapshot := apptest.Edited(t, "hours/gopay.yaml", `mon: ["08:00-17:00"]`, `mon: ["09:00-17:00"]`)
	got := runAll(t, snapshot, ofLine(snapshot, "gopay")...)["calls/gopay-saturday-evening.yaml"].Transcript
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// callsOn reads calls, by their files' names, beside the shipped lines.
func callsOn(t *testing.T, texts map[string]string) (*config.Snapshot, []config.Call) {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(config.Shipped(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path, "calls/") {
			return err
		}
		data, err := fs.ReadFile(config.Shipped(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range texts {
		files["calls/"+name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	snapshot, err := config.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot, snapshot.Calls
}

// Every kind of expectation fails when something else comes of the call.
func TestEveryExpectationCanFail(t *testing.T) {
	const (
		open   = "call: x\nline: gopay\nat: 2026-03-04 10:00\n"
		closed = "call: x\nline: gopay\nat: 2026-03-07 20:00\n"
		person = "steps: [{hear: For English, press: 2}, {hear: To go back, press: 0}"
		booked = person + ", {hear: We can call you back, press: 2}]\n"
		leaves = person + ", {hear: We can call you back, press: 6}, {hear: after the tone, speak: true}]\n"
	)
	tests := map[string]struct{ text, want string }{
		"another desk": {open + person + "]\nexpect: {desk: senior}",
			"5: expect.desk: want an agent of desk senior to be connected, but support-1 of desk support is"},
		"nobody takes it": {open + "agents: voicemail\n" + person + "]\nexpect: {desk: support}",
			"6: expect.desk: want an agent of desk support to be connected, but nobody is"},
		"closed": {closed + person + "]\nexpect: {desk: support}",
			"5: expect.desk: want an agent of desk support to be connected, but nobody is"},
		"an agent and no message": {open + person + "]\nexpect: {message: true}",
			"5: expect: want no agent to be connected, but support-1 of desk support is"},
		"no message": {closed + person + "]\nexpect: {message: true}",
			"5: expect.message: want a message to be left, but none is"},
		"a message and no callback": {closed + leaves + "expect: {callback: {desk: support}}",
			"5: expect: want no message to be left, but message 8291294 is written down"},
		"no callback": {closed + person + "]\nexpect: {callback: {desk: support}}",
			"5: expect.callback: want a callback to be booked, but none is"},
		"another time": {closed + booked + "expect: {callback: {at: 2026-03-09 08:30}}",
			"5: expect.callback.at: want the callback to be due Mon 2026-03-09 08:30, but it is due Mon 2026-03-09 " +
				"08:00"},
		"another desk calls back": {closed + booked + "expect: {callback: {desk: senior}}",
			"5: expect.callback.desk: want the callback to be made by desk senior, but it is by desk support"},
		"urgent": {closed + booked + "expect: {callback: {urgent: true}}",
			"5: expect.callback.urgent: want the callback to be urgent, but it is not urgent"},
		"kept": {closed + "customer: no-answer\n" + booked + "expect: {callback: {kept: true}}",
			"6: expect.callback.kept: want the customer to be reached, but it is expired"},
		"given up": {closed + booked + "expect: {callback: {kept: false}}",
			"5: expect.callback.kept: want the callback to be given up, but it is done"},
		"a callback and a message": {closed + booked + "expect: {message: true}",
			"5: expect: want no callback to be booked, but one is, due Mon 2026-03-09 08:00"},
		"another opening": {closed + person + "]\nexpect: {closed_until: 2026-03-09 09:00}",
			"5: expect.closed_until: want to hear that it is closed until Mon 2026-03-09 09:00, but desk support " +
				"opens Mon 2026-03-09 08:00"},
		"an agent is rung": {open + person + "]\nexpect: {closed_until: 2026-03-09 08:00}",
			"5: expect.closed_until: want no agent to be rung, but support-1 is rung"},
		"open, hung up": {open +
			"steps: [{hear: For English, hang_up: true}]\nexpect: {closed_until: 2026-03-05 08:00}",
			"5: expect.closed_until: want to hear that it is closed until Thu 2026-03-05 08:00, but desk support is open then [hours/gopay.yaml:16]"},
		"hung up too early": {closed +
			"steps: [{hear: For English, hang_up: true}]\nexpect: {closed_until: 2026-03-09 08:00}",
			"5: expect.closed_until: want to hear that it is closed until Mon 2026-03-09 08:00, but the caller is not told so"},
		"other words": {open + "steps: [{hear: For French, press: 2}]\nexpect: {desk: support}",
			`4: steps[0]: want to hear "For French", but heard "Selamat datang di Layanan Pelanggan GoPay. Untuk bahasa Indonesia, tekan 1. For English, press 2. 中文服务，请按3。"`},
		"no question": {open + person + ", {hear: Thank you, press: 1}]\nexpect: {desk: support}",
			`4: steps[2]: want to hear "Thank you" and be asked, but the call has ended before`},
		"no tone": {open + "steps: [{hear: For English, speak: true}]\nexpect: {message: true}",
			"4: steps[0]: want a tone after which a message is spoken, but a question for keys"},
		"another last word": {open + person + ", {hear: We can call you back}]\nexpect: {desk: support}",
			`4: steps[2]: want to hear "We can call you back" in the end, but heard "We are connecting you to an agent. Your reference is 8 2 9 1, 2 9 4. Thank you. Goodbye."`},
	}
	texts := map[string]string{}
	for name, tt := range tests {
		texts[name] = tt.text
	}
	snapshot, _ := callsOn(t, texts)
	decided := decidedByTheFlow(t, snapshot)
	for file, r := range runAll(t, snapshot) {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "calls/"), ".yaml")
		if want, kept := r.Differs, strings.Contains(r.Differs, "expect.callback.kept"); !kept &&
			decided[file] != want {
			t.Errorf("%s: the flow alone is %q, the whole call %q", name, decided[file], want)
		}
		if diff := cmp.Diff(file+":"+tests[name].want, r.Differs); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", name, diff, r.Transcript)
		}
		if strings.Count(r.Transcript, "\n> want ") != 1 {
			t.Errorf("%s: want one mark in\n%s", name, r.Transcript)
		}
	}
}

// What the provider simulator objects to, and a call that goes on and on, are differences too.
func TestACallThatCannotBeCarried(t *testing.T) {
	text := "call: x\nline: gopay\nat: 2026-03-04 10:00\nagents: no-answer\nsteps: [{hear: For English, press: 2}, " +
		"{hear: For a stolen account, press: 1}]\nexpect: {callback: {desk: emergency}}\n"
	snapshot, calls := callsOn(t, map[string]string{"x": text})
	desk := snapshot.ByID("gopay").Desks["emergency"]
	desk.Ring = time.Second
	if r := runAll(t, snapshot)["calls/x.yaml"]; !strings.HasPrefix(r.Differs,
		"calls/x.yaml:1: call: want a call that the provider can carry, but it objects: ") {
		t.Errorf("differs: %s", r.Differs)
	}
	desk.Ring = 10 * time.Minute
	for range 20 {
		desk.Targets = append(desk.Targets,
			callbacks.Target{ID: "more", Kind: callbacks.Number, Address: "+622150003003"})
	}
	if r := runAll(t, snapshot,
		calls...)["calls/x.yaml"]; r.Differs != "calls/x.yaml:1: call: want the call to end within 2h0m0s, but it "+
		"goes on" {
		t.Errorf("differs: %s", r.Differs)
	}
}

// Calls know nothing of each other: in any order, twice, and side by side they go the same way.
func TestCallTestsAreIndependent(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	calls := ofLine(snapshot, "gopay")
	backwards := slices.Clone(calls)
	slices.Reverse(backwards)
	var wg sync.WaitGroup
	runs := make([]map[string]string, 2)
	for i, calls := range [][]config.Call{calls, backwards} {
		runs[i] = map[string]string{}
		wg.Go(func() {
			if err := RunCallTests(t.Context(), snapshot, calls,
				func(r Result) { runs[i][r.Test.File] = r.Transcript }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(runs[0], runs[1]); diff != "" {
		t.Errorf("the order makes a difference:\n%s", diff)
	}
}

func TestACallTestEndsWithItsContext(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	played := 0
	err = RunCallTests(ctx, snapshot, snapshot.Calls, func(Result) {
		if played++; played == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || played != 2 {
		t.Errorf("%d calls were played, %v", played, err)
	}
}

// Wherever in a call the time is up, the run ends and leaves nothing behind (see TestMain).
func TestACallTestEndsWithinACall(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []time.Duration{0, 5 * time.Millisecond, 15 * time.Millisecond, 25 * time.Millisecond,
		35 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		if err := RunCallTests(ctx, snapshot, snapshot.Calls, func(Result) {}); !errors.Is(err,
			context.DeadlineExceeded) {
			t.Errorf("after %s: %v", limit, err)
		}
		cancel()
	}
}

// A fault of ours is an error of the run and no end of the process, and the calls before it were told.
func TestAPanicIsAnError(t *testing.T) {
	snapshot, err := config.Load(config.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	snapshot.ByID("okpay").Desks["support"] = nil
	last := ""
	err = RunCallTests(t.Context(), snapshot, snapshot.Calls, func(r Result) { last = r.Test.Line })
	if err == nil || !strings.HasPrefix(err.Error(), "calls/okpay-chinese.yaml could not be run: panic: ") ||
		last != "gopay" {
		t.Errorf("after %s: %v", last, err)
	}
}

// BenchmarkCallTest: a supervisor tries a month of calls at once.
func BenchmarkCallTest(b *testing.B) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		if err := RunCallTests(context.Background(), snapshot, snapshot.Calls, func(Result) { n++ }); err != nil {
			b.Fatal(err)
		}
	}
	each := b.Elapsed() / time.Duration(n)
	b.ReportMetric(float64(each.Microseconds())/1000, "ms/call")
	if most := 5 * time.Millisecond / time.Duration(runtime.GOMAXPROCS(0)); each > most {
		b.Errorf("a call takes %s of all processors, want at most %s: 10,000 within 25 s on two", each, most)
	}
}

// decidedByTheFlow are the differences that config/calltest finds, by file. It agrees with the whole call, but for what
// it does not try.
func decidedByTheFlow(t *testing.T, snapshot *config.Snapshot) map[string]string {
	t.Helper()
	report, err := calltest.Check(t.Context(), snapshot)
	if err != nil || report.Tests != len(snapshot.Calls) {
		t.Fatalf("%d call tests of %d were tried, %v", report.Tests, len(snapshot.Calls), err)
	}
	differs := map[string]string{}
	for _, failed := range report.Failed {
		file, _, _ := strings.Cut(failed.Error(), ":")
		i := slices.IndexFunc(snapshot.Calls, func(c config.Call) bool { return c.File == file })
		differs[file], _, _ = strings.Cut(failed.Error(), " ("+snapshot.Calls[i].Title+"). ")
	}
	return differs
}
