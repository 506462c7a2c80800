package config_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/audiotest"
	"github.com/hotline-ivr/hotline/config/internal/configtest"
)

// recorded is the base with recordings, by path below prompts/audio.
func recorded(t *testing.T, sounds map[string][]byte) fstest.MapFS {
	fsys := base(t)
	for name, sound := range sounds {
		fsys["prompts/audio/"+name] = configtest.File(sound)
	}
	return fsys
}

func TestRecordedSentences(t *testing.T) {
	common, own := audiotest.WAV(1500, 1), audiotest.WAV(500, 2)
	fsys := recorded(t, map[string][]byte{"en/goodbye.wav": common, "en/safety.wav": common, "id/shop/goodbye.wav": own,
		"id/goodbye.wav": common, "en/.DS_Store": {1}, "en/.trash/goodbye.wav": {1}})
	s := load(t, fsys)
	line := s.Lines[0]
	for _, c := range []struct {
		tag, key, want string
		length         time.Duration
	}{
		{"en", "goodbye", callbacks.AudioName(common), 1500 * time.Millisecond},
		{"id", "goodbye", callbacks.AudioName(own), 500 * time.Millisecond}, // the line's own voice
		{"id", "safety", "", 0},
	} {
		said := line.Say(c.tag, c.key)
		audio, ok := s.Audio(said.Audio)
		if said.Audio != c.want || audio.Length != c.length || ok != (c.want != "") || said.Text == "" {
			t.Errorf("%s %s: %+v, %v long", c.tag, c.key, said, audio.Length)
		}
	}
	// A line's own words are not in the recording of the common ones.
	fsys["prompts/en.yaml"] = configtest.File(append([]byte("shop/goodbye: Come again.\n"),
		fsys["prompts/en.yaml"].Data...))
	if said := load(t, fsys).Lines[0].Say("en", "goodbye"); said.Audio != "" || said.Text != "Come again." {
		t.Errorf("in the line's own words: %+v", said)
	}
	fsys["prompts/audio/en/shop/goodbye.wav"] = configtest.File(own)
	other := load(t, fsys)
	if said := other.Lines[0].Say("en", "goodbye"); said.Audio != callbacks.AudioName(own) {
		t.Errorf("its own words, recorded: %+v", said)
	}
	if audio, _ := other.Audio(callbacks.AudioName(own)); audio.Language == "" || audio.Text == "" {
		t.Errorf("what is said in it is not known: %+v", audio)
	}
	before := other.Hash
	fsys["prompts/audio/en/shop/goodbye.wav"] = configtest.File(audiotest.WAV(500, 3))
	if load(t, fsys).Hash == before {
		t.Error("with another recording it is the same configuration")
	}
}

// changed is a WAV file with other bytes from an offset on.
func changed(at int, bytes ...byte) []byte {
	wav := audiotest.WAV(1000, 1)
	copy(wav[at:], bytes)
	return wav
}

func TestWhatIsNoRecording(t *testing.T) {
	wav := audiotest.WAV(1000, 1)
	pcm16 := changed(20, 1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0)
	withList := append(append(append([]byte{}, wav[:12]...), "LIST\x03\x00\x00\x00abc\x00"...), wav[12:]...)
	for _, c := range []struct {
		name, want string
		wav        []byte
		length     time.Duration
	}{
		{"mu-law", "", wav, time.Second},
		{"PCM of 16 bits", "", pcm16, time.Second / 2},
		{"of 16,000 samples a second", "", changed(24, 0x80, 0x3e), time.Second / 2},
		{"with a title", "", withList, time.Second},
		{"cut short", "is not whole; copy or export it again", wav[:len(wav)-1], 0},
		{"cut in the header", "holds no sound", wav[:14], 0},
		{"of another format", "neither PCM of 8 or 16 bits nor mu-law; convert it: ffmpeg", changed(20, 85), 0},
		{"mu-law of 16 bits", "neither PCM", changed(34, 16), 0},
		{"stereo", "has 2 channels", changed(22, 2), 0},
		{"too slow", "has 4000 samples a second; 8000 to 48000 are supported", changed(24, 0xa0, 0x0f), 0},
		{"silent", "holds no sound; record it, or remove it", audiotest.WAV(0, 0), 0},
		{"of an unknown length", "is not whole", changed(40, 255, 255, 255, 255), 0},
		{"an odd header", "is not whole", changed(16, 2), 0},
		{"too large", "has 1200044 bytes; at most 1048576 are supported; convert it", audiotest.WAV(150_000, 1), 0},
	} {
		s, err := config.Load(recorded(t, map[string][]byte{"en/goodbye.wav": c.wav}))
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), "prompts/audio/en/goodbye.wav: ") ||
				!strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if audio, _ := s.Audio(callbacks.AudioName(c.wav)); audio.Length != c.length {
			t.Errorf("%s: %v long", c.name, audio.Length)
		}
	}
}

func TestRecordingsTogetherAreBounded(t *testing.T) {
	sounds := map[string][]byte{}
	for i, key := range strings.Fields("goodbye safety desk.connecting desk.next desk.nobody message.ask message.empty " +
		"message.saved message.failed") {
		for _, tag := range []string{"en", "id"} {
			sounds[tag+"/"+key+".wav"] = audiotest.WAV(125_000, byte(i))
		}
	}
	_, err := config.Load(recorded(t, sounds))
	if err == nil || !strings.HasPrefix(err.Error(),
		"prompts/audio: holds more than 16777216 bytes; no more are supported") {
		t.Errorf("%v", err)
	}
}
