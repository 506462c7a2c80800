package holidays

import "github.com/hotline-ivr/hotline/config/problem"

// A Problem is one mistake in a file; its File is the name that was given to [Parse] or [Import].
type Problem = problem.Problem

// Problems are all mistakes that were found, sorted by file, line and key.
type Problems = problem.Problems
