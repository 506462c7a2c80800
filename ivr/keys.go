package ivr

import "strconv"

// A key means one thing wherever it means something: 1 to 5 are the choices of a menu, and these are the others. The
// first three are a menu's own: it has them or not.
const (
	keyMessage  = "6" // a recorded message
	keyExisting = "7" // the callback that is open, or whether a call in our name was ours
	keyMore     = "8" // more choices: other topics, another number
)

// Keys that every menu has. A new one is a constant here, an entry of commonKeys and a case in [request.commonKey]; the
// keys of one menu are where its step is. No menu may use one of these: a test holds every reachable menu against it.
// The prompts menu.agent, menu.again and menu.back name these keys. Steps that record take 0 themselves, and agents'
// legs have none of them.
const (
	KeyPerson = "0" // an agent
	keyAgain  = "9" // hear it again
	keyBack   = "*"
	KeyDone   = "#" // ends an entry; in a menu it is a wrong key
)

// commonKeys may not be a menu's own.
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
	return noMatch{prompt: r.words("no-match.menu"), slip: true}
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
