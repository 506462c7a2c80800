package simulate

import (
	"database/sql"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
)

// With the database locked by another program a callback cannot be kept. That a call reaches an agent without a
// database is in [TestTheStoreIsGone].
func TestReadyzWhenTheDatabaseIsLocked(t *testing.T) {
	path := sqlitetest.New(t)
	s := newScenario(t, openDay, func(s *setting) { s.store = "sqlite:" + path })
	other, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if code, text := s.asks("/readyz"); code != http.StatusServiceUnavailable ||
		!strings.Contains(text, "not ready: ") || strings.Contains(text, path) {
		t.Errorf("/readyz: %d %s", code, text)
	}
	if code, text := s.asks("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d %s", code, text)
	}
	if _, err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	s.runTo("2026-03-04T10:00:30+07:00")
	if code, text := s.asks("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: %d %s", code, text)
	}
}

// asks gets a page of the server's.
func (s *scenario) asks(path string) (code int, text string) {
	s.t.Helper()
	answer, err := http.Get(s.Server.PublicURL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
