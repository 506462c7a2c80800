//go:build !race

package ivr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// When each sentence is true, and the search for one that is heard where it is not.

// A claim is a sentence that was heard, with all that decides whether it is true.
type claim struct {
	*request          // the line, the hour, the call, and the state in which the answer leaves it
	before   State    // the state in which the event came
	event    Event    // what the sentence answers
	response Response // the other sentences of the answer, and the action that follows them
	at       int      // which of the sentences it is
	language string
	key      string
	args     map[string]string // what its placeholders were filled with
}

// truths is the condition under which each prompt is true. A new prompt needs an entry, whatever the family for those
// with a name behind the dot ("help."). Most are of three kinds: what has happened (c.event, c.before), what follows
// (c.response.Action, c.leads for a key that the sentence names), and what is so (c.line, c.now, c.State).
var truths = map[string]func(c *claim) bool{
	"welcome":        func(c *claim) bool { return c.event == Start{} && c.at == 0 },
	"language.offer": func(c *claim) bool { return c.after(c.args["key"]).Language == c.language },
	"language.star": func(c *claim) bool {
		return c.Guessed && c.language != c.Language && c.pressed(keyBack) == goTo{stepLanguage}
	},
	"hours.opens":       func(c *claim) bool { return c.closed() && c.is("when", c.opening()) },
	"hours.closed-now":  func(c *claim) bool { return c.closed() },
	"hours.closed-long": func(c *claim) bool { return c.closed() && c.opening() == "" },
	"hours.open": func(c *claim) bool {
		closing, _ := c.line.Desks[c.desk()].Hours.NextClosing(c.now)
		return !c.closed() && c.is("when", c.when(closing))
	},

	// Menus.
	"callback.open": func(c *claim) bool { return c.OpenCallbackID != 0 && c.leads(stepExisting) },
	"menu.topic": func(c *claim) bool {
		after := c.after(c.args["key"])
		return (c.is("topic", "topic."+after.Topic) || after.Step == stepTopic && c.is("topic", "topic."+after.Menu)) &&
			c.tellsOfOpenCallback()
	},
	"menu.more":       func(c *claim) bool { return c.after(c.args["key"]).Page == c.Page+1 },
	"menu.agent":      func(c *claim) bool { return c.rings(KeyPerson) },
	"menu.again":      func(c *claim) bool { return stepOf(c.Step).kind == menu },
	"emergency.first": func(c *claim) bool { return c.line.isUrgent(c.after(c.args["key"]).Topic) },
	"menu.back": func(c *claim) bool {
		after := c.after(keyBack)
		return after.Step != c.Step || after.Menu != c.Menu || after.Page != c.Page
	},
	"help.": func(c *claim) bool {
		return c.key == "help."+c.Topic && c.topic().Help && c.with("help.solved")
	},
	"help.solved": func(c *claim) bool {
		return c.pressed("1") == Hangup{} && c.after("2").Step != c.Step
	},
	"topic.":    neverAlone,
	"language.": neverAlone,

	// Numbers that callers key in.
	"safety": always,
	"number.agent": func(c *claim) bool {
		return c.copied().entryKeys(stepOf(c.Step), KeyPerson) == goTo{stepDesk}
	},
	"account.calling": func(c *claim) bool { return c.Step == stepAccount && c.callingAccount() != "" },
	"account.ask":     func(c *claim) bool { return c.Step == stepAccount && c.Account == "" },
	"account.confirm": func(c *claim) bool {
		right, _ := c.menu("1")
		return c.is("digits", c.line.sayAccount(c.language, c.Draft)) && right.Account == c.Draft &&
			c.to("2", stepAccount)
	},
	"account.invalid": func(c *claim) bool { return c.length(c.line.Account) && !c.fits(c.line.Account) },
	"account.digits":  func(c *claim) bool { return c.length(c.line.Account) && !c.fits(c.line.Account) },
	"question.": func(c *claim) bool {
		return c.Step == stepNumber && c.key == "question."+c.Question &&
			slices.Contains(c.topic().Questions, c.Question)
	},
	"number.readback": func(c *claim) bool {
		right, _ := c.menu("1")
		return c.is("digits", c.digits(c.Draft)) && right.Answers.Get(c.Question) == c.Draft && c.to("2", stepNumber)
	},
	"number.length": func(c *claim) bool { return c.length(c.question()) && !c.fits(c.question()) },
	"number.digits": func(c *claim) bool {
		rule := c.question()
		if c.before.Step == stepVerifyProof {
			rule = NumberRule{Min: callbacks.ReferenceDigits, Max: callbacks.ReferenceDigits}
		}
		return c.length(rule) && !c.fits(rule)
	},
	"card.dropped": func(c *claim) bool {
		before := c.before
		return (&request{line: c.line, State: &before}).dropsCard(c.keyed())
	},
	"skip.ask": func(c *claim) bool {
		return c.to("1", c.SkippedEntry) && c.after("2").Step != c.SkippedEntry && c.to(keyBack, stepTopic)
	},

	// Being connected to a person.
	"connect.ask": func(c *claim) bool {
		return putThrough(c.copied()) == goTo{stepDesk} && c.to("2", stepOffer)
	},
	"connect.peak": func(c *claim) bool {
		return c.line.peak(c.now) &&
			(c.waits(c.deskWanted()) || c.connects() && c.waits(c.Desk))
	},
	"reference.call":  func(c *claim) bool { return c.dials() && c.is("digits", c.digits(c.Reference)) },
	"desk.connecting": func(c *claim) bool { return c.dials() || c.retries() },
	"desk.urgent":     func(c *claim) bool { return c.dials() && c.urgent() && c.Desk == c.deskWanted() },
	"desk.next":       func(c *claim) bool { return c.dials() && c.Target > 0 && !c.urgent() },
	"desk.nobody":     func(c *claim) bool { return slices.Contains(c.Rung, c.deskWanted()) },

	// What is offered when nobody is free, or the line is closed.
	"offer.intro": func(c *claim) bool {
		return c.with("offer.now", "offer.opening", "offer.urgent") && c.tellsOfOpenCallback()
	},
	"offer.none": func(c *claim) bool { return c.times(1).ASAP.IsZero() },
	"offer.yours": func(c *claim) bool {
		return c.Number == c.call.From && c.is("digits", c.digits(c.Number[len(c.Number)-4:])) &&
			c.tellsOfOpenCallback()
	},
	"offer.number": func(c *claim) bool { return c.is("digits", c.line.sayPhone(c.language, c.Number)) },
	"offer.now": func(c *claim) bool {
		return c.books(callbacks.ASAP) && !c.closedAt(c.now.Add(offTheLine)) &&
			!time.Unix(c.Due, 0).After(c.now.Add(offTheLine))
	},
	"offer.opening": func(c *claim) bool {
		return c.books(callbacks.ASAP) && c.is("when",
			c.line.dueWhen(c.language, c.toRing(), time.Unix(c.Due, 0), c.now))
	},
	"offer.slot": func(c *claim) bool {
		chosen, _ := c.menu(c.args["key"])
		from, to := time.Unix(chosen.Due, 0), time.Unix(chosen.Until, 0)
		spokenAfter := func(said time.Time) bool {
			slot := hours.Interval{From: from, To: to}
			return c.is("when", c.line.dueBetweenAfter(c.language, c.toRing(), slot, said, c.now))
		}
		return c.books(callbacks.Slot) &&
			(spokenAfter(time.Time{}) || spokenAfter(from) || spokenAfter(from.AddDate(0, 0, -1)))
	},
	"offer.urgent": func(c *claim) bool {
		return c.books(callbacks.ASAP) && c.urgent() && !c.closedAt(time.Unix(c.Due, 0))
	},
	"offer.other": func(c *claim) bool { return c.leads(stepRingAtOther) },
	"offer.more": func(c *claim) bool {
		offered := c.Later + len(c.Slots)
		return c.leads(stepOfferMore) && len(c.times(offered+1).Slots) > offered
	},
	"offer.message": func(c *claim) bool { return c.leads(stepMessage) },
	"offer.full": func(c *claim) bool {
		return c.refused(Full) || c.before.Kind == callbacks.Slot && c.before.Due < c.now.Unix() ||
			c.Step == StepAnotherTime && slices.Contains(c.Full, c.before.Due)
	},

	// The number to ring.
	"number.confirm": func(c *claim) bool {
		return c.is("digits", c.line.sayPhone(c.language, c.Number)) && c.to("1", stepBook) &&
			c.to("2", stepRingAtOther)
	},
	"number.ask": func(c *claim) bool { return c.Step == stepRingAtOther },
	"number.invalid": func(c *claim) bool {
		numbers, err := c.line.Callbacks.Readings(c.keyed(), c.line.Region)
		return err != nil || len(numbers) == 0
	},
	"number.blocked": func(c *claim) bool { return c.NoCall != "" && !c.ofCountry() },
	"number.nocall": func(c *claim) bool {
		own := c.line.Callbacks.Refusal(c.call.From)
		return c.ofCountry() && own != nil && own.Reason == c.NoCall
	},
	"number.abroad":  func(c *claim) bool { return c.ofCountry() && !c.NoCallOwn },
	"number.instead": func(c *claim) bool { return c.to("2", stepRingAtOther) && c.leads(stepMessage) },
	"number.which":   func(c *claim) bool { return len(c.Readings) > 1 },
	"number.choice": func(c *claim) bool {
		i, _ := strconv.Atoi(c.args["key"])
		return c.is("digits", c.line.sayPhone(c.language, c.Readings[i-1])) && c.pressed(c.args["key"]) != nil
	},
	"number.enough": func(c *claim) bool { return c.refused(NumberEnough) },

	// What was booked.
	"booked.now": func(c *claim) bool {
		return c.booked(callbacks.ASAP) && !c.closedAt(c.booking().Due) && !c.booking().Due.After(c.now.Add(offTheLine))
	},
	"booked.opening": func(c *claim) bool {
		return c.booked(callbacks.ASAP) && c.is("when",
			c.line.dueWhen(c.language, c.booking().Number, c.booking().Due, c.now))
	},
	"booked.slot": func(c *claim) bool {
		return c.booked(callbacks.Slot) &&
			c.is("when", c.line.dueBetween(c.language, c.booking().Number, c.booking().Due, c.booking().SlotEnd, c.now))
	},
	"booked.urgent-auto": func(c *claim) bool {
		return c.Step == stepUrgentBooked && c.urgent() && c.OpenCallbackID != 0 &&
			slices.Contains(c.Rung, c.deskWanted()) && !c.closed()
	},
	"booked.cancel": func(c *claim) bool {
		if c.Booked == c.OpenCallbackID { // this call has made it
			return c.leads(stepExistingMenu)
		}
		return c.leads(stepExisting)
	},
	"desk.again": func(c *claim) bool {
		return c.rings(c.args["key"]) && c.after(c.args["key"]).Desk == c.deskWanted()
	},
	"booked.urgent": func(c *claim) bool {
		return c.booked(callbacks.ASAP) && c.booking().Urgent && !c.closedAt(c.booking().Due)
	},
	"booked.existing": func(c *claim) bool {
		event, ok := c.event.(CallbackBooked)
		return ok && event.Existing
	},
	"booked.enough":    func(c *claim) bool { return c.refused(Enough) },
	"booked.anonymous": func(c *claim) bool { return c.refused(AnonymousEnough) },
	"booked.many":      func(c *claim) bool { return c.refused(Many) },
	"booked.failed":    func(c *claim) bool { return c.before.Step == stepBook && c.refused(Failed, Lasting) },
	"reference": func(c *claim) bool {
		return c.is("digits", c.digits(c.writtenReference())) ||
			c.Step == stepUrgentBooked && c.Booked == c.OpenCallbackID && c.is("digits", c.digits(c.Reference))
	},
	"reference.again": func(c *claim) bool {
		return c.with("reference") && c.is("digits", c.digits(c.writtenReference()))
	},
	"booked.text": func(c *claim) bool {
		own := c.booking().Number == c.call.From && c.booking().Caller == c.call.From && c.booking().Open() &&
			c.event != CallbackBooked{Callback: c.booking(), Existing: true}
		byItself := c.Step == stepUrgentBooked && c.Booked != 0 && c.Booked == c.OpenCallbackID
		return c.line.SMS && MayBeMobile(c.call.From) && (own || byItself)
	},
	"reference.check": func(c *claim) bool { return c.booking().Open() && c.with("reference") },

	// Notes and messages.
	"note.offer":  func(c *claim) bool { return c.Booked != 0 && c.leads(stepNoteSpoken) },
	"note.ask":    func(c *claim) bool { return c.records(c.line.NoteSeconds) && c.args["seconds"] == "30" },
	"note.saved":  func(c *claim) bool { return c.before.Step == stepNoteSpoken && c.event == Done{} },
	"note.failed": func(c *claim) bool { return c.before.Step == stepNoteSpoken && c.refused(TooLate, Failed) },
	"note-about.": func(c *claim) bool {
		return c.key == "note-about."+c.Topic && c.with("note.ask", "message.ask")
	},
	"message.ask":    func(c *claim) bool { return c.records(c.line.MessageSeconds) },
	"message.empty":  func(c *claim) bool { return c.before.Step == stepMessage && c.event == Keys{} },
	"message.saved":  func(c *claim) bool { _, saved := c.event.(Saved); return c.before.Step == stepMessage && saved },
	"message.failed": func(c *claim) bool { return c.before.Step == stepMessage && c.refused(Failed, Lasting) },

	// An existing callback.
	"existing.ask": func(c *claim) bool { return c.Step == stepExisting && c.OpenCallbackID != 0 && !c.ByReference },
	"existing.reference": func(c *claim) bool {
		gather, _ := c.response.Action.(Gather)
		return gather.Digits == callbacks.ReferenceDigits &&
			(c.Step == stepVerifyProof || c.Step == stepExisting && c.OpenCallbackID != 0 && c.ByReference)
	},
	"existing.wrong":  func(c *claim) bool { return c.refused(NoMatch) },
	"existing.locked": func(c *claim) bool { return c.refused(NoMatch, Failed, Locked) },
	"existing.soon": func(c *claim) bool {
		return c.told(callbacks.ASAP) && !c.closedAt(c.shown().Due) && !c.shown().Due.After(c.now.Add(offTheLine))
	},
	"existing.at": func(c *claim) bool {
		return c.told(callbacks.ASAP) && c.is("when",
			c.line.dueWhen(c.language, c.shown().Number, c.shown().Due, c.now))
	},
	"existing.slot": func(c *claim) bool {
		return c.told(callbacks.Slot) &&
			c.is("when", c.line.dueBetween(c.language, c.shown().Number, c.shown().Due, c.shown().SlotEnd, c.now))
	},
	"existing.dialling": func(c *claim) bool {
		return c.shown().Open() && c.shown().State != callbacks.Booked && c.shown().State != callbacks.Task
	},
	"existing.task": func(c *claim) bool {
		read, ok := c.event.(AttemptRead)
		return ok && read.Callback.State == callbacks.Task || !ok && c.shown().State == callbacks.Task
	},
	"existing.menu": func(c *claim) bool {
		return c.to("1", stepExistingKept) && c.to("2", stepExistingWhen) && c.to("3", stepExistingSure) &&
			!c.urgent()
	},
	"existing.menu-urgent": func(c *claim) bool {
		return c.urgent() && c.to("1", stepExistingKept) && c.to("3", stepExistingSure)
	},
	"existing.kept": func(c *claim) bool { return dueWindowOf(c.shown()) == c.before.OpenCallbackDue },
	"existing.moved": func(c *claim) bool {
		moved := c.event.(CallbackBooked).Callback
		return c.is("when", c.line.dueBetween(c.language, moved.Number, moved.Due, moved.SlotEnd, c.now))
	},
	"existing.soonest": func(c *claim) bool {
		return !c.event.(CallbackBooked).Callback.Due.After(c.now.Add(offTheLine))
	},
	"existing.sure": func(c *claim) bool {
		_, cancels := c.pressed("1").(Perform)
		return cancels && c.to("2", stepExistingMenu)
	},
	"existing.cancelled": func(c *claim) bool { return c.event == Dropped{} },
	"existing.enough":    func(c *claim) bool { return c.refused(Enough, AnonymousEnough, NumberEnough) },
	"existing.cannot":    func(c *claim) bool { return c.refused(TooLate) },
	"existing.before":    func(c *claim) bool { return c.noted(stepBook) && c.shown().Open() },
	"existing.saved":     func(c *claim) bool { return c.noted(stepExistingWhen) },
	"existing.over":      func(c *claim) bool { return !c.shown().Open() },

	// Whether a call in our name was ours.
	"verify.offer": func(c *claim) bool { return c.leads(stepVerify) },
	"verify.instead": func(c *claim) bool {
		return c.Step == stepExisting && hearExisting(c.copied(), c.args["key"]) == goTo{stepVerify}
	},
	"verify.calling": func(c *claim) bool { return c.Step == stepVerify && c.call.From != "" },
	"verify.number":  func(c *claim) bool { return c.Step == stepVerify },
	"verify.yes":     func(c *claim) bool { return c.event == CallVerified{Ours: true} },
	"verify.no":      func(c *claim) bool { return c.event == CallVerified{} },
	"verify.unknown": func(c *claim) bool {
		return c.before.Step == stepVerifyProof &&
			(c.refused(Locked, Failed) || strings.Contains(c.keyed(), keyBack) || c.with("card.dropped"))
	},

	// Silence, wrong keys, faults, and the end.
	"no-input.menu":  func(c *claim) bool { return c.keyed() == "" },
	"no-input.entry": func(c *claim) bool { return c.keyed() == "" },
	"no-match.menu": func(c *claim) bool {
		_, wrong := c.beforehand().menuKey(stepOf(c.before.Step), c.keyed()).(noMatch)
		return wrong
	},
	"limit.person":   func(c *claim) bool { return c.connects() },
	"limit.request":  func(c *claim) bool { return c.agentDesk() == "" },
	"goodbye":        func(c *claim) bool { return c.response.Action == Hangup{} },
	"goodbye.solved": func(c *claim) bool { return c.before.Step == stepHelp && c.response.Action == Hangup{} },
	"goodbye.when": func(c *claim) bool {
		return c.response.Action == Hangup{} && c.closed() && c.is("when", c.opening())
	},
	"failure.person":  func(c *claim) bool { return c.connects() },
	"failure.message": func(c *claim) bool { return c.event == Failure{} || c.refused(Failed, Lasting) },

	// Heard by agents.
	"whisper.call":     func(c *claim) bool { return c.briefs(*c.State) && !c.urgent() },
	"whisper.urgent":   func(c *claim) bool { return c.briefs(*c.State) && c.urgent() },
	"whisper.callback": func(c *claim) bool { return c.briefsCallback() && !c.read().Callback.Urgent },
	"whisper.urgent-callback": func(c *claim) bool {
		return c.briefsCallback() && c.read().Callback.Urgent
	},
	"whisper.reference": func(c *claim) bool { return c.is("digits", c.digits(c.brief().Reference)) },
	"whisper.account": func(c *claim) bool {
		return c.is("digits", c.line.sayAccount(c.language, c.brief().Account)) && c.brief().Account != ""
	},
	"whisper.none": func(c *claim) bool { return c.brief().Account == "" },
	"answer.": func(c *claim) bool {
		return c.brief().Answers.Get(strings.TrimPrefix(c.key,
			"answer.")) != ""
	},
	"whisper.note":         func(c *claim) bool { return c.read().Callback.Note.SID != "" },
	"whisper.note-missing": func(c *claim) bool { return c.read().Note && !c.read().Playable },
	"whisper.connect":      func(c *claim) bool { return c.dials() || c.response.Action == Bridge{} },
	"whisper.gone":         func(c *claim) bool { return c.read().Verdict != callbacks.Proceed || c.read().Foreign },
	"agent.missed":         func(c *claim) bool { return c.read().Callback.State != callbacks.Done },
	"agent.bye":            func(c *claim) bool { return c.read().Callback.State == callbacks.Done },

	// Heard by customers whom we call.
	"customer.press":    func(c *claim) bool { return c.read().Verdict == callbacks.Proceed },
	"customer.not-mine": func(c *claim) bool { return c.args["key"] == keyNotMine && c.read().Verdict == callbacks.Proceed },
	"customer.stopped":  func(c *claim) bool { return c.read().Ask == Disowns },
	"customer.wait":     func(c *claim) bool { return c.read().Ask == CustomerTakes && c.read().Verdict == callbacks.Proceed },
	"customer.hint": func(c *claim) bool {
		return c.read().Ask == CustomerTakes && c.read().Verdict == callbacks.Proceed && c.args["digits"] != "" &&
			strings.HasSuffix(c.digits(c.read().Callback.Reference), c.args["digits"])
	},
	"customer.nobody": func(c *claim) bool {
		return c.read().Callback.Open() && c.read().Callback.State != callbacks.Task
	},
	"customer.given-up": func(c *claim) bool {
		state := c.read().Callback.State
		return state == callbacks.Task || state.Final() && state != callbacks.Done
	},
	"customer.slot": func(c *claim) bool {
		from, to, number := time.Unix(c.Due, 0), time.Unix(c.Until, 0), c.read().Callback.Number
		_, moves := c.moves(c.args["key"]).(Perform)
		return moves && c.read().Callback.State == callbacks.Task && c.line.Desks["support"].Hours.IsOpen(from) &&
			c.is("when", c.line.dueBetween(c.language, number, from, to, c.now))
	},
	"customer.moved": func(c *claim) bool {
		moved := c.shown()
		return moved.Kind == callbacks.Slot && moved.State == callbacks.Booked &&
			c.is("when", c.line.dueBetween(c.language, moved.Number, moved.Due, moved.SlotEnd, c.now))
	},
	"customer.later": func(c *claim) bool { return c.read().Verdict == callbacks.Closed && c.read().Callback.Open() },
	"customer.gone":  func(c *claim) bool { return c.read().Verdict != callbacks.Proceed || c.read().Foreign },
	"customer.missed": func(c *claim) bool {
		return c.read().RingsAgain || c.before.RingsAgain && c.refused(Failed, Lasting)
	},
	"customer.missed-last": func(c *claim) bool { return !c.read().RingsAgain },

	// Written.
	"sms.when": func(c *claim) bool {
		zone, _ := c.line.clockOf(c.booking().Number, c.booking().Due)
		return c.texts(callbacks.Slot) &&
			c.is("when", spoken.WrittenBetween(c.language, c.booking().Due, c.booking().SlotEnd, zone))
	},
	"sms.from": func(c *claim) bool {
		zone, _ := c.line.clockOf(c.booking().Number, c.booking().Due)
		return c.texts(callbacks.ASAP) && !c.booking().Urgent &&
			c.is("when", spoken.WrittenWhen(c.language, c.booking().Due, zone))
	},
	"sms.urgent": func(c *claim) bool {
		zone, _ := c.line.clockOf(c.booking().Number, c.booking().Due)
		return c.texts(callbacks.ASAP) && c.booking().Urgent &&
			c.is("when", spoken.WrittenWhen(c.language, c.booking().Due, zone))
	},
	"sms.given-up": func(c *claim) bool { return c.isText(callbacks.NotifyGivenUp) },
	"sms.task": func(c *claim) bool {
		return c.isText(callbacks.NotifyTask) && c.booking().State == callbacks.Task && !c.booking().Urgent
	},
	"sms.withdrawn": func(c *claim) bool { return c.isText(callbacks.NotifyWithdrawn) },
}

