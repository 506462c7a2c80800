package simulate

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// eager presses each key as soon as the sentence that names it has ended, as callers do who know what they want.
func eager(press string) func(simulator.Prompt) simulator.Reply {
	keys := scripted(press)
	return func(p simulator.Prompt) simulator.Reply {
		reply := keys(p)
		own := p.Said[len(p.Said)-p.Own:]
		digits, entry := strings.CutSuffix(reply.Digits, "#")
		if reply.Sentence = naming(digits, own); entry && reply.Sentence == 0 {
			reply.Sentence = asksForNumber(own)
		}
		return reply
	}
}

var number = regexp.MustCompile(`[0-9]+`)

// naming is which sentence tells callers to press this key, counted from 1; 0 if none does. A sentence names the last
// number in it; one that names two keys, as "for an agent 0, to hear this again 9", counts if no other does.
func naming(key string, sentences []string) int {
	within := 0
	for i, sentence := range sentences {
		numbers := number.FindAllString(sentence, -1)
		for j, n := range numbers {
			switch {
			case n != key:
			case j == len(numbers)-1:
				return i + 1
			case within == 0:
				within = i + 1
			}
		}
	}
	return within
}

// asksForNumber is which sentence asks for a number, counted from 1: the last one that does not only name the key 0.
func asksForNumber(sentences []string) int {
	for i, sentence := range slices.Backward(sentences) {
		if numbers := number.FindAllString(sentence, -1); len(numbers) != 1 || numbers[0] != "0" {
			return i + 1
		}
	}
	return 0
}

// An effort is what a call costs its caller: seconds since pick-up and keys pressed, until something comes of it.
type effort struct {
	pickedUp time.Time
	keys     int
	over     bool
	rows     []string
}

// simulatorEvent counts the caller's keys, and notes the telephones that ring for them.
func (e *effort) simulatorEvent(event simulator.Event) {
	caller := event.Role == RoleCaller
	switch {
	case caller && event.Event == simulator.EventAnswer:
		e.pickedUp = event.At
	case caller && event.Event == simulator.EventPress:
		e.keys++
	case caller && event.Event == simulator.EventHangup:
		e.reaches(event.At, "the call is over")
		e.over = true
	case !caller && event.Event == simulator.EventRing:
		e.reaches(event.At, event.Role+" rings")
	}
}

// reaches notes what has come of the call, while it lasts.
func (e *effort) reaches(at time.Time, what string) {
	if !e.over && !e.pickedUp.IsZero() {
		e.rows = append(e.rows, fmt.Sprintf("%6.1f s %3d keys  %s", at.Sub(e.pickedUp).Seconds(), e.keys, what))
	}
}

func (e *effort) print(out io.Writer) error {
	_, err := fmt.Fprintln(out, "From pick-up:")
	for _, row := range e.rows {
		if err == nil {
			_, err = fmt.Fprintln(out, row)
		}
	}
	return err
}
