package holidays

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// Bounds of one set: days, sources, and bytes of one text.
const (
	MostDays    = 5000
	MostSources = 200
	LongestText = 200

	largestFile = 1 << 20 // bytes
)

var (
	setName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	country = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Parse reads a set strictly. The error is of type [Problems] and holds every mistake; there is no set then.
func Parse(file string, data []byte) (*Set, error) {
	r := reader{file: file}
	set := r.set(r.document(data))
	if err := r.problems.Err(); err != nil {
		return nil, err
	}
	set.Comment = comment(data)
	return set, nil
}

// witness is told which keys are known where. A test sets it, to hold the JSON Schema against the reader; otherwise it is nil.
var witness func(path string, known []string)

// A reader gathers the mistakes of one file.
type reader struct {
	file     string
	problems Problems
}

func (r *reader) fail(line int, key, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Key: key, Message: fmt.Sprintf(format, args...)})
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// document is the only document of the file, or nil after a report.
func (r *reader) document(data []byte) *yaml.Node {
	if len(data) > largestFile {
		r.fail(0, "", "has %d bytes; at most %d are supported", len(data), largestFile)
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	err := decoder.Decode(&root)
	if errors.Is(err, io.EOF) {
		r.fail(0, "", "is empty; write the set, or remove the file")
		return nil
	}
	if err == nil {
		err = decoder.Decode(&second)
		if err == nil {
			r.fail(second.Line, "", "a second document begins here; remove the line ---")
			return nil
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		text, line := err.Error(), 0
		if m := syntaxLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = text[len(m[0]):]
		}
		r.fail(line, "", "cannot be read as YAML: %s; look at this line and the one before", text)
		return nil
	}
	return root.Content[0]
}

func (r *reader) set(root *yaml.Node) *Set {
	s := &Set{File: r.file}
	if root == nil {
		return s
	}
	keys := r.mapping(root, "", "name", "country", "covers", "sources", "days")
	if keys == nil {
		return s
	}
	s.Name = r.text(r.need(root, keys, "", "name"), "name")
	if s.Name != "" && (!setName.MatchString(s.Name) || len(s.Name) > 40) {
		r.fail(keys["name"].Line, "name", "%q is no name of a set; use up to 40 small letters, digits and hyphens, for example cn", problem.Short(s.Name))
	}
	if n := keys["country"]; n != nil {
		s.Country = r.text(n, "country")
		if s.Country != "" && !country.MatchString(s.Country) {
			r.fail(n.Line, "country", "%q is no country; write its two capital letters (ISO 3166-1), for example CN", problem.Short(s.Country))
		}
	}
	r.covers(s, r.need(root, keys, "", "covers"))
	s.Sources = r.sources(r.need(root, keys, "", "sources"))
	s.Days = r.days(r.need(root, keys, "", "days"))
	r.check(s)
	return s
}

func (r *reader) covers(s *Set, node *yaml.Node) {
	if node == nil {
		return
	}
	s.CoversLine = node.Line
	keys := r.mapping(node, "covers", "from", "to")
	if keys == nil {
		return
	}
	s.From = r.date(r.need(node, keys, "covers", "from"), "covers.from")
	s.To = r.date(r.need(node, keys, "covers", "to"), "covers.to")
	if s.From != (hours.Date{}) && s.To != (hours.Date{}) && s.To.Compare(s.From) < 0 {
		r.fail(node.Line, "covers", "ends before it begins; exchange from and to, or correct one of them")
	}
}

func (r *reader) sources(node *yaml.Node) []string {
	var out []string
	items := r.list(node, "sources", MostSources)
	for i, item := range items {
		if text := r.text(item, fmt.Sprintf("sources[%d]", i)); text != "" {
			out = append(out, text)
		}
	}
	if node != nil && node.Kind == yaml.SequenceNode && len(items) == 0 {
		r.fail(node.Line, "sources", "names nobody; write who fixed the days")
	}
	return out
}

func (r *reader) days(node *yaml.Node) []Day {
	var out []Day
	for i, item := range r.list(node, "days", MostDays) {
		path, before := fmt.Sprintf("days[%d]", i), len(r.problems)
		keys := r.mapping(item, path, "date", "kind", "name")
		if keys == nil {
			continue
		}
		d := Day{Line: item.Line}
		d.Date = r.date(r.need(item, keys, path, "date"), path+".date")
		d.Kind = Kind(r.text(r.need(item, keys, path, "kind"), path+".kind"))
		d.Name = r.text(r.need(item, keys, path, "name"), path+".name")
		if d.Kind != "" && !slices.Contains(kinds, d.Kind) {
			r.fail(keys["kind"].Line, path+".kind", "%q is not known; write holiday, collective or make-up", problem.Short(string(d.Kind)))
		}
		if len(r.problems) == before {
			out = append(out, d)
		}
	}
	return out
}

// check holds the days against coverage and against each other.
func (r *reader) check(s *Set) {
	for i, d := range s.Days {
		if s.CoversLine > 0 && !s.Covers(d.Date) && s.From.Compare(s.To) <= 0 && s.From.Valid() && s.To.Valid() {
			r.fail(d.Line, "days", "%s is outside of what the set covers, %s to %s; correct the date or covers", d.Date, s.From, s.To)
		}
		if i == 0 {
			continue
		}
		before := s.Days[i-1]
		switch c := d.Date.Compare(before.Date); {
		case c == 0:
			r.fail(d.Line, "days", "%s is written twice, first on line %d; keep one of the two", d.Date, before.Line)
		case c < 0:
			r.fail(d.Line, "days", "%s comes after %s; sort the days by date", d.Date, before.Date)
		}
	}
}

// mapping is nil after a report that the node has no keys.
func (r *reader) mapping(node *yaml.Node, path string, known ...string) map[string]*yaml.Node {
	if witness != nil {
		witness(path, known)
	}
	if node.Kind != yaml.MappingNode {
		r.fail(node.Line, path, "has to be keys and values; known here: %s", strings.Join(known, ", "))
		return nil
	}
	if len(node.Content) > 2*100 {
		r.fail(node.Line, path, "has %d keys; known here: %s", len(node.Content)/2, strings.Join(known, ", "))
		return nil
	}
	out, lines := map[string]*yaml.Node{}, map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		switch first, twice := lines[key.Value]; {
		case key.Kind == yaml.ScalarNode && isSecret(key.Value, known):
			advice, _ := problem.Secret(key.Value)
			r.fail(key.Line, join(path, problem.Short(key.Value)), "%s", advice)
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, key.Value):
			r.fail(key.Line, join(path, problem.Short(key.Value)), "unknown key; known here: %s", strings.Join(known, ", "))
		case twice:
			r.fail(key.Line, join(path, key.Value), "is written twice, first on line %d; keep one of the two", first)
		default:
			out[key.Value], lines[key.Value] = node.Content[i+1], key.Line
		}
	}
	return out
}

