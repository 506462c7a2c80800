//go:build unix

package process

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// hotline serve as an operator has it: a process of its own, which gets signals and whatever strangers send.

// A logLine is one of the server's log.
type logLine struct {
	Level, Msg, Listen, Reason, To string
	Files                          []string
	Left                           int `json:"not_logged_before"`
}

// A serving is such a process.
type serving struct {
	t       testing.TB
	command *exec.Cmd
	env     []string
	dir     string // of its configuration
	store   string
	address string
	log     chan logLine // closed when it has ended
	seen    []logLine
}

const servedURL, servedToken = "https://hotline.example.com", "ffffffffffffffffffffffffffffffff"

// startServe is a server that serves. settings are further ones, NAME=value.
func startServe(t testing.TB, settings ...string) *serving {
	t.Helper()
	s := newServing(t, settings...)
	s.serve()
	return s
}

// newServing has what a server needs; it is not started.
func newServing(t testing.TB, settings ...string) *serving {
	t.Helper()
	provider := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(provider.Close)
	s := &serving{t: t, dir: filepath.Join(t.TempDir(), "config"), store: sqlitetest.New(t)}
	// Call tests would only take time.
	if err := errors.Join(os.CopyFS(s.dir, config.Shipped()), os.RemoveAll(filepath.Join(s.dir, "calls")),
		os.Chmod(s.store, 0o644)); err != nil {
		t.Fatal(err)
	}
	s.env = append(os.Environ(), asProgram+"=1",
		"HOTLINE_LISTEN=127.0.0.1:0", "HOTLINE_PUBLIC_URL="+servedURL, "HOTLINE_STORE=sqlite:"+s.store,
		"HOTLINE_STATE_KEYS="+strings.Repeat("A", 43)+"=", "HOTLINE_TWILIO_ACCOUNT_SID="+simulate.AccountSID,
		"HOTLINE_TWILIO_AUTH_TOKEN="+servedToken, "HOTLINE_TWILIO_BASE_URL="+provider.URL)
	s.env = append(s.env, settings...)
	return s
}

// serve starts the process and waits until it says where it listens.
func (s *serving) serve(tracer ...string) {
	s.t.Helper()
	s.start(tracer...)
	s.address = s.says("serving").Listen
}

// start starts the process, under a tracer if there is one, or another process once it has ended.
func (s *serving) start(tracer ...string) {
	s.t.Helper()
	program, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	words := append(tracer, program, "serve", "--config", s.dir)
	command := exec.Command(words[0], words[1:]...)
	command.Env, command.SysProcAttr = s.env, &syscall.SysProcAttr{Setpgid: true}
	errs, err := command.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		if command.ProcessState == nil {
			_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
			_ = command.Wait()
		}
	})
	s.command, s.log, s.seen = command, make(chan logLine, 10_000), nil
	go s.listen(errs, s.log)
}

func (s *serving) listen(errs io.Reader, log chan<- logLine) {
	defer close(log)
	for lines := bufio.NewScanner(errs); lines.Scan(); {
		line := logLine{Msg: lines.Text()}
		_ = json.Unmarshal(lines.Bytes(), &line) // what is no JSON is told as it is
		log <- line
	}
}

// says waits for a line of the log that begins with these words.
func (s *serving) says(words string) logLine {
	s.t.Helper()
	line, ok := s.waits(words)
	if !ok {
		s.t.Fatalf("it ended and never said %q:\n%+v", words, s.seen)
	}
	return line
}

// waits is says for a server that may end instead: then it is not ok.
func (s *serving) waits(words string) (found logLine, ok bool) {
	for line := range s.log {
		s.seen = append(s.seen, line)
		if strings.HasPrefix(line.Msg, words) {
			return line, true
		}
	}
	return logLine{}, false
}

// signal reaches the process and its tracer.
func (s *serving) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(-s.command.Process.Pid, sig); err != nil {
		s.t.Fatal(err)
	}
}

