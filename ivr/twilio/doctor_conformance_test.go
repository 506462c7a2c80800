//go:build conformance

package twilio

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/ivr/twilio/conformance"
)

// What the doctor asks is what the provider's documents permit, and what the simulator answers is what they describe.
func TestDoctorAgainstTheProvidersDocuments(t *testing.T) {
	documents := map[string]*conformance.RESTValidator{}
	for prefix, path := range map[string]string{"/2010-04-01/": conformance.SpecPath,
		"/v1/DialingPermissions/": conformance.VoiceSpecPath, "/v1/Services/": conformance.MessagingSpecPath} {
		var err error
		if documents[prefix], err = conformance.OpenAPI(filepath.Join(validators, path)); err != nil {
			t.Fatal(err)
		}
	}
	asked := map[string]int{}
	x := healthy(t, func(provider http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			for prefix, document := range documents {
				if !strings.HasPrefix(r.URL.Path, prefix) {
					continue
				}
				asked[prefix]++
				document.Handler(provider, func(_ *http.Request, verdict error) {
					if verdict != nil {
						t.Errorf("%s %s: %v", r.Method, r.URL, verdict)
					}
				}).ServeHTTP(answer, r)
				if err := document.CheckAnswer(r.Method, r.URL.Path, answer.Body.Bytes()); err != nil {
					t.Errorf("%s %s is answered with %s: %v", r.Method, r.URL, answer.Body, err)
				}
			}
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
			w.WriteHeader(answer.Code)
			_, _ = bytes.NewReader(answer.Body.Bytes()).WriteTo(w)
		})
	})
	x.doctor.Lines[0].SMSSender = someService
	if found := x.finds(t, Wrong); found != nil {
		t.Errorf("found %q", found)
	}
	if asked["/2010-04-01/"] != 2 || asked["/v1/DialingPermissions/"] != 2 || asked["/v1/Services/"] != 1 {
		t.Errorf("asked %v", asked)
	}
}
