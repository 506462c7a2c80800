package cli

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// Whichever way the configuration was found, the answer begins with it; what programs read has it beside.
func TestWhichConfigurationAnswered(t *testing.T) {
	named, other := apptest.Copy(t), apptest.Copy(t)
	file := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(file, []byte("config: "+other+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, env, dir, want string
		args                 []string
	}{
		{name: "none", want: "built in", args: []string{"lines"}},
		{name: "flag", env: other, want: named, args: []string{"lines", "--config", named}},
		{name: "environment", env: named, want: named, args: []string{"lines"}},
		{name: "settings", want: other, args: []string{"lines", "--settings", file}},
		{name: "environment above settings", env: named, want: named, args: []string{"lines", "--settings", file}},
		{name: "directory", dir: named, want: named, args: []string{"lines"}},
		{name: "folder", dir: filepath.Join(named, "hours"), want: named, args: []string{"check"}},
		{name: "argument", env: other, want: named, args: []string{"check", named}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("HOTLINE_CONFIG", c.env)
			t.Chdir(cmp.Or(c.dir, t.TempDir()))
			var out bytes.Buffer
			root := New(nil, &out, io.Discard)
			root.SetArgs(c.args)
			if err := root.ExecuteContext(t.Context()); err != nil ||
				!strings.HasPrefix(out.String(), "configuration: "+c.want+"\n") {
				t.Errorf("%v\n%.200s", err, out.String())
			}
		})
	}
	for _, args := range [][]string{{"call", "--json", "--press", "1"}, {"hours", "--line", "gopay", "--at", "-"}} {
		var out, errs bytes.Buffer
		root := New(strings.NewReader(""), &out, &errs)
		root.SetArgs(args)
		if err := root.ExecuteContext(t.Context()); err != nil || strings.Contains(out.String(), "configuration: ") ||
			errs.String() != "configuration: built in\n" {
			t.Errorf("%v: %v, %q", args, err, errs.String())
		}
	}
}
