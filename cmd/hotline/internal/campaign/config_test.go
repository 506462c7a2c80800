//go:build conformance

package campaign

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

// What the campaign's two lines are like: one rings the agent first, the other one the customer. The oracle has the
// limits from here, not from the product.
const (
	campaignAttempts     = 3
	campaignDeskAttempts = 3
	// The desk has a break at the end of every half hour.
	campaignOpen  = 28
	campaignCycle = 30
)

// openAt reports whether the desk is there, reckoned without the product.
func openAt(t time.Time) bool { return t.Minute()%campaignCycle < campaignOpen }

// campaignStart is shortly before half past eight in the morning, where the customers are, and before a break.
var campaignStart = time.Date(2026, time.March, 4, 1, 22, 0, 0, time.UTC)

const (
	agentFirstLine    = "gopay"
	customerFirstLine = "okpay"
)

// campaignLine wants the name twice, the number, the targets of both desks, whom to ring first, and the limits.
const campaignLine = `line: %s
name: {en: "the campaign"}
hours: %s
region: ID
numbers: ["%s"]
languages: [{tag: en, locale: en-US, voice: Google.en-US-Standard-C}]
general: support
account: {min: 10, max: 13}
topics:
  - {id: stolen, desk: emergency, urgent: true}
  - {id: promotion, desk: support, help: false}
desks:
  - {id: support, language: en, hours: line, ring: 5s, targets: [%s]}
  - {id: emergency, language: en, hours: always, ring: 5s, targets: [%s]}
callbacks: {first: %s, slot: 5m, slots: 2, capacity: 10000, min_notice: 0s, attempts: %d, desk_attempts: %d, retry_after: 1m, expires_after: 12h}
text_messages: true
`

// roomOf is how many agents a desk of the second line has, when the first line's has so many. There are few of them:
// it is a rule that no more of its customers are rung than there are agents.
func roomOf(desk string, agents int) int {
	if desk == "emergency" {
		return 2 + agents/50
	}
	return 2 + agents/25
}

// writeConfig makes a configuration directory with so many agents at the first line's desk.
func writeConfig(dir string, agents int) error {
	for _, sub := range []string{"hours", "lines", "prompts"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	if err := copyShared(dir); err != nil {
		return err
	}
	var spans []string
	for minute := 0; minute < 24*60; minute += campaignCycle {
		until := minute + campaignOpen
		spans = append(spans, fmt.Sprintf(`"%02d:%02d-%02d:%02d"`, minute/60, minute%60, until/60, until%60))
	}
	var week strings.Builder
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		fmt.Fprintf(&week, "  %s: [%s]\n", day, strings.Join(spans, ", "))
	}
	for name, line := range map[string]string{
		agentFirstLine: fmt.Sprintf(campaignLine, agentFirstLine, agentFirstLine, campaignNumber,
			clients("support", agents), clients("emergency", 3+agents/20), "agent", campaignAttempts,
			campaignDeskAttempts),
		customerFirstLine: fmt.Sprintf(campaignLine, customerFirstLine, customerFirstLine, campaignSecondNumber,
			clients("second", roomOf("support", agents)), clients("second-emergency",
				roomOf("emergency", agents)),
			"customer", campaignAttempts, campaignDeskAttempts),
	} {
		hours := "line: " + name + "\nzone: Asia/Jakarta\nweek:\n" + week.String() + "peak:\n" + week.String()
		if err := os.WriteFile(filepath.Join(dir, "hours", name+".yaml"), []byte(hours), 0o600); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "lines", name+".yaml"), []byte(line), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// copyShared takes over the topics, and the sentences in the one language of the line but for those of other lines.
// An instance starts often in a campaign, and everything that it reads costs time.
func copyShared(dir string) error {
	topics, err := fs.ReadFile(config.Shipped(), "topics.yaml")
	if err != nil {
		return err
	}
	prompts, err := fs.ReadFile(config.Shipped(), "prompts/en.yaml")
	if err != nil {
		return err
	}
	var own []string
	for sentence := range strings.Lines(string(prompts)) {
		if key, _, _ := strings.Cut(sentence, ":"); !strings.Contains(key, "/") || strings.HasPrefix(key, "#") {
			own = append(own, sentence)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "topics.yaml"), topics, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "prompts", "en.yaml"), []byte(strings.Join(own, "")), 0o600)
}

func clients(desk string, n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("{id: %s-%d, client: %s-%d}", desk, i+1, desk, i+1))
	}
	return strings.Join(out, ", ")
}
