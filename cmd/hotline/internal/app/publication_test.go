package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

// What a supervisor and an operator see of a wrong edit, of an override and of another instance: the health page, in
// words, and the metrics. The page stays 200, and calls are answered.
func TestTheHealthPage(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	h, err := New(t.Context(), Options{
		Source: &publish.Options{Dir: dir, Files: os.DirFS(dir)}, Store: "sqlite:" + filepath.Join(t.TempDir(),
			"hotline.db"),
		PublicURL: "https://hotline.example.com", AccountSID: accountSID, Tokens: []string{"token"},
		StateKeys: [][]byte{make([]byte, 32)}, Now: func() time.Time { return now }, Shared: true,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	shows := func(path string, words ...string) {
		t.Helper()
		h.Publication.Follower.Tick(t.Context())
		page := httptest.NewRecorder()
		h.Server.Handler().ServeHTTP(page, httptest.NewRequest("GET", path, nil))
		for _, want := range words {
			if page.Code != 200 || !strings.Contains(page.Body.String(), want) {
				t.Errorf("%s: want %q, got %d\n%s", path, want, page.Code, page.Body)
			}
		}
	}
	hash := h.Publication.Publisher.State().Hash
	shows("/healthz", "ok\nconfiguration "+hash+" (version 1), in force since 2026-11-26T05:00:00Z\ninstance ")
	shows("/metrics", `hotline_configuration_info{hash="`+hash+`",version="1"} 1`, "hotline_configuration_refused 0",
		"hotline_configuration_mistakes 0",
		"hotline_instances 1", "hotline_instances_drift 0", `hotline_overrides_in_force{line="gopay"} 0`)

	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), `  tue: ["08`, `  tues: ["08`, `"09:00-13:00"`,
		`"09:00-13:0"`)
	for range 5 {
		now = h.Publication.Publisher.Look(t.Context())
	}
	over := callbacks.DeclaredOverride{Line: "gopay", From: now, Until: now.Add(2 * time.Hour), Reason: "Power cut",
		By: "anna", Created: now}
	if _, err := h.Store.DeclareOverride(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	other := callbacks.Instance{ID: "other/1", Hash: "0123456789abcdef", Since: now, Seen: now}
	if err := h.Store.SeeInstance(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	shows("/healthz", "ok\n", "REFUSED at 2026-11-26T05:00:",
		"  hours/gopay.yaml:15: week.tues: unknown key; did you mean \"tue\"?\n",
		"  hours/gopay.yaml:19: week.sat[0]:", "override 1: gopay is closed until Thu 2026-11-26 14:00 "+
			"(Asia/Jakarta): Power cut, by anna",
		"instance other/1 runs 0123456789abcdef\n", "DRIFT")
	shows("/metrics", "hotline_configuration_refused 1", "hotline_configuration_mistakes 2", "hotline_instances 2",
		"hotline_instances_drift 1",
		`hotline_overrides_in_force{line="gopay"} 1`, `hotline_overrides_in_force{line="okpay"} 0`)
	shows("/readyz", "ready\n")
}

// Who saves an edit is told on the server's terminal which callbacks it moves.
func TestATakenUpEditNamesTheCallbacksThatItMoves(t *testing.T) {
	dir := apptest.Copy(t)
	now := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	var said []string
	h, err := New(t.Context(), Options{
		Source: &publish.Options{Dir: dir, Files: os.DirFS(dir), Say: func(text string) { said = append(said, text) }},
		Store:  "sqlite:" + filepath.Join(t.TempDir(), "hotline.db"), PublicURL: "https://hotline.example.com",
		AccountSID: accountSID, Tokens: []string{"token"}, StateKeys: [][]byte{make([]byte, 32)},
		Now: func() time.Time { return now }, Shared: true, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	due := now.Add(time.Hour)
	if _, err := h.Service.Book(t.Context(), callbacks.Request{
		Key: "CA1/1", Line: "gopay", Desk: "support", Language: "en", Number: "+6281234567890", Kind: callbacks.ASAP,
		Called: now, Due: due, Expires: due.Add(72 * time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), "special:\n",
		"special:\n  - {date: 2026-11-26, closed: true, name: Moving}\n")
	for range 5 {
		now = h.Publication.Publisher.Look(t.Context())
	}
	if told := strings.Join(said, ""); !strings.Contains(told, "1 would be made otherwise:\n") ||
		!strings.Contains(told, "put off to Fri 2026-11-27 08:00") || strings.Contains(told, "+6281234567890") {
		t.Errorf("said is\n%s", told)
	}
}

// While configurations are published every caller is answered, and every edit is in force in the end.
func TestWebhooksWhilePublishing(t *testing.T) {
	dir := apptest.Copy(t)
	if err := os.RemoveAll(filepath.Join(dir, "calls")); err != nil {
		t.Fatal(err)
	}
	h := published(t, dir)
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for caller := range 2 {
		callers.Go(func() {
			for n := caller; ; n += 2 {
				select {
				case <-stop:
					return
				default:
				}
				answer := httptest.NewRecorder()
				h.Server.Handler().ServeHTTP(answer, incoming(n, "+622150001000"))
				if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "GoPay") {
					t.Errorf("webhook %d: %d %s", n, answer.Code, answer.Body)
				}
			}
		})
	}
	for edit := 1; edit <= 2; edit++ {
		publishEdit(t, h, dir, "hours/gopay.yaml", edit)
	}
	publishEdit(t, h, dir, "prompts/en.yaml", 3)
	close(stop)
	callers.Wait()
}
