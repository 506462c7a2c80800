package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

func TestDoctor(t *testing.T) {
	token := strings.Repeat("a", 32)
	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(public.Close)
	provider := simulator.New(simulator.Options{AccountSID: simulate.AccountSID, AuthToken: token})
	t.Cleanup(provider.Close)
	api := httptest.NewServer(provider.Handler())
	t.Cleanup(api.Close)
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range snapshot.Lines {
		for _, number := range append(line.Numbers, line.CallerID) {
			provider.Number(number, simulator.Number{VoiceURL: public.URL + twilio.PathIncoming,
				FallbackURL: public.URL + twilio.PathFallback, StatusCallback: public.URL + twilio.PathStatus})
		}
	}
	for name, value := range map[string]string{"HOTLINE_TWILIO_ACCOUNT_SID": simulate.AccountSID,
		"HOTLINE_TWILIO_AUTH_TOKEN": token, "HOTLINE_TWILIO_BASE_URL": api.URL, "HOTLINE_PUBLIC_URL": public.URL} {
		if _, err := run(t, "", "doctor"); err == nil || !strings.Contains(err.Error(), "set HOTLINE_") {
			t.Errorf("without %s: %v", name, err)
		}
		t.Setenv(name, value)
	}
	out, err := run(t, "", "doctor")
	if err != nil || !strings.Contains(out, "ok       gopay   number +622150001000 ") || strings.Contains(out, "WRONG") {
		t.Errorf("%v\n%s", err, out)
	}
	provider.Number("+622150001000", simulator.Number{})
	if out, err := run(t, "", "doctor"); err == nil || err.Error() != "doctor: 3 findings marked WRONG; what to do stands beside each" ||
		!strings.Contains(out, "WRONG    gopay   +622150001000, a call comes in  ") {
		t.Errorf("%v\n%s", err, out)
	}
}
