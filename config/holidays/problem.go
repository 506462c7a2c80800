package holidays

import "github.com/hotline-ivr/hotline/config/problem"

// A Problem is one mistake in a file; its File is the name that was given to [Parse] or [Import].
type Problem = problem.Problem

// Problems are all mistakes that were found, sorted by file, line and key.
type Problems = problem.Problems

// short cuts a stranger's text for a message.
func short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return text
}
