package compare_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/internal/configtest"
)

// Edits of the base, several at once, and the words in which they are told.
func TestCompareWords(t *testing.T) {
	for _, c := range []struct {
		name  string
		edits [][3]string
		want  string
	}{
		{"another zone", [][3]string{{"hours/shop.yaml", "Asia/Jakarta", "Asia/Makassar"}}, `shop
  hours, on the clock of Asia/Makassar, also what was on that of Asia/Jakarta
    Mondays but 2026-12-28            closes 12:00-13:00 17:00-18:00, opens 09:00-10:00 13:00-14:00  (was 10:00-13:00 14:00-18:00, now 09:00-12:00 13:00-17:00)  hours/shop.yaml:4
    Tuesdays but 2026-12-29           closes 17:00-18:00, opens 09:00-10:00                          (was 10:00-18:00, now 09:00-17:00)                          hours/shop.yaml:5
    Fridays but 2026-12-25            opens 22:00-23:00                                              (was 23:00-24:00, now 22:00-24:00)                          hours/shop.yaml:6
    Saturdays but 2026-12-26          closes 00:00-01:00                                             (was 00:00-01:00, now closed)                               hours/shop.yaml:3
    Sun 2026-12-27                    closes 12:00-13:00 17:00-18:00, opens 09:00-10:00 13:00-14:00  (was 10:00-13:00 14:00-18:00, now 09:00-12:00 13:00-17:00)  hours/shop.yaml:10 Make-up day
    Mon 2026-12-28 to Wed 2026-12-30  closes 12:00-13:00, opens 09:00-10:00                          (was 10:00-13:00, now 09:00-12:00)                          hours/shop.yaml:9 Short days
  zone                               Asia/Makassar, was Asia/Jakarta
  announcement Thu 2026-12-31 22:00  Thu 2026-12-31 22:00 to Fri 2027-01-01 00:00, was Thu 2026-12-31 23:00 to Fri 2027-01-01 01:00
  call test                          changed calls/shop-open.yaml (A caller asks for a person): at
`},
		{"a set of holidays, and the weekend of every other week", [][3]string{{"hours/shop.yaml", "special:\n",
			"holidays: [id]\nspecial:\n" +
				"  - {rrule: FREQ=WEEKLY;INTERVAL=2;BYDAY=SA, from: 2026-11-28, open: [\"10:00-12:00\"], name: Market}\n"}}, `shop
  hours, on the clock of Asia/Jakarta
    Saturdays 2026-11-28, 2026-12-12, 2026-12-26, 2027-01-09, 2027-01-23  opens 10:00-12:00  (was closed, now 10:00-12:00)  hours/shop.yaml:9 Market
`},
		{"announcements and overrides", [][3]string{
			{"hours/shop.yaml", "until: 2026-12-31 24:00", "until: 2027-01-01 02:00"},
			{"hours/shop.yaml", `text: {en: "Maintenance."`, `text: {en: "Maintenance until two."`},
			{"hours/shop.yaml", "announcements:\n",
				"overrides:\n" +
					"  - {from: 2026-12-01 10:30, until: 2026-12-01 14:00, closed: true, reason: Power cut, say: {en: \"A power cut.\", id: \"Mati listrik.\"}}\nannouncements:\n  - {from: 2026-12-02 08:00, until: 2026-12-02 09:00, text: {en: \"Slow today.\", id: \"Lambat.\"}}\n"},
		}, `shop
  hours, on the clock of Asia/Jakarta
    Tue 2026-12-01  closes 10:30-14:00  (was 09:00-17:00, now 09:00-10:30 14:00-17:00)  hours/shop.yaml:12 Power cut
  override                           added, closed Tue 2026-12-01 10:30 to Tue 2026-12-01 14:00 (Power cut): en "A power cut.", id "Mati listrik."
  announcement Thu 2026-12-31 22:00  Thu 2026-12-31 22:00 to Fri 2027-01-01 02:00, was Thu 2026-12-31 22:00 to Fri 2027-01-01 00:00
  announcement Thu 2026-12-31 22:00  en: "Maintenance until two.", was "Maintenance."
  announcement                       added, Wed 2026-12-02 08:00 to Wed 2026-12-02 09:00: en "Slow today.", id "Lambat."
`},
		{"desks and telephones", [][3]string{
			{"lines/shop.yaml", "  - id: emergency\n",
				"  - {id: chinese, language: en, hours: {week: {mon: [\"09:00-12:00\"]}}, ring: 20s, targets: [{id: zh-1, client: zh-1}]}\n  - id: emergency\n"},
			{"lines/shop.yaml", "hours: line\n", "hours: {week: {mon: [\"09:00-12:00\"], tue: [\"09:00-17:00\"], fri: [22:00-24:00]}}\n    by_language: {en: chinese}\n"},
			{"lines/shop.yaml", "      - {id: support-1, number: \"+622150002001\"}\n" +
				"      - {id: support-2, client: shop_agent_2}\n",
				"      - {id: support-2, client: shop_agent_9}\n      - {id: support-1, number: \"+622150012001\"}\n"},
			{"lines/shop.yaml", "      - {id: support-3, sip: \"sip:agent@example.com\"}\n", ""},
		}, `shop
  hours of desk support, on the clock of Asia/Jakarta
    Mondays but 2026-12-28  closes 13:00-17:00  (was 09:00-12:00 13:00-17:00, now 09:00-12:00)  lines/shop.yaml:18
    Sun 2026-12-27          closes 13:00-17:00  (was 09:00-12:00 13:00-17:00, now 09:00-12:00)  hours/shop.yaml:10 Make-up day
  desk chinese                  added, with hours of its own, telephones zh-1 (client zh-1)
  desk support: by_language en  new: chinese
  desk support                  telephone support-2: client shop_agent_9, was client shop_agent_2
  desk support                  telephone support-1: another number, which ends in the same digits: …2001
  desk support                  telephone support-3 removed, was sip:agent@example.com
  desk support                  telephones are rung in the order support-2, support-1, was support-1, support-2, support-3
`},
		{"numbers, languages, topics, policy", [][3]string{
			{"lines/shop.yaml", `["+622150001000", "+622150001001"]`, `["+622150001001", "+622150001002"]`},
			{"lines/shop.yaml", "voice: Google.en-US-Standard-C", "voice: Google.en-US-Standard-D"},
			{"lines/shop.yaml", "  - {id: stolen, desk: emergency, urgent: true}\n", ""},
			{"lines/shop.yaml", "help: true, ask: [account]", "help: false, priority: 2, ask: [account]"},
			{"lines/shop.yaml", "general: support", "general: emergency"},
			{"lines/shop.yaml", "account: {min: 10, max: 13", "account: {min: 9, max: 13"},
			{"lines/shop.yaml", "min: 6, max: 14", "min: 8, max: 14"},
			{"lines/shop.yaml", "no_input: 2", "no_input: 3"},
			{"lines/shop.yaml", "  capacity: 4\n",
				"  asap_cutoff: 10m\n  calling_hours: \"08:00-21:00\"\n  first: customer\n" +
					"  limits: {caller_hour: 9}\n"},
			{"lines/shop.yaml", "unreachable: [\"+850\"]", "unreachable: [\"+850\", \"+53\"]"},
			{"lines/shop.yaml", "text_messages: false", "text_messages: false\nvariables: {fee: 2500 IDR}"},
			{"lines/shop.yaml", "BY0123456789abcdef0123456789abcdef", "BY1123456789abcdef0123456789abcdef"},
			{"lines/shop.yaml", `en: "the shop"`, `en: "the new shop"`},
			{"hours/shop.yaml", "special:", "peak: {mon: [\"09:00-10:00\"]}\nspecial:"},
			{"prompts/en.yaml", "\"goodbye in en", "\"Good evening and goodbye in en"},
		}, `shop
  peak hours, on the clock of Asia/Jakarta
    Mondays  peak 09:00-10:00  (was none, now 09:00-10:00)  hours/shop.yaml:7
  number                          +622150001002 is answered
  number                          +622150001000 is no longer answered
  number                          +622150001001 is shown to the people we call, was +622150001000
  language en: voice              Google.en-US-Standard-D, was Google.en-US-Standard-C
  name en                         the new shop, was the shop
  menu                            other keys: login 1 (was 2), refund 2 (was 3)
  topic login: help               no, was yes
  topic login: priority           2, was 0
  topic stolen                    removed, keys 1, desk emergency
  general                         emergency, was support
  account                         9 to 13 digits beginning with 08, the calling number is offered, was 10 to 13 digits beginning with 08, the calling number is offered
  question refund                 8 to 14 digits, was 6 to 14 digits
  variable en fee                 new: 2,500 rupiah
  variable id fee                 new: dua ribu lima ratus rupiah
  callbacks: capacity             no limit, was 4
  callbacks: asap_cutoff          10m, was 0s
  callbacks: routes               +86 by BY1123456789abcdef0123456789abcdef, was +86 by BY0123456789abcdef0123456789abcdef
  callbacks: unreachable          +86, +850, +53, was +86, +850
  callbacks: calling_hours        new: 08:00-21:00
  callbacks: limits: caller_hour  9, was the default
  callbacks: customer first       yes, was no
  limits: no_input                3, was 2
  prompt goodbye                  en: "Good evening and goodbye in en", was "goodbye in en"
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			old := configtest.Base(t)
			new := fstest.MapFS{}
			for name, f := range old {
				text := string(f.Data)
				for _, e := range c.edits {
					if e[0] == name {
						edited := strings.Replace(text, e[1], e[2], 1)
						if edited == text {
							t.Fatalf("%s: %q is not there", name, e[1])
						}
						text = edited
					}
				}
				new[name] = configtest.File([]byte(text))
			}
			if got := compare.Snapshots(configtest.Load(t, old), configtest.Load(t, new), thursday,
				60).String(); got != c.want {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// A line that comes, and one that goes.
func TestCompareLinesThatComeAndGo(t *testing.T) {
	two := configtest.Many(t, 2)
	one := configtest.Many(t, 1)
	want := "shop1\n  a new line, +622160000002, +622160000003\n"
	if got := compare.Snapshots(configtest.Load(t, one), configtest.Load(t, two), thursday, 60).String(); got != want {
		t.Errorf("got\n%s", got)
	}
	changes := compare.Snapshots(configtest.Load(t, two), configtest.Load(t, one), thursday, 60)
	want = "shop1\n  removed; nobody answers +622160000002, +622160000003 any more\n"
	if got := changes.String(); got != want || len(changes.Of("shop1").Each) != 1 || !changes.Of("shop0").Empty() {
		t.Errorf("got\n%s", got)
	}
}
