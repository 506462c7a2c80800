package twilio

import (
	"bytes"
	"encoding/base64"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

var (
	keyA = bytes.Repeat([]byte{1}, 32)
	keyB = bytes.Repeat([]byte{2}, 32)
)

// sealerAt seals with the keys at a time that the test can move.
func sealerAt(t testing.TB, now *time.Time, keys ...[]byte) *Sealer {
	t.Helper()
	s, err := NewSealer(keys, time.Hour, func() time.Time { return *now })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var sealedState = ivr.State{
	Line: "gopay", Language: "en", Step: stepNumberRight, Called: 1772600000, Events: 7, Topic: "refund",
	Account: "081234567890", Draft: "9988776655", Skip: []string{"account"}, Slots: [][2]int64{{1, 2},
		{3, 4}}, Kind: callbacks.Slot,
}

func TestSealRoundTrip(t *testing.T) {
	now := openHour
	s := sealerAt(t, &now, keyA)
	text, err := s.seal("call", "CA1", sealedState)
	if err != nil {
		t.Fatal(err)
	}
	var got ivr.State
	if err := s.open("call", "CA1", text, &got); err != nil || !reflect.DeepEqual(got, sealedState) {
		t.Errorf("opened %+v, error %v", got, err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatalf("%q is no URL-safe text: %v", text, err)
	}
	for _, secret := range []string{sealedState.Account, sealedState.Draft, "gopay"} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("%q can be read in the sealed text", secret)
		}
	}
	if again, _ := s.seal("call", "CA1", sealedState); again == text {
		t.Error("sealing twice gives the same text: the nonce is not random")
	}
}

// What is sealed opens for the same purpose and owner only.
func TestSealIsBound(t *testing.T) {
	now := openHour
	s := sealerAt(t, &now, keyA)
	text, _ := s.seal("call", "CA1", sealedState)
	for _, other := range [][2]string{{"call", "CA2"}, {"call", ""}, {"whisper", "CA1"}, {"", "CA1"}, {"callC", "A1"},
		{"CA1", "call"}} {
		if err := s.open(other[0], other[1], text, &ivr.State{}); !errors.Is(err, errSeal) {
			t.Errorf("opens for purpose %q and owner %q: %v", other[0], other[1], err)
		}
	}
	if err := s.open("call", "CA1", text, new(int)); !errors.Is(err, errSeal) {
		t.Errorf("opens into another type: %v", err)
	}
}

func TestSealExpires(t *testing.T) {
	now := openHour
	s := sealerAt(t, &now, keyA)
	text, _ := s.seal("call", "CA1", sealedState)
	for _, c := range []struct {
		after time.Duration
		want  error
	}{{0, nil}, {time.Hour - time.Second, nil}, {time.Hour, errSeal}, {24 * time.Hour, errSeal}} {
		now = openHour.Add(c.after)
		if err := s.open("call", "CA1", text, &ivr.State{}); !errors.Is(err, c.want) {
			t.Errorf("after %s: %v, want %v", c.after, err, c.want)
		}
	}
}

func TestSealKeyRotation(t *testing.T) {
	now := openHour
	before, during, after := sealerAt(t, &now, keyA), sealerAt(t, &now, keyB, keyA), sealerAt(t, &now, keyB)
	older, _ := before.seal("call", "CA1", sealedState)
	newer, _ := during.seal("call", "CA1", sealedState)
	for _, c := range []struct {
		name string
		s    *Sealer
		text string
		want error
	}{
		{"the old key still opens", during, older, nil},
		{"the new key opens", during, newer, nil},
		{"the newest key seals", after, newer, nil},
		{"a removed key opens nothing", after, older, errSeal},
		{"who lacks the new key opens nothing", before, newer, errSeal},
	} {
		if err := c.s.open("call", "CA1", c.text, &ivr.State{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestSealerWantsWholeKeys(t *testing.T) {
	for name, keys := range map[string][][]byte{
		"none": nil, "short": {keyA[:31]}, "long": {append(bytes.Clone(keyA),
			0)}, "empty": {{}}, "second short": {keyA, keyB[:16]},
	} {
		if _, err := NewSealer(keys, time.Hour, time.Now); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Every bit of what is sealed is vouched for: version, key, nonce, content and tag.
func TestSealRefusesEveryChange(t *testing.T) {
	now := openHour
	s := sealerAt(t, &now, keyA)
	text, _ := s.seal("call", "CA1", sealedState)
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	refused := func(what string, raw []byte) {
		if err := s.open("call", "CA1", base64.RawURLEncoding.EncodeToString(raw), &ivr.State{}); !errors.Is(err,
			errSeal) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range raw {
		for bit := range 8 {
			changed := bytes.Clone(raw)
			changed[i] ^= 1 << bit
			refused("a flipped bit", changed)
		}
	}
	for length := range raw {
		refused("cut short", raw[:length])
	}
	refused("something appended", append(bytes.Clone(raw), 0))
}

func FuzzOpen(f *testing.F) {
	now := openHour
	s := sealerAt(f, &now, keyB, keyA)
	text, _ := s.seal("call", "CA1", sealedState)
	f.Add(text, "call", "CA1")
	f.Add("", "call", "")
	f.Add("AQ", "call", "CA1")
	f.Add(text[:20], "whisper", "CA1")
	f.Add(base64.RawURLEncoding.EncodeToString(append([]byte{sealVersion}, s.keys[1].id[:]...)), "", "")
	f.Fuzz(func(t *testing.T, text, purpose, owner string) {
		// Nobody without a key can make something that opens: the seed that does is ours, and is made anew each run.
		var got ivr.State
		err := s.open(purpose, owner, text, &got)
		if err != nil && !errors.Is(err, errSeal) {
			t.Errorf("%q fails with %v", text, err)
		}
		if err == nil && !reflect.DeepEqual(got, sealedState) {
			t.Errorf("%q opens as %+v", text, got)
		}
		mine, err := s.seal(purpose, owner, text)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := s.open(purpose, owner, mine, &back); err != nil {
			t.Errorf("cannot open what was sealed for %q, %q: %v", purpose, owner, err)
		}
		if err := s.open(purpose+"x", owner, mine, &back); !errors.Is(err, errSeal) {
			t.Errorf("opens for another purpose: %v", err)
		}
	})
}
