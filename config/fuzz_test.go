package config_test

import (
	"errors"
	"os"
	"testing"

	"github.com/hotline-ivr/hotline/config"
)

// fuzz replaces one file of the base and loads it: no panic, and either a snapshot or problems in that configuration.
func fuzz(f *testing.F, name string) {
	files := base(f)
	f.Add(files[name].Data)
	shipped, err := os.ReadFile(map[string]string{"hours/shop.yaml": "hours/gopay.yaml",
		"lines/shop.yaml": "lines/gopay.yaml", "prompts/en.yaml": "prompts/en.yaml",
		"calls/shop-open.yaml": "calls/gopay-stolen-nobody-answers.yaml"}[name])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(shipped)
	for _, text := range []string{"", "a", "- a", "a: &b [*b]", "? {a: b}\n: c", "<<: {a: b}", "line: !!binary aGk=",
		"{{{{", "week: {mon: [[[", "\xff", "a: b\n---\nc: d", "!!map\n", "...", "%YAML 1.1\n---\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := base(t)
		fsys[name].Data = data
		s, err := config.Load(fsys)
		problems, ok := errors.AsType[config.Problems](err)
		switch {
		case err == nil && (s == nil || len(s.Lines) != 1 || s.Lines[0].Hours == nil || s.Lines[0].Prompts == nil):
			t.Errorf("no error, but %+v", s)
		case err != nil && (!ok || len(problems) == 0 || s != nil):
			t.Errorf("error of type %T, snapshot %v", err, s)
		}
		for _, p := range problems {
			if p.File == "" || p.Message == "" {
				t.Errorf("incomplete problem %+v", p)
			}
		}
	})
}

func FuzzHoursFile(f *testing.F)  { fuzz(f, "hours/shop.yaml") }
func FuzzLineFile(f *testing.F)   { fuzz(f, "lines/shop.yaml") }
func FuzzPromptFile(f *testing.F) { fuzz(f, "prompts/en.yaml") }
func FuzzCallFile(f *testing.F)   { fuzz(f, "calls/shop-open.yaml") }
