package edit

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// specialList is the key under which a file of hours has its special days.
const specialList = "special"

var (
	// ErrPassed is that a day to be added is over.
	ErrPassed = errors.New("that day has passed")
	// ErrNoSuchDay is that no entry with dates has any of the days to be removed.
	ErrNoSuchDay = errors.New("there is no such special day")
	// ErrOtherDays is that an entry has some of the days to be removed, and not the same ones.
	ErrOtherDays = errors.New("the entry is of other days, too")
)

// AddSpecialDay puts a special day with dates into a file of hours, behind those that begin before it. days are the
// file's own, in its order. [ErrPassed] if the day ends before today.
func AddSpecialDay(data []byte, days []hours.Special, day hours.Special, today hours.Date) ([]byte, error) {
	if day.Last().Compare(today) < 0 {
		return nil, ErrPassed
	}
	at := len(days)
	for i, d := range days {
		if !d.Recurs() && d.From.Compare(day.From) <= 0 {
			at = i + 1
		}
	}
	entry := specialEntry(day)
	edited, err := Insert(data, specialList, at, entry)
	if errors.Is(err, ErrByHand) {
		err = fmt.Errorf("%w; the entry is: - %s", err, entry)
	}
	return edited, err
}

// RemoveSpecialDay takes the entry of exactly these dates out of a file of hours, and returns it, too; days are the
// file's own, in its order. [ErrOtherDays] if the entry is of other dates as well, [ErrNoSuchDay] if there is none.
func RemoveSpecialDay(data []byte, days []hours.Special, day hours.Special) ([]byte, hours.Special, error) {
	for i, d := range days {
		if d.Recurs() || d.Last().Compare(day.From) < 0 || d.From.Compare(day.Last()) > 0 {
			continue
		}
		if d.From != day.From || d.Last() != day.Last() {
			return nil, d, ErrOtherDays
		}
		edited, err := Remove(data, specialList, i)
		return edited, d, err
	}
	return nil, hours.Special{}, ErrNoSuchDay
}

func specialEntry(day hours.Special) string {
	dates, what := "date: "+day.From.String(), "closed: true"
	if last := day.Last(); last != day.From {
		dates = fmt.Sprintf("from: %s, to: %s", day.From, last)
	}
	switch {
	case day.As != nil:
		what = "as: " + schema.Weekdays[*day.As]
	case len(day.Open) > 0:
		what = "open: " + strings.ReplaceAll(fmt.Sprintf("%q", day.Open), " ", ", ")
	}
	return fmt.Sprintf("{%s, %s, name: %s}", dates, what, Text(day.Name))
}

var plainText = regexp.MustCompile(`^[\p{L}(][\p{L}\p{N} ()/、・’-]*$`)

// Text writes a text on one line, in quotation marks where YAML could take it for something else.
func Text(text string) string {
	if plainText.MatchString(text) && text == strings.TrimSpace(text) {
		var node yaml.Node
		if yaml.Unmarshal([]byte(text), &node) == nil && len(node.Content) == 1 && node.Content[0].Tag == "!!str" &&
			node.Content[0].Value == text {
			return text
		}
	}
	return strconv.Quote(text)
}
