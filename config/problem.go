package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one mistake in the configuration.
type Problem struct {
	// File is relative to the configuration directory: "hours/gopay.yaml".
	File string
	// Line counts from 1. Zero: the mistake is not on a line, such as something that is missing from a file.
	Line int
	// Key is the path to the value: "week.mon[1]". Empty: the file as a whole.
	Key string
	// Message says what is wrong and what to do.
	Message string
}

// String is "file:line: key: message", without the parts that are not known.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Key != "" {
		fmt.Fprintf(&b, ": %s", p.Key)
	}
	fmt.Fprintf(&b, ": %s", p.Message)
	return b.String()
}

// Problems are all mistakes of one configuration, sorted by file, line and key. It is the error of [Load].
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, problem := range p {
		texts[i] = problem.String()
	}
	return strings.Join(texts, "\n")
}

func (p *Problems) add(problem Problem) { *p = append(*p, problem) }

// err sorts the problems; it is nil when there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(p)
}
