package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A place is the files that were opened. Once a path names another file, or none, whatever is written still goes to the
// old one, and is lost when the process ends: nothing may be told as done from then on, until the very files are back.
type place struct{ files []placed }

// placed is a file as it was when it was opened.
type placed struct {
	path string
	info fs.FileInfo
}

// add remembers which files these paths name. A path that names none is left out: a file system that cannot map memory
// has no log beside the database.
func (p *place) add(paths ...string) error {
	for _, path := range paths {
		switch info, err := os.Stat(path); {
		case err == nil:
			p.files = append(p.files, placed{path, info})
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("the file that was just opened: %w", err)
		}
	}
	return nil
}

// errDisplaced is the cause of a [place]'s error.
var errDisplaced = errors.New("nothing is noted until that very file is back where it was; " +
	"what was noted last may be in the log beside the database alone (-wal): keep them together and delete neither")

// intact is nil as long as each path names the file that was opened. Its error says which does not.
func (p *place) intact() error {
	for _, file := range p.files {
		switch now, err := os.Stat(file.path); {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s was deleted or moved away while it was in use: %w", file.path, errDisplaced)
		case err != nil:
			return fmt.Errorf("%w: %w", err, errDisplaced)
		case !os.SameFile(file.info, now):
			return fmt.Errorf("%s was replaced by another file while it was in use: %w", file.path, errDisplaced)
		}
	}
	return nil
}

// A connector opens connections, and lets them be used, as long as the place is intact: one to the file that is in its
// place would go on reading that one when ours is back.
type connector struct {
	driver driver.Driver
	dsn    string
	place  *place
}

// pool makes a pool of at most so many connections.
func pool(dsn string, p *place, most int) (*sql.DB, error) {
	known, err := sql.Open("sqlite", dsn) // it opens nothing; the driver has no other way to be found
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{known.Driver(), dsn, p})
	db.SetMaxOpenConns(most)
	return db, known.Close()
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	if err := c.place.intact(); err != nil {
		return nil, err
	}
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(connection)
	if err = c.place.intact(); err == nil && !ok {
		err = fmt.Errorf("the driver's connection is a %T, which lacks what is needed", conn)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return placedConn{full, c.place}, nil
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }

// connection is all that the driver's connections can do.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// A placedConn is given up when the place is no longer intact; the next one is then asked for, and says why there is
// none.
type placedConn struct {
	connection
	place *place
}

// ResetSession implements driver.SessionResetter: it comes before each use.
func (c placedConn) ResetSession(ctx context.Context) error {
	if c.place.intact() != nil {
		return driver.ErrBadConn
	}
	return c.connection.ResetSession(ctx)
}
