package simulator

import "time"

// Faults makes things go wrong on purpose. Each function is asked about every request and should answer by what
// it is given alone, so that a run can be repeated. Nil is no faults. They are called without the simulator's lock.
type Faults struct {
	// Webhook is asked before each delivery, retries included (see Webhook.Attempt).
	Webhook func(Webhook) WebhookFault
	// REST is asked about each well-formed, authorised REST request before it is carried out.
	REST func(Request) RESTFault
}

// A WebhookFault says what goes wrong with one delivery of a webhook. The zero value is nothing.
type WebhookFault struct {
	// Lose fails as if no connection could be made: the product never sees it.
	Lose bool
	// LoseAnswer delivers it, and loses the answer.
	LoseAnswer bool
	// Repeat delivers it that many times more, with the same idempotency token; only the first answer counts.
	Repeat int
	// Delay lets virtual time pass before it is sent. Status callbacks thereby overtake each other.
	Delay time.Duration
	// Tamper first sends a forgery: one field is changed after signing. Its answer is thrown away,
	// but an answer below 400 is a violation.
	Tamper bool
}

// A RESTFault says what goes wrong with one REST request. The zero value is nothing.
type RESTFault struct {
	// Status answers with this status and does nothing. Code is the provider's error code in the usual form,
	// unless Body gives another body (for example a proxy's page).
	Status int
	Code   int
	Body   string
	// LoseAnswer does what was asked, then answers 504 with a page that is not JSON, or closes the connection
	// when Drop is set as well. Drop alone closes the connection and does nothing.
	LoseAnswer bool
	Drop       bool
	// Slow lets so much virtual time pass before the answer is sent; what was asked is done at once.
	Slow time.Duration
	// Delay makes a call that is placed wait so much longer in the provider's queue.
	Delay time.Duration
}
