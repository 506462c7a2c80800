// Package configtest holds the small configurations of tests.
package configtest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

// Base is a small configuration without a mistake: testdata/base, and a sentence for everything it can speak.
func Base(t testing.TB) fstest.MapFS {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(here), "..", "..")
	fsys := fstest.MapFS{}
	for _, name := range []string{"hours/shop.yaml", "lines/shop.yaml", "calls/shop-open.yaml"} {
		data, err := os.ReadFile(filepath.Join(folder, "testdata", "base", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: data}
	}
	line := ivr.Line{ID: "shop", Languages: []ivr.Language{{Tag: "en"}, {Tag: "id"}},
		Topics: []ivr.Topic{{ID: "stolen"}, {ID: "login", Help: true}, {ID: "refund", Questions: []string{"refund"}}},
		Menu:   []ivr.Choice{{ID: "stolen"}, {ID: "login"}, {ID: "refund"}}}
	for tag, words := range map[string][3]string{"en": {"in", "star", "pound"}, "id": {"dalam", "bintang", "pagar"}} {
		keys := strings.NewReplacer("*", words[1], "#", words[2])
		var b strings.Builder
		for _, need := range line.PromptNeeds() {
			says := []string{need.Key, words[0], tag}
			if slices.Equal(need.Says, []string{"* #"}) { // numbers of several lengths end with it
				says = append(says, "#")
			}
			says = append(says, need.Says...)
			fmt.Fprintf(&b, "%s: \"%s", need.Key, keys.Replace(strings.Join(says, " ")))
			for _, arg := range need.Args {
				fmt.Fprintf(&b, " {%s}", arg)
			}
			b.WriteString("\"\n")
		}
		fsys["prompts/"+tag+".yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return fsys
}

// Many is the base with n lines instead of one.
func Many(t testing.TB, n int) fstest.MapFS {
	t.Helper()
	fsys := Base(t)
	hours := strings.Replace(string(fsys["hours/shop.yaml"].Data), "week:",
		"holidays: [id, cn, jp]\nmake_up: mon\nweek:", 1)
	line := string(fsys["lines/shop.yaml"].Data)
	delete(fsys, "hours/shop.yaml")
	delete(fsys, "lines/shop.yaml")
	delete(fsys, "calls/shop-open.yaml")
	for i := range n {
		id := fmt.Sprintf("shop%d", i)
		fsys["hours/"+id+".yaml"] = File([]byte(strings.Replace(hours, "line: shop", "line: "+id, 1)))
		fsys["lines/"+id+".yaml"] = File([]byte(strings.NewReplacer("line: shop\n", "line: "+id+"\n",
			"+622150001000", fmt.Sprintf("+6221600%05d", 2*i), "+622150001001", fmt.Sprintf("+6221600%05d",
				2*i+1)).Replace(line)))
	}
	return fsys
}

// Load reads a configuration that holds no mistake.
func Load(t testing.TB, fsys fs.FS) *config.Snapshot {
	t.Helper()
	s, err := config.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// File is a file of a configuration.
func File(data []byte) *fstest.MapFile { return &fstest.MapFile{Data: data} }
