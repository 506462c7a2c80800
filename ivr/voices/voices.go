// Package voices knows which of the provider's text-to-speech voices speak which language.
package voices

import (
	_ "embed" // the list
	"fmt"
	"maps"
	"slices"
	"strings"
)

// AsOf is the date of the list of voices.
const AsOf = "2026-11-18"

//go:embed voices.txt
var table string

// locales are the locales of the known voices.
var locales = read(table)

func read(table string) map[string]string {
	of, locale := map[string]string{}, ""
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#") || len(words) == 0:
			continue
		case !strings.HasPrefix(line, " "):
			locale, words = words[0], words[1:]
		}
		for _, voice := range words {
			of[voice] = locale
		}
	}
	return of
}

// Names are the known voices, sorted.
func Names() []string { return slices.Sorted(maps.Keys(locales)) }

// Known reports whether a voice is in the list.
func Known(voice string) bool { return locales[voice] != "" }

// Locales are those of the known voices, sorted.
func Locales() []string { return slices.Compact(slices.Sorted(maps.Values(locales))) }

// Fits reports an error if it is known that the voice does not speak the locale: the provider ends a call on a wrong
// pair. Google voices carry their locale in the name, also those that are not known.
func Fits(voice, locale string) error {
	speaks := locales[voice]
	if rest, ok := strings.CutPrefix(voice, "Google."); ok && speaks == "" && !strings.HasPrefix(rest, locale+"-") {
		speaks = "another language"
	}
	if speaks == "" || speaks == locale {
		return nil
	}
	fitting := Of(locale)
	return fmt.Errorf("voice %q speaks %s, not %s; known are: %s", voice, speaks, locale,
		strings.Join(fitting[:min(4, len(fitting))], ", "))
}

// Of are the known voices of a locale, plain ones first.
func Of(locale string) []string {
	names := slices.DeleteFunc(Names(), func(voice string) bool { return locales[voice] != locale })
	slices.SortStableFunc(names, func(a, b string) int {
		return strings.Count(a, "-Chirp") - strings.Count(b,
			"-Chirp")
	})
	return names
}
