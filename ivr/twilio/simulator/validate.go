package simulator

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxSay      = 4096 // characters of one Say
	maxPollySay = 3000 // with a Polly voice
)

var integerText = regexp.MustCompile(`^-?[0-9]+$`)

// ValidateTwiML holds a document against the provider's rules and returns what is wrong with it, nil for nothing.
// It is stricter than the provider, who only warns of what it does not know and then leaves it out.
func ValidateTwiML(document []byte) []string {
	root, fault := parseDocument(document)
	if fault != nil {
		return []string{fault.Error()}
	}
	return checkTree(root)
}

// A checker gathers complaints about one document.
type checker struct {
	schema     *schema
	complaints []string
}

func checkTree(root *element) []string {
	k := &checker{schema: loadSchema()}
	k.element(root, k.schema.Elements[k.schema.Root], "/"+root.name)
	k.order(root)
	return k.complaints
}

func (k *checker) complain(path, format string, args ...any) {
	k.complaints = append(k.complaints, path+": "+fmt.Sprintf(format, args...))
}

func (k *checker) element(e *element, is *schemaElement, path string) {
	for _, name := range slices.Sorted(maps.Keys(e.attrs)) {
		k.attribute(is, name, e.attrs[name], path)
	}
	switch {
	case is.Text == "none" && e.text != "":
		k.complain(path, "<%s> holds text %q, and may not", e.name, shorten(e.text))
	case is.Text == "required" && e.text == "" && len(e.children) == 0:
		k.complain(path, "<%s> is empty", e.name)
	}
	k.particular(e, path)
	count := map[string]int{}
	for _, child := range e.children {
		count[child.name]++
		childPath := fmt.Sprintf("%s/%s[%d]", path, child.name, count[child.name])
		id, ok := is.Children[child.name]
		switch {
		case ok:
			k.element(child, k.schema.Elements[id], childPath)
		case k.schema.knows(child.name):
			k.complain(path, "<%s> is not allowed inside <%s>", child.name, e.name)
		default:
			k.complain(path, "unknown element <%s>", child.name)
		}
	}
}

func (k *checker) attribute(is *schemaElement, name, value, path string) {
	a, ok := is.Attributes[name]
	if !ok {
		for known := range is.Attributes {
			if strings.EqualFold(known, name) {
				k.complain(path, "unknown attribute %q; it is written %q", name, known)
				return
			}
		}
		k.complain(path, "unknown attribute %q", name)
		return
	}
	for _, v := range a.values(value) {
		switch {
		case !a.takes(v):
			k.complain(path, "attribute %s=%q is not a value that it takes", name, v)
		case a.Type == "number" && !integerText.MatchString(v):
			k.complain(path, "attribute %s=%q must be an integer", name, v)
		case a.Type == "boolean" && v != "true" && v != "false":
			k.complain(path, "attribute %s=%q must be true or false", name, v)
		case isMethod(name) && v != "GET" && v != "POST":
			k.complain(path, "attribute %s=%q must be GET or POST", name, v)
		case name == "finishOnKey" && strings.Trim(v, "0123456789*#") != "":
			k.complain(path, "finishOnKey=%q may hold only 0-9 * #", v)
		}
	}
}

func isMethod(name string) bool {
	return name == "method" || strings.HasSuffix(name, "Method") && name != "paymentMethod"
}

// limits of integer attributes, by element and attribute; the provider corrects or refuses what is outside.
var limits = map[string]struct{ least, most int }{
	"Dial timeout":         {5, 600},
	"Dial timeLimit":       {1, 14400},
	"Gather timeout":       {0, 600},
	"Gather numDigits":     {1, 1000},
	"Pause length":         {0, 180},
	"Record timeout":       {0, 600},
	"Record maxLength":     {1, 14400},
	"Say loop":             {0, 1000},
	"Play loop":            {0, 1000},
	"Enqueue maxQueueSize": {1, 5000},
}

// particular checks what the schema cannot say of an element.
func (k *checker) particular(e *element, path string) {
	for _, name := range slices.Sorted(maps.Keys(e.attrs)) {
		limit, limited := limits[e.name+" "+name]
		n, err := strconv.Atoi(e.attrs[name])
		if limited && err == nil && (n < limit.least || n > limit.most) {
			k.complain(path, "%s=%q must be from %d to %d", name, e.attrs[name], limit.least, limit.most)
		}
	}
	switch e.name {
	case "Say":
		k.say(e, path)
	case "Dial":
		k.dial(e, path)
	case "Number", "Client", "Sip":
		k.noun(e, path)
	case "Enqueue":
		if e.text == "" && e.attr("workflowSid", "") == "" {
			k.complain(path, "<Enqueue> names no queue")
		}
		if utf8.RuneCountInString(e.text) > 64 {
			k.complain(path, "a queue's name has at most 64 characters")
		}
	}
}

func (k *checker) dial(e *element, path string) {
	switch {
	case e.text == "" && len(e.children) == 0:
		k.complain(path, "<Dial> has nobody to call")
	case e.text != "" && len(e.children) > 0:
		k.complain(path, "<Dial> has both text and nouns")
	case e.text != "" && !e164.MatchString(e.text):
		k.complain(path, "%q is not an E.164 number", e.text)
	case len(e.children) > 1 && queueNoun(e) != nil:
		k.complain(path, "<Queue> must be alone in its <Dial>")
	case len(e.children) > 10:
		k.complain(path, "<Dial> rings %d telephones; 10 is the limit", len(e.children))
	}
}

func (k *checker) noun(e *element, path string) {
	address := nounAddress(e)
	switch {
	case e.name == "Number" && !e164.MatchString(address):
		k.complain(path, "%q is not an E.164 number", address)
	case e.name == "Sip" && !strings.HasPrefix(address, "sip:") && !strings.HasPrefix(address, "sips:"):
		k.complain(path, "%q is not a SIP address", address)
	case e.name == "Client" && address == "client:":
		k.complain(path, "<Client> names nobody")
	}
	if e.attr("statusCallbackEvent", "") != "" && e.attr("statusCallback", "") == "" {
		k.complain(path, "statusCallbackEvent without statusCallback")
	}
}

func (k *checker) say(e *element, path string) {
	chars, limit := utf8.RuneCountInString(e.text), maxSay
	voice, language := e.attr("voice", ""), e.attr("language", "")
	if strings.HasPrefix(voice, "Polly.") {
		limit = maxPollySay
	}
	if chars > limit {
		k.complain(path, "<Say> has %d characters; %d is the limit", chars, limit)
	}
	if locale := voiceLocale(voice); locale != "" && language != "" && !sameLocale(locale, language) {
		k.complain(path, "voice %q speaks %s, not %s", voice, locale, language)
	}
}

// order checks what may follow what in a Response.
func (k *checker) order(root *element) {
	for i, v := range root.children {
		last := i == len(root.children)-1
		switch v.name {
		case "Gather":
			if last && v.attr("actionOnEmptyResult", "false") != "true" {
				k.complain("/Response", "nothing follows a <Gather>: silence would end the call")
			}
		case "Redirect", "Hangup", "Reject", "Leave":
			if !last {
				k.complain("/Response", "<%s> cannot be reached after <%s>", root.children[i+1].name, v.name)
			}
		}
	}
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
