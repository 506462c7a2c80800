//go:build !unix

package publish

import "io/fs"

// author is not known: the owner of a file is asked for on Unix systems alone.
func author(fs.FS, []string) string { return "" }
