package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	out, err := run(t, "", "explain", "--line", "gopay", "--at", "2026-12-31 16:00", "--topic", "refund", "--language",
		"en")
	want := `gopay, Thursday 31 December 2026, 16:00 (Asia/Jakarta): a call from …7890 is about refund.

  number        +622150001000 is answered by line gopay           lines/gopay.yaml:13
  language      en, key 2                                         lines/gopay.yaml:20
  announcement  none is announced
  topic         refund, keys 4: self-help, account, refund, note  lines/gopay.yaml:41
  desk          support serves the topic                          topics.yaml:22

gopay, desk support, Thursday 31 December 2026, 16:00 (Asia/Jakarta): closed
  since  Thursday 31 December 2026, 15:00
  until  Saturday 2 January 2027, 09:00
  why    Closed: Year-end (every 31 December), open only 08:00-15:00. [hours/gopay.yaml:56]

Rules, the highest rank first:
  *  special  closed  Year-end (every 31 December), open only 08:00-15:00.  hours/gopay.yaml:56
     holiday  -       Set id has no holiday on 2026-12-31.                  holidays/id.yaml:9
     week     open    Thursday's hours, 08:00-17:00.                        hours/gopay.yaml:17
Without the rule that decided: Open: Thursday's hours, 08:00-17:00. [hours/gopay.yaml:17]

  rings          nobody: desk support is closed                                                  lines/gopay.yaml:56
  rung back      …7890 can be dialled by the provider itself
  calling hours  08:00-21:00 on the clock of Asia/Jakarta                                        lines/gopay.yaml:103
  asap_cutoff    in the last 10m before closing it is the next opening                           lines/gopay.yaml:98
  callback       as soon as possible is Sat 2 Jan 2027, 09:00, key 2
                 Sat 2 Jan 2027, 09:00 to 09:30, key 3                                           lines/gopay.yaml:78
  booked         due Sat 2 Jan 2027, 09:00, kept then by ringing an agent of desk support first  lines/gopay.yaml:82
                 behind others of this opening, 3m apart                                         lines/gopay.yaml:100
                 unless the caller has asked for 6 in an hour or 15 in a day, or holds 3         lines/gopay.yaml:90
                 unless 500 are open already                                                     lines/gopay.yaml:97
  text message   sent to …7890                                                                   lines/gopay.yaml:120

Hear it: hotline call --line gopay --at 2026-12-31T16:00:00+07:00 --from "+6281234567890" --press "2,4,2,*#,*#,2" --agents no-answer
`
	if err != nil || out != want {
		t.Errorf("%v, got\n%s", err, out)
	}
}

// What is explained otherwise: other desks, trunks, numbers that cannot be rung, announcements, a draft of hours.
func TestExplainSaysWhy(t *testing.T) {
	closed := draft(t, [3]string{"hours/gopay.yaml", "overrides: []", `overrides:
  - {from: 2026-12-01 10:00, until: 2026-12-01 14:00, closed: true, reason: Power cut, say: {id: "Mati listrik.", en: "A power cut.", zh: "停电。"}}
`})
	file := filepath.Join(t.TempDir(), "draft.yaml")
	if data, err := os.ReadFile(filepath.Join(draft(t, longMondays), "hours", "gopay.yaml")); err != nil ||
		os.WriteFile(file, data, 0o644) != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		want []string
	}{
		{"--line okpay --at 2026-12-30T10:00:00+08:00 --language zh", []string{
			"asked for with key 0 before a topic was named: desk support",
			"callers in zh are served by desk support-zh", "lines/okpay.yaml:35", "zh-1 (…2101) for 20s"}},
		{"--line gopay --at 2026-12-30T10:00:00+07:00 --topic stolen", []string{
			"emergency-1 (…3001) for 25s, desk emergency",
			"booked unasked to the calling number, at any hour, as the matter is urgent"}},
		{"--line gopay --at 2026-12-30T20:00:00+07:00 --from anonymous", []string{
			`"anonymous" is not called: invalid`, "is asked for another number"}},
		{"--line gopay --at 2026-12-30T20:00:00+07:00 --from +8613812345678", []string{
			"is not called: unreachable, no route for prefix +86", "message    a recorded one"}},
		{"--line gopay --at 2026-12-30T20:00:00+07:00 --from +628091234567",
			[]string{"is not called: never-called, premium rate"}},
		{"--line upay --at 2026-12-30T23:00:00+08:00", []string{"can be dialled by trunk BY", "lines/upay.yaml:85"}},
		{"--line upay --at 2026-12-30T10:00:00+08:00 --topic feedback",
			[]string{"keys 8 2: recorded message", "nobody: the topic leads to a recorded message", "topics.yaml:33"}},
		{"--line gopay --at 2026-12-30T20:00:00+07:00 --from +442071234567", []string{
			"08:00-21:00 on the clock of Europe/London", "as soon as possible is Mon 4 Jan 2027, 15:00"}},
		{"--line gopay --at 2026-12-07T08:30:00+07:00 --topic senior",
			[]string{"many people ring at this hour", "hours/gopay.yaml:24", "senior-1 (…4001) for 25s"}},
		{"--line gopay --at 2026-12-01T11:00:00+07:00 --language en --config " + closed, []string{
			`"A power cut.", until Tue 1 Dec 2026, 14:00`, "hours/gopay.yaml:74", "*  override  closed"}},
		{"--line gopay --at 2026-11-30T18:00:00+07:00 --file " + file, []string{"open", "support-1"}},
	} {
		out, err := run(t, "", append([]string{"explain"}, strings.Fields(c.args)...)...)
		for _, want := range c.want {
			if err != nil || !strings.Contains(out, want) {
				t.Errorf("%s: %v, want %q in\n%s", c.args, err, want, out)
			}
		}
	}
}