func always(*claim) bool { return true }

// neverAlone is for words that only stand within other sentences.
func neverAlone(*claim) bool { return false }

// texted stands for a text message among the events: it is written, and answers nothing.
type texted struct {
	callbacks.Callback
	kind callbacks.NotificationKind
}

func (texted) event() {}

// is compares what a placeholder was filled with.
func (c *claim) is(arg, want string) bool { return c.args[arg] == want && want != "" }

// with reports whether one of these is among the sentences of the answer.
func (c *claim) with(keys ...string) bool {
	return slices.ContainsFunc(c.response.Say, func(said Utterance) bool {
		key, _, _ := strings.Cut(said.Text, "\x1f")
		return slices.Contains(keys, key)
	})
}

// tellsOfOpenCallback reports whether an open callback is spoken of before this sentence; true where there is none.
func (c *claim) tellsOfOpenCallback() bool {
	open := slices.IndexFunc(c.response.Say, func(said Utterance) bool {
		return strings.HasPrefix(said.Text,
			"callback.open")
	})
	return c.OpenCallbackID == 0 || open >= 0 && open < c.at
}

// desk is the one whose hours concern the caller: in the menus of languages and of topics the general one.
func (c *claim) desk() string {
	if c.Step == stepTopic || c.Step == stepLanguage {
		return c.generalDesk()
	}
	return c.deskWanted()
}

