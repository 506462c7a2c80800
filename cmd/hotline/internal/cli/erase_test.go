package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
)

func TestErase(t *testing.T) {
	const number = "+6281234567801" // that of the second of books
	var deleted []string
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		deleted = append(deleted, r.Method+" "+r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(provider.Close)
	store := books(t)
	if _, err := store.SaveMessage(t.Context(), callbacks.Message{Key: "k", Reference: "3000000", Line: "upay",
		Desk: "support", Caller: number, Received: tuesday,
		Recording: callbacks.Recording{SID: spokenSID, URL: "u", Seconds: 4}}); err != nil {
		t.Fatal(err)
	}
	erase := func(wantErr string, args ...string) string {
		t.Helper()
		out, err := run(t, "", append([]string{"erase", "--number"}, args...)...)
		if wantErr == "" && err != nil || wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)) {
			t.Errorf("%v: %v, want %q\n%s", args, err, wantErr, out)
		}
		return out
	}
	untouched := func() {
		t.Helper()
		if c, err := store.Callback(t.Context(), 2); err != nil || !c.Open() || c.Number != number || deleted != nil {
			t.Fatalf("%+v, %v, deleted %q", c, err, deleted)
		}
	}
	erase("with + and its country code", "081234567801")
	out := erase("", number)
	for _, want := range []string{"Open, and cancelled first with --yes:\n  1000001  gopay  support  due 2026-03-",
		"To be erased of …7801:\n", "callbacks: numbers, account, answers, note   1\n",
		"recorded messages                            1\n", "recordings at the provider                   1\n",
		"backups", "Nothing was erased. To do it, say --yes.\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("does not say %q:\n%s", want, out)
		}
	}
	untouched()
	erase("1 recording at the provider has to be deleted first; set HOTLINE_TWILIO_ACCOUNT_SID", number, "--yes")
	untouched()
	t.Setenv("HOTLINE_TWILIO_ACCOUNT_SID", simulate.AccountSID)
	t.Setenv("HOTLINE_TWILIO_AUTH_TOKEN", strings.Repeat("a", 32))
	t.Setenv("HOTLINE_TWILIO_BASE_URL", provider.URL)
	out = erase("", "+62 812-3456-7801", "--yes")
	if !strings.Contains(out, "Cancelled:\n  1000001") || !strings.Contains(out, "Erased of …7801:\n") ||
		!strings.Contains(out, `"personal data of one number erased","number":"…7801"`) {
		t.Errorf("erased:\n%s", out)
	}
	if len(deleted) != 1 || !strings.HasSuffix(deleted[0], "/Recordings/"+spokenSID+".json") {
		t.Errorf("deleted %q", deleted)
	}
	c, err := store.Callback(t.Context(), 2)
	if err != nil || c.State != callbacks.Cancelled || c.Number+c.Account != "" {
		t.Errorf("left %+v, %v", c, err)
	}
	if c, err := store.Callback(t.Context(), 1); err != nil || !c.Open() || c.Number == "" {
		t.Errorf("another person's %+v, %v", c, err)
	}
}
