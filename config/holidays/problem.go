package holidays

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one mistake in a file.
type Problem struct {
	// File is the name that was given to [Parse] or [Import].
	File string
	// Line counts from 1. Zero: the mistake is not on a line.
	Line int
	// Key is the path to the value: "days[3].kind". Empty: the file as a whole.
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

// Problems are all mistakes that were found, sorted by file, line and key.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, problem := range p {
		texts[i] = problem.String()
	}
	return strings.Join(texts, "\n")
}

// sorted is nil when there are no problems.
func (p Problems) sorted() Problems {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	return p
}

// err is sorted as an error, without the trap of a nil slice in a non-nil interface.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p.sorted()
}

// short cuts a stranger's text for a message.
func short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return text
}