func (c *claim) closed() bool               { return c.closedAt(c.now) }
func (c *claim) closedAt(at time.Time) bool { return !c.line.Desks[c.desk()].Hours.IsOpen(at) }

// opening is when that desk opens, in words; empty where that is not known.
func (c *claim) opening() string {
	opening, ok := c.line.Desks[c.desk()].Hours.NextOpening(c.now)
	if !ok {
		return ""
	}
	return c.when(opening)
}

// copied is the caller's next event, of which nothing is remembered.
func (c *claim) copied() *request {
	state := *c.State
	return &request{line: c.line, now: c.now, call: c.call, State: &state}
}

func (c *claim) beforehand() *request {
	state := c.before
	return &request{line: c.line, now: c.now, call: c.call, State: &state}
}

// menu is what a key of the menu that follows does; nil for one that it does not have.
func (c *claim) menu(key string) (after State, action Action) {
	r, step := c.copied(), stepOf(c.Step)
	if step.kind != menu || step.keys == nil {
		return *r.State, nil
	}
	action = r.menuKey(step, key)
	if _, wrong := action.(noMatch); wrong && key != KeyPerson {
		return *r.State, nil
	}
	if move, ok := action.(goTo); ok {
		r.Step = move.step
	}
	return *r.State, action
}

func (c *claim) after(key string) State    { after, _ := c.menu(key); return after }
func (c *claim) pressed(key string) Action { _, action := c.menu(key); return action }

