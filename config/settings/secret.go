package settings

import (
	"fmt"
	"log/slog"
)

// A Secret is a value that must not be seen in a log, an error or an answer: every way of printing it gives [hidden].
type Secret struct{ text string }

// Reveal is the value itself, for the one place that needs it.
func (s Secret) Reveal() string { return s.text }

const hidden = "[hidden]"

// String is [hidden].
func (s Secret) String() string { return hidden }

// Format prints [hidden] for every verb, %x and %#v too.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// LogValue is [hidden].
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText is [hidden], for JSON, YAML and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
