// Package process has no code but tests: the program as an operator has it, a process of its own.
package process

import (
	"log"
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
	if file := os.Getenv(asLimit); file != "" {
		log.Fatal(limit(file))
	}
	goleak.VerifyTestMain(m)
}
