//go:build conformance

package postgres_test

import (
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
)

func TestCheck(t *testing.T) {
	url := cluster.Database(t)
	if _, err := postgres.Check(t.Context(), url); err == nil || !strings.Contains(err.Error(), "goose_db_version") {
		t.Errorf("an empty database: %v", err)
	}
	open(t, url)
	h, err := postgres.Check(t.Context(), url)
	if err != nil || h.Err() != nil || h.Version != h.Known || len(h.Tables) < 15 {
		t.Fatalf("%+v, %v", h, err)
	}
	db := another(t, url)
	if _, err := db.Exec(`INSERT INTO sms (id, line, desk, alert_key, body, state, created_ms, next_check_ms)
		VALUES (9, 'gopay', '', 'a', '', 'sent', 1, 1)`); err != nil { // with a number that was not drawn
		t.Fatal(err)
	}
	if h, err = postgres.Check(t.Context(), url); err != nil || h.Err() == nil ||
		!strings.Contains(h.Err().Error(), "sms: the numbering is at 0 and there is a row 9") {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := postgres.Check(t.Context(), "postgres://nobody:secret@127.0.0.1:1/none"); err == nil ||
		strings.Contains(err.Error(), "secret") {
		t.Errorf("out of reach: %v", err)
	}
}
