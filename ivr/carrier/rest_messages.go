package carrier

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// How long after its creation a text message is sent and delivered.
const (
	messageSent      = 2 * time.Second
	messageDelivered = 4 * time.Second
)

// A message is a text message.
type message struct {
	sid, from, to, body, status string
	created, updated            time.Time
}

// A MessageRecord is a text message as the provider knows it.
type MessageRecord struct {
	SID, From, To, Body string
	// Status is "queued", "sent" or "delivered".
	Status string
	// Created is virtual time.
	Created time.Time
}

// Messages lists every text message in the order in which they were created.
func (c *Carrier) Messages() []MessageRecord {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]MessageRecord, len(c.messages))
	for i, m := range c.messages {
		out[i] = MessageRecord{SID: m.sid, From: m.from, To: m.to, Body: m.body, Status: m.status, Created: m.created}
	}
	return out
}

var messageEndpoints = []endpoint{
	{"POST /Messages.json", fields{"To": someText(256).must(21604), "From": someText(256).must(21603), "Body": someText(1600).must(21602),
		"StatusCallback": webURL()}, (*Carrier).createMessage},
	{"GET /Messages.json", listFields(fields{"To": someText(256), "From": someText(256)}), (*Carrier).listMessages},
	{"GET /Messages/{message}", fields{}, (*Carrier).fetchMessage},
}

func (c *Carrier) createMessage(r request) (reply, *restError) {
	f := r.form
	if _, own := c.numbers[f.Get("From")]; !own {
		return reply{}, refuse(http.StatusBadRequest, 21606, "'From' %s is not one of the account's numbers", f.Get("From"))
	}
	if !e164.MatchString(f.Get("To")) || f.Get("To") == anonymousCaller {
		return reply{}, refuse(http.StatusBadRequest, 21211, "The 'To' number %s is not a valid phone number", f.Get("To"))
	}
	m := &message{sid: c.newSID("SM"), from: f.Get("From"), to: f.Get("To"), body: f.Get("Body"), status: statusQueued,
		created: c.clock.Now(), updated: c.clock.Now()}
	c.messages = append(c.messages, m)
	c.emit(Event{Event: EventMessage, From: m.from, To: m.to, Text: m.body, Detail: m.sid})
	c.after(messageSent, func() { c.messageStatus(m, "sent", f.Get("StatusCallback")) })
	c.after(messageDelivered, func() { c.messageStatus(m, "delivered", f.Get("StatusCallback")) })
	return reply{status: http.StatusCreated, value: c.messageJSON(m)}, nil
}

func (c *Carrier) messageStatus(m *message, status, callback string) {
	m.status, m.updated = status, c.clock.Now()
	if callback == "" {
		return
	}
	c.notify(nil, KindMessage, methodPost, callback, url.Values{"MessageSid": {m.sid}, "SmsSid": {m.sid}, "MessageStatus": {status},
		"SmsStatus": {status}, "AccountSid": {c.opts.AccountSID}, "From": {m.from}, "To": {m.to}, "ApiVersion": {apiVersion}})
}

func (c *Carrier) fetchMessage(r request) (reply, *restError) {
	for _, m := range c.messages {
		if m.sid == r.path("message") {
			return reply{value: c.messageJSON(m)}, nil
		}
	}
	return reply{}, refuse(http.StatusNotFound, codeNotFound, "Message %s was not found", r.path("message"))
}

func (c *Carrier) listMessages(r request) (reply, *restError) {
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

func (c *Carrier) messageJSON(m *message) map[string]any {
	segments := (len([]rune(m.body)) + segmentRunes - 1) / segmentRunes
	return map[string]any{"sid": m.sid, "account_sid": c.opts.AccountSID, "api_version": apiVersion, "from": m.from, "to": m.to,
		"body": m.body, "status": m.status, "direction": directionAPI, "num_segments": strconv.Itoa(segments), "num_media": "0",
		"date_created": rfcDate(m.created), "date_updated": rfcDate(m.updated), "date_sent": nil, "error_code": nil,
		"error_message": nil, "messaging_service_sid": nil, "price": nil, "price_unit": "USD",
		"uri": c.accountPath() + "/Messages/" + m.sid + ".json"}
}
