package config

import "time"

// A permit is what a reader permits at one place.
type permit struct {
	Keys    []string // of a mapping; none when any is permitted
	Words   []string // one of them
	Entries int      // of a list, at most
	// Least and Most bound a whole number, where Bounded; Shortest and Longest a length of time.
	Bounded           bool
	Least, Most       int
	Shortest, Longest time.Duration
}

// witness is told what the readers permit where, also of values that are not there. Tests set it, to hold the schemas
// against the readers; otherwise it is nil.
var witness func(at value, p permit)

func (v value) permits(p permit) {
	if witness != nil {
		witness(v, p)
	}
}
