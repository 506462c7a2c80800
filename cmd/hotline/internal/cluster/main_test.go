//go:build conformance && linux

// Package cluster has no code but tests: several `hotline serve` behind nginx on one PostgreSQL, under a steady load of
// calls, while a part of it is restarted, replaced, cut off or broken. config/deploy/instances.md says what came of it.
package cluster

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/cli"
)

// asProgram in the environment makes the test binary the program.
const asProgram = "HOTLINE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(cli.Main())
	}
	goleak.VerifyTestMain(m)
}
