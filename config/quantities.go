package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
)

// usual is from what to what each quantity of a line is with nearly every desk. Others are lawful, and warned of: the
// unit is mistaken, or a digit is too much. To add one, write its key with [] for the entries of a list.
var usual = map[string][2]string{
	"limits.no_input":        {"1", "5"},
	"limits.no_match":        {"1", "5"},
	"limits.message_seconds": {"20", "300"},
	"limits.note_seconds":    {"10", "60"},
	"account.min":            {"4", "20"},
	"account.max":            {"4", "20"},
	"desks[].ring":           {"10s", "90s"},

	"callbacks.slot":            {"10m", "4h"},
	"callbacks.capacity":        {"1", "500"},
	"callbacks.min_notice":      {"0s", "24h"},
	"callbacks.attempts":        {"1", "8"},
	"callbacks.desk_attempts":   {"1", "30"},
	"callbacks.retry_after":     {"1m", "4h"},
	"callbacks.retry_busy":      {"1m", "2h"},
	"callbacks.retry_no_answer": {"1m", "12h"},
	"callbacks.retry_machine":   {"1m", "12h"},
	"callbacks.max_open":        {"10", "20000"},
	"callbacks.asap_cutoff":     {"0s", "2h"},
	"callbacks.opening_delay":   {"0s", "2h"},
	"callbacks.opening_spacing": {"0s", "20m"},
	"callbacks.expires_after":   {"4h", "480h"},
	"callbacks.retention":       {"24h", "17520h"},

	"callbacks.limits.caller_hour":     {"1", "60"},
	"callbacks.limits.caller_day":      {"1", "200"},
	"callbacks.limits.number_hour":     {"1", "20"},
	"callbacks.limits.number_day":      {"1", "50"},
	"callbacks.limits.anonymous_hour":  {"1", "500"},
	"callbacks.limits.open_per_caller": {"1", "20"},

	"variables days":    {"1 day", "366 days"},
	"variables hours":   {"1 hour", "168 hours"},
	"variables minutes": {"1 minute", "600 minutes"},
}

// doubtQuantities warns of those at a place and below it that are not usual. key is its path without positions.
func doubtQuantities(at yamlnode.Value, key string) {
	below := func(name, kind string, node *yaml.Node) {
		v := at
		v.Line, v.Node = node.Line, node
		v.Key = strings.TrimPrefix(at.Key+name, ".")
		doubtQuantities(v, strings.TrimPrefix(key+kind, "."))
	}
	switch at.Node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(at.Node.Content); i += 2 {
			name := "." + at.Node.Content[i].Value
			below(name, name, at.Node.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, node := range at.Node.Content {
			below(fmt.Sprintf("[%d]", i), "[]", node)
		}
	case yaml.ScalarNode:
		doubtQuantity(at, key)
	}
}

func doubtQuantity(at yamlnode.Value, key string) {
	value, words := quantity(at.Node.Value)
	if strings.HasPrefix(key, "variables.") {
		_, unit, _ := strings.Cut(at.Node.Value, " ")
		key = "variables " + strings.TrimSuffix(unit, "s") + "s"
	}
	bounds, known := usual[key]
	if !known || words == "" {
		return
	}
	least, from := quantity(bounds[0])
	most, to := quantity(bounds[1])
	if value < least || value > most {
		at.Warn("is %s; from %s to %s is usual, so correct it unless that is meant", words, from, to)
	}
}

// quantity is a whole number, a length of time, or a figure that is said such as "7 days", with its words. They are
// empty for anything else.
func quantity(text string) (float64, string) {
	if n, err := strconv.Atoi(text); err == nil {
		return float64(n), text
	}
	if d, err := time.ParseDuration(text); err == nil {
		return float64(d), lengthInWords(d)
	}
	number, _, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0, ""
	}
	return float64(n), text
}

// lengthInWords is a length of time with the greatest unit of which it is some whole number: 90 seconds, 3 days.
func lengthInWords(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / unit.length; n > 0 && d%unit.length == 0 {
			if n > 1 {
				unit.name += "s"
			}
			return fmt.Sprintf("%d %s", n, unit.name)
		}
	}
	return d.String()
}