func isSecret(key string, known []string) bool {
	_, secret := problem.Secret(key)
	return secret && !slices.Contains(known, key)
}

// need reports a key that is not there.
func (r *reader) need(at *yaml.Node, keys map[string]*yaml.Node, path, key string) *yaml.Node {
	node := keys[key]
	if node == nil {
		r.fail(at.Line, join(path, key), "is missing")
	}
	return node
}

func (r *reader) list(node *yaml.Node, path string, most int) []*yaml.Node {
	switch {
	case node == nil:
		return nil
	case node.Kind != yaml.SequenceNode:
		r.fail(node.Line, path, "has to be a list, each entry on a line that begins with -")
		return nil
	case len(node.Content) > most:
		r.fail(node.Line, path, "has %d entries; at most %d are supported", len(node.Content), most)
		return nil
	}
	return node.Content
}

// scalar is the text of a single value as it was written.
func (r *reader) scalar(node *yaml.Node, path string) (string, bool) {
	switch {
	case node == nil:
		return "", false
	case node.Kind != yaml.ScalarNode:
		r.fail(node.Line, path, "has to be a single value")
		return "", false
	case strings.TrimSpace(node.Value) == "" || node.Tag == "!!null":
		r.fail(node.Line, path, "is empty")
		return "", false
	case len(node.Value) > LongestText:
		r.fail(node.Line, path, "is longer than %d bytes", LongestText)
		return "", false
	}
	return node.Value, true
}

func (r *reader) text(node *yaml.Node, path string) string {
	text, ok := r.scalar(node, path)
	if !ok {
		return ""
	}
	if node.Tag != "!!str" {
		r.fail(node.Line, path, "is not text for YAML; put it in quotation marks: %q", problem.Short(text))
		return ""
	}
	if strings.ContainsFunc(text, unprintable) {
		r.fail(node.Line, path, "holds characters that cannot be printed, or several lines; write it on one line")
		return ""
	}
	return text
}

func (r *reader) date(node *yaml.Node, path string) hours.Date {
	text, ok := r.scalar(node, path)
	if !ok {
		return hours.Date{}
	}
	d, err := hours.ParseDate(text)
	if err != nil {
		r.fail(node.Line, path, "%v", err)
	}
	return d
}

// comment is the text above the first key.
func comment(data []byte) string {
	var out []string
	for line := range strings.Lines(string(data)) {
		text, ok := strings.CutPrefix(strings.TrimRight(line, " \t\r\n"), "#")
		if !ok {
			break
		}
		out = append(out, strings.TrimPrefix(text, " "))
	}
	return strings.Join(out, "\n")
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
