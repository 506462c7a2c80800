package config

import (
	"cmp"
	"io/fs"
	"maps"
	"slices"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/ivr"
)

// Missing is a sentence that a line needs in one of its languages and does not have.
type Missing struct{ Line, Language, Key string }

// MissingPrompts lists what is missing, by line, language and key, also where [Load] refuses the configuration because
// of it. The error is of type [Problems]: mistakes in the files of lines or hours, which hide what lines need.
func MissingPrompts(fsys fs.FS) ([]Missing, error) {
	l := newLoader(fsys)
	lines := l.readLines()
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	files, needs := l.folder("prompts", yamlnode.Table{}), needsOfAll(lines)
	tags := map[string]bool{}
	for _, f := range lines {
		for _, tag := range tagsOf(f.line) {
			tags[tag] = true
		}
	}
	var list []Missing
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		f := promptFile{tag: tag, needs: needs}
		if file := files[tag]; file.Node != nil {
			if m, ok := file.Mapping(); ok {
				f.write(m)
			}
		}
		f.missing(func(line *ivr.Line, need ivr.PromptNeed) {
			list = append(list, Missing{Line: line.ID, Language: tag, Key: need.Key})
		})
	}
	slices.SortStableFunc(list, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Language, b.Language))
	})
	if err := l.problems.Err(); err != nil { // a file of prompts that cannot be read at all
		return nil, err
	}
	return list, nil
}
