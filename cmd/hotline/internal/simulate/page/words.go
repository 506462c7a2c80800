package page

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// atPhone is what the holder of a telephone notices of an event; without a Text it is nothing.
func (c *Console) atPhone(t *telephone, e simulator.Event) Entry {
	note := func(text string) Entry { return Entry{Kind: kindNote, Text: text} }
	switch e.Event {
	case simulator.EventSay:
		return Entry{Kind: kindSay, Text: e.Text, Lang: tag(e.Language)}
	case simulator.EventPlay:
		if e.Text != "" {
			return Entry{Kind: kindSay, Text: e.Text, Lang: tag(e.Language)}
		}
		return note("(a sound)")
	case simulator.EventSilence:
		return note("(silence)")
	case simulator.EventRecord:
		return note(fmt.Sprintf("Your message was recorded: %.0f seconds.", e.Seconds))
	case simulator.EventRing:
		if t.State == calling {
			return Entry{Kind: kindCall, Text: "You ring " + t.With + "."}
		}
		return Entry{Kind: kindCall, Text: "The telephone rings."}
	case simulator.EventAnswer:
		if e.Role == roleCaller {
			return note("The line answers.")
		}
		return note("You pick up.")
	case simulator.EventDial:
		if t.ID == callerPhone {
			return note("(it rings at the desk)")
		}
		return note("(it rings at the customer’s)")
	case simulator.EventMeanwhile:
		return note("(" + e.Detail + ")")
	case simulator.EventHangup:
		return note("The call is over.")
	}
	return Entry{}
}

// publicEntry is what everybody may know of an event; without a Text it is nothing. Numbers are masked.
func (c *Console) publicEntry(t *telephone, e simulator.Event) Entry {
	who := e.Role
	note := func(format string, args ...any) Entry {
		return Entry{Kind: kindNote, Who: who, Text: fmt.Sprintf(format, args...)}
	}
	begins := func(format string, args ...any) Entry {
		return Entry{Kind: kindCall, Who: who, Text: fmt.Sprintf(format, args...)}
	}
	switch e.Event {
	case simulator.EventSay:
		if t == nil {
			return Entry{Kind: kindSay, Who: who, Text: maskSpoken(e.Text), Lang: tag(e.Language)}
		}
	case simulator.EventRing:
		if e.Role == roleCaller {
			return begins("rings %s from %s", c.nameOf(e.To), c.nameOf(e.From))
		}
		return note("rings")
	case simulator.EventAnswer:
		if e.Role != roleCaller {
			return note("picks up")
		}
	case simulator.EventBridge:
		return note("is connected with %s", e.Target)
	case simulator.EventUnbridge:
		return note("and %s talked for %.0f s", e.Target, e.Seconds)
	case simulator.EventDialEnd:
		if e.Detail != "connected" {
			who = c.nameOf(e.Target)
			return note("does not take it (%s)", e.Status)
		}
	case simulator.EventPlaceCall:
		who = "hotline"
		return begins("has %s rung, to keep a callback", c.nameOf(e.To))
	case simulator.EventReject:
		return note("is turned away")
	case simulator.EventHangup:
		return note("hangs up (%s)", e.Status)
	case simulator.EventEnqueue, simulator.EventLeave:
		return note("%s the queue %s",
			map[string]string{simulator.EventEnqueue: "waits in", simulator.EventLeave: "leaves"}[e.Event], e.Queue)
	case simulator.EventMessage:
		who = c.nameOf(e.To)
		return note("is sent a text message")
	case simulator.EventViolation, simulator.EventWebhookFailed, simulator.EventFallback:
		return Entry{Kind: kindWarning, Who: "simulator", Text: e.Event + " " + e.Detail}
	}
	return Entry{}
}

func (c *Console) eventWords(h twilio.Event) string {
	switch h.Name {
	case "book", "move":
		verb := map[string]string{"book": "is written down", "move": "is moved"}[h.Name]
		urgent := ""
		if h.Callback.Urgent {
			urgent = "urgent, "
		}
		return fmt.Sprintf("Callback %s %s: %sdesk %s, due %s.", h.Reference, verb, urgent, h.Desk,
			c.when(h.Line, h.Callback.Due))
	case "cancel":
		return "Callback " + h.Reference + " is cancelled."
	case "message":
		return "Message " + h.Reference + " is written down."
	case "note":
		return "What the caller has said for the agent is kept with the callback."
	case "contact":
		return fmt.Sprintf("Call %s is written down for desk %s.", h.Reference, h.Desk)
	case "taken":
		return "An agent pressed 1: the call is taken."
	case "disowned":
		return "The customer did not ask for this call: callback " + h.Reference + " is cancelled."
	case "reached":
		return "The customer pressed 1 and is reached."
	}
	return "Something else happened: " + h.Name + "."
}

// nameOf is what people call an address: a line, a target of a desk, or a masked number.
func (c *Console) nameOf(address string) string {
	if name := c.desks[address]; name != "" {
		return name
	}
	for _, line := range c.Lines {
		for _, number := range line.Numbers {
			if number == address {
				return line.ID
			}
		}
	}
	if address == anonymous {
		return "a withheld number"
	}
	return callbacks.Mask(address)
}

// keyWords shows one key as it is, and more only by their end: they may be an account.
func keyWords(keys string, unheard bool) string {
	digits, done := strings.CutSuffix(keys, "#")
	if done && digits != "" {
		keys = shortened(digits) + " #"
	} else {
		keys = shortened(keys)
	}
	if unheard {
		return keys + " (nothing listens)"
	}
	return keys
}

func shortened(keys string) string {
	if len(keys) == 1 {
		return keys
	}
	return callbacks.Mask(keys)
}

// spokenDigits are five digits or more, spoken one by one, in any of the languages.
var spokenDigits = regexp.MustCompile(`[0-9零〇一二三四五六七八九幺](?:[\s,，、]*[0-9零〇一二三四五六七八九幺]){4,}`)

// maskSpoken hides numbers that are read out, but for their last four digits.
func maskSpoken(text string) string {
	return spokenDigits.ReplaceAllStringFunc(text, func(number string) string {
		plain := strings.Map(func(r rune) rune {
			if strings.ContainsRune(" ,，、\t\n", r) {
				return -1
			}
			return r
		}, number)
		return callbacks.Mask(plain)
	})
}

// tag is a language as browsers know it: for Chinese they want the language, not one of its spoken forms.
func tag(language string) string {
	if rest, ok := strings.CutPrefix(language, "cmn"); ok {
		return "zh" + rest
	}
	return language
}

// when is an instant on the clock of a line.
func (c *Console) when(line string, t time.Time) string {
	zone := c.zone(line)
	return t.In(zone).Format("Mon 2 Jan 15:04 ") + "(" + zone.String() + ")"
}

func (c *Console) zone(line string) *time.Location {
	if l := c.line(line); l != nil {
		return l.Hours.Zone()
	}
	return time.UTC
}
