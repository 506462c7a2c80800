package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The files of a version: which there are, and what is new in them.

// hashed is the hash of every file's content by its path. Both databases refuse the same paths.
func hashed(files map[string][]byte) (map[string]string, error) {
	hashes := make(map[string]string, len(files))
	for path, content := range files {
		if !utf8.ValidString(path) || strings.Contains(path, "\x00") {
			return nil, fmt.Errorf("the name of the file %q is not UTF-8; rename it", path)
		}
		sum := sha256.Sum256(content)
		hashes[path] = hex.EncodeToString(sum[:])
	}
	return hashes, nil
}

// writeFiles writes what a version has other than the one before. hashes are of the contents.
func writeFiles(ctx context.Context, tx conn, number int64, files map[string][]byte, hashes map[string]string) error {
	before, err := latestFiles(ctx, tx)
	if err != nil {
		return err
	}
	var ended []any
	for path, hash := range before {
		if now, ok := hashes[path]; !ok || now != hash {
			ended = append(ended, path)
		}
	}
	var contents, begun [][]any
	for path, hash := range hashes {
		if was, ok := before[path]; !ok || was != hash {
			content := files[path]
			if content == nil {
				content = []byte{} // nil would be NULL
			}
			contents = append(contents, []any{hash, content})
			begun = append(begun, []any{path, number, hash})
		}
	}
	err = inChunks(ended, func(paths []any) error {
		_, err := tx.ExecContext(ctx, `UPDATE config_files SET until_version = ? WHERE until_version = 0
			AND path IN `+marks(len(paths)), append([]any{number}, paths...)...)
		return err
	})
	if err != nil {
		return err
	}
	err = insertRows(ctx, tx, `INSERT INTO config_contents (hash, content) VALUES `, contents, ` ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	return insertRows(ctx, tx, `INSERT INTO config_files (path, since_version, content_hash) VALUES `, begun, ``)
}

// A fileContent is a file's path with what is in it, or the hash of that.
type fileContent[C any] struct {
	path    string
	content C
}

func (f *fileContent[C]) columns() columns {
	return columns{{"path", &f.path}, {"content", &f.content}}
}

// latestFiles are the hashes of the latest version's contents by path.
func latestFiles(ctx context.Context, tx conn) (map[string]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT path, content_hash FROM config_files WHERE until_version = 0`)
	found, err := collect(rows, err, (*fileContent[string]).columns)
	files := map[string]string{}
	for _, f := range found {
		files[f.path] = f.content
	}
	return files, err
}

// readFiles are a version's files by path. None of them is nil.
func readFiles(ctx context.Context, q conn, number int64) (map[string][]byte, error) {
	rows, err := q.QueryContext(ctx, `SELECT f.path, c.content
		FROM config_files f JOIN config_contents c ON c.hash = f.content_hash
		WHERE f.since_version <= ?1 AND (f.until_version = 0 OR f.until_version > ?1)`, number)
	found, err := collect(rows, err, (*fileContent[[]byte]).columns)
	files := map[string][]byte{}
	for _, f := range found {
		files[f.path] = append([]byte{}, f.content...)
	}
	return files, err
}

// inChunks calls f with 64 of a list at a time, then with 8, then one by one: few queries, and few different ones,
// since each that ran is kept prepared.
func inChunks[T any](list []T, f func([]T) error) error {
	for _, size := range []int{64, 8, 1} {
		for ; len(list) >= size; list = list[size:] {
			if err := f(list[:size]); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertRows writes rows by a statement up to its values, and what follows them.
func insertRows(ctx context.Context, tx conn, into string, rows [][]any, then string) error {
	return inChunks(rows, func(chunk [][]any) error {
		var args []any
		for _, row := range chunk {
			args = append(args, row...)
		}
		values := strings.TrimSuffix(strings.Repeat(marks(len(chunk[0]))+", ", len(chunk)), ", ")
		_, err := tx.ExecContext(ctx, into+values+then, args...)
		return err
	})
}
