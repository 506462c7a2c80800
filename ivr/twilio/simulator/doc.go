// Package simulator simulates the provider: an IVR can be called, and can call, without a telephone, an account
// or a network, and a day of calls takes seconds.
//
// It knows nothing of the product it is connected to, so that it can validate it. Over real HTTP it does what the
// provider does: it makes inbound calls, signs webhooks, plays the TwiML that comes back verb by verb, and answers the
// part of the provider's REST API that the official client is used for. It is stricter than the provider: what the
// provider would ignore, guess or only warn of is a violation, and a test that ends with Violations has failed.
//
//	c := simulator.New(simulator.Options{AccountSID: sid, AuthToken: token})
//	defer c.Close()
//	c.Number("+622150001000", simulator.Number{VoiceURL: product.URL + "/voice"})
//	c.Subscribe("+622150002001", simulator.Party{Name: "agent", After: 4 * time.Second, Keys: simulator.Script("1")})
//	c.Ring("+6281234567890", "+622150001000", simulator.Party{Keys: simulator.Script("1", "2")})
//	err := c.Run(ctx, c.Now().Add(time.Hour))
//
// # Time
//
// The simulator owns the clock: Simulator.Now is to be handed to the product. Virtual time stands still while a
// webhook, a REST request or a Worker is at work, and then jumps to whatever is due next. Speech takes as long as its
// characters do, telephones ring as long as their Party lets them. The same script therefore gives the same events, to
// the millisecond, however slow the computer is. RunPaced lets virtual time go with real time instead, for people.
//
// # How it works
//
// Everything that happens is an entry in one agenda, ordered by time and then by who asked first (scheduler.go). A leg
// of a call, and each status callback, is a process: a coroutine that sleeps in the agenda and runs when nobody else
// does. The running process holds the simulator's lock and gives it up only for a webhook, a Party's Keys, a fault's
// predicate or an observer; REST requests that arrive meanwhile change the state under the same lock and take effect at
// the present instant. A change of what a process waits for wakes it, and it looks again.
//
// A leg plays documents (perform.go): each verb ends by going on, by leading to another document, or by quitting. Three
// things interrupt it wherever it is: the leg is over, REST sent it to another document, or it was taken out of its
// queue.
//
// # What is not simulated
//
// Speech recognition, conferences, media streams, payments, SIP refer, transcription and the recording of a Dial. Their
// attributes are accepted where the schema has them; their verbs are violations.
package simulator
