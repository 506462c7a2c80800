package sqlstore

import "strings"

// Copied are the columns that a move copies, by table.
func Copied() map[string][]string {
	all := map[string][]string{}
	for _, t := range tables {
		all[t.name] = strings.Split(t.columns.names(), ", ")
	}
	return all
}
