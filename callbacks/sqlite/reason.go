package sqlite

import (
	"errors"

	"modernc.org/sqlite"
)

// corrupt is the [reason] of a file whose pages cannot be read.
const corrupt = "the database is corrupt"

// reason is a [sqlstore.Dialect]'s, by SQLite's result codes: https://www.sqlite.org/rescode.html
func reason(err error) string {
	if errors.Is(err, errDisplaced) {
		return "the database file was deleted, moved away or replaced"
	}
	var refused *sqlite.Error
	if !errors.As(err, &refused) {
		return ""
	}
	switch refused.Code() & 0xff { // the rest is finer
	case 5, 6: // BUSY, LOCKED
		return "the database is locked"
	case 8: // READONLY
		return "the database is read-only"
	case 10: // IOERR
		return "the disk cannot be written or read"
	case 11, 26: // CORRUPT, NOTADB
		return corrupt
	case 13: // FULL
		return "the disk is full"
	case 14: // CANTOPEN
		return "the database cannot be opened"
	}
	return ""
}
