// Package callbacks holds our commitments to ring customers back: who may be called, when and how often.
//
// # Words
//
//   - A [Callback] is the commitment to ring one customer. Its reference, seven digits, identifies it to people.
//   - A [Policy] is a line's rules: which numbers may be called, which times are offered, how often we try.
//   - A [Plan] is how the callbacks of one desk are kept: policy, opening hours, and the [Target] telephones.
//   - An [Attempt] is one try to keep a callback. It begins with a claim, which raises the callback's fence: a worker
//     that comes late with an older fence is refused.
//   - A leg is one telephone connection of an attempt: the agent's or the customer's.
//   - A pass goes once through the targets of the desk. A desk attempt is a pass in which a target really rang.
//   - Calling hours are when customers may be rung, on the clock where their number is.
//   - A [Message] is a recording left for the desk, a [CallRecord] notes a call that reached it.
//
// # Parts
//
// A [Service] books, moves and cancels. Package dispatch keeps what is due: it places calls and processes their
// status reports. An [SMSWorker] sends what was written together with a change. A [Housekeeper] reports, erases
// personal data after [Policy.Retention], and has calls without news looked up. A [Signal] wakes them. Each declares
// the methods that it needs of a store; packages sqlite and postgres have stores with all of them. Nothing here reads
// the wall clock: it is handed in.
//
// # Life cycle
//
// One table says which state may follow which, see [State.To]; every store refuses anything else ([CheckRecord]).
//
//	           Book
//	            │
//	            ▼   claimed: an attempt is written, then the provider is asked
//	      ┌──▶ booked ─────────────▶ dialling
//	      │                            │  the first party presses 1
//	      │                            ▼
//	      │               agent-reached / customer-reached
//	      │                            │  the other one presses 1: connected
//	      │                            ▼
//	      │               customer-reached / agent-reached ───▶ done
//	      │                            │
//	      └── next target, next pass, desk closed, other one not reached
//
//	booked, dialling … ─▶ task         not kept by the desk, or urgent and out of tries: open, but rings nobody
//	                   ─▶ cancelled    by the caller, the desk, or a customer who did not ask for it
//	                   ─▶ expired      not urgent, and its customer was rung as often as may be
//	                   ─▶ undialable   the number may not be called
//
// # Guarantees
//
//   - One open callback for a line and number, and for a line and account.
//   - Callbacks are kept in one order ([Callback.Before]): urgent ones first, then by priority, then first come, first
//     served.
//   - At most one attempt is in flight for a callback, and one call for a target. A desk has no more calls in flight
//     than telephones.
//   - A request whose answer got lost is unknown, not failed. Its target counts as busy until a webhook or a look-up at
//     the provider tells what became of it.
//   - That an agent or a customer was reached is known from a key pressed on a signed page of ours, never from the
//     provider's status alone. Once both have pressed 1 nobody is rung again.
//   - Hours are checked again before dialling and when an agent answers. A closed desk costs no attempt, and neither
//     does a night.
//   - Nobody is rung for ever: attempts, passes and time run out, and a call without news for five hours is
//     given up. The customer gets an SMS where [Plan.SMSBody] has one, and [Callback.Remark] says why.
//   - Logs show the last four digits of a number at most, and never a reference.
package callbacks
