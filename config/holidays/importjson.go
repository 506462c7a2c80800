package holidays

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// A jsonYear is a file of holiday-cn. Members that are not named here, such as $schema, are of no concern.
type jsonYear struct {
	Year   int   `json:"year"`
	Papers items `json:"papers"`
	Days   items `json:"days"`
}

// items are read one by one, so that a file of millions does not fill the memory.
type items []json.RawMessage

func (l *items) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return errors.New("a list has to be in square brackets")
	}
	for decoder.More() {
		if len(*l) == mostRepeats {
			return fmt.Errorf("a list has more than %d entries", mostRepeats)
		}
		var item json.RawMessage
		if err := decoder.Decode(&item); err != nil {
			return err
		}
		*l = append(*l, item)
	}
	return nil
}

type jsonDay struct {
	Name     *string `json:"name"`
	Date     *string `json:"date"`
	IsOffDay *bool   `json:"isOffDay"`
}

// json reads holiday-cn's form: a year, or an array of years, or an array of days.
func (im *importer) json(data []byte) {
	var years []jsonYear
	if bytes.TrimLeft(data, " \t\r\n")[0] == '{' {
		var year jsonYear
		if !im.unmarshal(data, &year) {
			return
		}
		years = []jsonYear{year}
	} else {
		var list items
		if !im.unmarshal(data, &list) {
			return
		}
		var loose jsonYear
		for _, item := range list {
			var year jsonYear
			if json.Unmarshal(item, &year) == nil && year.Days != nil {
				years = append(years, year)
				continue
			}
			loose.Days = append(loose.Days, item)
		}
		if loose.Days != nil {
			years = append(years, loose)
		}
	}
	for i, year := range years {
		im.jsonYear(year, fmt.Sprintf("[%d].", i), len(years) == 1)
	}
}

func (im *importer) jsonYear(year jsonYear, path string, alone bool) {
	if alone {
		path, im.year = "", year.Year
	}
	if year.Year != 0 && (year.Year < 1900 || year.Year > 2200) {
		im.refuse(0, path+"year", "%d is no year of a holiday calendar", year.Year)
		return
	}
	if year.Year != 0 && len(year.Days) == 0 {
		im.refuse(0, path+"days", "there are none: the holidays of %d have not been announced, or not been found; "+
			"the year stays uncovered", year.Year)
		return
	}
	for _, raw := range year.Papers {
		var paper string
		if json.Unmarshal(raw, &paper) != nil || tidy(paper) == "" || len(im.sources) >= schema.MostHolidaySources/4 {
			continue
		}
		im.sources = append(im.sources, tidy(paper))
	}
	for i, raw := range year.Days {
		if im.tired() {
			return
		}
		im.jsonDay(raw, fmt.Sprintf("%sdays[%d]", path, i), year.Year)
	}
}

func (im *importer) jsonDay(raw json.RawMessage, path string, year int) {
	var d jsonDay
	if err := json.Unmarshal(raw, &d); err != nil {
		im.skip(0, path, "is no day; write name, date and isOffDay")
		return
	}
	if d.Date == nil || d.Name == nil || tidy(*d.Name) == "" || d.IsOffDay == nil {
		im.skip(0, path, "lacks name, date or isOffDay: %s", problem.Short(string(raw)))
		return
	}
	date, err := hours.ParseDate(*d.Date)
	if err != nil {
		im.skip(0, path+".date", "%v", err)
		return
	}
	// A notice reaches into the neighbouring years by a few days, not further.
	if year != 0 && (date.Year < year-1 || date.Year > year+1) {
		im.skip(0, path+".date", "%s is not near the year %d of the file", date, year)
		return
	}
	kind := Holiday
	switch {
	case !*d.IsOffDay:
		kind = MakeUp
	case namedKind(*d.Name).kind == Collective:
		kind = Collective
	}
	im.add(0, date, kind, tidy(*d.Name))
}

// unmarshal reports a syntax error with its line.
func (im *importer) unmarshal(data []byte, into any) bool {
	err := json.Unmarshal(data, into)
	if err == nil {
		return true
	}
	line := 0
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line = 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
	}
	im.refuse(line, "", "cannot be read as holiday JSON: %v", err)
	return false
}
