package simulate

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

const busyCallers = 40

// busyDay is a day on which many ring at the same time and press whatever comes to their minds, agents come and go, and
// webhooks and requests are lost, refused and repeated. Its log is searched when it ends, as every scenario's is.
func busyDay(t *testing.T) *scenario {
	chance := rand.New(rand.NewPCG(7, 7))
	s := newScenario(t, openDay, withFaults(simulator.Faults{
		Webhook: func(simulator.Webhook) simulator.WebhookFault {
			return simulator.WebhookFault{LoseAnswer: chance.IntN(60) == 0, Tamper: chance.IntN(60) == 0}
		},
		REST: func(simulator.Request) simulator.RESTFault {
			switch chance.IntN(12) {
			case 0:
				return simulator.RESTFault{Status: 429, Code: 20429}
			case 1:
				return simulator.RESTFault{LoseAnswer: true}
			case 2:
				return simulator.RESTFault{Status: 503, Body: "<html>Service Unavailable</html>"}
			}
			return simulator.RESTFault{}
		},
	}))
	s.mayDrop, s.mayBreak = true, true
	does := []string{"answer", "busy", "no-answer", "refuse", "voicemail"}
	for n := range busyCallers {
		s.everyAgent(does[chance.IntN(len(does))])
		from := fmt.Sprintf("+62812%07d", 1_000_003*(n%25+1)%10_000_000) // some ring again
		s.secret(from)
		s.simulator.Ring(from, s.line.Numbers[0],
			simulator.Party{Name: RoleCaller, Keys: s.whim(chance), HangUpAfter: 10 * time.Minute})
		if err := s.simulator.Run(context.Background(),
			s.simulator.Now().Add(time.Duration(chance.IntN(8))*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	s.everyAgent("answer")
	s.settles()
	return s
}

// whim presses keys of menus at random, and keys in numbers where they are asked for.
func (s *scenario) whim(chance *rand.Rand) func(simulator.Prompt) simulator.Reply {
	return func(p simulator.Prompt) simulator.Reply {
		if p.Verb == "Record" {
			return simulator.Reply{}
		}
		digits := []string{"1", "1", "1", "2", "2", "3", "4", "8", "0", ""}[chance.IntN(10)]
		if p.Index == 0 {
			digits = "2" // English
		} else if strings.Contains(p.SaidText, "enter") {
			digits = fmt.Sprintf("08%09d#", chance.IntN(1_000_000_000))
			s.secret(digits)
		}
		return simulator.Reply{Digits: digits}
	}
}

var metricName = regexp.MustCompile(`(?m)^# TYPE (hotline_\w+) `)

// metricsOf are the metrics that a server shows.
func metricsOf(a *app.App) (page string, names map[string]bool) {
	answer := httptest.NewRecorder()
	a.Server.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	names = map[string]bool{}
	for _, found := range metricName.FindAllStringSubmatch(answer.Body.String(), -1) {
		names[found[1]] = true
	}
	return answer.Body.String(), names
}

// publishing is a server whose configuration comes from a directory, with a set of holidays about to end.
func publishing(t *testing.T) *app.App {
	t.Helper()
	at := time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC)
	a, err := app.New(t.Context(), app.Options{
		Source: &publish.Options{Files: config.Shipped()}, Store: "sqlite:" + filepath.Join(t.TempDir(), "hotline.db"),
		PublicURL: "https://hotline.example.com", AccountSID: AccountSID, Tokens: []string{"token"},
		StateKeys: [][]byte{make([]byte, 32)}, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestABusyDay(t *testing.T) {
	s := busyDay(t)
	t.Run("is counted", func(t *testing.T) { s.dayIsCounted(t) })
	s.evening()
	t.Run("shows every metric", func(t *testing.T) { s.metricsAreListed(t) })
}

func (s *scenario) dayIsCounted(t *testing.T) {
	page, _ := metricsOf(s.App)
	reports, err := s.Store.Report(t.Context(), s.simulator.Now().AddDate(-1, 0, 0), s.simulator.Now())
	if err != nil || len(reports) != 1 {
		t.Fatal(reports, err)
	}
	backlog, err := s.Store.Backlog(t.Context())
	if err != nil || len(backlog) != 1 || backlog[0].State != callbacks.Task {
		t.Fatalf("something is still open: %v, %v", backlog, err)
	}
	r := reports[0]
	for _, line := range []string{
		fmt.Sprintf(`hotline_calls_total{line="gopay"} %d`, busyCallers),
		fmt.Sprintf(`hotline_callback_outcomes_total{line="gopay",outcome="done"} %d`, r.Done),
		fmt.Sprintf(`hotline_callback_outcomes_total{line="gopay",outcome="cancelled"} %d`, r.Cancelled),
		fmt.Sprintf(`hotline_callback_outcomes_total{line="gopay",outcome="expired"} %d`, r.Expired),
		fmt.Sprintf(`hotline_callbacks{line="gopay",state="task"} %d`, backlog[0].Count),
		`hotline_callbacks{line="gopay",state="booked"} 0`,
		`hotline_callbacks_overdue_seconds{line="gopay"} 0`,
		`hotline_attempts_in_flight{state="unknown"} 0`,
		`hotline_store_up 1`,
	} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("want %s in\n%s", line, page)
		}
	}
	for _, result := range []string{"ok", "rate_limited", "failed"} {
		if strings.Contains(page, `hotline_provider_request_seconds_count{result="`+result+`"} 0`) {
			t.Errorf("no request of the day is %q", result)
		}
	}
	if r.Done == 0 || r.Cancelled == 0 || r.Messages == 0 {
		t.Errorf("hardly a busy day: %+v", r)
	}
}

// evening has what went well all day go wrong: the database is gone.
func (s *scenario) evening() {
	s.breakStore()
	s.rings(home, "Thank you. Goodbye", english, hears("press star").press("0"))
}

var (
	listedMetric = regexp.MustCompile("(?m)^\\| `(hotline_\\w+)`.*")
	alertedOf    = regexp.MustCompile(`hotline_[a-z_]+|process_[a-z_]+`)
	alertName    = regexp.MustCompile(`(?m)^ +- alert: (\w+)$`)
)

// metricsAreListed compares what servers show with the table in config/deploy, and the alert rules with both.
func (s *scenario) metricsAreListed(t *testing.T) {
	page, shown := metricsOf(s.App)
	_, more := metricsOf(publishing(t))
	maps.Copy(shown, more)
	deploy := os.DirFS("../../../../config/deploy")
	read := func(name string) string {
		text, err := fs.ReadFile(deploy, name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	table, rules := read("metrics.md"), read("alerts.yml")
	listed := map[string]bool{}
	for _, row := range listedMetric.FindAllStringSubmatch(table, -1) {
		listed[row[1]] = true
	}
	if diff := cmp.Diff(shown, listed); diff != "" {
		t.Errorf("config/deploy/metrics.md lists (+) other metrics than servers show (-):\n%s", diff)
	}
	for _, name := range alertedOf.FindAllString(rules, -1) {
		family := strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count")
		if !shown[family] && !strings.Contains(page, "# TYPE "+name+" ") {
			t.Errorf("alerts.yml names %s, which no server shows", name)
		}
	}
	for _, alert := range alertName.FindAllStringSubmatch(rules, -1) {
		if !strings.Contains(table, "`"+alert[1]+"`") {
			t.Errorf("config/deploy/metrics.md does not name the alert %s", alert[1])
		}
	}
}
