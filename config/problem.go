package config

import "github.com/hotline-ivr/hotline/config/problem"

// A Problem is one mistake in the configuration; its File is relative to the configuration directory.
type Problem = problem.Problem

// Problems are all mistakes of one configuration, sorted by file, line and key. It is the error of [Load].
type Problems = problem.Problems