// Whether a number is called and texted, and which rule says so, with its file and line.
func TestExplainOfANumber(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string
	}{
		{"--line gopay --number 00819012345678", []string{
			"+819012345678, Japan (JP)", "+19012345678, United States (US)", "the caller is asked which",
			"lines/gopay.yaml:104"}},
		{"--line gopay --number 081234567890",
			[]string{"+6281234567890, Indonesia (ID)", "called  yes", "texted  yes"}},
		{"--line gopay --number 02129928888", []string{"called  yes", "texted  no: it is no mobile number"}},
		{"--line gopay --number +252612345678", []string{"called  no: blocked, prefix +252", "lines/gopay.yaml:112",
			"texted  no"}},
		{"--line okpay --number +622150003001", []string{"no: never-called, the number of a line or an agent",
			"lines/gopay.yaml:67"}},
		{"--line okpay --number 00862150001000", []string{"no: never-called, the number of a line or an agent",
			"lines/upay.yaml:10"}},
		{"--line upay --number +6581234567",
			[]string{"no: other-country, this line does not call SG", "lines/upay.yaml:59"}},
		{"--line upay --number 13812345678", []string{"called  yes, by trunk BY", "these countries are called: CN",
			"the line sends no text messages"}},
		{"--line gopay --number 112", []string{"none that may be called", "too-short"}},
		{"--line gopay --number sip:bob@81.234.56.78", []string{"counts as anonymous", "sip_caller_id"}},
		{"--line gopay --number +266696687", []string{"called  no: invalid, the caller withholds the number"}},
		{"--line gopay --number +86282452253", []string{"called  no: invalid, the caller withholds the number"}},
		{"--line gopay --number sip:+7378742833@trunk.example.com",
			[]string{"called  no: invalid, the caller withholds the number"}},
		{"--line gopay --number +4980026508025174", []string{"called  no: invalid, more than 15 digits"}},
		{"--line gopay --number 004980026508025174", []string{"called  no: invalid, more than 15 digits"}},
		{"--line okpay --number 008613800138000",
			[]string{"unreachable, no route for prefix +86", "lines/okpay.yaml:"}},
		{"--line okpay --number 66003000", []string{"the number of a line or an agent", "lines/wallet.yaml:"}},
	} {
		out, err := run(t, "", append([]string{"explain"}, strings.Fields(c.args)...)...)
		for _, want := range c.want {
			if err != nil || !strings.Contains(out, want) {
				t.Errorf("%s: %v, want %q in\n%s", c.args, err, want, out)
			}
		}
	}
}

func TestExplainRefuses(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "name the line with --line: gopay, okpay"},
		{"--line goay", `there is no line "goay"; did you mean "gopay"?`},
		{"--line gopay --topic refnd", `there is no topic "refnd"; did you mean "refund"?`},
		{"--line gopay --language ja", `there is no language "ja"; known here: id, en, zh`},
		{"--line gopay --at soon", `--at "soon" is not a valid time`},
		{"--file none.yaml", "name the line with --line"},
		{"--line gopay --file none.yaml", "file of hours"},
		{"--line gopay --file explain_test.go", "in the place of hours/gopay.yaml the configuration cannot be used"},
	} {
		if _, err := run(t, "", append([]string{"explain"}, strings.Fields(c.args)...)...); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.args, err, c.want)
		}
	}
}
