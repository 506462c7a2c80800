package app

import (
	"os"
	"runtime/debug"
)

// collectAt is how much the heap grows, in per cent of what is in use, before garbage is collected. What callers wait for while
// a configuration is published is mostly collections; what is in use is tens of megabytes even with a thousand lines.
const collectAt = 400

// collectSeldom sets it for the process, unless whoever runs it has said otherwise with GOGC. It returns what sets it back.
func CollectSeldom() (back func()) {
	if _, said := os.LookupEnv("GOGC"); said {
		return func() {}
	}
	before := debug.SetGCPercent(collectAt)
	return func() { debug.SetGCPercent(before) }
}
