//go:build conformance

package holidays_test

import (
	"encoding/json"
	"os/exec"
	"strconv"
	"testing"

	"github.com/hotline-ivr/hotline/config/holidays"
)

// Every day of every year, held against npm packages.
func TestEveryDayAgainstTheValidators(t *testing.T) {
	for _, c := range []struct {
		set         string
		first, last int
		special     int
	}{{"cn", 2024, 2026, 108}, {"jp", 2024, 2027, 75}, {"us", 2024, 2027, 49}} {
		cmd := exec.CommandContext(t.Context(), "node", "days.mjs", c.set, strconv.Itoa(c.first), strconv.Itoa(c.last))
		cmd.Dir = "testdata/validators"
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v; install the validators with npm ci --ignore-scripts in %s", c.set, err, cmd.Dir)
		}
		var want map[string]holidays.Kind
		if err := json.Unmarshal(out, &want); err != nil {
			t.Fatal(err)
		}
		if _, special := compare(t, shippedSet(t, c.set), c.first, c.last, want); special != c.special ||
			len(want) != c.special {
			t.Errorf("%s: %d days are special, the validator knows %d, expected %d", c.set, special, len(want), c.special)
		}
	}
}
