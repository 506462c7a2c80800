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
	"unicode"
)

// How long after its creation a text message is sent and delivered.
const (
	messageSent      = 2 * time.Second
	messageDelivered = 4 * time.Second
)

// A message is a text message.
type message struct {
	sid, from, service, to, body, status string
	code                                 int // the provider's error code of one that did not arrive
	created, updated                     time.Time
}

// A MessageRecord is a text message as the provider knows it.
type MessageRecord struct {
	SID, From, To, Body string
	// Service is the messaging service that was asked to send it; it has picked From. Empty: none was.
	Service string
	// Status is "accepted" or "queued", then "sent", then "delivered", "undelivered" or "failed".
	Status string
	// Created is virtual time.
	Created time.Time
}

// Messages lists every text message in the order in which they were created.
func (c *Simulator) Messages() []MessageRecord {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]MessageRecord, len(c.messages))
	for i, m := range c.messages {
		out[i] = m.record()
	}
	return out
}

func (m *message) record() MessageRecord {
	return MessageRecord{
		SID: m.sid, From: m.from, Service: m.service, To: m.to, Body: m.body, Status: m.status, Created: m.created,
	}
}

var messageEndpoints = []endpoint{
	{"POST /Messages.json", fields{"To": someText(256).must(21604), "From": someText(256),
		"MessagingServiceSid": serviceSID(),
		"Body":                someText(1600).must(21602), "StatusCallback": webURL()}, (*Simulator).createMessage},
	{"GET /Messages.json", listFields(fields{"To": someText(256), "From": someText(256)}), (*Simulator).listMessages},
	{"GET /Messages/{message}", fields{}, (*Simulator).fetchMessage},
}

// nameOfSender is an alphanumeric sender ID: up to 11 characters, one of which is a letter.
var nameOfSender = regexp.MustCompile(`^[A-Za-z0-9 +&_-]{1,11}$`)

// sender is whom a message comes from. The simulator is locked.
func (c *Simulator) sender(form url.Values) (from string, refusal *restError) {
	from, service := form.Get("From"), form.Get("MessagingServiceSid")
	switch {
	case from == "" && service == "":
		return "", mistake(http.StatusBadRequest, 21603, "A 'From' or 'MessagingServiceSid' is required")
	case from == "":
		own := slices.Sorted(maps.Keys(c.numbers))
		if own = slices.DeleteFunc(own, beyondReach); len(own) == 0 {
			return "", refuse(http.StatusBadRequest, 21703, "The Messaging Service has no sender")
		}
		return own[0], nil
	case c.owns(from):
		return from, nil
	case nameOfSender.MatchString(from) && strings.ContainsFunc(from, unicode.IsLetter):
		return from, nil
	}
	return "", refuse(http.StatusBadRequest, 21606, "'From' %s is not one of the account's numbers", from)
}

func (c *Simulator) createMessage(r request) (reply, *restError) {
	f := r.form
	from, no := c.sender(f)
	if no != nil {
		return reply{}, no
	}
	if !e164.MatchString(f.Get("To")) || f.Get("To") == anonymousCaller {
		return reply{}, refuse(http.StatusBadRequest, 21211, "The 'To' number %s is not a valid phone number",
			f.Get("To"))
	}
	m := &message{sid: c.newSID("SM"), from: from, service: f.Get("MessagingServiceSid"), to: f.Get("To"),
		body:   f.Get("Body"),
		status: statusQueued, created: c.clock.Now(), updated: c.clock.Now()}
	if m.service != "" {
		m.status = "accepted"
	}
	c.messages = append(c.messages, m)
	c.emit(Event{Event: EventMessage, From: m.from, To: m.to, Text: m.body, Detail: m.sid})
	c.after(messageSent, func() { c.messageStatus(m, "sent", 0, f.Get("StatusCallback")) })
	c.after(messageDelivered, func() {
		status, code := "delivered", 0
		if c.opts.Delivery != nil {
			record := m.record()
			c.unlocked(func() { status, code = c.opts.Delivery(record) })
		}
		c.messageStatus(m, status, code, f.Get("StatusCallback"))
	})
	return reply{status: http.StatusCreated, value: c.messageJSON(m)}, nil
}

// messageStatus sends the status callback of one step, with the fields that the provider documents.
func (c *Simulator) messageStatus(m *message, status string, code int, callback string) {
	m.status, m.code, m.updated = status, code, c.clock.Now()
	if callback == "" {
		return
	}
	form := url.Values{"MessageSid": {m.sid}, "SmsSid": {m.sid}, "MessageStatus": {status},
		"SmsStatus": {status}, "AccountSid": {c.opts.AccountSID}, "From": {m.from}, "To": {m.to},
		"ApiVersion": {apiVersion}}
	if m.service != "" {
		form.Set("MessagingServiceSid", m.service)
	}
	if code != 0 {
		form.Set("ErrorCode", strconv.Itoa(code))
	}
	c.notify(nil, KindMessage, methodPost, callback, form)
}

func (c *Simulator) fetchMessage(r request) (reply, *restError) {
	for _, m := range c.messages {
		if m.sid == r.path("message") {
			return reply{value: c.messageJSON(m)}, nil
		}
	}
	return reply{}, refuse(http.StatusNotFound, codeNotFound, "Message %s was not found", r.path("message"))
}

func (c *Simulator) listMessages(r request) (reply, *restError) {
	var items []any
	for _, m := range slices.Backward(c.messages) {
		if (!r.form.Has("To") || r.form.Get("To") == m.to) && (!r.form.Has("From") || r.form.Get("From") == m.from) {
			items = append(items, c.messageJSON(m))
		}
	}
	return page(r, c.accountPath()+"/Messages.json", "messages", items), nil
}

// segmentRunes is about how much fits into one text message.
const segmentRunes = 70

func (c *Simulator) messageJSON(m *message) map[string]any {
	segments := (len([]rune(m.body)) + segmentRunes - 1) / segmentRunes
	return map[string]any{"sid": m.sid, "account_sid": c.opts.AccountSID, "api_version": apiVersion, "from": m.from,
		"to":   m.to,
		"body": m.body, "status": m.status, "direction": directionAPI, "num_segments": strconv.Itoa(segments),
		"num_media":    "0",
		"date_created": rfcDate(m.created), "date_updated": rfcDate(m.updated), "date_sent": nil,
		"error_code":    orNull(m.code),
		"error_message": nil, "messaging_service_sid": orNull(m.service), "price": nil, "price_unit": "USD",
		"uri": c.accountPath() + "/Messages/" + m.sid + ".json"}
}

// orNull is a value as JSON has it, null for its zero.
func orNull[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}
