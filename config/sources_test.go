package config_test

import (
	"slices"
	"testing"

	"github.com/hotline-ivr/hotline/config"
)

func TestSource(t *testing.T) {
	s, err := config.Load(config.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, key, want string }{
		{"gopay", "numbers.+622150001000", "lines/gopay.yaml:13"},
		{"gopay", "languages.en", "lines/gopay.yaml:20"},
		{"gopay", "desks.support.targets.support-2", "lines/gopay.yaml:60"},
		{"gopay", "callbacks.asap_cutoff", "lines/gopay.yaml:98"},
		{"gopay", "callbacks.unreachable", "lines/gopay.yaml:77"}, // not written
		{"gopay", "topics.refund", "lines/gopay.yaml:41"},
		{"gopay", "topics.refund.desk", "topics.yaml:22"},
		{"upay", "topics.refund", "lines/upay.yaml:28"},
		{"gopay", "peak", "hours/gopay.yaml:24"},
		{"gopay", "nothing", "lines/gopay.yaml"},
		{"nobody", "peak", ""},
	} {
		if got := s.Source(c.line, c.key); got != c.want {
			t.Errorf("%s, %s: got %q, want %q", c.line, c.key, got, c.want)
		}
	}
	if file, lines := s.HoursOf("gopay"); file != "hours/gopay.yaml" || !slices.Equal(lines, []string{"gopay"}) {
		t.Error(file, lines)
	}
	if file, lines := s.HoursOf("nobody"); file != "" || lines != nil {
		t.Error(file, lines)
	}
}
