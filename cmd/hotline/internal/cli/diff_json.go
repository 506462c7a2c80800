package cli

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/config/compare"
)

// What "hotline diff --json" prints. Instants are UTC, dates and times of day on the clock of the line.

type diffAnswer struct {
	Old   string     `json:"old"`
	New   string     `json:"new"`
	Days  int        `json:"days"`
	Empty bool       `json:"empty"`
	Lines []diffLine `json:"lines"`
	// Looked is set when callbacks were looked at; Open is how many of these lines are open.
	Looked    bool           `json:"callbacks_looked_at"`
	Callbacks int            `json:"callbacks"`
	Otherwise []diffCallback `json:"callbacks_kept_otherwise"`
}

type diffLine struct {
	Line string `json:"line"`
	// Change is added, removed or changed.
	Change  string       `json:"change"`
	Numbers []string     `json:"numbers,omitempty"`
	Hours   []diffHours  `json:"hours,omitempty"`
	Others  []diffChange `json:"others,omitempty"`
}

type diffChange struct {
	About string `json:"about"`
	Text  string `json:"text"`
}

type diffHours struct {
	Desk  string    `json:"desk,omitempty"`
	Peak  bool      `json:"peak,omitempty"`
	Zone  string    `json:"zone"`
	Days  []diffDay `json:"days"`
	Later *diffDay  `json:"later,omitempty"`
}

type diffDay struct {
	When     string     `json:"when"`
	First    string     `json:"first"`
	Last     string     `json:"last"`
	Weekdays []string   `json:"weekdays,omitempty"`
	Except   []string   `json:"except,omitempty"`
	Opens    []string   `json:"opens,omitempty"`
	Closes   []string   `json:"closes,omitempty"`
	Was      []string   `json:"was"`
	Now      []string   `json:"now"`
	Why      string     `json:"why,omitempty"`
	Source   string     `json:"source,omitempty"`
	Spans    []diffSpan `json:"spans"`
}

type diffSpan struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Open bool      `json:"open"`
}

type diffCallback struct {
	Reference string         `json:"reference"`
	Line      string         `json:"line"`
	Desk      string         `json:"desk"`
	Number    string         `json:"number"` // masked
	Due       time.Time      `json:"due"`
	Was       diffPrediction `json:"was"`
	Will      diffPrediction `json:"will"`
}

type diffPrediction struct {
	Outcome     string     `json:"fate"`
	At          *time.Time `json:"at"`
	Why         string     `json:"why,omitempty"`
	TextMessage *time.Time `json:"text_message,omitempty"`
}

func (d *difference) writeJSON(out io.Writer, old, new string, o diffOptions) error {
	answer := diffAnswer{
		Old: old, New: new, Days: o.days, Empty: d.changes.Empty(), Lines: []diffLine{}, Looked: d.unseen == "", Callbacks: d.open,
		Otherwise: []diffCallback{},
	}
	for _, one := range d.changes.Each {
		answer.Lines = append(answer.Lines, diffLineOf(one))
	}
	for _, k := range d.changed {
		answer.Otherwise = append(answer.Otherwise, diffCallback{
			Reference: k.Reference, Line: k.Line, Desk: k.Desk, Number: callbacks.Mask(k.Number), Due: k.Due,
			Was: predictionOf(k.was), Will: predictionOf(k.will),
		})
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(answer)
}

func diffLineOf(c compare.LineChanges) diffLine {
	line := diffLine{Line: c.Line, Change: "changed", Numbers: c.Numbers}
	switch {
	case c.Added:
		line.Change = "added"
	case c.Removed:
		line.Change = "removed"
	}
	for _, h := range c.Hours {
		one := diffHours{Desk: h.Desk, Peak: h.Peak, Zone: h.Zone.String(), Days: []diffDay{}}
		for _, day := range h.Days {
			one.Days = append(one.Days, dayOf(day))
		}
		if h.Beyond != nil {
			later := dayOf(*h.Beyond)
			one.Later = &later
		}
		line.Hours = append(line.Hours, one)
	}
	for _, change := range c.Others {
		line.Others = append(line.Others, diffChange(change))
	}
	return line
}

func dayOf(d compare.DayChange) diffDay {
	day := diffDay{
		When: d.When(), First: d.First.String(), Last: d.Last.String(), Opens: d.Opens, Closes: d.Closes,
		Was: append([]string{}, d.Was...), Now: append([]string{}, d.Now...), Why: d.Why, Source: d.Source,
	}
	for _, weekday := range d.Weekdays {
		day.Weekdays = append(day.Weekdays, strings.ToLower(weekday.String()[:3]))
	}
	for _, date := range d.Except {
		day.Except = append(day.Except, date.String())
	}
	for _, span := range d.Changed {
		day.Spans = append(day.Spans, diffSpan{span.From.UTC(), span.To.UTC(), span.Open})
	}
	return day
}

func predictionOf(o dispatch.Prediction) diffPrediction {
	return diffPrediction{Outcome: string(o.Outcome), At: timeOrNull(o.At), Why: shortWhy(o),
		TextMessage: timeOrNull(o.SMSAt)}
}
