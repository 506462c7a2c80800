package simulator

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDocument is the largest document that the provider reads, in bytes.
const maxDocument = 64 << 10

// An element is one verb or noun of a document.
type element struct {
	name     string
	attrs    map[string]string
	text     string // its own and, for speech marks, that of the elements within; blanks are squeezed
	children []*element
}

// attr is an attribute, or a default when it is absent.
func (e *element) attr(name, missing string) string {
	if v, ok := e.attrs[name]; ok {
		return v
	}
	return missing
}

// A document is what a webhook answered.
type document struct {
	url, method string // where it came from, for relative URLs and for verbs without an action
	verbs       []*element
}

// A playError is a document, or the lack of one, that ends or diverts a call. Code is the provider's.
type playError struct {
	code int
	text string
}

func (e *playError) Error() string { return fmt.Sprintf("error %d: %s", e.code, e.text) }

// Codes of the provider that are used here.
const (
	codeHTTP       = 11200 // an answer that is not 200, or not XML by its content type
	codeConnection = 11205 // no connection, or no answer in time
	codeRedirects  = 11215
	codeTooLarge   = 11750
	codeBadXML     = 12100
)

var errNotResponse = errors.New("the document's one root element must be <Response>")

// parseDocument reads the root element of a document.
func parseDocument(body []byte) (*element, *playError) {
	if len(body) > maxDocument {
		return nil, &playError{codeTooLarge, fmt.Sprintf("the document has %d bytes, more than %d", len(body),
			maxDocument)}
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) < len(body) &&
		bytes.HasPrefix(trimmed, []byte("<?xml")) {
		return nil, &playError{codeBadXML, "a blank before the XML header"}
	}
	root, err := parseXML(body)
	if err != nil {
		return nil, &playError{codeBadXML, err.Error()}
	}
	return root, nil
}

func parseXML(body []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var root *element
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if root != nil {
				return nil, errNotResponse
			}
			if root, err = parseElement(d, t, 0); err != nil {
				return nil, err
			}
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, errNotResponse
			}
		}
	}
	if root == nil || root.name != "Response" {
		return nil, errNotResponse
	}
	return root, nil
}

// maxDepth is more than any valid document nests.
const maxDepth = 16

func parseElement(d *xml.Decoder, start xml.StartElement, depth int) (*element, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("elements are nested more than %d deep", maxDepth)
	}
	e := &element{name: start.Name.Local, attrs: map[string]string{}}
	for _, a := range start.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		if _, twice := e.attrs[name]; twice {
			return nil, fmt.Errorf("<%s> has attribute %q twice", e.name, name)
		}
		e.attrs[name] = a.Value
	}
	var text strings.Builder
	for {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			child, err := parseElement(d, t, depth+1)
			if err != nil {
				return nil, err
			}
			e.children = append(e.children, child)
			if speechMark(child.name) {
				text.WriteString(" " + child.text + " ")
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			e.text = strings.Join(strings.Fields(text.String()), " ")
			return e, nil
		}
	}
}

// speechMark reports whether an element stands inside spoken text: the names of verbs and nouns begin with a
// capital, and these do not.
func speechMark(name string) bool { return name != "" && name[0] >= 'a' && name[0] <= 'z' }
