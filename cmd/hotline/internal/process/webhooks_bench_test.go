//go:build linux

package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// What a complete signed webhook costs the server's process in CPU, against a process that does only what cannot be
// left out: net/http, the same check of the signature, the same bytes in answer. They take turns, so that a busy
// machine slows both.

const (
	benchRounds      = 5
	benchConnections = 16
	// benchRequests is a round: the kernel counts a process's time in steps of 10 ms.
	benchRequests = 10_000
	benchCalls    = 64 // requests of a round are of so many calls, in turn
)

// asLimit in the environment makes the test binary the other process; it names the file with the answer.
const asLimit = "HOTLINE_TEST_AS_LIMIT"

// BenchmarkWebhooks fails where a webhook costs more than these multiples of the limit.
func BenchmarkWebhooks(b *testing.B) {
	server := startServe(b)
	go func() { // what it logs has to be read, or it waits
		for range server.log {
		}
	}()
	for _, kind := range []struct {
		name  string
		bound float64
		keys  []string // pressed before
		key   string   // and the one that is measured; empty: the call comes in
	}{
		{name: "call comes in", bound: 2.2},
		{name: "language key", bound: 4, key: "2"},
		{name: "key without a look-up", bound: 2.5, keys: []string{"2"}, key: "2"},
	} {
		b.Run(kind.name, func(b *testing.B) {
			requests := make([]*signedRequest, benchCalls)
			for i := range requests {
				requests[i] = server.reaches(b, fmt.Sprintf("CA%032d", i), kind.keys, kind.key)
			}
			limit := startLimit(b, requests[0].post(b, server.address))
			var ratios, micros, rates []float64
			for b.Loop() {
				for range benchRounds {
					ours, rate := loaded(b, requests, server.address, server.command.Process.Pid)
					least, _ := loaded(b, requests, limit.address, limit.pid)
					ratios = append(ratios, float64(ours)/float64(least))
					micros, rates = append(micros, float64(ours.Microseconds())/benchRequests), append(rates, rate)
				}
			}
			ratio := median(ratios)
			b.ReportMetric(ratio, "x-the-limit")
			b.ReportMetric(median(micros), "µs-cpu")
			b.ReportMetric(median(rates), "webhooks/s")
			if ratio > kind.bound {
				b.Errorf("it costs %.1f times the limit, want at most %.1f: %.2f", ratio, kind.bound, ratios)
			}
		})
	}
}

