// Package audiotest makes the recordings of tests.
package audiotest

import (
	"bytes"
	"encoding/binary"
)

// WAV is a recording of so many milliseconds, as telephones carry it; others have another sound.
func WAV(milliseconds int, sound byte) []byte {
	header := []byte("RIFF????WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00" +
		"\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data")
	data := bytes.Repeat([]byte{sound}, 8*milliseconds)
	return append(binary.LittleEndian.AppendUint32(header, uint32(len(data))), data...)
}
