//go:build conformance

package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// SpecPath is where the provider's OpenAPI document lies within ivr/twilio/testdata/validators, once installed there.
const SpecPath = specs + "twilio_api_v2010.json"

// VoiceSpecPath and MessagingSpecPath are those of other interfaces, which have hosts of their own.
const (
	VoiceSpecPath     = specs + "twilio_voice_v1.json"
	MessagingSpecPath = specs + "twilio_messaging_v1.json"
)

const specs = "node_modules/@twilio/cli-core/src/services/twilio-api/"

const formType = "application/x-www-form-urlencoded"

// A RESTValidator judges REST requests by the provider's own OpenAPI document, made stricter where the document
// says in words only what it could say as a rule. It is safe for concurrent use.
type RESTValidator struct {
	operations []operation
}

// An operation is one method of one path.
type operation struct {
	method string
	path   *regexp.Regexp
	// params are the parameters in the path, by name; form those in the body, or in the query of a GET.
	params map[string]*openapi3.Schema
	form   *openapi3.Schema
	// calls is set for the one that places a call.
	calls bool
	// answer is what a success says; nil where that is nothing.
	answer *openapi3.Schema
}

// OpenAPI reads the provider's document, see [SpecPath]. An error names what could not be read or made stricter.
func OpenAPI(specPath string) (*RESTValidator, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(specPath)
	if err != nil {
		return nil, fmt.Errorf("cannot read the provider's OpenAPI document; `make validators` installs it: %w", err)
	}
	validator := &RESTValidator{}
	for path, item := range doc.Paths.Map() {
		for method, described := range item.Operations() {
			op, err := newOperation(method, path, item, described)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			validator.operations = append(validator.operations, op)
		}
	}
	if len(validator.operations) == 0 {
		return nil, fmt.Errorf("%s describes no operation", specPath)
	}
	return validator, nil
}

var placeholder = regexp.MustCompile(`\\\{(\w+)\\\}`)

func newOperation(method, path string, item *openapi3.PathItem, described *openapi3.Operation) (operation, error) {
	op := operation{
		method: method, calls: described.OperationID == "CreateCall",
		params: map[string]*openapi3.Schema{}, form: openapi3.NewObjectSchema(),
	}
	if ok := described.Responses.Status(http.StatusOK); ok != nil {
		if content := ok.Value.Content["application/json"]; content != nil {
			op.answer = content.Schema.Value
		}
	}
	var err error
	if op.path, err = regexp.Compile("^" + placeholder.ReplaceAllString(regexp.QuoteMeta(path),
		`(?P<$1>[^/]+?)`) + "$"); err != nil {
		return op, err
	}
	for _, ref := range slices.Concat(item.Parameters, described.Parameters) {
		switch p := ref.Value; p.In {
		case openapi3.ParameterInPath:
			op.params[p.Name] = p.Schema.Value
		case openapi3.ParameterInQuery:
			op.form.WithPropertyRef(p.Name, p.Schema)
			if p.Required {
				op.form.Required = append(op.form.Required, p.Name)
			}
		}
	}
	if body := described.RequestBody; body != nil {
		content := body.Value.Content[formType]
		if content == nil {
			return op, errors.New("takes a body that is no form")
		}
		op.form = content.Schema.Value
	}
	return op, op.harden(described.OperationID)
}

// addressee is what can be rung: a number, a SIP address, a browser telephone.
const addressee = `^(\+[1-9]\d{1,14}|sips?:[^\s@]+@[^\s@]+|client:[^\s]+|whatsapp:\+\d+)$`

// A text message comes from a number, or from a name of up to 11 characters with a letter among them, as the
// provider's page on alphanumeric sender IDs has it.
const (
	sender       = `^(\+[1-9]\d{6,14}|[A-Za-z0-9 +&_-]{1,11})$`
	senderLetter = `[A-Za-z]|^\+[1-9]\d{6}`
)

// harden makes rules of what the document says in words, and refuses every field that it does not name.
func (op *operation) harden(id string) error {
	nothing := false
	op.form.AdditionalProperties = openapi3.AdditionalProperties{Has: &nothing}
	for name, ref := range op.form.Properties {
		field := ref.Value
		switch field.Format {
		case "endpoint", "phone-number":
			field.Pattern = addressee
		case "uri":
			field.Pattern = `^https?://[^\s/?#]+([/?][^\s]*)?$`
		case "date-time":
			field.Pattern = `^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?$`
		}
		if name == "StatusCallbackEvent" && field.Type.Is(openapi3.TypeArray) {
			field.Items.Value.WithEnum("initiated", "ringing", "answered", "completed")
		}
	}
	if id == "CreateMessage" {
		return op.hardenMessage()
	}
	if id != "CreateCall" {
		return nil
	}
	for _, name := range []string{"Timeout", "Url", "Twiml", "ApplicationSid"} {
		if op.form.Properties[name] == nil {
			return fmt.Errorf("the document has no field %s any more", name)
		}
	}
	op.form.Properties["Timeout"].Value.WithMin(1).WithMax(600)
	for _, name := range []string{"Url", "Twiml", "ApplicationSid"} {
		op.form.AnyOf = append(op.form.AnyOf, openapi3.NewObjectSchema().WithRequired([]string{name}).NewRef())
	}
	return nil
}