// BenchmarkStart: from the start of the process, with the shipped configuration and its call tests, to its first
// answer.
func BenchmarkStart(b *testing.B) {
	const most, starts = 150 * time.Millisecond, 5
	server := newServing(b)
	if err := os.CopyFS(server.dir+"/calls", os.DirFS("../../../../config/calls")); err != nil {
		b.Fatal(err)
	}
	quickest := time.Hour
	for b.Loop() {
		for i := range starts { // the quickest is the program's own; others had to wait for what else the machine does
			began := time.Now()
			server.serve()
			signed(twilio.PathIncoming, benchForm(fmt.Sprintf("CA%032d", i))).post(b, server.address)
			quickest = min(quickest, time.Since(began))
			server.stop()
		}
	}
	b.ReportMetric(float64(quickest.Milliseconds()), "ms-to-first-answer")
	if quickest > most {
		b.Errorf("the first answer comes after %s, want at most %s", quickest, most)
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// A signedRequest is one webhook, as the provider sends it.
type signedRequest struct{ target, body, signature string }

func signed(target string, form url.Values) *signedRequest {
	key := twilio.SigningKey{Algorithm: twilio.HMACSHA1, Secret: servedToken}
	return &signedRequest{target: target, body: form.Encode(), signature: key.Sign(servedURL+target, form)}
}

func (r *signedRequest) to(address string) *http.Request {
	request, err := http.NewRequest(http.MethodPost, "http://"+address+r.target, strings.NewReader(r.body))
	if err != nil {
		panic(err) // the address is a listener's
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(twilio.SignatureHeader, r.signature)
	return request
}

func (r *signedRequest) post(b *testing.B, address string) []byte {
	b.Helper()
	answer, err := http.DefaultClient.Do(r.to(address))
	if err != nil {
		b.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("answered %d, %v", answer.StatusCode, err)
	}
	return text
}

// benchForm is what the provider says of a call in every webhook.
func benchForm(call string) url.Values {
	return url.Values{"AccountSid": {simulate.AccountSID}, "ApiVersion": {"2010-04-01"}, "CallSid": {call},
		"CallStatus": {"in-progress"}, "Called": {servedNumber}, "CalledCity": {""}, "CalledCountry": {"ID"},
		"CalledState": {""}, "CalledZip": {""}, "Caller": {"+6281234567890"}, "CallerCity": {""},
		"CallerCountry": {"ID"}, "CallerState": {""}, "CallerZip": {""}, "Direction": {"inbound"},
		"From": {"+6281234567890"}, "FromCity": {""}, "FromCountry": {"ID"}, "FromState": {""}, "FromZip": {""},
		"To": {servedNumber}, "ToCity": {""}, "ToCountry": {"ID"}, "ToState": {""}, "ToZip": {""}}
}

var actionOf = regexp.MustCompile(`<Gather[^>]* action="` + servedURL + `([^"]+)"`)

// reaches is the webhook with which a key comes in after others in a call.
func (s *serving) reaches(b *testing.B, call string, keys []string, key string) *signedRequest {
	b.Helper()
	request := signed(twilio.PathIncoming, benchForm(call))
	if key == "" {
		return request
	}
	for _, pressed := range append(slices.Clone(keys), key) {
		answer := request.post(b, s.address)
		action := actionOf.FindSubmatch(answer)
		if action == nil {
			b.Fatalf("no key is asked for before %q: %s", pressed, answer)
		}
		form := benchForm(call)
		form.Set("Digits", pressed)
		form.Set("msg", "Gather End")
		form.Set("FinishedOnKey", "")
		request = signed(string(action[1]), form)
	}
	return request
}

// loaded sends a round and returns what it cost a process, and how many were answered a second.
func loaded(b *testing.B, requests []*signedRequest, address string, pid int) (time.Duration, float64) {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: benchConnections}
	defer transport.CloseIdleConnections()
	before, began := cpu(b, pid), time.Now()
	var sending sync.WaitGroup
	for c := range benchConnections {
		sending.Go(func() {
			for i := c; i < benchRequests; i += benchConnections {
				answer, err := transport.RoundTrip(requests[i%len(requests)].to(address))
				if err != nil {
					b.Error(err)
					return
				}
				if err := errors.Join(drain(answer.Body), answer.Body.Close()); err != nil ||
					answer.StatusCode != http.StatusOK {
					b.Errorf("answered %d, %v", answer.StatusCode, err)
				}
			}
		})
	}
	sending.Wait()
	return cpu(b, pid) - before, benchRequests / time.Since(began).Seconds()
}

// cpu is what a process has used: fields 14 and 15 of its stat, in ticks of 10 ms (proc(5)).
func cpu(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err := errors.Join(err1, err2); err != nil {
		b.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// A limitProcess is the process against which the server is measured.
type limitProcess struct {
	address string
	pid     int
}

func startLimit(b *testing.B, answer []byte) limitProcess {
	b.Helper()
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	file := b.TempDir() + "/answer.xml"
	if err := os.WriteFile(file, answer, 0o600); err != nil {
		b.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), asLimit+"="+file)
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	})
	var address string
	if err := json.NewDecoder(out).Decode(&address); err != nil {
		b.Fatal(err)
	}
	return limitProcess{address: address, pid: command.Process.Pid}
}

// limit is that process: it checks a form's signature once and answers with the bytes of a file.
func limit(file string) error {
	answer, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(listener.Addr().String()); err != nil {
		return err
	}
	key := twilio.SigningKey{Algorithm: twilio.HMACSHA1, Secret: servedToken}
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() != nil ||
			key.Sign(servedURL+r.RequestURI, r.PostForm) != r.Header.Get(twilio.SignatureHeader) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write(answer) // the other side is the benchmark, which counts
	}))
}
