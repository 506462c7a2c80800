package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// Backup writes the database of a path, as it is at one moment, into a new file with mode 0600, and reads that again:
// its health is returned. Servers may use the database meanwhile, and wait for nothing. A file of that name is never
// overwritten. The file is complete and on the disk when it has its name: until then its name ends in ".partial".
func Backup(ctx context.Context, path, file string) (h sqlstore.Health, err error) {
	source, err := existing(path)
	if err != nil {
		return h, err
	}
	if _, err := os.Lstat(file); err == nil { // before all is copied for nothing
		return h, fmt.Errorf("sqlite: the backup: %s is there already, and nothing is overwritten: name another file", file)
	}
	if h, err = writeBackup(ctx, source, file); err != nil {
		return h, fmt.Errorf("sqlite: the backup: %w", remedied(err))
	}
	return h, nil
}

// writeBackup makes a file that is a copy of the source.
func writeBackup(ctx context.Context, source, file string) (h sqlstore.Health, err error) {
	partial, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.partial") // with mode 0600
	if err != nil {
		return h, err
	}
	defer func() {
		if rest := os.Remove(partial.Name()); !errors.Is(rest, fs.ErrNotExist) {
			err = errors.Join(err, rest)
		}
	}()
	if err := errors.Join(vacuumInto(ctx, source, partial.Name()), partial.Sync(), partial.Close()); err != nil {
		return h, err
	}
	if h, err = check(ctx, partial.Name(), still); err == nil {
		err = h.Err()
	}
	if err == nil {
		err = name(partial.Name(), file)
	}
	if err == nil {
		err = syncDir(filepath.Dir(file))
	}
	return h, err
}

// name gives a file a name that no other has.
func name(partial, file string) error {
	err := os.Link(partial, file) // unlike a renaming it overwrites nothing
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	reserved, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a file system without links
	if err == nil {
		err = reserved.Close()
	}
	if err == nil {
		err = os.Rename(partial, file)
	}
	return err
}

// vacuumInto copies what one read transaction sees. The target is an empty file.
func vacuumInto(ctx context.Context, source, target string) (err error) {
	target, err = filepath.Abs(target)
	if err != nil {
		return err
	}
	db, err := reading(source, "mode=ro")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", target)
	return errors.Join(err, db.Close())
}

// still is for a file that nobody uses.
const still = "immutable=1"

// syncDir makes a new name durable. Not every system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // on Windows directories have none
	return d.Close()
}
