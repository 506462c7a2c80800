//go:build conformance

package process

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What a program asked of its kernel, in order, as strace writes it down with -f -y -xx.

// A sysCall is one system call. began and ended are moments, counted over all threads: the tracer writes down that a
// call begins before the kernel carries it out, and that it ended before the thread goes on.
type sysCall struct {
	name, path   string
	data         []byte
	offset       int64 // of pwrite64; -1 for the others
	result       int64
	began, ended int
}

var (
	tracedCall    = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>(?:, "((?:\\x[0-9a-f]{2})*)"(\.\.\.)?, \d+(?:, (\d+))?)?`)
	tracedResult  = regexp.MustCompile(`\) += (-?\d+)[^=]*$`)
	tracedResumed = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>`)
)

// readTrace reads the calls that ended. A line that looks like none of strace's is an error: what is not understood
// cannot be checked.
func readTrace(trace string) ([]*sysCall, error) {
	var calls []*sysCall
	unfinished := map[string]*sysCall{} // by thread
	for moment, line := range strings.Split(strings.TrimSpace(trace), "\n") {
		thread, said, _ := strings.Cut(line, " ")
		if said = strings.TrimSpace(said); strings.HasPrefix(said, "+++") || strings.HasPrefix(said, "---") {
			continue // a thread or signal
		}
		var call *sysCall
		if tracedResumed.MatchString(line) {
			if call = unfinished[thread]; call == nil {
				return nil, fmt.Errorf("line %d: a call goes on that never began: %.200s", moment+1, line)
			}
			delete(unfinished, thread)
		} else if parts := tracedCall.FindStringSubmatch(line); parts != nil && parts[5] == "" {
			call = &sysCall{name: parts[2], path: string(unescaped(parts[3])), data: unescaped(parts[4]), offset: -1,
				began: 2 * moment}
			if parts[6] != "" {
				call.offset, _ = strconv.ParseInt(parts[6], 10, 64)
			}
			if strings.HasSuffix(line, "<unfinished ...>") {
				unfinished[thread] = call
				continue
			}
		}
		result := tracedResult.FindStringSubmatch(line)
		if call == nil || result == nil && !strings.HasSuffix(line, "= ?") {
			return nil, fmt.Errorf("line %d is not understood: %.200s", moment+1, line)
		}
		if result != nil { // else the process ended in it
			call.result, _ = strconv.ParseInt(result[1], 10, 64)
			call.ended = 2*moment + 1
			calls = append(calls, call)
		}
	}
	return calls, nil
}

// unescaped reads \x41\x42.
func unescaped(text string) []byte {
	data, err := hex.DecodeString(strings.ReplaceAll(text, `\x`, ""))
	if err != nil {
		return nil
	}
	return data
}

// An httpAnswer is one that was written to a connection; began is when its first byte was.
type httpAnswer struct {
	text  string
	began int
}

// answersIn puts answers together from their writes.
func answersIn(calls []*sysCall) []*httpAnswer {
	var answers []*httpAnswer
	open := map[string]*httpAnswer{} // by connection
	for _, c := range calls {
		if c.name != "write" || !strings.HasPrefix(c.path, "socket:") && !strings.HasPrefix(c.path, "TCP") {
			continue
		}
		if bytes.HasPrefix(c.data, []byte("HTTP/1.")) {
			open[c.path] = &httpAnswer{began: c.began}
			answers = append(answers, open[c.path])
		}
		if a := open[c.path]; a != nil {
			a.text += string(c.data)
		}
	}
	return answers
}

// SQLite's write-ahead log: a header of 32 bytes, then frames, each a header of 24 bytes and a page. In a frame's
// header bytes 4 to 8 are other than zero where the frame ends a transaction (https://www.sqlite.org/fileformat2.html,
// 4.1).
const (
	walHeader   = 32
	frameHeader = 24
)

