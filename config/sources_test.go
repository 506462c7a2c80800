package config_test

import (
	"testing"

	"github.com/hotline-ivr/hotline/config"
)

func TestSource(t *testing.T) {
	s, err := config.Load(config.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, key, want string }{
		{"gopay", "numbers.+622150001000", "lines/gopay.yaml:12"},
		{"gopay", "languages.en", "lines/gopay.yaml:18"},
		{"gopay", "desks.support.targets.support-2", "lines/gopay.yaml:58"},
		{"gopay", "callbacks.cutoff", "lines/gopay.yaml:89"},
		{"gopay", "callbacks.unreachable", "lines/gopay.yaml:75"}, // not written
		{"gopay", "topics.refund", "lines/gopay.yaml:39"},
		{"gopay", "topics.refund.desk", "topics.yaml:21"},
		{"upay", "topics.refund", "lines/upay.yaml:27"},
		{"gopay", "peak", "hours/gopay.yaml:24"},
		{"gopay", "nothing", "lines/gopay.yaml"},
		{"nobody", "peak", ""},
	} {
		if got := s.Source(c.line, c.key); got != c.want {
			t.Errorf("%s, %s: got %q, want %q", c.line, c.key, got, c.want)
		}
	}
	if !s.Written("gopay", "callbacks.cutoff") || s.Written("gopay", "callbacks.unreachable") {
		t.Error("what is written is not told from what is not")
	}
	if got := s.HoursOf("gopay"); got != "hours/gopay.yaml" {
		t.Error(got)
	}
}
