package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// draftFile is the file of a draft that says what the directory was like when the draft was taken.
const draftFile = ".hotline-draft.json"

// A Draft is a copy of a configuration directory to work on.
type Draft struct {
	// Hash of the configuration that it was taken from; empty when that one could not be used.
	Hash string `json:"hash,omitempty"`
	// From is the directory that it was taken from.
	From string `json:"from"`
	// Files are what its files were like.
	Files Sums `json:"files"`
}

// Take makes a draft of files in a directory that is not there yet, or is empty.
func (d Draft) Take(dir string, files Files) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is there already and not empty; name another directory, or remove it", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.Files = files.Sums()
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return err
		}
	}
	return d.write(dir)
}

func (d Draft) write(dir string) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, draftFile), append(text, '\n'), 0o644)
}

// ReadDraft reads what a draft was taken from.
func ReadDraft(dir string) (d Draft, err error) {
	data, err := os.ReadFile(filepath.Join(dir, draftFile))
	if errors.Is(err, fs.ErrNotExist) {
		return d, fmt.Errorf("%s is no draft; take one with: hotline draft DIR", dir)
	}
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err != nil {
		return d, fmt.Errorf("%s: %w; take a new draft", filepath.Join(dir, draftFile), err)
	}
	return d, nil
}

// EditOf is what was done in the draft: the files that are not as they were taken.
func (d Draft) EditOf(files Files) Edit {
	edit := Edit{}
	for name, data := range files {
		if d.Files[name] != sumOf(data) {
			edit[name] = append([]byte{}, data...)
		}
	}
	for name := range d.Files {
		if _, ok := files[name]; !ok {
			edit[name] = nil
		}
	}
	return edit
}

// Published makes the draft one of what was published of it, so that it can be worked on and published again.
func (d Draft) Published(dir, hash string, edit Edit) error {
	d.Hash = hash
	for name, data := range edit {
		d.Files[name] = sumOf(data)
		if data == nil {
			delete(d.Files, name)
		}
	}
	return d.write(dir)
}
