package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hotline-ivr/hotline/callbacks"
)

// versionsKept is how many versions are kept, the latest ones.
const versionsKept = 1000

func versionColumns(v *callbacks.Version) columns {
	return columns{
		{"number", &v.Number}, {"hash", &v.Hash}, {"published_ms", millis{&v.At}},
		{"author", anyText{&v.Author}}, {"note", anyText{&v.Note}}, {"changes", anyText{&v.Changes}},
	}
}

var versionNames = versionColumns(&callbacks.Version{}).names()

// AddVersion writes what is put in force now, unless the latest version has the same hash already; then that one is
// returned, and false. Of several who add the same at once one writes it. The store sets Number, higher each time; the
// result has no Files. A path that is not UTF-8 is an error.
func (s *Store) AddVersion(ctx context.Context, v callbacks.Version) (callbacks.Version, bool, error) {
	contents, err := hashed(v.Files)
	if err != nil {
		return callbacks.Version{}, false, s.wrap("add a version", err)
	}
	var latest callbacks.Version
	var added bool
	err = s.inTx(ctx, "add a version", func(tx conn) (err error) {
		added = false
		if err := tx.serialize(ctx, "versions"); err != nil {
			return err
		}
		latest, err = oneVersion(ctx, tx, "1 = 1")
		if err == nil && latest.Hash == v.Hash || err != nil && !errors.Is(err, callbacks.ErrNotFound) {
			return err
		}
		number := latest.Number + 1
		latest = v
		latest.Number, latest.Files = number, nil
		row := versionColumns(&latest)
		err = tx.QueryRowContext(ctx, row.insertInto("config_versions")+" RETURNING "+versionNames, row.values()...).
			Scan(row.pointers()...)
		if err != nil {
			return err
		}
		if err := writeFiles(ctx, tx, number, v.Files, contents); err != nil {
			return err
		}
		added = true
		return forgetVersions(ctx, tx, number-versionsKept)
	})
	if err != nil {
		return callbacks.Version{}, false, err
	}
	return latest, added, nil
}

// forgetVersions removes versions up to a number, and what was in their files alone.
func forgetVersions(ctx context.Context, tx conn, last int64) error {
	if last < 1 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM config_versions WHERE number <= ?`, last); err != nil {
		return err
	}
	n, err := tx.affect(ctx, `DELETE FROM config_files WHERE until_version > 0 AND until_version <= ?`, last+1)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM config_contents
		WHERE NOT EXISTS (SELECT 1 FROM config_files f WHERE f.content_hash = config_contents.hash)`)
	return err
}

// Versions lists them, the latest first, at most so many, without their files.
func (s *Store) Versions(ctx context.Context, most int) ([]callbacks.Version, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+versionNames+` FROM config_versions ORDER BY number DESC LIMIT ?`,
		max(most, 0))
	list, err := collect(rows, err, versionColumns)
	return list, s.wrap("list versions", err)
}

// Version returns one with its files; number 0 is the latest. [callbacks.ErrNotFound] if there is none, or none any
// more.
func (s *Store) Version(ctx context.Context, number int64) (callbacks.Version, error) {
	if number == 0 {
		return s.version(ctx, "1 = 1")
	}
	return s.version(ctx, "number = ?", number)
}

// VersionOf returns the latest version with this hash, with its files, or [callbacks.ErrNotFound].
func (s *Store) VersionOf(ctx context.Context, hash string) (callbacks.Version, error) {
	return s.version(ctx, "hash = ?", hash)
}

// version reads the latest version that a condition names, and its files as they are at the same moment.
func (s *Store) version(ctx context.Context, where string, args ...any) (v callbacks.Version, err error) {
	err = s.snapshot(ctx, "read a version", func(tx conn) (err error) {
		if v, err = oneVersion(ctx, tx, where, args...); err == nil {
			v.Files, err = readFiles(ctx, tx, v.Number)
		}
		return err
	})
	if err != nil {
		return callbacks.Version{}, err
	}
	return v, nil
}

// oneVersion is the latest that a condition names, without its files; [callbacks.ErrNotFound] if there is none.
func oneVersion(ctx context.Context, q conn, where string, args ...any) (v callbacks.Version, err error) {
	err = q.QueryRowContext(ctx, `SELECT `+versionNames+` FROM config_versions WHERE `+where+
		` ORDER BY number DESC LIMIT 1`, args...).Scan(versionColumns(&v).pointers()...)
	if errors.Is(err, sql.ErrNoRows) {
		err = callbacks.ErrNotFound
	}
	return v, err
}