// to reports whether a key leads to a step, and leads for the key that the sentence names.
func (c *claim) to(key string, step StepID) bool { return c.pressed(key) == goTo{step} }
func (c *claim) leads(step StepID) bool          { return c.to(c.args["key"], step) }

// rings reports whether a key has a desk's telephones rung.
func (c *claim) rings(key string) bool { return c.to(key, stepDesk) }

// books reports whether the key that the sentence names chooses a callback of this kind.
func (c *claim) books(kind callbacks.Kind) bool {
	chosen, action := c.menu(c.args["key"])
	return action != nil && chosen.Kind == kind
}

// waits reports whether the wait that the sentence names is a desk's.
func (c *claim) waits(desk string) bool {
	return c.is("wait", spoken.Count(c.language, c.longestWait(desk), spoken.Minutes))
}

// dials reports whether a telephone rings next, connects whether one will once the call has been written down.
func (c *claim) dials() bool    { _, dials := c.response.Action.(Connect); return dials }
func (c *claim) connects() bool { return c.Step == stepDesk }

// retries reports whether the caller is kept on the line for another try.
func (c *claim) retries() bool { _, retries := c.response.Action.(Retry); return retries }

func (c *claim) records(seconds int) bool { return c.response.Action == Record{Seconds: seconds} }