// stop ends it as an operator would: it must end by itself, with 0.
func (s *serving) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	if err := s.ends(); err != nil {
		s.t.Errorf("it ended with %v:\n%+v", err, s.seen)
	}
}

// ends waits until it has ended.
func (s *serving) ends() error {
	for line := range s.log {
		s.seen = append(s.seen, line)
	}
	return s.command.Wait()
}

func (s *serving) said(words string) bool {
	return slices.ContainsFunc(s.seen, func(l logLine) bool { return strings.HasPrefix(l.Msg, words) })
}

func (s *serving) get(path string) string {
	s.t.Helper()
	return apptest.Get(s.t, "http://"+s.address+path)
}

// connect sends the beginning of a request and leaves it at that.
func (s *serving) connect(text string) {
	s.t.Helper()
	connection, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = connection.Close() })
	if _, err := io.WriteString(connection, text); err != nil {
		s.t.Fatal(err)
	}
}

// RoundTrip leads requests for the public URL to the server, as the proxy in front of one does.
func (s *serving) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.URL.Scheme, request.URL.Host = "http", s.address
	return http.DefaultTransport.RoundTrip(request)
}

const servedNumber = "+622150001000"

// rings makes one call to its end, at a provider of its own whose webhooks go to the server. It may be called by
// many at once; calls of one server have different seeds.
func (s *serving) rings(o simulator.Options, from string, keys ...string) (*simulator.Simulator, error) {
	return s.ringsParty(o, from, simulator.Party{Name: simulate.RoleCaller, Keys: simulator.Script(keys...)})
}

func (s *serving) ringsParty(
	o simulator.Options, from string, caller simulator.Party,
) (*simulator.Simulator, error) {
	o.Start, o.Client = time.Now(), &http.Client{Transport: s}
	o.AccountSID = cmp.Or(o.AccountSID, simulate.AccountSID)
	o.AuthToken = cmp.Or(o.AuthToken, servedToken)
	telephones := simulator.New(o)
	defer telephones.Close()
	telephones.Number(servedNumber, simulator.Number{VoiceURL: servedURL + twilio.PathIncoming,
		FallbackURL: servedURL + twilio.PathFallback, StatusCallback: servedURL + twilio.PathStatus})
	call := telephones.Ring(from, servedNumber, caller)
	return telephones, telephones.RunUntil(s.t.Context(), telephones.Now().Add(time.Hour), call.Done)
}

// SIGHUP asks a service to read its configuration, by custom. It ended the process, and every call in it.
func TestHangupReadsTheDirectoryAgain(t *testing.T) {
	s := startServe(t)
	s.signal(syscall.SIGHUP)
	if line := s.says("SIGHUP"); !strings.Contains(line.Msg, "settings") || !strings.Contains(line.Msg, "restart") {
		t.Errorf("it does not say what is not read: %q", line.Msg)
	}
	file := filepath.Join(s.dir, "hours", "gopay.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(text), "sun: []", `sun: ["09:00-12:00"]`, 1)
	if edited == string(text) {
		t.Fatal("nothing was edited")
	}
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	s.says("a configuration was put in force")
	if health := s.get("/healthz"); !strings.HasPrefix(health, "ok") {
		t.Errorf("healthz: %q", health)
	}
	s.stop()
}

// Clients that never finish what they send, or never fetch what they asked for, do not hold up the stop.
func TestUnfinishedRequestsDoNotHoldUpTheStop(t *testing.T) {
	s := startServe(t)
	const head = " HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for _, path := range []string{twilio.PathIncoming, twilio.PathStatus, "/nowhere"} {
		s.connect("POST " + path + head + "Content-Length: 100\r\n\r\nCallSid=")
		s.connect("POST " + path + head + "Transfer-Encoding: chunked\r\n\r\n5\r\nCall")
	}
	s.connect("GET /healthz" + head + "Content-Length: 100\r\n\r\nhalf")
	s.connect("POST " + twilio.PathIncoming + head)
	s.connect("")
	s.get("/healthz") // those before are accepted when this one is answered
	s.stop()
	if !s.said("stopping") || s.said("stopping: some requests did not end") {
		t.Errorf("requests were cut off, and not ended by their own limits: %+v", s.seen)
	}
}

