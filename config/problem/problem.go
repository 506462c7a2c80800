// Package problem holds the mistakes that were found in a supervisor's files: each with file, line and key,
// and what to do about it.
package problem

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one mistake in a file.
type Problem struct {
	// File is the name under which it was read, within a configuration directory "hours/gopay.yaml".
	File string
	// Line counts from 1. Zero: the mistake is not on a line, such as something that is missing from a file.
	Line int
	// Key is the path to the value: "week.mon[1]". Empty: the file as a whole.
	Key string
	// Message says what is wrong and what to do.
	Message string
}

// Source is "file:line", or the file when the line is not known.
func (p Problem) Source() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// String is "file:line: key: message", without the parts that are not known.
func (p Problem) String() string {
	if p.Key == "" {
		return p.Source() + ": " + p.Message
	}
	return p.Source() + ": " + p.Key + ": " + p.Message
}

// Problems are all mistakes that were found. The zero value is ready for Add.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, problem := range p {
		texts[i] = problem.String()
	}
	return strings.Join(texts, "\n")
}

// Add appends one.
func (p *Problems) Add(problem Problem) { *p = append(*p, problem) }

// Sorted orders them by file, line, key and message, each once. It is nil when there are none.
func (p Problems) Sorted() Problems {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key),
			cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(p)
}

// Err is Sorted as an error, without the trap of a nil slice in an interface that is not nil.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p.Sorted()
}