func (c *claim) refused(why ...Refusal) bool {
	event, ok := c.event.(Refused)
	return ok && slices.Contains(why, event.Why)
}

// keyed is what the caller pressed.
func (c *claim) keyed() string {
	keys, _ := c.event.(Keys)
	return strings.TrimRight(keys.Digits, KeyDone)
}

func (c *claim) question() NumberRule { return c.line.Questions[c.Question] }

// fits reports whether what the caller pressed is a number of this kind, length whether the sentence tells its length.
func (c *claim) fits(rule NumberRule) bool { return rule.fits(c.keyed()) }

func (c *claim) length(rule NumberRule) bool {
	if count, ok := c.args["count"]; ok {
		return count == strconv.Itoa(rule.Min) && rule.Min == rule.Max
	}
	return c.is("min", strconv.Itoa(rule.Min)) && c.is("max", strconv.Itoa(rule.Max))
}

// ofCountry reports whether it is for its country or region that a number is not called.
func (c *claim) ofCountry() bool {
	return slices.Contains([]callbacks.Reason{callbacks.Unreachable, callbacks.OtherCountry, callbacks.BlockedPrefix},
		c.NoCall)
}

// booking is the callback that was written just now, and booked reports whether it is of this kind.
func (c *claim) booking() callbacks.Callback {
	switch event := c.event.(type) {
	case CallbackBooked:
		return event.Callback
	case texted:
		return event.Callback
	}
	return callbacks.Callback{}
}

