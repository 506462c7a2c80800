package publish_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/audiotest"
	"github.com/hotline-ivr/hotline/config/publish"
)

// records puts a recording into the directory.
func (d *desk) records(name string, sound []byte) {
	d.t.Helper()
	if err := os.MkdirAll(filepath.Dir(d.path(name)), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(d.path(name), sound, 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// A recording is published like any edit: told in words, refused while it is not whole, and back with its version. The
// one before is there for calls that were told of it, also after a restart.
func TestARecordingIsPublished(t *testing.T) {
	const file = "prompts/audio/en/goodbye.wav"
	d := newDesk(t)
	one, two := audiotest.WAV(1000, 1), audiotest.WAV(2000, 2)
	d.records(file, one)
	d.settles()
	first := d.State().Hash
	d.records(file, two[:100])
	d.settles()
	if r := d.State().Refused; r == nil || !strings.Contains(r.Err.Error(), file+": is not whole") {
		t.Fatalf("half of a recording: %+v", d.State())
	}
	d.inForce(first)
	d.records(file, two)
	d.settles()
	known := func(sounds ...[]byte) {
		t.Helper()
		for _, sound := range sounds {
			if audio, _ := d.Live().Audio(callbacks.AudioName(sound)); string(audio.Sound) != string(sound) {
				t.Errorf("a recording of %d bytes is served as one of %d", len(sound), len(audio.Sound))
			}
		}
	}
	known(one, two)
	d.starts()
	known(one, two)
	if said := d.said.String(); !strings.Contains(said, "prompt goodbye  en: now recorded") ||
		!strings.Contains(said, "prompt goodbye  en: another recording") {
		t.Errorf("told:\n%s", said)
	}
	if v, err := d.store.Version(t.Context(), 2); err != nil || string(v.Files[file]) != string(one) {
		t.Errorf("version 2 has %d bytes of it, %v", len(v.Files[file]), err)
	}
	if err := os.Remove(d.path(file)); err != nil {
		t.Fatal(err)
	}
	d.settles()
	if said := d.said.String(); !strings.Contains(said, "no longer recorded, so spoken") {
		t.Errorf("told:\n%s", said)
	}
	if _, ok := d.Live().Audio("../" + file); ok {
		t.Error("a path is taken for a name")
	}
}

// Commands write recordings, also where no folder is there for them; hidden files beside them are nobody's.
func TestRecordingsAreWritten(t *testing.T) {
	dir, files := place(t)
	want := files.With(publish.Edit{"prompts/audio/en/gopay/goodbye.wav": audiotest.WAV(100, 1),
		"prompts/audio/en/goodbye.mp3": []byte("ID3")})
	if err := publish.Write(dir, files.Sums(), files.EditOf(want), noon); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "prompts/audio/en/.DS_Store"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, filesOf(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	patch := files.Patch(files.EditOf(want))
	if !strings.Contains(patch, "# prompts/audio/en/gopay/goodbye.wav is a recording") ||
		strings.Contains(patch, "RIFF") {
		t.Errorf("as a patch:\n%s", patch)
	}
}

// countingFS counts how often recordings are opened.
type countingFS struct {
	fs.StatFS
	opened *int
}

func (c countingFS) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".wav") {
		*c.opened++
	}
	return c.StatFS.Open(name)
}

// A recording that does not change is not read every second: they may be many. One that changes is.
func TestARecordingIsReadWhenItChanges(t *testing.T) {
	const file = "prompts/audio/en/goodbye.wav"
	d := newDesk(t)
	opened, o := 0, d.options()
	o.Files = countingFS{os.DirFS(d.dir).(fs.StatFS), &opened}
	d.Publisher = publish.New(o)
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.records(file, audiotest.WAV(1000, 1))
	d.settles()
	before, read := d.State().Hash, opened
	d.settles()
	if read < 2 || opened != read {
		t.Errorf("opened %d times, and %d times while nothing changed", read, opened-read)
	}
	d.records(file, audiotest.WAV(1000, 2))
	d.settles()
	if d.State().Hash == before {
		t.Error("a recording that is as long as the one before is not noticed")
	}
	d.records(file, make([]byte, 2<<20))
	d.settles()
	if r := d.State().Refused; r == nil || !strings.Contains(r.Err.Error(), "has 1048577 bytes") {
		t.Errorf("a large one: %+v", d.State())
	}
}

// Of more recordings than can be used no more are read than tell so.
func TestTooManyRecordingsAreNotRead(t *testing.T) {
	dir, _ := place(t)
	d := desk{t: t, dir: dir}
	for i := range 25 {
		d.records(fmt.Sprintf("prompts/audio/en/%d.wav", i), make([]byte, 1<<20))
	}
	n := 0
	for name := range filesOf(t, dir) {
		if strings.HasSuffix(name, ".wav") {
			n++
		}
	}
	if n != 17 {
		t.Errorf("%d of 25 are read", n)
	}
}
