package simulator

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DefaultBlocked are premium-rate prefixes of the countries this project serves, and a few others.
var DefaultBlocked = []string{"+1900", "+4490", "+4491", "+4498", "+62809", "+81990"}

const (
	// pace is the time between two calls placed by REST for one account, unless it has agreed on another.
	pace = time.Second
	// defaultRing is how long a call placed by REST rings, in seconds.
	defaultRing = 60
	// detection is how long it takes to tell a person from a machine.
	detection = 4 * time.Second
	// anonymousCaller is what the provider gives as the number of a caller who withholds it.
	anonymousCaller = "+266696687"
)

var callEndpoints = []endpoint{
	{"POST /Calls.json", fields{
		"To": someText(256).must(21201), "From": someText(256).must(21213),
		"Url": webURL(), "Method": verb(), "Twiml": someText(4000),
		"FallbackUrl": webURL(), "FallbackMethod": verb(),
		"StatusCallback": webURL(), "StatusCallbackMethod": verb(),
		"StatusCallbackEvent": oneOf(progressInitiated, progressRinging, progressAnswered, progressCompleted).many(),
		"Timeout":             integer(1, 600), "TimeLimit": integer(1, 86400),
		"MachineDetection": oneOf("Enable", "DetectMessageEnd"), "MachineDetectionTimeout": integer(3, 59),
		"Byoc": someText(34), "CallerId": someText(64), "CallReason": someText(50), "Record": boolean(),
	}, (*Simulator).createCall},
	{"GET /Calls.json", listFields(fields{
		"To": someText(256), "From": someText(256), "ParentCallSid": someText(34),
		"Status": oneOf(statusQueued, statusInitiated, statusRinging, statusInProgress, statusCompleted, statusBusy,
			statusNoAnswer, statusFailed, statusCanceled),
		"StartTime": date(), "StartTime<": date(), "StartTime>": date(),
	}), (*Simulator).listCalls},
	{"GET /Calls/{sid}", fields{}, (*Simulator).fetchCall},
	{"POST /Calls/{sid}", fields{
		"Status": oneOf(statusCanceled, statusCompleted), "Url": webURL(), "Method": verb(), "Twiml": someText(4000),
		"FallbackUrl": webURL(), "FallbackMethod": verb(),
		"StatusCallback": webURL(), "StatusCallbackMethod": verb(), "TimeLimit": integer(1, 86400),
	}, (*Simulator).updateCall},
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// refusal is why the provider does not call an address, nil if it does. The simulator is locked.
func (c *Simulator) refusal(to, byoc string) *restError {
	switch {
	case strings.HasPrefix(to, "client:") || strings.HasPrefix(to, "sip:"):
		return nil
	case !e164.MatchString(to) || to == anonymousCaller:
		return refuse(http.StatusBadRequest, 21211, "The 'To' number %s is not a valid phone number", to)
	case slices.ContainsFunc(c.opts.Blocked, func(p string) bool { return strings.HasPrefix(to, p) }):
		return refuse(http.StatusBadRequest, 21211, "The 'To' number %s is not a number that can be called", to)
	case strings.HasPrefix(to, "+86") && byoc == "":
		return refuse(http.StatusBadRequest, 21215, "Account not authorized to call %s", to)
	}
	return nil
}

// beyondReach are the numbers of mainland China: the provider has none. They come in, and go out, by somebody's own
// trunk.
func beyondReach(number string) bool { return strings.HasPrefix(number, "+86") }

// owns reports whether a number is one of the account's. The simulator is locked.
func (c *Simulator) owns(number string) bool {
	_, known := c.numbers[number]
	return known && !beyondReach(number)
}

// byTrunk reports whether a call goes out by somebody's own trunk, from a number of theirs. The simulator is locked.
func (c *Simulator) byTrunk(f url.Values) bool {
	_, known := c.numbers[f.Get("From")]
	return known && f.Get("Byoc") != "" && strings.HasPrefix(f.Get("To"), "+")
}

func (c *Simulator) createCall(r request) (reply, *restError) {
	f := r.form
	if f.Has("Url") == f.Has("Twiml") {
		return reply{}, mistake(http.StatusBadRequest, 21205, "Either 'Url' or 'Twiml' must be given")
	}
	if from := f.Get("From"); !c.owns(from) && !c.byTrunk(f) && !strings.HasPrefix(from, "client:") {
		return reply{}, mistake(http.StatusBadRequest, 21210, "'From' %s is not one of the account's numbers",
			f.Get("From"))
	}
	if no := c.refusal(f.Get("To"), f.Get("Byoc")); no != nil {
		return reply{}, no
	}
	l := c.newLeg(f.Get("From"), f.Get("To"), directionAPI, Party{})
	l.meets(c.partyAt(l))
	l.fallbackURL, l.fallbackMethod = f.Get("FallbackUrl"), orPost(f.Get("FallbackMethod"))
	l.hooks = newHook(f.Get("StatusCallback"), orPost(f.Get("StatusCallbackMethod")), f["StatusCallbackEvent"])
	l.emit(Event{Event: EventPlaceCall})

	start := l.now()
	if c.nextDial.After(start) {
		start = c.nextDial
	}
	c.nextDial = start.Add(c.opts.CallPace)
	src := source{kind: KindVoice, url: f.Get("Url"), method: orPost(f.Get("Method")), twiml: f.Get("Twiml")}
	limit := wholeSeconds(f.Get("Timeout"), defaultRing) + ringBuffer
	l.proc = c.spawn(func(p *process) {
		l.proc = p
		l.placed(start.Add(r.delay), limit, src, f)
	})
	return reply{status: http.StatusCreated, value: c.callJSON(l)}, nil
}

// placed is the life of a call that was placed by REST.
func (l *leg) placed(start time.Time, limit time.Duration, src source, form url.Values) {
	if !l.wait(start, nil) {
		return
	}
	l.sent = l.now()
	l.setStatus(statusInitiated)
	l.progress(progressInitiated)
	if !l.ringFor(limit) {
		return
	}
	l.answer()
	if seconds := form.Get("TimeLimit"); seconds != "" {
		l.hangUpAfter(wholeSeconds(seconds, 0))
	}
	if form.Get("MachineDetection") != "" {
		l.pass(detection)
		l.answeredBy = "human"
		if l.party.Answer == Voicemail {
			l.answeredBy = "machine_start"
		}
	}
	l.serve(src)
}

func (c *Simulator) legOf(r request) (*leg, *restError) {
	if l, ok := c.bySID[r.path("sid")]; ok {
		return l, nil
	}
	return nil, refuse(http.StatusNotFound, codeNotFound, "The requested resource %s was not found", r.path("sid"))
}

func (c *Simulator) fetchCall(r request) (reply, *restError) {
	l, no := c.legOf(r)
	if no != nil {
		return reply{}, no
	}
	return reply{value: c.callJSON(l)}, nil
}

func (c *Simulator) updateCall(r request) (reply, *restError) {
	l, no := c.legOf(r)
	if no != nil {
		return reply{}, no
	}
	f := r.form
	elsewhere := f.Has("Url") || f.Has("Twiml")
	switch {
	case f.Has("Url") && f.Has("Twiml"), elsewhere && f.Has("Status"):
		return reply{}, mistake(http.StatusBadRequest, codeParameter,
			"Only one of 'Url', 'Twiml' and 'Status' can be given")
	case l.over(), elsewhere && l.status != statusInProgress:
		return reply{}, refuse(http.StatusBadRequest, 21220, "Call %s is %s: it cannot be changed", l.sid, l.status)
	case f.Get("Status") == statusCompleted, f.Get("Status") == statusCanceled && l.answered.IsZero():
		l.hangUp()
	case elsewhere:
		l.diverted = &source{kind: KindRedirect, url: f.Get("Url"), method: orPost(f.Get("Method")),
			twiml: f.Get("Twiml")}
		l.emit(Event{Event: EventRedirect, URL: f.Get("Url"), Detail: "by REST"})
		l.proc.wake()
	}
	return reply{value: c.callJSON(l)}, nil
}

func (c *Simulator) listCalls(r request) (reply, *restError) {
	var items []any
	for _, l := range slices.Backward(c.legs) { // the newest first
		if l.matches(r.form) {
			items = append(items, c.callJSON(l))
		}
	}
	return page(r, c.accountPath()+"/Calls.json", "calls", items), nil
}

// matches applies the filters of a list of calls. A call that has not been sent yet goes by when it was created.
func (l *leg) matches(f url.Values) bool {
	for name, value := range map[string]string{"To": l.to, "From": l.from, "Status": l.status} {
		if f.Has(name) && f.Get(name) != value {
			return false
		}
	}
	if parent := f.Get("ParentCallSid"); parent != "" && (l.parent == nil || l.parent.sid != parent) {
		return false
	}
	day := l.startTime().Truncate(24 * time.Hour)
	for name, holds := range map[string]func(time.Time) bool{
		"StartTime":  day.Equal,
		"StartTime<": func(t time.Time) bool { return !day.After(t) },
		"StartTime>": func(t time.Time) bool { return !day.Before(t) },
	} {
		if wanted, err := parseDay(f.Get(name)); err == nil && !holds(wanted) {
			return false
		}
	}
	return true
}

func (l *leg) startTime() time.Time {
	if l.sent.IsZero() {
		return l.created
	}
	return l.sent
}

func (c *Simulator) callJSON(l *leg) map[string]any {
	uri := c.accountPath() + "/Calls/" + l.sid
	j := map[string]any{
		"sid": l.sid, "account_sid": c.opts.AccountSID, "parent_call_sid": nil, "api_version": apiVersion,
		"to": l.to, "to_formatted": l.to, "from": l.from, "from_formatted": l.from, "direction": l.direction,
		"status": l.status, "date_created": rfcDate(l.created), "date_updated": rfcDate(l.now()),
		"start_time": rfcDate(l.sent), "end_time": rfcDate(l.ended), "duration": nil, "answered_by": nil,
		"price": nil, "price_unit": "USD", "queue_time": "0", "uri": uri + ".json",
		"phone_number_sid": nil, "forwarded_from": nil, "group_sid": nil, "caller_name": nil, "trunk_sid": nil,
		"subresource_uris": map[string]string{"recordings": uri + "/Recordings.json"},
	}
	if l.parent != nil {
		j["parent_call_sid"] = l.parent.sid
	}
	if l.answeredBy != "" {
		j["answered_by"] = l.answeredBy
	}
	if l.status == statusCompleted {
		j["duration"] = strconv.Itoa(int(l.duration().Round(time.Second) / time.Second))
	}
	return j
}

func orPost(method string) string {
	if method == "" {
		return methodPost
	}
	return method
}
