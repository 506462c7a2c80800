//go:build conformance

package simulate

import (
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hotline-ivr/hotline/ivr/twilio/conformance"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

var restValidator = sync.OnceValues(func() (*conformance.RESTValidator, error) {
	return conformance.OpenAPI(filepath.Join("..", "..", "..", "..", "ivr", "twilio", "testdata", "validators",
		conformance.SpecPath))
})

// checkREST holds every REST request of a scenario against the provider's own document.
func checkREST(t *testing.T, requests []simulator.Request) {
	t.Helper()
	validator, err := restValidator()
	if err != nil {
		t.Error(err)
		return
	}
	for _, request := range requests {
		// The sound of a recording is no resource of the document, which names its JSON only; the sound is at the same
		// address with .mp3 behind it (the provider's documentation, "Fetch a Recording's media file").
		request.Path = strings.Replace(request.Path, ".mp3", ".json", 1)
		if err := validator.Check(request.Method, request.Path, request.Form); err != nil {
			t.Errorf("the provider's document refuses %s %s %v: %v", request.Method, request.Path, request.Form, err)
		}
	}
}

// The validator can refuse: otherwise every scenario would pass it.
func TestTheValidatorCanSayNo(t *testing.T) {
	validator, err := restValidator()
	if err != nil {
		t.Fatal(err)
	}
	path := "/2010-04-01/Accounts/" + AccountSID + "/Calls.json"
	if err := validator.Check("POST", path, url.Values{"To": {"+6281234567890"}, "From": {"+622150001000"},
		"Url": {"https://x.example/"}, "Tmeout": {"20"}}); err == nil {
		t.Error("a field that does not exist is let through")
	}
}
