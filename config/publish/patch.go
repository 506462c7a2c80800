package publish

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Patch writes an edit of these files as a unified diff, which "git apply" and "patch -p1" take, for a directory that
// cannot be written from here.
func (f Files) Patch(edit Edit) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(edit)) {
		if inAudio(name) {
			fmt.Fprintf(&out, "# %s is a recording; copy it, or remove it, by hand\n", name)
			continue
		}
		before, had := f[name]
		old, new := "a/"+name, "b/"+name
		if !had {
			old = "/dev/null"
		}
		if edit[name] == nil {
			new = "/dev/null"
		}
		out.WriteString(udiff.Unified(old, new, string(before), string(edit[name])))
	}
	return out.String()
}
