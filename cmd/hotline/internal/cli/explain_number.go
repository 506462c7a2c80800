package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// Whether a customer may be called and texted on a number, and which rule says so.

// writeNumber explains a number as a caller keys it in, or as the provider sends it.
func (e explanation) writeNumber(out io.Writer, given string) error {
	var rows terminal.Table
	fmt.Fprintf(out, "%s, asked about %s:\n\n", e.line.ID, given)
	numbers := []string{e.line.CallerNumber(given)}
	switch {
	case twilio.Withheld(given):
		numbers = nil
		e.refused(&rows, &callbacks.Refusal{Reason: callbacks.Invalid, Detail: "the caller withholds the number"})
	case strings.Trim(given, "0123456789") == "":
		read, err := e.line.Callbacks.Readings(given, e.line.Region)
		if err != nil {
			numbers = nil
			e.refused(&rows, err)
		} else {
			numbers = read
		}
	case numbers[0] == "" && strings.HasPrefix(given, "+"):
		numbers = nil
		e.refused(&rows, e.line.Callbacks.Refusal(given))
	case numbers[0] == "":
		numbers = nil
		rows.Add("number", "none: only + and country code, or keyed digits, are one; the caller counts as anonymous",
			"")
		if strings.HasPrefix(strings.ToLower(given), "sip") {
			rows.Add("", "the user of a SIP address counts where sip_caller_id is set and it is +E.164",
				e.source("sip_caller_id"))
		}
	}
	for _, number := range numbers {
		e.oneNumber(&rows, number)
	}
	if len(numbers) > 1 {
		rows.Add("keyed in", "the digits can mean any of these, so the caller is asked which", "")
	}
	return rows.Write(out, "  ")
}

// refused is a row about digits that no reading of may be called.
func (e explanation) refused(rows *terminal.Table, err error) {
	rows.Add("number", "none that may be called", "")
	var refusal *callbacks.Refusal
	if errors.As(err, &refusal) {
		rows.Add("called", fmt.Sprintf("no: %s, %s", refusal.Reason, refusal.Detail), e.refusalSource(refusal))
	}
}

// oneNumber is what is decided about a number, E.164.
func (e explanation) oneNumber(rows *terminal.Table, number string) {
	country := "no country"
	if region := callbacks.Country(number); region != "" {
		country = fmt.Sprintf("%s (%s)", spoken.Country("en", region), region)
	}
	rows.Add("number", number+", "+country, "")
	if refusal := e.line.Callbacks.Refusal(number); refusal != nil {
		rows.Add("called", fmt.Sprintf("no: %s, %s", refusal.Reason, refusal.Detail), e.refusalSource(refusal))
		rows.Add("texted", "no: who is not called is not texted", "")
		return
	}
	by, source := e.byWhichRoute(number)
	rows.Add("called", "yes, "+by, source)
	rows.Add("", e.whichCountries(), e.source("callbacks.countries"))
	limits := e.line.Callbacks.MoveLimits()
	rows.Add("", fmt.Sprintf("at the wish of callers from other numbers %d an hour and %d a day, and not for a day "+
		"after key 2",
		limits.NumberHour, limits.NumberDay), e.source("callbacks.limits"))
	switch {
	case !e.line.SMS:
		rows.Add("texted", "no: the line sends no text messages", e.source("text_messages"))
	case !e.line.TakesSMS(number):
		rows.Add("texted", "no: it is no mobile number", e.source("text_messages"))
	default:
		rows.Add("texted", "yes, to the calling number, or once its customer was reached", e.source("text_messages"))
	}
}

func (e explanation) whichCountries() string {
	if e.line.Callbacks.Countries == nil {
		return "numbers of any country are called"
	}
	return "numbers of these countries are called: " + strings.Join(e.line.Callbacks.Countries, ", ")
}

// refusalSource is where the rule is written that refuses a number; empty where the program decides.
func (e explanation) refusalSource(r *callbacks.Refusal) string {
	switch r.Reason {
	case callbacks.OtherCountry:
		return e.source("callbacks.countries")
	case callbacks.BlockedPrefix:
		return e.source("callbacks.blocked." + r.Prefix)
	case callbacks.Unreachable:
		return e.source("callbacks.unreachable." + r.Prefix)
	case callbacks.NeverCalled:
		return e.snapshot.NumberSource(r.Number)
	}
	return ""
}

// byWhichRoute is how a number is dialled, and where that is written.
func (e explanation) byWhichRoute(number string) (by, source string) {
	route := e.line.Callbacks.Route(number)
	if route.Byoc == "" {
		return "by the provider itself", ""
	}
	return "by trunk " + route.Byoc, e.source("routes." + route.Prefix)
}
