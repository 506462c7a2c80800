package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What the account has: its numbers, the countries that it may call, its messaging services. They can be read.

// A Permission is whether calls to a country are allowed, and its calling codes, such as "+62".
type Permission struct {
	Allowed bool
	Codes   []string
}

var accountEndpoints = []endpoint{
	{"GET /IncomingPhoneNumbers.json", listFields(fields{"PhoneNumber": someText(30), "FriendlyName": someText(64),
		"Beta": boolean(), "Origin": oneOf("twilio", "hosted")}), (*Simulator).listNumbers},
	{"GET /v1/DialingPermissions/Countries/{country}", fields{}, (*Simulator).fetchPermission},
	{"GET /v1/Services/{service}", fields{}, (*Simulator).fetchService},
}

// listNumbers finds parts of numbers, too, as the provider does.
func (c *Simulator) listNumbers(r request) (reply, *restError) {
	var items []any
	for _, e164 := range slices.Sorted(maps.Keys(c.numbers)) {
		if strings.Contains(e164, r.form.Get("PhoneNumber")) {
			items = append(items, c.numberJSON(e164, c.numbers[e164]))
		}
	}
	return page(r, c.accountPath()+"/IncomingPhoneNumbers.json", "incoming_phone_numbers", items), nil
}

func (c *Simulator) numberJSON(e164 string, n Number) map[string]any {
	sid := "PN" + strings.Repeat("0", 32-len(e164[1:])) + e164[1:]
	return map[string]any{
		"sid": sid, "account_sid": c.opts.AccountSID, "phone_number": e164, "friendly_name": e164,
		"api_version": apiVersion, "origin": "twilio", "beta": false, "status": "in-use",
		"capabilities": map[string]any{"voice": true, "sms": !n.NoSMS, "mms": false, "fax": false},
		"voice_url":    n.VoiceURL, "voice_method": http.MethodPost,
		"voice_fallback_url": n.FallbackURL, "voice_fallback_method": http.MethodPost,
		"status_callback": n.StatusCallback, "status_callback_method": http.MethodPost,
		"voice_application_sid": nil, "trunk_sid": nil, "voice_caller_id_lookup": false,
		"date_created": rfcDate(c.opts.Start), "date_updated": rfcDate(c.opts.Start),
		"uri": c.accountPath() + "/IncomingPhoneNumbers/" + sid + ".json",
	}
}

func (c *Simulator) fetchPermission(r request) (reply, *restError) {
	iso := r.path("country")
	p, known := c.opts.Permissions[iso]
	if !known {
		return reply{}, refuse(http.StatusNotFound, codeNotFound, "Country %s was not found", iso)
	}
	url := "https://voice.twilio.com/v1/DialingPermissions/Countries/" + iso
	return reply{value: map[string]any{
		"iso_code": iso, "name": iso, "continent": nil, "country_codes": p.Codes, "low_risk_numbers_enabled": p.Allowed,
		"high_risk_special_numbers_enabled": false, "high_risk_tollfraud_numbers_enabled": false, "url": url,
		"links": map[string]any{"highrisk_special_prefixes": url + "/HighRiskSpecialPrefixes"},
	}}, nil
}

func (c *Simulator) fetchService(r request) (reply, *restError) {
	sid := r.path("service")
	name, known := c.opts.Services[sid]
	if !known {
		return reply{}, refuse(http.StatusNotFound, codeNotFound, "Service %s was not found", sid)
	}
	at := c.opts.Start.UTC().Format(time.RFC3339)
	return reply{value: map[string]any{
		"sid": sid, "account_sid": c.opts.AccountSID, "friendly_name": name, "date_created": at, "date_updated": at,
		"usecase": "notifications", "validity_period": 36000,
		"url": fmt.Sprintf("https://messaging.twilio.com/v1/Services/%s", sid),
	}}, nil
}
