package config

import (
	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// A Snapshot is one whole, checked configuration. It is immutable. It satisfies [callbacks.Plans].
type Snapshot struct {
	// Lines are sorted by their identifier.
	Lines []*ivr.Line
	// Calls are the call tests, sorted by file.
	Calls []Call
	// Hash tells configurations apart: 16 hexadecimal digits made of every file that was read.
	Hash string

	byNumber, byID map[string]*ivr.Line
	dependencies   []dependency
	lineWarnings   []Warning
	origins        map[string]*origins // by line
	sentences      map[string]*origins // by language
	audio          map[string]Audio
	declared       []callbacks.DeclaredOverride
}

var _ callbacks.Plans = (*Snapshot)(nil)

// ByID is the line with this identifier, or nil.
func (s *Snapshot) ByID(id string) *ivr.Line { return s.byID[id] }

// LineIDs are the identifiers of all lines, sorted.
func (s *Snapshot) LineIDs() []string {
	ids := make([]string, len(s.Lines))
	for i, line := range s.Lines {
		ids[i] = line.ID
	}
	return ids
}

// ByNumber is the line that answers this number (E.164), or nil.
func (s *Snapshot) ByNumber(e164 string) *ivr.Line { return s.byNumber[e164] }

// Calendar is when a line, or with a desk that one, is open; nil for what is not configured.
func (s *Snapshot) Calendar(line, desk string) *hours.Calendar {
	switch l := s.ByID(line); {
	case l == nil || desk != "" && l.Desks[desk] == nil:
		return nil
	case desk != "":
		return l.Desks[desk].Hours
	default:
		return l.Hours
	}
}

// Plan is how the callbacks of a desk are kept; false for a line or a desk that is not configured.
func (s *Snapshot) Plan(line, desk string) (callbacks.Plan, bool) {
	l := s.ByID(line)
	if l == nil || l.Desks[desk] == nil {
		return callbacks.Plan{}, false
	}
	d := l.Desks[desk]
	return callbacks.Plan{
		Policy: l.Callbacks, Targets: d.Targets, Ring: d.Ring, CustomerFirst: l.CustomerFirst, Hours: d.Hours,
		From: l.Numbers[0], CallerID: l.CallerID, Sender: l.SMSSender, SMSBody: l.SMSBody,
		Alert: l.Alert,
	}, true
}
