package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/schema"
)

func TestSchemaCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "schema")
	written, err := run(t, "", "schema", "--write", dir)
	if err != nil || strings.Count(written, "\n") != len(schema.Kinds()) {
		t.Fatalf("%v\n%s", err, written)
	}
	for _, kind := range schema.Kinds() {
		out, err := run(t, "", "schema", kind)
		data, unread := os.ReadFile(filepath.Join(dir, kind+".schema.json"))
		if err != nil || unread != nil || out != string(data) || !json.Valid(data) {
			t.Errorf("%s: %v, %v", kind, err, unread)
		}
	}
	if old, err := run(t, "", "hours", "--schema"); err != nil ||
		!strings.Contains(old, `"title": "Opening hours of a line"`) {
		t.Errorf("hours --schema: %v\n%s", err, old)
	}
	for args, want := range map[string]string{"schema": "name the kind of file",
		"schema lines": `did you mean "line"?`, "schema hours --write " + dir: "leave the kind out"} {
		if _, err := run(t, "", strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// TestFolderOfSchemas: it may stand beside the folders of a configuration, or be missing.
func TestFolderOfSchemas(t *testing.T) {
	dir := draft(t)
	without, err := config.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "", "schema", "--write", filepath.Join(dir, "schema")); err != nil {
		t.Fatal(err)
	}
	with, err := config.Load(os.DirFS(dir))
	if err != nil || with.Hash != without.Hash {
		t.Errorf("%v; the folder is part of the configuration: %v", err, with)
	}
}

// A draft has the schemas to which its files refer: those that stood beside them, else the program's. None is
// published.
func TestADraftHasSchemas(t *testing.T) {
	o := newOffice(t)
	draft := o.draft(friday, longFriday)
	for _, kind := range schema.Kinds() {
		want, err := schema.JSON(kind)
		if err != nil || apptest.Read(t, draft, "schema/"+schema.FileName(kind)) != string(want) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	o.works("Written: 1 file", "publish", draft)
	if _, err := os.Stat(filepath.Join(o.live, "schema")); !os.IsNotExist(err) {
		t.Errorf("the schemas were published: %v", err)
	}
	if err := os.Mkdir(filepath.Join(o.live, "schema"), 0o755); err != nil {
		t.Fatal(err)
	}
	apptest.Write(t, o.live, "schema/hours.schema.json", "{}")
	own := o.draft()
	if entries, err := os.ReadDir(filepath.Join(own, "schema")); err != nil || len(entries) != 1 ||
		apptest.Read(t, own, "schema/hours.schema.json") != "{}" {
		t.Errorf("%v, %v", err, entries)
	}
	apptest.Write(t, own, "schema/hours.schema.json", "{} ")
	o.refuses("nothing was edited", "publish", own)
}
