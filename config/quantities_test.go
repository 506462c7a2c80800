package config_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

// TestDoubtfulQuantities: what the bounds permit and no desk means is told with its line, in words, with what is usual.
func TestDoubtfulQuantities(t *testing.T) {
	now := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	for _, c := range []struct{ old, new, want string }{
		{"ring: 20s", "ring: 5m", "lines/shop.yaml:19: desks[0].ring: is 5 minutes; from 10 seconds to 90 seconds is usual, " +
			"so correct it unless that is meant"},
		{"ring: 20s", "ring: 90s", ""},
		{"  attempts: 3", "  attempts: 18", "callbacks.attempts: is 18; from 1 to 8 is usual"},
		{"retention: 720h", "retention: 1h", "callbacks.retention: is 1 hour; from 1 day to 730 days is usual"},
		{"capacity: 4", "capacity: 4000", "callbacks.capacity: is 4000; from 1 to 500 is usual"},
		{"retry_after: 10m", "retry_busy: 5h", "callbacks.retry_busy: is 5 hours; from 1 minute to 2 hours is usual"},
		{"retry_after: 10m", "opening_delay: 10h", "callbacks.opening_delay: is 10 hours; from 0s to 2 hours is usual"},
		{"retry_after: 10m", "limits: {caller_hour: 15}", ""},
		{"message_seconds: 60", "message_seconds: 3", "limits.message_seconds: is 3; from 20 to 300 is usual"},
		{"region: ID", "variables: {refund-days: 700 days, fee: 2500 IDR}\\nregion: ID",
			"variables.refund-days: is 700 days; from 1 day to 366 days is usual"},
	} {
		fsys := base(t)
		fsys["lines/shop.yaml"] = file([]byte(edit(t, string(fsys["lines/shop.yaml"].Data), c.old+" => "+c.new)))
		var got []string
		for _, w := range load(t, fsys).Warnings(now) {
			if strings.Contains(w.Message, "usual") {
				got = append(got, w.Problem.String())
			}
		}
		if joined := strings.Join(got, "\n"); !strings.Contains(joined, c.want) || len(got) > 1 ||
			c.want == "" && got != nil {
			t.Errorf("%s: got %q, want %q", c.new, joined, c.want)
		}
	}
}

// Each key of the table is one of a line's, and what is usual is what the shipped lines have.
func TestUsualQuantities(t *testing.T) {
	known := config.SchemaKeys("line")
	for _, key := range config.UsualKeys() {
		folder, name := "", key
		if i := strings.LastIndexByte(key, '.'); i >= 0 {
			folder, name = key[:i], key[i+1:]
		}
		if !slices.Contains(known[folder], name) && !strings.HasPrefix(key, "variables ") {
			t.Errorf("there is no key %s", key)
		}
	}
	for _, w := range load(t, config.Shipped()).Warnings(time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)) {
		if strings.Contains(w.Message, "is usual") {
			t.Error(w.Problem)
		}
	}
}