func (c *claim) booked(kind callbacks.Kind) bool {
	event, ok := c.event.(CallbackBooked)
	return ok && !event.Existing && event.Callback.Kind == kind && event.Callback.Open()
}

// texts reports whether a text message is about an open callback of this kind.
func (c *claim) texts(kind callbacks.Kind) bool {
	return c.booking().Kind == kind && c.booking().Open() &&
		(c.isText(callbacks.NotifyBooked) || c.isText(callbacks.NotifyMoved))
}

func (c *claim) isText(kind callbacks.NotificationKind) bool {
	return c.event.(texted).kind == kind && c.is("reference", c.booking().Reference) &&
		c.is("line", c.line.Names[c.booking().Language])
}

// shown is the callback as it was read just now, told whether it is one of this kind that stands.
func (c *claim) shown() callbacks.Callback {
	switch event := c.event.(type) {
	case Shown:
		return event.Callback
	case Noted:
		return event.Callback
	case CallbackBooked:
		return event.Callback
	}
	return callbacks.Callback{}
}

func (c *claim) told(kind callbacks.Kind) bool {
	return c.shown().Kind == kind && c.shown().State == callbacks.Booked
}

func (c *claim) noted(step StepID) bool {
	_, noted := c.event.(Noted)
	return noted && c.before.Step == step
}

// writtenReference is the reference of what was written just now.
func (c *claim) writtenReference() string {
	switch event := c.event.(type) {
	case Saved:
		return event.Reference
	case Noted:
		return event.Callback.Reference
	case CallbackBooked:
		return event.Callback.Reference
	}
	return ""
}

// moves is what a key of a customer leads to who is offered another time, once their leg has been asked about.
func (c *claim) moves(key string) Action {
	if c.Step != StepAnotherTime {
		return nil
	}
	read := c.read()
	read.Key = hearAnotherTime(nil, key).(Perform).Effect.(ReadAttempt).Key
	return onAnotherTime(c.copied(), read)
}

// read is the attempt as a leg has read it.
func (c *claim) read() AttemptRead { read, _ := c.event.(AttemptRead); return read }

// briefs reports whether an agent is told what a call is about, and briefsCallback a callback.
func (c *claim) briefs(about State) bool {
	topic := "topic.general"
	if c.line.Topic(about.Topic) != nil {
		topic = "topic." + about.Topic
	}
	return c.Step == StepAgentLeg && c.is("topic", topic) && c.is("language", "language."+about.Language)
}

func (c *claim) briefsCallback() bool {
	return c.read().Verdict == callbacks.Proceed && c.is("topic", "topic."+c.read().Callback.Topic) &&
		c.is("language", "language."+c.read().Callback.Language)
}

// toListener reports whether a sentence of a leg or a text message is in the language of who hears or reads it.
func (c *claim) toListener() bool {
	about, isRead := c.read().Callback, c.Step != StepAgentLeg && c.read().Callback.Line != ""
	if !isRead {
		about.Desk, about.Language = c.Desk, c.State.Language
	}
	audience, _, _ := strings.Cut(c.key, ".")
	switch audience {
	case "failure", "desk":
		return stepOf(c.Step).kind != leg || c.language == c.legLanguage()
	case "whisper", "answer", "agent":
		return c.language == c.line.deskLanguage(about.Desk)
	case "customer":
		return c.language == about.Language
	case "sms":
		return c.language == c.booking().Language
	}
	return true
}

