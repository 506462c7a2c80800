package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// Check reads a database and changes nothing, while instances use it or not.
func Check(ctx context.Context, url string) (h sqlstore.Health, err error) {
	settings, err := parsed(url)
	if err != nil {
		return h, err
	}
	db := stdlib.OpenDB(*settings)
	defer func() { err = errors.Join(err, db.Close()) }()
	if h, err = dialect.Check(ctx, db); err != nil {
		err = fmt.Errorf("postgres: database %s on %s: %w", settings.Database, settings.Host, err)
	}
	return h, err
}
