package config

import (
	"fmt"
	"io/fs"
	"path"
)

// HoursFileOf is the file in which the opening hours of a line are written, "hours/NAME.yaml", and every line that has them
// from there, sorted, the line itself included. The error is of type [Problems] for a configuration that cannot be used.
func HoursFileOf(fsys fs.FS, line string) (file string, lines []string, err error) {
	l := newLoader(fsys)
	all := l.readLines()
	if err := l.problems.Err(); err != nil {
		return "", nil, err
	}
	name := ""
	for _, f := range all {
		if f.line.ID == line {
			name = f.hoursName
		}
	}
	for _, f := range all {
		if name != "" && f.hoursName == name {
			lines = append(lines, f.line.ID)
		}
	}
	if name == "" {
		return "", nil, fmt.Errorf("there is no line %q", line)
	}
	return path.Join("hours", name+".yaml"), lines, nil
}
