package ivr_test

import (
	"go/build"
	"slices"
	"strings"
	"testing"
)

// The call is decided without input or output. What needs a network, a request or the provider's library is in twilio.
func TestTheCallIsPure(t *testing.T) {
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	pure := []string{"github.com/hotline-ivr/hotline/callbacks", "github.com/hotline-ivr/hotline/hours",
		"github.com/hotline-ivr/hotline/ivr/spoken", "github.com/nyaruka/phonenumbers"}
	standard := []string{"cmp", "errors", "fmt", "maps", "regexp", "slices", "strconv", "strings", "time",
		"unicode/utf8"}
	for _, path := range pkg.Imports {
		if !slices.Contains(pure, path) && !slices.Contains(standard, path) {
			t.Errorf("ivr imports %s (%s); what is not pure belongs into ivr/twilio", path,
				strings.Join(where(pkg, path), ", "))
		}
	}
}

func where(pkg *build.Package, path string) (at []string) {
	for _, position := range pkg.ImportPos[path] {
		at = append(at, position.String())
	}
	return at
}