// An unsigned flood fills no disk: some lines a second, which tell how many were left out.
func TestAFloodOfUnsignedRequestsFillsNoLog(t *testing.T) {
	s := startServe(t)
	const flood = 400
	began := time.Now()
	for range flood {
		answer, err := http.Post("http://"+s.address+twilio.PathIncoming, "application/x-www-form-urlencoded",
			strings.NewReader("a=b"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(drain(answer.Body), answer.Body.Close()); err != nil ||
			answer.StatusCode != http.StatusForbidden {
			t.Fatalf("answered %d, %v", answer.StatusCode, err)
		}
	}
	lasted := time.Since(began)
	if metrics := s.get("/metrics"); !strings.Contains(metrics,
		fmt.Sprintf("hotline_webhooks_refused_total{reason=\"signature\"} %d\n", flood)) {
		t.Error("not all are counted")
	}
	s.stop()
	lines, left := 0, 0
	for _, line := range s.seen {
		if strings.HasPrefix(line.Msg, "a webhook was refused") {
			lines, left = lines+1, left+line.Left
		}
	}
	if most := 6 + int(2*lasted.Seconds()); lines == 0 || lines > most || lines+left > flood {
		t.Errorf("%d lines within %s, at most %d; they tell of %d that were left out", lines, lasted, most, left)
	}
}

func drain(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }

// A call is answered from its first webhook to its last where the provider signs with a shared key, and for a
// sub-account.
func TestACallOfASubAccountSignedWithASharedKey(t *testing.T) {
	key := simulator.SharedKey{Name: "webhooks_sharedkey_1", Secret: "a-secret:of-the-operator"}
	const account = "AC99999999999999999999999999999999"
	s := startServe(t, "HOTLINE_TWILIO_SIGNING_KEYS="+key.Name+":HMAC_SHA256:"+key.Secret,
		"HOTLINE_TWILIO_KEYS_ONLY=yes",
		"HOTLINE_TWILIO_SUB_ACCOUNTS="+account)
	for name, c := range map[string]struct {
		key      simulator.SharedKey
		account  string
		answered bool
	}{
		"the key":            {key, account, true},
		"another account":    {key, "AC99999999999999999999999999999998", false},
		"the token alone":    {simulator.SharedKey{}, account, false},
		"another key's name": {simulator.SharedKey{Name: "webhooks_sharedkey_2", Secret: key.Secret}, account, false},
	} {
		telephones, err := s.rings(simulator.Options{AccountSID: c.account, SharedKey: c.key}, "+6281234567890",
			"2", "1", "1")
		if err != nil {
			t.Fatal(err)
		}
		webhooks := telephones.Webhooks()
		for _, w := range webhooks {
			if ok := w.Status == http.StatusOK || w.Status == http.StatusNoContent; ok != c.answered {
				t.Errorf("%s: a %s webhook is answered with %d", name, w.Kind, w.Status)
			}
		}
		if c.answered && len(webhooks) < 4 {
			t.Errorf("%s: the call had %d webhooks", name, len(webhooks))
		}
	}
	s.stop()
}

// Numbers of customers are in it: the server closes it to others before it writes more, and says so.
func TestServeClosesADatabaseThatOthersCanRead(t *testing.T) {
	s := startServe(t)
	info, err := os.Stat(s.store)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o", mode)
	}
	told := slices.ContainsFunc(s.seen, func(l logLine) bool {
		return l.Level == "WARN" && slices.Contains(l.Files, s.store)
	})
	if !told {
		t.Errorf("nobody is told: %+v", s.seen)
	}
	s.stop()
}
