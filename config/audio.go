package config

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// Recorded sentences: AudioFolder/LANGUAGE/KEY.wav, or AudioFolder/LANGUAGE/LINE/KEY.wav for one line alone.

const (
	// AudioFolder holds a folder of recordings for each language.
	AudioFolder = "prompts/audio"
	// LargestAudio is the greatest size of one of them, in bytes: two minutes as telephones carry them.
	LargestAudio = 1 << 20
	// MostAudio is that of all together.
	MostAudio = 16 << 20
)

// convert is the remedy for sounds that are large, or no WAV file that the provider is known to play.
const convert = "convert it: ffmpeg -i OLD -ac 1 -ar 8000 -c:a pcm_mulaw NEW.wav"

// Audio is a recorded sentence.
type Audio struct {
	// Language and Text are what is said in it, as the prompts have it.
	Language, Text string
	Length         time.Duration
	// Sound is the WAV file. It must not be changed.
	Sound []byte
}

// Audio is the recording with this name; see [ivr.Prompts.Audio].
func (s *Snapshot) Audio(name string) (Audio, bool) {
	audio, ok := s.audio[name]
	return audio, ok
}

// ShareAudio lets the recordings that another snapshot has too be in memory once. It is called before anybody else
// knows this one.
func (s *Snapshot) ShareAudio(with *Snapshot) {
	for name := range s.audio {
		if audio, ok := with.audio[name]; ok {
			s.audio[name] = audio
		}
	}
}

// readAudio reads the recordings in these languages and returns their names by language and key.
func (l *loader) readAudio(languages map[string]*promptFile) map[string]map[string]string {
	names, total := map[string]map[string]string{}, 0
	for tag := range languages {
		names[tag] = map[string]string{}
	}
	err := fs.WalkDir(l.fsys, AudioFolder, func(file string, e fs.DirEntry, err error) error {
		switch hidden := strings.HasPrefix(path.Base(file), "."); {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case hidden && e.IsDir():
			return fs.SkipDir
		case hidden || e.IsDir():
			return nil
		}
		if tag, key, name := l.readRecording(file, languages); name != "" {
			names[tag][key] = name
			total += len(l.audio[name].Sound)
		}
		if total > MostAudio {
			l.fail(AudioFolder, "holds more than %d bytes; no more are supported; if a file is not in the telephone's "+
				"form, %s", MostAudio, convert)
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		l.fail(AudioFolder, "cannot be read: %v", err)
	}
	return names
}

// readRecording reads one file. The name of the recording is empty after a mistake, which has been reported.
func (l *loader) readRecording(file string, languages map[string]*promptFile) (tag, key, name string) {
	tag, key, inFolder := strings.Cut(strings.TrimPrefix(file, AudioFolder+"/"), "/")
	key, isWAV := strings.CutSuffix(key, ".wav")
	v, f := yamlnode.Value{File: file, Problems: l.problems}, languages[tag]
	switch {
	case !inFolder:
		v.Fail("is in no language's folder; move it to %s/LANGUAGE", AudioFolder)
	case !isWAV:
		v.Fail("does not end in .wav; %s, or remove it", convert)
	case f == nil && !l.mistaken("prompts/"+tag+".yaml"):
		v.Fail("there is no prompts/%s.yaml; %s", tag, problem.Hint(tag, slices.Sorted(maps.Keys(languages))))
	case f != nil:
		name = l.readSound(f, v, key)
	}
	return tag, key, name
}

func (l *loader) readSound(f *promptFile, v yamlnode.Value, key string) string {
	text, ok := f.recordable(v, key)
	if !ok {
		return ""
	}
	sound, err := l.bytes(v.File, LargestAudio)
	if err != nil {
		v.Fail("%v; %s", err, convert)
		return ""
	}
	length, err := wavLength(sound)
	if err != nil {
		v.Fail("%v", err)
		return ""
	}
	l.count(v.File, sound)
	name := callbacks.AudioName(sound)
	l.audio[name] = Audio{Language: f.tag, Text: text, Length: length, Sound: sound}
	return name
}

// recordable is the text that a recording takes the place of; false if it cannot take any.
func (f *promptFile) recordable(v yamlnode.Value, key string) (text string, ok bool) {
	_, common, own := strings.Cut(key, "/")
	text, written := f.written[key]
	if !own {
		common = key
	} else if !written {
		text, written = f.written[common]
	}
	switch {
	case strings.ContainsRune(text, '{'):
		v.Fail("%q cannot be recorded: what is said for {…} differs from call to call; remove the recording, or "+
			"reword the sentence", problem.Short(text))
		return "", false
	case !ivr.SpokenWhole(common):
		v.Fail("cannot be recorded: this is only said within other sentences, or written; remove it")
		return "", false
	}
	if _, ok := f.needOf(v, key); !ok {
		return "", false
	}
	if !written {
		v.Fail("prompts/%s.yaml has no %s; add the words that are spoken in this, or remove it", f.tag, key)
	}
	return text, written
}

// The formats of samples, and the rates, that are taken.
const (
	formatPCM, formatMuLaw = 1, 7
	slowestRate            = 8000
	fastestRate            = 48000
)

// wavLength is how long a WAV file plays. The error says what keeps the provider from playing it, and what to do.
// Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", chapter 3.
func wavLength(file []byte) (time.Duration, error) {
	switch {
	case len(file) == 0:
		return 0, errors.New("is empty; record it, or remove it")
	case len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE":
		return 0, errors.New("is no WAV file, whatever its name says; " + convert)
	}
	perSecond := 0
	for rest := file[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		if size > int64(len(rest)) {
			return 0, errors.New("is not whole; copy or export it again")
		}
		chunk := rest[:size]
		switch {
		case id == "fmt ":
			var err error
			if perSecond, err = bytesPerSecond(chunk); err != nil {
				return 0, err
			}
		case id == "data" && size > 0 && perSecond > 0:
			return time.Duration(size) * time.Second / time.Duration(perSecond), nil
		}
		rest = rest[min(size+size%2, int64(len(rest))):]
	}
	return 0, errors.New("holds no sound; record it, or remove it")
}

// bytesPerSecond reads the format of the samples.
func bytesPerSecond(format []byte) (int, error) {
	if len(format) < 16 {
		return 0, errors.New("is not whole; copy or export it again")
	}
	number := func(at int) int { return int(binary.LittleEndian.Uint16(format[at:])) }
	kind, channels, bits := number(0), number(2), number(14)
	rate := int(binary.LittleEndian.Uint32(format[4:]))
	switch {
	case kind != formatMuLaw && kind != formatPCM || bits != 8 && (bits != 16 || kind != formatPCM):
		return 0, fmt.Errorf("has samples that are neither PCM of 8 or 16 bits nor mu-law; %s", convert)
	case channels != 1:
		return 0, fmt.Errorf("has %d channels, and a telephone has one; %s", channels, convert)
	case rate < slowestRate || rate > fastestRate:
		return 0, fmt.Errorf("has %d samples a second; %d to %d are supported; %s", rate, slowestRate, fastestRate,
			convert)
	}
	return rate * bits / 8, nil
}
