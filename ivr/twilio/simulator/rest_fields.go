package simulator

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A field is one that an endpoint takes.
type field struct {
	required bool
	list     bool // may be repeated
	code     int  // the provider's error code when it is missing or wrong; 0 is the general one
	// wrong says what the value should have been; "" when it is right.
	wrong func(string) string
}

// fields of an endpoint. Anything else is refused: the provider ignores what it does not know, and a misspelt name
// then goes unnoticed until it matters.
type fields map[string]field

const (
	codeParameter = 20001 // a general complaint about a parameter
	codeNotFound  = 20404
)

// check holds a form against them; nil fields take anything.
func (fs fields) check(form url.Values) *restError {
	if fs == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		f, known := fs[name]
		if !known {
			return mistake(http.StatusBadRequest, codeParameter, "Unknown parameter %q", name)
		}
		if len(form[name]) > 1 && !f.list {
			return mistake(http.StatusBadRequest, f.errorCode(), "Parameter %q is given %d times", name,
				len(form[name]))
		}
		for _, value := range form[name] {
			if want := f.wrong(value); want != "" {
				return mistake(http.StatusBadRequest, f.errorCode(), "Parameter %q is %q, must be %s", name, value,
					want)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fs)) {
		if fs[name].required && !form.Has(name) {
			return mistake(http.StatusBadRequest, fs[name].errorCode(), "Parameter %q is missing", name)
		}
	}
	return nil
}

func (f field) errorCode() int {
	if f.code != 0 {
		return f.code
	}
	return codeParameter
}

func (f field) must(code int) field { f.required, f.code = true, code; return f }
func (f field) many() field         { f.list = true; return f }

func anyText() field { return field{wrong: func(string) string { return "" }} }

func someText(limit int) field {
	return field{wrong: func(v string) string {
		if v == "" || len([]rune(v)) > limit {
			return "1 to " + strconv.Itoa(limit) + " characters"
		}
		return ""
	}}
}

func integer(least, most int) field {
	return field{wrong: func(v string) string {
		if n, err := strconv.Atoi(v); err != nil || n < least || n > most {
			return "an integer from " + strconv.Itoa(least) + " to " + strconv.Itoa(most)
		}
		return ""
	}}
}

func oneOf(values ...string) field {
	return field{wrong: func(v string) string {
		if !slices.Contains(values, v) {
			return "one of " + strings.Join(values, ", ")
		}
		return ""
	}}
}

func boolean() field { return oneOf("true", "false") }
func verb() field    { return oneOf(http.MethodGet, http.MethodPost) }

func webURL() field {
	return field{wrong: func(v string) string {
		u, err := url.Parse(v)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return "an absolute http or https URL"
		}
		return ""
	}}
}

var messagingService = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)

func serviceSID() field {
	return field{code: 21705, wrong: func(v string) string {
		if !messagingService.MatchString(v) {
			return "the SID of a messaging service"
		}
		return ""
	}}
}

func date() field {
	return field{wrong: func(v string) string {
		if _, err := parseDay(v); err != nil {
			return "a date"
		}
		return ""
	}}
}

// parseDay reads a date, of which the provider's filters use the day alone, in UTC.
func parseDay(v string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t.UTC().Truncate(24 * time.Hour), nil
	}
	return time.Parse(time.DateOnly, v)
}

// listFields are those of every list.
func listFields(more fields) fields {
	out := fields{"PageSize": integer(1, 1000), "Page": integer(0, 1_000_000), "PageToken": anyText()}
	maps.Copy(out, more)
	return out
}

// page cuts one page out of a list and adds what the provider says about pages.
func page(r request, uri, name string, items []any) reply {
	size, number := 50, 0
	if n, err := strconv.Atoi(r.form.Get("PageSize")); err == nil {
		size = n
	}
	if n, err := strconv.Atoi(r.form.Get("Page")); err == nil {
		number = n
	}
	if items == nil {
		items = []any{} // an empty list, not null
	}
	start := min(number*size, len(items))
	end := min(start+size, len(items))
	at := func(n int) string {
		form := maps.Clone(r.form)
		form.Set("PageSize", strconv.Itoa(size))
		form.Set("Page", strconv.Itoa(n))
		return uri + "?" + form.Encode()
	}
	body := map[string]any{name: items[start:end], "uri": at(number), "first_page_uri": at(0), "page": number,
		"page_size": size, "start": start, "end": max(end-1, 0), "next_page_uri": nil, "previous_page_uri": nil}
	if end < len(items) {
		body["next_page_uri"] = at(number + 1)
	}
	if number > 0 {
		body["previous_page_uri"] = at(number - 1)
	}
	return reply{value: body}
}

// rfcDate is how this API writes dates; nil for the zero time.
func rfcDate(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.RFC1123Z)
}
