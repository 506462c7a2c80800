package callbacks

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// What a store keeps of the configuration: which versions were in force, which closures were declared in an emergency,
// and what each instance runs. The directory of files is the truth; this is its history, and what instances share.
// Instants are kept to the millisecond and come back in UTC. What is no UTF-8 in words for people is kept as U+FFFD.

// A DeclaredOverride closes or opens a line whatever its files say, from one instant to another: the closure in an
// emergency.
type DeclaredOverride struct {
	// ID is the store's number, in the order in which overrides were declared; 0 before one is written.
	ID int64
	// Line it is about. An empty Desk is the line with every desk that ever closes, else it is about this desk alone.
	Line, Desk string
	// Open: somebody is there all the time; otherwise nobody is.
	Open bool
	// From and Until, UTC. Until is exclusive and never zero: every override has an end.
	From, Until time.Time
	// Reason is for people at the desk.
	Reason string
	// Say is announced at the start of calls, by language tag; may be empty, and comes back as nil then.
	Say map[string]string
	// By is who declared it, Created when, UTC.
	By      string
	Created time.Time
	// Lifted is when it was ended before its time, UTC, and LiftedBy who did; zero while it stands.
	Lifted   time.Time
	LiftedBy string
}

// Rules reports whether the override decides at this instant.
func (o DeclaredOverride) Rules(at time.Time) bool {
	return !at.Before(o.From) && at.Before(o.Until) && (o.Lifted.IsZero() || at.Before(o.Lifted))
}

// A Version is one configuration that was put in force.
type Version struct {
	// Number counts from 1.
	Number int64
	// Hash is the configuration's.
	Hash string
	// At is when it was put in force, UTC.
	At time.Time
	// Author is who edited the files, as far as that is known; may be empty.
	Author string
	// Note is what was done, such as "rollback to 3"; empty for an ordinary edit.
	Note string
	// Changes says what is different from the version before, in words, and Summary the first of it in one line.
	Changes, Summary string
	// Files are the files by their path in the directory, with slashes. Nil in lists; an empty file comes back as no
	// bytes, not as nil.
	Files map[string][]byte
}

// An Instance is one process that answers calls, and the configuration that it runs.
type Instance struct {
	// ID tells processes apart; Host is the machine's name.
	ID, Host string
	// Hash is what it runs, Since since when, UTC.
	Hash  string
	Since time.Time
	// Offered is the hash of the directory's content if that was refused, and Problem why, in words; empty otherwise.
	Offered, Problem string
	// Seen is when it said so, UTC.
	Seen time.Time
}

// AudioName is the name of a recorded sentence: made of its content, so that another recording has another name.
func AudioName(sound []byte) string {
	sum := sha256.Sum256(sound)
	return hex.EncodeToString(sum[:16]) + audioEnding
}

const audioEnding = ".wav"

// IsAudio reports whether a file of a configuration, by its path, is a recorded sentence.
func IsAudio(path string) bool { return strings.HasSuffix(path, audioEnding) }
