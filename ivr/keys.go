package ivr

import "strconv"

// Keys that mean the same in every menu. A new one is a constant here, an entry of commonKeys and a case in
// [request.commonKey]; the keys of one menu are where its step is. No menu may use one of these: a test holds every
// reachable menu against it. None is free at present: a menu of eight languages uses 1 to 8, and so does the fullest offer
// of a callback. A new one has to lower the bounds of languages and slots (package config/schema) first. The prompt
// menu.controls names these keys. Steps that record take 0 themselves, and agents' legs have none of them.
const (
	KeyPerson = "0" // an agent
	keyAgain  = "9" // hear it again
	keyBack   = "*"
	KeyDone   = "#" // ends an entry
)

// commonKeys may not be a menu's own. The last ends an entry, and means nothing in a menu.
var commonKeys = []string{KeyPerson, keyAgain, keyBack, KeyDone}

// commonKey answers a key that means the same in every menu; nil for any other.
func (r *request) commonKey(step *step, key string) Action {
	switch key {
	case KeyPerson:
		return r.person()
	case keyAgain:
		return step.ask(r)
	case keyBack:
		if step.back != nil {
			return step.back(r)
		}
		return step.ask(r)
	}
	return nil
}

// A menuKey is a key of one menu, and what it leads to.
type menuKey struct {
	key string
	do  func(*request) Action
}

// menuKey answers a key in a menu.
func (r *request) menuKey(step *step, key string) Action {
	if action := r.commonKey(step, key); action != nil {
		return action
	}
	if step.hear != nil { // nothing was asked, and a recording is awaited
		return step.hear(r, key)
	}
	for _, k := range step.keys(r) {
		if k.key == key {
			return k.do(r)
		}
	}
	return noMatch{r.words("no-match.menu")}
}

// goes leads to a step.
func goes(to StepID) func(*request) Action { return func(*request) Action { return goTo{to} } }

// numbered are the keys 1 to n, of which each leads to what its index stands for.
func numbered(n int, do func(r *request, i int) Action) []menuKey {
	keys := make([]menuKey, 0, n)
	for i := range n {
		keys = append(keys, menuKey{strconv.Itoa(i + 1), func(r *request) Action { return do(r, i) }})
	}
	return keys
}
