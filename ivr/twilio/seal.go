package twilio

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// errSeal means that a sealed value was altered, is for another call, has expired, or was sealed with a key we no
// longer hold. Which of these is deliberately not told.
var errSeal = errors.New("the sealed state cannot be opened")

// sealVersion is the first byte of every sealed value; a reader refuses all others.
const sealVersion = 1

// A Sealer encrypts what travels in URLs: AES-256-GCM, bound to a purpose and an owner (a CallSid or an attempt),
// expiring. It is safe for concurrent use.
type Sealer struct {
	keys []sealKey
	life time.Duration
	now  func() time.Time
}

type sealKey struct {
	id   [4]byte
	aead cipher.AEAD
}

// NewSealer takes keys of 32 bytes each, newest first: the first seals, all open. Values expire after life.
func NewSealer(keys [][]byte, life time.Duration, now func() time.Time) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("no state key: give at least one of 32 bytes")
	}
	s := &Sealer{life: life, now: now}
	for i, key := range keys {
		if len(key) != 32 {
			return nil, fmt.Errorf("state key %d has %d bytes; it must have 32", i+1, len(key))
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		digest := sha256.Sum256(key)
		s.keys = append(s.keys, sealKey{id: [4]byte(digest[:4]), aead: aead})
	}
	return s, nil
}

type sealed struct {
	Expires int64           `json:"x"`
	Value   json.RawMessage `json:"v"`
}

// seal returns value as URL-safe text that only Open with the same purpose and owner can read.
func (s *Sealer) seal(purpose, owner string, value any) (string, error) {
	inner, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(sealed{Expires: s.now().Add(s.life).Unix(), Value: inner})
	if err != nil {
		return "", err
	}
	key := s.keys[0]
	box := append([]byte{sealVersion}, key.id[:]...)
	box = key.aead.Seal(box, nil, plain, boundTo(purpose, owner))
	return base64.RawURLEncoding.EncodeToString(box), nil
}

// open reads what seal made into value. Every failure is [errSeal].
func (s *Sealer) open(purpose, owner, text string, value any) error {
	box, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(box) < 5 || box[0] != sealVersion {
		return errSeal
	}
	id, box := [4]byte(box[1:5]), box[5:]
	for _, key := range s.keys {
		if key.id != id {
			continue
		}
		plain, err := key.aead.Open(nil, nil, box, boundTo(purpose, owner))
		if err != nil {
			return errSeal
		}
		var content sealed
		if json.Unmarshal(plain, &content) != nil || s.now().Unix() >= content.Expires {
			return errSeal
		}
		if json.Unmarshal(content.Value, value) != nil {
			return errSeal
		}
		return nil
	}
	return errSeal
}

func boundTo(purpose, owner string) []byte {
	return []byte(purpose + "\x00" + owner)
}