// brief is what an agent is told of after the 1: the callback, or the caller's own words.
func (c *claim) brief() callbacks.Callback {
	if c.Step == StepAgentLeg {
		return callbacks.Callback{Reference: c.Reference, Account: c.Account, Answers: c.Answers}
	}
	return c.read().Callback
}

// claims takes an answer apart; the call's From is E.164 or empty.
func claims(line *Line, now time.Time, call Call, a answer) []*claim {
	said := a.response.Say
	if ask, ok := a.response.Action.(AskTwice); ok {
		said = append(slices.Clone(said), ask.Else...)
	}
	var out []*claim
	for i, sentence := range said {
		parts := strings.Split(sentence.Text, "\x1f")
		args := map[string]string{}
		for _, part := range parts[1:] {
			name, value, _ := strings.Cut(part, "=")
			args[name] = value
		}
		out = append(out, &claim{
			request: &request{line: line, now: now, call: call, State: &a.after}, before: a.before, event: a.event,
			response: a.response, at: i, language: sentence.Language, key: parts[0], args: args,
		})
	}
	return out
}

// truthOf is the condition of a prompt, nil if it has none.
func truthOf(key string) func(*claim) bool {
	return truths[familyOf(key)]
}

// familyOf is the name under which truths has a prompt: its own, or that of its like.
func familyOf(key string) string {
	if _, ok := truths[key]; ok {
		return key
	}
	family, _, _ := strings.Cut(key, ".")
	return family + "."
}

// claiming is a line each of whose prompts is its key and what its placeholders are filled with.
func claiming(line *Line) *Line {
	texts := map[string]map[string]string{"id": {}, "en": {}}
	line.SMS = true
	for _, need := range line.PromptNeeds() {
		for tag := range texts {
			texts[tag][need.Key] = need.Key
			for _, arg := range need.Args {
				texts[tag][need.Key] += "\x1f" + arg + "={" + arg + "}"
			}
		}
	}
	line.Prompts = NewPrompts(texts)
	return line
}

func TestEverySentenceHasACondition(t *testing.T) {
	for _, need := range claiming(sketch(t)).PromptNeeds() {
		if truthOf(need.Key) == nil {
			t.Errorf("prompt %q has no condition: add to truths in truth_test.go a function that is true where the sentence "+
				"is, such as %q: func(c *claim) bool { return c.leads(stepMessage) } for one whose {key} leads there; "+
				"the walk then finds every state in which it is heard and is not true", need.Key, need.Key)
		}
	}
}

func TestEverySentenceIsTrueWhereItIsHeard(t *testing.T) {
	untrue, heard := map[string]bool{}, map[string]bool{}
	check := func(where string, line *Line, now time.Time, call Call, a answer) {
		for _, c := range claims(line, now, call, a) {
			c.check(t, where, untrue)
			heard[familyOf(c.key)] = true
		}
	}
	for _, situation := range situations {
		walked := situation.states(t)
		for _, a := range walked.answers {
			check(situation.name, walked.line, situation.now, walked.call, a)
		}
	}
	line := claiming(sketch(t))
	legWalk(t, line, func(a answer, _ bool) {
		if possible(a.event) {
			check("a telephone that we ring", line, openHour, caller, a)
		}
	})
	for _, text := range textMessages(line) {
		check("a text message", line, openHour, caller, text)
	}
	for _, need := range line.PromptNeeds() {
		if family := familyOf(need.Key); !heard[family] && family != "topic." && family != "language." {
			t.Errorf("%q is heard nowhere in the walks: whether its condition in truths holds is not shown", need.Key)
		}
	}
}

// A state that waits for keys has two ways on at least: a wrong key, or hearing it again, is none.
func TestWhereKeysAreAwaitedThereAreTwoWaysOn(t *testing.T) {
	narrow := map[StepID]bool{}
	for _, situation := range situations {
		walked := situation.states(t)
		for _, v := range walked.seen {
			state := v.state
			r := &request{line: walked.line, now: situation.now, call: walked.call, State: &state}
			if _, waits := v.response.Action.(Gather); !waits || r.waysOn() >= 2 || narrow[r.Step] {
				continue
			}
			narrow[r.Step] = true
			t.Errorf("%s: step %s waits for keys, and has %d ways on: %v", situation.name, r.Step, r.waysOn(),
				v.response.Say)
		}
	}
}

// waysOn counts the keys of the step's own, 0 where it rings, and silence where that is an answer. An entry has its
// number, and the star for who has none.
func (r *request) waysOn() (ways int) {
	step := stepOf(r.Step)
	switch {
	case step.kind != entry:
		ways = len(step.keys(r))
	case step.back != nil:
		ways = 2
	default:
		ways = 1
	}
	if r.agentDesk() != "" {
		ways++
	}
	if step.onNoInput != nil {
		ways++
	}
	return ways
}

// While only its desk can answer, the emergency is the first choice of what is offered, and silence, wrong keys, 0 and
// faults lead to it and not away from it.
func TestTheEmergencyIsSaidWhereItIsOwed(t *testing.T) {
	reported := map[string]bool{}
	for _, situation := range situations {
		walked := situation.states(t)
		for _, a := range walked.answers {
			if owed := a.owesEmergency(walked, situation.now); owed != "" && !reported[owed] {
				reported[owed] = true
				t.Errorf("%s: on %T%+v %s; heard %v", situation.name, a.event, a.event, owed, a.response.Say)
			}
		}
	}
}

