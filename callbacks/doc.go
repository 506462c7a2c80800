// Package callbacks keeps our commitments to ring callers back.
//
// # The way of one callback
//
// A [Policy] says whether a number can be dialled and which times are offered. [Service.Book] writes the callback
// and draws the reference that the caller is told. When it is due a [Dispatcher] claims it: state and attempt are
// written in one transaction, and only then the provider is asked, through a [Dialer], to ring the first telephone. It
// and the one behind it lead back to the Service as webhooks:
//
//	Book → (due) Promote → Claim → Place → Answered → AgentTook → CustomerTook → CustomerEnded
//	                         ↑                 │           │            │
//	                         └─ next target, later round, later try ────┘  … or expired
//
// Where a line rings its customers first ([Plan.CustomerFirst]) the two change places:
//
//	… Place → Answered → CustomerTook → AgentTook → AgentEnded
//	                                        └─ next target of the desk, or the customer again later
//
// Which state may follow which is one table, see [State.To]; every [Store] refuses anything else ([CheckRecord]).
//
// # What holds whatever happens
//
//   - One open callback for a line and number, and for a line and account.
//   - Callbacks are kept in one order ([Callback.Before]): urgent ones, then by priority, then by when the caller rang.
//   - At most one attempt in flight for a callback, and one call for a target.
//   - A request whose answer got lost is unknown, not failed: its target counts as busy until a webhook that
//     carries the attempt's identifier, or a look-up at the provider, tells what became of it.
//   - That an agent or a customer was reached is known from a key pressed on a signed page of ours,
//     never from the provider's status. Once both have pressed 1 nobody is rung again.
//   - No more calls are in flight for a desk than it has telephones.
//   - Hours are asked again when a callback is dialled and when an agent answers: the desk's, and [Policy.CallingHours] where the
//     customer's number is. A closed desk costs nothing, and neither does a night.
//   - Every end is told: a caller is written to where [Plan.SMSBody] has something to say, and [Callback.Remark] is in the
//     supervisor's list.
//   - Every state has an end: attempts, rounds and time run out, and a call of which nothing is heard for five
//     hours is given up.
//   - Logs show the last four digits of a number at most, and never a reference, which opens a callback.
//
// Nothing here reads the wall clock; a func() time.Time is handed in. A [Housekeeper] reports, reconciles, and
// erases personal data after [Policy.Retention].
package callbacks
