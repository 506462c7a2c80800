package main

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// asProgram in the environment makes the test binary a process of its own: one of roles by its name, or else the program.
const asProgram = "HOTLINE_TEST_AS_PROGRAM"

// roles are what the test binary can be besides.
var roles = map[string]func(){}

func TestMain(m *testing.M) {
	if as := os.Getenv(asProgram); as != "" {
		play, ok := roles[as]
		if !ok {
			play = main
		}
		play()
		return
	}
	goleak.VerifyTestMain(m)
}
