// Package twilio is the provider's edge of the call: what package ivr decides, put into the provider's terms.
//
// A [Server] answers the provider's webhooks. It checks the signature over the raw body, opens the sealed state of the
// call, lets the flow of package ivr decide, performs the durable writes, and writes the answer as a TwiML document.
// It keeps nothing of a call, so any instance answers any webhook. A [Client] is the provider's REST API: it places
// calls, sends text messages, and fetches and deletes recordings.
//
// Package simulator stands in for the provider in tests, call tests and the demo; package conformance checks what we
// send against the provider's own documents.
package twilio
