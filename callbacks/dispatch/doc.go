// Package dispatch decides which callback is dialled next and by whom, and what came of it.
//
// A [Dispatcher] ticks when something is due or the signal is raised:
//
//	Tick ─ look up calls without news                     lookup.go
//	     ─ mark what is due, end what has expired         due.go
//	     ─ who is rung next: which callback, whose phone  who_is_next.go
//	     ─ claim it, write the attempt, ask the provider  dispatcher.go
//
// The provider's webhooks then tell of the two legs (legs.go): [Dispatcher.Answered], [Dispatcher.AgentTook],
// [Dispatcher.CustomerTook], [Dispatcher.CustomerEnded] or [Dispatcher.AgentEnded], and [Dispatcher.LegStatus]. Each
// answers with a [callbacks.Verdict]. What is decided about a callback is in decision.go, as functions without a store:
// dialled now, tried again later, or given up. outcome.go has what an attempt adds to it, notification.go who is told.
// [Predict] uses the same functions to say what will come of a callback.
//
// Where the agent is rung first, the customer's telephone rings behind theirs; [callbacks.Plan.CustomerFirst] swaps the
// two. The attempt is durable before the provider is asked, and a 1 is durable before anything is said.
package dispatch
