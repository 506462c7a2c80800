// Package page is a telephone in the browser, for trying a line out: the caller's telephone with captions in
// place of sound, an agent's telephone on the same page, and a panel that tells what goes on behind them.
//
// It stands on a provider simulator (package simulator) and hears of two sources: the simulator's events, and the
// product's events. What it learns it turns into entries for people (hear.go, words.go), keeps in one state
// that every open page shares, and sends to the pages as server-sent events (stream.go). A page that connects gets all
// of the state first, so that losing the connection loses nothing. What a visitor does arrives as small JSON posts
// (api.go).
//
// The simulator's virtual time keeps pace with real time. It only goes forward: pace.go lets it run ahead to the next
// thing that can be seen or heard, or to an hour at which a line is interesting.
package page
