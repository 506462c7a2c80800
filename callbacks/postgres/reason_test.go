package postgres

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestTheReasonIsSaidInAFewWords(t *testing.T) {
	for code, want := range map[string]string{
		"53100": "the disk is full", "25006": "the database is read-only", "57014": "the database is locked",
		"XX001": "the database is corrupt", "23505": "",
	} {
		if got := reason(&pgconn.PgError{Code: code}); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	refused := errors.New("dial tcp db.example.com:5432: connect: connection refused")
	if got := reason(refused); got != "the database cannot be reached" {
		t.Errorf("no server: %q", got)
	}
}
