//go:build conformance

package campaign

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// asProgram in the environment makes the test binary a process of its own, one of roles by its name.
const asProgram = "HOTLINE_TEST_AS_PROGRAM"

var roles = map[string]func(){}

func TestMain(m *testing.M) {
	if play := roles[os.Getenv(asProgram)]; play != nil {
		play()
		return
	}
	goleak.VerifyTestMain(m)
}
