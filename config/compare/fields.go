package compare

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// Everything of a line but its hours. Fields are walked by reflection, so that one that is added later is compared at
// once; those about which there is more to say have a function of their own.

// lineFields say what is special about a field. The others are named by lineNames and written as they are.
var lineFields = map[string]func(*lineComparison){
	"ID":            func(*lineComparison) {}, // by which lines are found
	"Version":       func(*lineComparison) {}, // differs whatever was edited
	"Hours":         (*lineComparison).compareZone,
	"Peak":          func(*lineComparison) {}, // with the hours
	"Numbers":       (*lineComparison).compareNumbers,
	"Languages":     (*lineComparison).compareLanguages,
	"Announcements": (*lineComparison).compareAnnouncements,
	"Menu":          (*lineComparison).compareMenu,
	"Topics":        (*lineComparison).compareTopics,
	"Desks":         (*lineComparison).compareDesks,
	"Callbacks":     (*lineComparison).comparePolicy,
	"Prompts":       (*lineComparison).comparePrompts,
}

// lineNames are the fields whose key or description is not their own name.
var lineNames = map[string]string{
	"Names": "name", "Questions": "question", "Variables": "variable", "CustomerFirst": "callbacks: customer first",
	"NoInputLimit": "limits: no_input", "NoMatchLimit": "limits: no_match",
	"MessageSeconds": "limits: message_seconds", "NoteSeconds": "limits: note_seconds",
	"SMS": "text_messages", "SMSSender": "text_sender",
}

func (l *lineComparison) compareFields() {
	old, new := reflect.ValueOf(*l.old), reflect.ValueOf(*l.new)
	for i := range old.NumField() {
		name := old.Type().Field(i).Name
		if special := lineFields[name]; special != nil {
			special(l)
			continue
		}
		l.compareValues(cmp.Or(lineNames[name], keyOf(name)), old.Field(i), new.Field(i))
	}
}

// compareValues tells of two values that differ, of maps each entry by itself.
func (l *lineComparison) compareValues(about string, old, new reflect.Value) {
	if reflect.DeepEqual(old.Interface(), new.Interface()) {
		return
	}
	if old.Kind() != reflect.Map {
		l.note(about, nowWas(cmp.Or(unset(about, new), written(new)), cmp.Or(unset(about, old), written(old))))
		return
	}
	keys := idsOf(slices.Concat(old.MapKeys(), new.MapKeys()), reflect.Value.String)
	slices.Sort(keys)
	entry := func(m reflect.Value, key string) reflect.Value {
		if v := m.MapIndex(reflect.ValueOf(key)); v.IsValid() {
			return v
		}
		return reflect.Zero(m.Type().Elem())
	}
	for _, key := range slices.Compact(keys) {
		l.compareValues(about+" "+key, entry(old, key), entry(new, key))
	}
}

// unset is what a key means where it is left out; empty for any other value.
func unset(about string, v reflect.Value) string {
	if !v.IsZero() {
		return ""
	}
	if words := unsetWords[about]; words != "" {
		return words
	}
	s := schema.Table("line")
	for key := range strings.SplitSeq(about, ": ") {
		if s = s.Properties.Of(key); s == nil {
			return ""
		}
	}
	if s.Shortest > 0 || s.Minimum != nil && *s.Minimum > 0 { // nobody can write 0
		return "the default"
	}
	return ""
}

// unsetWords are those of the keys for which another one counts, or that bound nothing then.
var unsetWords = map[string]string{
	"callbacks: retry_busy": "as retry_after", "callbacks: retry_no_answer": "as retry_after",
	"callbacks: retry_machine": "as retry_after", "text_sender": "the line's first number",
	"caller_id": "the line's first number", "callbacks: capacity": "no limit", "callbacks: max_open": "no limit",
	"callbacks: countries": "any", "alert": "nobody",
}

// nowWas says what a value is and was.
func nowWas(now, was string) string {
	switch {
	case was == "":
		return "new: " + now
	case now == "":
		return "removed, was " + was
	}
	return now + ", was " + was
}

