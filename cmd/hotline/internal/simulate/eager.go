package simulate

import (
	"regexp"
	"slices"
	"strings"

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