// syncedBefore says what is wrong if, before the moment, the transaction that wrote row to the log was not written to
// its end and synced after that.
func syncedBefore(calls []*sysCall, log string, row []byte, moment int) error {
	var header *sysCall // of the frame whose page comes next
	written, committed := false, (*sysCall)(nil)
	for _, c := range calls {
		if c.path != log || c.ended >= moment {
			continue
		}
		switch c.name {
		case "pwrite64":
			if c.result != int64(len(c.data)) {
				return fmt.Errorf("the log was written to by half: %d of %d bytes", c.result, len(c.data))
			}
			if len(c.data) == frameHeader {
				header = c
				continue
			}
			if header == nil || c.offset != header.offset+frameHeader {
				if c.offset == 0 && len(c.data) == walHeader {
					continue
				}
				return fmt.Errorf("a write to the log at %d that is no frame", c.offset)
			}
			written = written || bytes.Contains(c.data, row)
			if written && committed == nil && binary.BigEndian.Uint32(header.data[4:]) != 0 {
				committed = c
			}
		case "fsync", "fdatasync":
			if committed != nil && c.began > committed.ended && c.result == 0 {
				return nil
			}
		default:
			return fmt.Errorf("the log was written to by %s, which this test does not know", c.name)
		}
	}
	switch {
	case !written:
		return fmt.Errorf("was not written to the log")
	case committed == nil:
		return fmt.Errorf("was written to the log, and its transaction not ended")
	}
	return fmt.Errorf("was written to the log, and the log not synced")
}

// The check can refuse: of the traces below only the first is in order.
func TestTheTraceCanSayNo(t *testing.T) {
	frame := func(offset, commit int, row string) string {
		return fmt.Sprintf("1 pwrite64(9<%s>, \"%s\", 24, %d) = 24\n1 pwrite64(9<%s>, \"%s\", %d, %d) = %d\n",
			escaped("db-wal"), escaped(string([]byte{0, 0, 0, 1, 0, 0, 0, byte(commit)})+strings.Repeat("x",
				16)), offset,
			escaped("db-wal"), escaped(row), len(row), offset+24, len(row))
	}
	row, rest, other := frame(32, 0, "key1234567"), frame(66, 7, "index"), frame(100, 7, "another")
	sync := fmt.Sprintf("2 fsync(9<%s> <unfinished ...>\n1 --- SIGURG {} ---\n2 <... fsync resumed>) = 0\n",
		escaped("db-wal"))
	failed := fmt.Sprintf("2 fsync(9<%s>) = -1 EIO (Input/output error)\n", escaped("db-wal"))
	elsewhere := fmt.Sprintf("2 fsync(9<%s>) = 0\n", escaped("db"))
	early := fmt.Sprintf("2 fsync(9<%s> <unfinished ...>\n", escaped("db-wal")) + row + rest +
		"2 <... fsync resumed>) = 0\n"
	answer := fmt.Sprintf("3 write(7<%s>, \"%s\", 12) = 12\n", escaped("socket:[5]"), escaped("HTTP/1.1 200"))
	for _, tt := range []struct{ trace, want string }{
		{row + rest + sync + answer, ""},
		{row + rest + sync + other + answer, ""},
		{answer + row + rest + sync, "was not written"},
		{other + sync + answer, "was not written"},
		{row + sync + answer, "its transaction not ended"},
		{row + sync + rest + answer, "not synced"},
		{row + rest + answer + sync, "not synced"},
		{row + rest + failed + answer, "not synced"},
		{row + rest + elsewhere + answer, "not synced"},
		{early + answer, "not synced"},
	} {
		calls, err := readTrace(tt.trace)
		if err != nil {
			t.Fatal(err)
		}
		answers := answersIn(calls)
		if len(answers) != 1 {
			t.Fatalf("%d answers in %s", len(answers), tt.trace)
		}
		if err := syncedBefore(calls, "db-wal", []byte("key1234567"),
			answers[0].began); (err == nil) != (tt.want == "") || err != nil &&
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %q, of\n%s", err, tt.want, tt.trace)
		}
	}
	if _, err := readTrace("1 write(7<" + escaped("f") + `>, "` + escaped("cut off") + `"..., 900) = 900`); err == nil {
		t.Error("data that is cut off is taken for all of it")
	}
}

func escaped(text string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		fmt.Fprintf(&out, `\x%02x`, b)
	}
	return out.String()
}
