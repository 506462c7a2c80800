package app

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
)

// neglected is a configuration with an override that nobody has ended, and a set that ends with 2026.
func neglected(t *testing.T) *config.Snapshot {
	t.Helper()
	return apptest.Edited(t, "hours/gopay.yaml", "\noverrides: []",
		"\noverrides: [{from: 2026-11-02 10:00, until: until revoked, closed: true, reason: Flood}]")
}

func TestAttentionInMetrics(t *testing.T) {
	at := time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC)
	snapshot := neglected(t)
	a := warnings{func() *config.Snapshot { return snapshot }, func() time.Time { return at }}
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(a); err != nil {
		t.Fatal(err)
	}
	want := `# HELP hotline_holidays_unknown_in_days Days until a set of holidays does not cover the days ahead; told from 90 days before, 0 is today.
# TYPE hotline_holidays_unknown_in_days gauge
hotline_holidays_unknown_in_days{desk="",line="gopay",set="id"} 30
hotline_holidays_unknown_in_days{desk="",line="upay",set="cn"} 30
hotline_holidays_unknown_in_days{desk="",line="wallet",set="cn"} 30
# HELP hotline_overrides_until_revoked Overrides of the hours without an end.
# TYPE hotline_overrides_until_revoked gauge
hotline_overrides_until_revoked{desk="",line="gopay"} 1
hotline_overrides_until_revoked{desk="",line="okpay"} 0
hotline_overrides_until_revoked{desk="",line="paypay"} 0
hotline_overrides_until_revoked{desk="",line="upay"} 0
hotline_overrides_until_revoked{desk="",line="wallet"} 0
`
	page := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	if diff := cmp.Diff(want, page.Body.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The warnings are in the log once a day, however many instances there are, and besides when an instance starts.
func TestWarningsAreLoggedOnceADay(t *testing.T) {
	at := time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC)
	database := "sqlite:" + filepath.Join(t.TempDir(), "hotline.db")
	var logged bytes.Buffer
	var houses []*App
	for range 2 {
		h, err := New(t.Context(), Options{
			Snapshot: neglected(t), Store: database, PublicURL: "https://hotline.example.com", AccountSID: accountSID,
			Tokens: []string{"token"}, StateKeys: [][]byte{make([]byte,
				32)}, Now: func() time.Time { return at }, Shared: true,
			Log: slog.New(slog.NewTextHandler(&logged, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		})
		houses = append(houses, h)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // the instance starts, and stops
	for range 3 {
		for _, h := range houses {
			h.housekeeper.Tick(t.Context())
		}
		at = at.Add(24 * time.Hour)
	}
	if n := strings.Count(logged.String(), "closed until revoked (Flood)"); n != 2 ||
		strings.Count(logged.String(), "set=id") != 2 ||
		!strings.Contains(logged.String(), "in 29 days") || !strings.Contains(logged.String(), "in 28 days") {
		t.Errorf("%d times, want one on each of the two days that passed:\n%s", n, logged.String())
	}
	logged.Reset()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := houses[0].Run(ended, listener, callbacks.SystemTimer(houses[0].Now),
		slog.New(slog.NewTextHandler(&logged, nil))); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(logged.String(), "closed until revoked (Flood)"); n != 1 {
		t.Errorf("%d times at the start:\n%s", n, logged.String())
	}
}