// owesEmergency is where the sentence is missing, empty if it is not. The choice of languages, to which silence may
// lead, comes before any sentence of one language.
func (a answer) owesEmergency(w *walked, now time.Time) string {
	before, after := a.before, a.after
	r := &request{line: w.line, now: now, call: w.call, State: &after}
	_, gathers := a.response.Action.(Gather)
	_, records := a.response.Action.(Record)
	said := slices.ContainsFunc(a.response.Say, func(said Utterance) bool {
		return strings.HasPrefix(said.Text, "emergency.first")
	})
	if said || r.emergency() == nil || !gathers && !records || r.Step == stepLanguage {
		return ""
	}
	keys, pressed := a.event.(Keys)
	chosen := pressed && (&request{line: w.line, now: now, call: w.call, State: &before}).chooses(keys.Digits)
	moved := before.Step != after.Step
	switch _, failed := a.event.(Failure); {
	case r.isOffer():
		return fmt.Sprintf("step %s offers it not", r.Step)
	case before.Step == stepBeforeMessage: // it was said there
	case failed, moved && records && !chosen, moved && pressed && !chosen:
		return fmt.Sprintf("step %s leads away from it, to step %s", before.Step, r.Step)
	}
	return ""
}

// isOffer reports whether the caller is asked what they want.
func (r *request) isOffer() bool {
	switch r.Step {
	case stepTopic:
		return r.Menu == "" && r.Page == 0
	case stepRingAt:
		return r.NoCall != ""
	}
	return slices.Contains([]StepID{stepOffer, stepOfferMore, stepBeforeMessage, stepAfterMessage}, r.Step)
}

// chooses reports whether this is an answer: a key of the menu, a number, or the star.
func (r *request) chooses(digits string) bool {
	step := stepOf(r.Step)
	if step.kind == entry {
		return !slices.Contains([]string{"", KeyPerson, keyBack + KeyPerson}, strings.TrimRight(digits, KeyDone))
	}
	return digits == keyBack || step.keys != nil && slices.ContainsFunc(step.keys(r),
		func(k menuKey) bool { return k.key == digits })
}

// possible reports whether an attempt can be read so: legEvents has all that a store could say.
func possible(event Event) bool {
	read, ok := event.(AttemptRead)
	if !ok || read.Foreign {
		return true
	}
	c := read.Callback
	connected := c.State == callbacks.CustomerReached
	switch {
	case read.RingsAgain && !c.Open(), !read.RingsAgain && c.State == callbacks.Booked,
		read.RingsAgain && c.State == callbacks.Task:
		return false
	case read.Ask == AgentEnded || read.Ask == CustomerEnded:
		return read.Verdict == callbacks.Proceed
	case read.Verdict == callbacks.Closed:
		return c.State == callbacks.Booked
	}
	return read.Verdict != callbacks.Proceed || connected
}

// textMessages are those about callbacks of every kind.
func textMessages(line *Line) (texts []answer) {
	later := openHour.Add(26 * time.Hour)
	for _, tag := range []string{"id", "en"} {
		c := callbacks.Callback{ID: 7, Reference: "1234567", Line: line.ID, Desk: "support", Language: tag,
			Number: caller.From, Kind: callbacks.ASAP, Due: openHour, State: callbacks.Booked}
		urgent, from, slot := c, c, c
		urgent.Urgent, urgent.Desk = true, "emergency"
		from.Due, slot.Due, slot.SlotEnd, slot.Kind = later, later, later.Add(time.Hour), callbacks.Slot
		for _, c := range []callbacks.Callback{c, urgent, from, slot} {
			for _, kind := range []callbacks.NotificationKind{callbacks.NotifyBooked, callbacks.NotifyMoved,
				callbacks.NotifyGivenUp, callbacks.NotifyWithdrawn} {
				body := Utterance{Language: tag, Text: line.SMSBody(c, kind)}
				texts = append(texts, answer{event: texted{c, kind}, response: Response{Say: []Utterance{body}}})
			}
			if c.State = callbacks.Task; !c.Urgent {
				event := texted{c, callbacks.NotifyTask}
				body := Utterance{Language: tag, Text: line.SMSBody(c, event.kind)}
				texts = append(texts, answer{event: event, response: Response{Say: []Utterance{body}}})
			}
		}
	}
	return texts
}

// outline forgets also what was keyed in before, all but which number comes next: no sentence but those about the
// entries looks at it.
func outline(line *Line, s State) string {
	next := (&request{line: line, now: openHour, State: &s}).collect()
	s.Answers, s.Skip, s.Account, s.Reference, s.CallRecorded = "", nil, "", "", false
	return abstract(line, s) + fmt.Sprint(next)
}

// check reports a sentence that is not true, each once.
func (c *claim) check(t *testing.T, situation string, untrue map[string]bool) {
	t.Helper()
	if step := string(c.before.Step); c.key == "" {
		if untrue[step] {
			return
		}
		untrue[step] = true
		t.Errorf("%s: step %s, on %T%+v, says sentence %d without words: is its prompt declared in prompts.go?",
			situation, step, c.event, c.event, c.at+1)
		return
	}
	truth := truthOf(c.key)
	if truth == nil || truth(c) && c.toListener() || untrue[c.key] {
		return
	}
	untrue[c.key] = true
	t.Errorf("%s: step %s, on %T%+v, says %q %v and goes on to %T in step %s (topic %q), where its condition in truths "+
		"does not hold", situation, c.before.Step, c.event, c.event, c.key, c.args, c.response.Action, c.Step, c.Topic)
}
