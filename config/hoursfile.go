package config

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// ruleKeys are what decides when somebody is there; a desk with hours of its own may have them, too.
var ruleKeys = schema.RuleKeys()

// hoursFile is what a supervisor edits for one line.
type hoursFile struct {
	id            yamlnode.Value // the line's name as it is written
	calendar      *hours.Calendar
	peak          *hours.Calendar // nil: no peak hours
	announcements []ivr.Announcement
	// root and zone are kept for desks, which have the line's rules where they have none of their own.
	root     yamlnode.Mapping
	zone     *time.Location
	expiring expiring
}

// expiring is what a calendar depends on that does not last: sets of holidays, overrides, and whatever has a date.
type expiring struct {
	sets      []yamlnode.Value // where each set is named
	overrides []placedOverride
	dated     []dated
}

type placedOverride struct {
	at yamlnode.Value
	hours.Override
}

func (r expiring) overridden() (out []hours.Override) {
	for _, o := range r.overrides {
		out = append(out, o.Override)
	}
	return out
}

// readHours reads one file of config/hours. The line is the one of the same name; nil when there is none, and then
// announcements are not compared with it.
func readHours(at yamlnode.Value, line *ivr.Line, sets knownSets) hoursFile {
	var f hoursFile
	at.Renamed("notices", "announcements")
	root, ok := at.Mapping()
	if !ok {
		return f
	}
	f.root = root
	f.id = root.Get("line")
	if f.id.Present() {
		f.id.ID("gopay")
	}
	f.zone = readZone(root)
	if holidays := root.Get("holidays"); !holidays.Present() {
		holidays.Warn("is not written, so it is open on every holiday; write holidays: [] to say that")
	}
	f.calendar, f.expiring, f.announcements = readCalendar(root, f.zone, ruleContext{line: line, sets: sets})
	if peak := root.Get("peak"); peak.Present() {
		week := yamlnode.Mapping{Value: root.Value, Values: map[string]yamlnode.Value{"week": peak}}
		f.peak, _, _ = readCalendar(week, f.zone, ruleContext{})
		doubtPeak(peak, root.Get("week"))
	}
	for _, item := range root.Get("announcements").List("- {from: …, until: …, text: …}") {
		if announcement, ok := readAnnouncement(item, f.zone, line); ok {
			f.announcements = append(f.announcements, announcement)
			f.expiring.note(item, announcement.From, announcement.Until, f.zone, longAnnouncement)
		}
	}
	return f
}

// readZone is nil after a mistake. There is no default: the hours of a desk in the server's zone are a trap.
func readZone(root yamlnode.Mapping) *time.Location {
	v := root.Need("zone", "name the zone of the clock on the desk's wall, for example zone: Asia/Jakarta")
	name, ok := v.Text("Asia/Jakarta")
	if !ok {
		return nil
	}
	if strings.EqualFold(name, "local") {
		v.Fail("%q would be the zone of whatever computer this runs on; name one, for example Asia/Jakarta", name)
		return nil
	}
	if strings.HasPrefix(name, "Etc/") && name != "Etc/UTC" {
		v.Fail("%q counts backwards and knows no place (Etc/GMT+7 is seven hours behind); name a city, for example "+
			"Asia/Jakarta", name)
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name != path.Clean(name) || strings.HasPrefix(name, "posix/") || strings.HasPrefix(name, "right/") {
		hint := "use an IANA name such as Asia/Jakarta, with its capital letters"
		if meant := zonesMeant(name); len(meant) > 0 {
			hint = "did you mean " + strings.Join(meant, " or ") + "?"
		}
		v.Fail("%q is not a known zone; %s", problem.Short(name), hint)
		return nil
	}
	return zone
}

// abbreviations of the clocks of our lines and their neighbours.
var abbreviations = map[string][]string{"WIB": {"Asia/Jakarta"}, "WITA": {"Asia/Makassar"}, "WIT": {"Asia/Jayapura"},
	"JST": {"Asia/Tokyo"}, "CST": {"Asia/Shanghai", "America/Chicago"}, "SGT": {"Asia/Singapore"},
	"HKT": {"Asia/Hong_Kong"}, "KST": {"Asia/Seoul"}, "ICT": {"Asia/Bangkok"}, "MYT": {"Asia/Kuala_Lumpur"}}

// zonesMeant are those that somebody may have meant who wrote an abbreviation, a city alone, or a slip of the pen.
func zonesMeant(name string) []string {
	if zones, ok := abbreviations[strings.ToUpper(name)]; ok {
		return zones
	}
	known := callbacks.Zones()
	city := func(zone string) bool { return strings.EqualFold(zone[strings.LastIndexByte(zone, '/')+1:], name) }
	if i := slices.IndexFunc(known, city); i >= 0 {
		return known[i : i+1]
	}
	if near, ok := problem.Within(2, problem.Plain(name), known); ok {
		return []string{near}
	}
	return nil
}

// A HoursFile is one file of hours that is not part of a line.
type HoursFile struct {
	// Name is the line's name in the file, or else what the file is called, without .yaml.
	Name     string
	Calendar *hours.Calendar
	// Overrides are those of the file, as written.
	Overrides []hours.Override

	dependencies []dependency
	doubts       []Warning
}

// LoadHours reads one file in the form of hours/LINE.yaml, with the sets of holidays of a configuration. file is its
// name for messages and explanations. The error is of type [Problems] and holds every mistake of the file, and those
// of the sets.
func LoadHours(fsys fs.FS, file string, data []byte) (*HoursFile, error) {
	var problems Problems
	if len(data) > largest {
		problems.Add(Problem{File: file, Message: fmt.Sprintf("has %d bytes; at most %d are supported",
			len(data), largest)})
		return nil, problems
	}
	sets := loadSets(fsys, &problems)
	at := yamlnode.Document(file, data, tableOf("hours"), &problems, unknownKey)
	var doubts Problems
	at.Warnings = &doubts
	if at.Node == nil {
		return nil, problems.Err()
	}
	h := readHours(at, nil, sets)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	f := &HoursFile{Name: strings.TrimSuffix(path.Base(file), ".yaml"), Calendar: h.calendar,
		Overrides: h.expiring.overridden()}
	if h.id.Present() {
		f.Name = h.id.Node.Value
	}
	f.dependencies = []dependency{{line: f.Name, calendar: h.calendar, expiring: h.expiring}}
	f.doubts = undated(f.Name, doubts)
	return f, nil
}
