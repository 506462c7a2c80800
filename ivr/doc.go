// Package ivr decides what happens in a call: a state, an event and the hour go in; sentences and one next action come
// out. It does no input or output, keeps nothing between two events and never reads a clock, so that a call can be
// played in a test in microseconds, and any instance of the server can go on with any call. Package twilio is what
// stands between it and the provider.
//
// # The words
//
// A [Line] is one configured hotline: languages, menu, desks, opening hours and prompts. Callers choose a topic; a desk
// serves it, whose targets (telephones) ring in turn. A call is a [State] at one step of the table in steps.go. A step
// asks: it has sentences spoken and names one [Action], such as [Gather] (wait for keys) or [Connect] (ring a
// telephone). What then happens is an [Event]. An [Effect] is something that must be done, most often written, before
// anything more is said: the flow returns [Perform], and the answer comes back as an event.
//
//	greeting, language ─► topic ─► self-help ─► account, questions ─► confirm ─► desk: its targets ring in turn
//	                        │ ▲                                          │          │            │
//	    a callback is open: │ │ *                            2, closed ──┤          │ nobody     │ an agent presses 1
//	    keep, move, cancel ◄┘ │                                          ▼          ▼            ▼
//	                          └────────────────────────────────  callback offered, or message   talk
//	                                                                     │
//	                                     number ─► booked, reference ─► spoken note ─► goodbye
//
// The telephones that we ring are steps of the same table (step_legs.go): an agent hears what a call is about and
// presses 1; in a callback an agent or the customer is rung first, and nobody is connected who has not pressed 1.
//
// # A key press
//
// [Advance] finds the step by its name in the state. keys.go answers the keys that mean the same in every menu; the
// others are the step's own keys. No-input and invalid-key attempts have separate limits. After either limit the caller
// is connected to an agent or offered a callback. The answer leads to a step, which asks; a step that wants something
// written returns an effect; and so on, until something is left for the provider to do.
//
// Whatever happens, a caller hears something and the call comes to an end: tests walk every reachable state.
package ivr
