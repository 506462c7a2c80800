package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Fingerprint is a hash of everything that a line depends on: its two files, and what lines share: topics.yaml, the sets of
// holidays and the prompts. Two snapshots in which it is the same treat calls to the line alike, but for the numbers of other
// lines, which this one does not call; where it differs they may, as a comment counts too. It is empty for a line that is not
// configured.
func (s *Snapshot) Fingerprint(line string) string { return s.fingerprints[line] }

// sharedHash is a hash of the files that all lines depend on.
func (l *loader) sharedHash() []byte {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(l.texts)) {
		if folder, _, _ := strings.Cut(name, "/"); folder == topicsFile || folder == setsDir || folder == "prompts" {
			fmt.Fprintf(hash, "%s %x\n", name, sha256.Sum256(l.texts[name]))
		}
	}
	return hash.Sum(nil)
}

func (l *loader) fingerprint(f *lineFile, shared []byte) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%x %x %x", shared, sha256.Sum256(l.texts[f.at.File]), sha256.Sum256(l.texts["hours/"+f.hoursName+".yaml"]))
	return hex.EncodeToString(hash.Sum(nil)[:16])
}