// written is a value as it would be written in a file; empty for none.
func written(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case bool:
		return map[bool]string{true: "yes", false: "no"}[value]
	case string:
		return value
	case time.Duration:
		return problem.Spell(value)
	case hours.Span:
		if value == (hours.Span{}) {
			return ""
		}
		return value.String()
	case callbacks.Blocked:
		return value.Prefix + " (" + value.Reason + ")"
	case callbacks.Route:
		return value.Prefix + " by " + value.Byoc
	case ivr.NumberRule:
		return writtenRule(value)
	}
	if v.Kind() != reflect.Slice {
		return fmt.Sprint(v.Interface())
	}
	items := make([]string, v.Len())
	for i := range items {
		items[i] = written(v.Index(i))
	}
	return strings.Join(items, ", ")
}

func writtenRule(r ivr.NumberRule) string {
	if reflect.ValueOf(r).IsZero() {
		return ""
	}
	text := fmt.Sprintf("%d to %d digits", r.Min, r.Max)
	if len(r.Starts) > 0 {
		text += " beginning with " + strings.Join(r.Starts, ", ")
	}
	if len(r.OwnPrefixes) > 0 {
		text += ", own numbers begin with " + strings.Join(r.OwnPrefixes, ", ")
	}
	if r.CallingNumber {
		text += ", the calling number is offered"
	}
	return text
}

// compareZone tells of another clock. What that does is told with the hours.
func (l *lineComparison) compareZone() {
	if l.old.Hours == nil || l.new.Hours == nil {
		return
	}
	if old, new := l.old.Hours.Zone().String(), l.new.Hours.Zone().String(); old != new {
		l.note("zone", nowWas(new, old))
	}
}

func (l *lineComparison) compareNumbers() {
	for _, p := range pairs(l.old.Numbers, l.new.Numbers, itself) {
		switch p.change {
		case added:
			l.note("number", p.id+" is answered")
		case removed:
			l.note("number", p.id+" is no longer answered")
		}
	}
	if old, new := firstOf(l.old.Numbers), firstOf(l.new.Numbers); old != new {
		l.note("number", new+" is shown to the people we call, was "+old)
	}
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (l *lineComparison) compareLanguages() {
	tag := func(language ivr.Language) string { return language.Tag }
	for _, p := range pairs(l.old.Languages, l.new.Languages, tag) {
		if about := "language " + p.id; p.change != "" {
			l.note(about, p.change)
		} else {
			l.compareStructs(about, p.old, p.new, nil)
		}
	}
	old, new := idsOf(l.old.Languages, tag), idsOf(l.new.Languages, tag)
	if reordered(old, new) || firstOf(old) != firstOf(new) {
		l.note("languages", "in the order "+strings.Join(new, ", ")+", was "+strings.Join(old, ", "))
	}
}

// compareStructs tells of each field that differs. A field is named as keys are, RetryAfter retry_after, unless names
// has another name; "" passes one over.
func (l *lineComparison) compareStructs(about string, old, new any, names map[string]string) {
	a, b := reflect.ValueOf(old), reflect.ValueOf(new)
	for i := range a.NumField() {
		field := a.Type().Field(i).Name
		name, known := names[field]
		if !known {
			name = keyOf(field)
		}
		if name != "" {
			l.compareValues(about+": "+name, a.Field(i), b.Field(i))
		}
	}
}

var policyNames = map[string]string{
	"SlotLength": "slot", "SlotCount": "slots", "SlotCapacity": "capacity", "MaxAttempts": "attempts",
	"MaxDeskAttempts": "desk_attempts", "Limits": "",
	"Ours": "", // the numbers of all lines, told where they are written
}

var wordStart = regexp.MustCompile(`([a-z])([A-Z])|([A-Z])([A-Z][a-z])`)

// keyOf writes the name of a field as a key of a file.
func keyOf(field string) string {
	return strings.ToLower(wordStart.ReplaceAllString(field, "${1}${3}_${2}${4}"))
}

func (l *lineComparison) comparePolicy() {
	l.compareStructs("callbacks", l.old.Callbacks, l.new.Callbacks, policyNames)
	l.compareStructs("callbacks: limits", l.old.Callbacks.Limits, l.new.Callbacks.Limits, nil)
}
