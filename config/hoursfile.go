package config

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// Bounds of what one file may hold. They keep a damaged file from costing much; no real one comes near.
const (
	mostSpans     = 48
	mostSpecials  = 1000
	mostSets      = 20
	mostOverrides = 200
	mostNotices   = 200
	longestText   = 3000 // characters that the provider speaks in one go
)

// weekdays are the keys of a week, in the order of [time.Weekday].
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ruleKeys are what decides when somebody is there; a desk with hours of its own may have them, too.
var ruleKeys = properties(ruleProperties()).names()

// hoursFile is what a supervisor edits for one line.
type hoursFile struct {
	id       value // the line's name as it is written
	calendar *hours.Calendar
	peak     *hours.Calendar // nil: no peak hours
	notices  []ivr.Announcement
	// root and zone are kept for desks, which have the line's rules where they have none of their own.
	root mapping
	zone *time.Location
	rest resting
}

// resting is what a calendar rests on that does not last: sets of holidays, and overrides.
type resting struct {
	sets      []value // where each set is named
	overrides []placedOverride
}

type placedOverride struct {
	at value
	hours.Override
}

func (r resting) overridden() (out []hours.Override) {
	for _, o := range r.overrides {
		out = append(out, o.Override)
	}
	return out
}

// readHours reads one file of config/hours. The line is the one of the same name; nil when there is none, and then
// notices are not compared with it.
func readHours(at value, line *ivr.Line, sets knownSets) hoursFile {
	var f hoursFile
	at.renamed("notices", "announcements")
	root, ok := at.mapping()
	if !ok {
		return f
	}
	f.root = root
	f.id = root.get("line")
	if f.id.present() {
		f.id.id("gopay")
	}
	f.zone = readZone(root)
	f.calendar, f.rest, f.notices = readCalendar(root, f.zone, surroundings{line: line, sets: sets})
	if peak := root.get("peak"); !peak.empty() {
		week := mapping{value: root.value, values: map[string]value{"week": peak}}
		f.peak, _, _ = readCalendar(week, f.zone, surroundings{})
	}
	for _, item := range root.get("announcements").list("- {from: …, until: …, text: …}") {
		if notice, ok := readNotice(item, f.zone, line); ok {
			f.notices = append(f.notices, notice)
		}
	}
	return f
}

// readZone is nil after a mistake. There is no default: the hours of a desk in the server's zone are a trap.
func readZone(root mapping) *time.Location {
	v := root.need("zone", "name the zone of the clock on the desk's wall, for example zone: Asia/Jakarta")
	name, ok := v.text("Asia/Jakarta")
	if !ok {
		return nil
	}
	if strings.EqualFold(name, "local") {
		v.fail("%q would be the zone of whatever computer this runs on; name one, for example Asia/Jakarta", name)
		return nil
	}
	if strings.HasPrefix(name, "Etc/") && name != "Etc/UTC" {
		v.fail("%q counts backwards and knows no place (Etc/GMT+7 is seven hours behind); name a city, for example Asia/Jakarta", name)
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		v.fail("%q is not a known zone; use an IANA name such as Asia/Jakarta, with its capital letters", problem.Short(name))
		return nil
	}
	return zone
}

// An HoursFile is one file of hours that is not part of a line.
type HoursFile struct {
	// Name is the line's name in the file, or else what the file is called, without .yaml.
	Name     string
	Calendar *hours.Calendar
	// Overrides are those of the file, as written.
	Overrides []hours.Override

	reliance []reliance
}

// LoadHours reads one file in the form of hours/LINE.yaml, with the sets of holidays of a configuration. file is its
// name for messages and explanations. The error is of type [Problems] and holds every mistake of the file, and those
// of the sets.
func LoadHours(fsys fs.FS, file string, data []byte) (*HoursFile, error) {
	var problems Problems
	if len(data) > largest {
		problems.Add(Problem{File: file, Message: fmt.Sprintf("has %d bytes; at most %d are supported", len(data), largest)})
		return nil, problems
	}
	sets := loadSets(fsys, &problems)
	at := document(file, data, tables()["hours"], &problems)
	if at.node == nil {
		return nil, problems.Err()
	}
	h := readHours(at, nil, sets)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	f := &HoursFile{Name: strings.TrimSuffix(path.Base(file), ".yaml"), Calendar: h.calendar, Overrides: h.rest.overridden()}
	if h.id.present() {
		f.Name = h.id.node.Value
	}
	f.reliance = []reliance{{line: f.Name, calendar: h.calendar, resting: h.rest}}
	return f, nil
}