// hardenMessage asks for a sender, and for something to say.
func (op *operation) hardenMessage() error {
	for _, name := range []string{"From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid"} {
		if op.form.Properties[name] == nil {
			return fmt.Errorf("the document has no field %s any more", name)
		}
	}
	from := op.form.Properties["From"].Value
	from.Pattern = sender
	from.AllOf = append(from.AllOf, openapi3.NewStringSchema().WithPattern(senderLetter).NewRef())
	op.form.Properties["Body"].Value.WithMinLength(1).WithMaxLength(1600)
	oneOf := func(names ...string) *openapi3.SchemaRef {
		choice := openapi3.NewSchema()
		for _, name := range names {
			choice.AnyOf = append(choice.AnyOf, openapi3.NewObjectSchema().WithRequired([]string{name}).NewRef())
		}
		return choice.NewRef()
	}
	op.form.AllOf = append(op.form.AllOf, oneOf("From", "MessagingServiceSid"), oneOf("Body", "MediaUrl", "ContentSid"))
	return nil
}

// Check judges one request: path without host and query, form from the body or, for a GET, from the query.
// The error names every field that is wrong; nil is a request that the provider takes.
func (r *RESTValidator) Check(method, path string, form url.Values) error {
	for _, op := range r.operations {
		if op.method != method || !op.path.MatchString(path) {
			continue
		}
		return errors.Join(op.checkPath(path), op.checkForm(form))
	}
	return fmt.Errorf("the provider's document has no operation %s %s", method, path)
}

// CheckAnswer judges the body of a success. Every field of it has to be in the document.
func (r *RESTValidator) CheckAnswer(method, path string, body []byte) error {
	for _, op := range r.operations {
		if op.method != method || !op.path.MatchString(path) {
			continue
		}
		var answer any
		if err := json.Unmarshal(body, &answer); err != nil {
			return err
		}
		return errors.Join(op.answer.VisitJSON(answer, openapi3.MultiErrors()), unnamed(op.answer, answer, ""))
	}
	return fmt.Errorf("the provider's document has no operation %s %s", method, path)
}

// unnamed are fields of a value that a schema does not name.
func unnamed(schema *openapi3.Schema, value any, at string) error {
	var faults []error
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			faults = append(faults, unnamed(schema.Items.Value, item, at))
		}
	case map[string]any:
		for name, field := range value {
			if ref := schema.Properties[name]; ref != nil {
				faults = append(faults, unnamed(ref.Value, field, at+"/"+name))
			} else if len(schema.Properties) > 0 {
				faults = append(faults, fmt.Errorf("the document has no field %s/%s", at, name))
			}
		}
	}
	return errors.Join(faults...)
}

func (op operation) checkPath(path string) error {
	var faults []error
	found := op.path.FindStringSubmatch(path)
	for i, name := range op.path.SubexpNames() {
		if name == "" {
			continue
		}
		schema := op.params[name]
		if schema == nil {
			faults = append(faults, fmt.Errorf("the document does not describe %s in the path", name))
		} else if err := schema.VisitJSON(found[i]); err != nil {
			faults = append(faults, fmt.Errorf("%s in the path: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

func (op operation) checkForm(form url.Values) error {
	var faults []error
	content := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		value, err := typed(op.form.Properties[name], form[name])
		if err != nil {
			faults = append(faults, fmt.Errorf("field %s: %w", name, err))
			continue
		}
		content[name] = value
	}
	if err := op.form.VisitJSON(content, openapi3.MultiErrors()); err != nil {
		faults = append(faults, err)
	}
	// "If the to parameter is a phone number, From must also be a phone number", says the description of From.
	if op.calls && strings.HasPrefix(form.Get("To"), "+") && form.Has("From") &&
		!strings.HasPrefix(form.Get("From"), "+") {
		faults = append(faults, errors.New("field From: must be a telephone number when To is one"))
	}
	return errors.Join(faults...)
}

// typed reads a form's text as what the schema wants. Only a list may be repeated.
func typed(ref *openapi3.SchemaRef, values []string) (any, error) {
	switch {
	case ref == nil:
		return nil, errors.New("not a field of this operation")
	case ref.Value.Type.Is(openapi3.TypeArray):
		list := make([]any, len(values))
		for i, value := range values {
			list[i] = value
		}
		return list, nil
	case len(values) != 1:
		return nil, fmt.Errorf("given %d times", len(values))
	}
	value := values[0]
	switch {
	case ref.Value.Type.Is(openapi3.TypeInteger):
		n, err := strconv.ParseInt(value, 10, 64)
		return float64(n), err
	case ref.Value.Type.Is(openapi3.TypeBoolean):
		if value != "true" && value != "false" {
			return nil, fmt.Errorf("%q is neither true nor false", value)
		}
		return value == "true", nil
	}
	return value, nil
}

// Handler judges every request on its way to next, which may be nil to answer 501 only. Verdicts, nil included, go to
// report together with the request; its body can still be read.
func (r *RESTValidator) Handler(next http.Handler, report func(*http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err == nil {
			err = r.checkRequest(request, body)
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		report(request, err)
		if next == nil {
			http.Error(w, "no answer", http.StatusNotImplemented)
			return
		}
		next.ServeHTTP(w, request)
	})
}

func (r *RESTValidator) checkRequest(request *http.Request, body []byte) error {
	var faults []error
	if _, _, signedIn := request.BasicAuth(); !signedIn {
		faults = append(faults, errors.New("no account and token (basic authentication)"))
	}
	form := request.URL.Query()
	if request.Method == http.MethodPost {
		if len(form) != 0 {
			faults = append(faults, errors.New("a POST with a query"))
		}
		if request.Header.Get("Content-Type") != formType {
			faults = append(faults, fmt.Errorf("Content-Type %q, want %s", request.Header.Get("Content-Type"),
				formType))
		}
		var err error
		if form, err = url.ParseQuery(string(body)); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(append(faults, r.Check(request.Method, request.URL.Path, form))...)
}
