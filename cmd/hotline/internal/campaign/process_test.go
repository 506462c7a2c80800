//go:build conformance

package campaign

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// A process is a role of the campaign in a process of its own.
type process struct {
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	// lines is what it says; closed when it has ended.
	lines chan string
	// ended is closed when it has ended; err is how.
	ended chan struct{}
	err   error
}

// begin starts a role. What it writes to standard error is added to a file.
func begin(role string, s runSettings) (*process, error) {
	settings, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	faults, err := os.OpenFile(filepath.Join(s.Dir, s.Name+".stderr"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = faults.Close() }() // the process has its own
	p := &process{name: s.Name, cmd: exec.Command(os.Args[0]), lines: make(chan string, 64),
		ended: make(chan struct{})}
	// Memory is plenty, and the collector's work multiplied by the race detector's is not what is tried here.
	p.cmd.Env = append(os.Environ(), "GOGC=400", asProgram+"="+role, campaignSettings+"="+string(settings))
	p.cmd.Stderr = faults
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		defer close(p.lines)
		said := bufio.NewScanner(out)
		for said.Scan() {
			p.lines <- said.Text()
		}
		p.err = p.cmd.Wait()
	}()
	return p, nil
}

// address waits until it listens.
func (p *process) address() (string, error) {
	for line := range p.lines {
		if address, ok := strings.CutPrefix(line, "listening "); ok {
			return address, nil
		}
	}
	<-p.ended
	return "", fmt.Errorf("%s ended before it listened: %v", p.name, p.err)
}

func (p *process) order(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stdin, format+"\n", args...) // one that has ended takes no orders
}

func (p *process) kill() { _ = p.cmd.Process.Signal(syscall.SIGKILL) }

// killed reports whether it ended by SIGKILL.
func (p *process) killed() bool {
	var exit *exec.ExitError
	if !errors.As(p.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// losesOf is how many answers in a hundred are lost that tell a caller what was written.
const losesOf = 15

// passOn gives an answer to the provider, or loses it.
func (b *balancer) passOn(answer *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if !bytes.Contains(body, []byte("Your reference number is ")) && !bytes.Contains(body, []byte(sayMoved)) {
		return answer, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dice.IntN(100) >= losesOf {
		return answer, nil
	}
	b.lost++
	return nil, errors.New("the answer was lost on the way")
}

func (b *balancer) lostSoFar() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lost
}

// A balancer stands before the instances, as in production: a webhook goes to the next one in turn, and to the one
// after that if no connection is made. What has been sent is not sent again. Some answers that tell what was written
// get lost here.
type balancer struct {
	mu    sync.Mutex
	turn  int
	back  []string // addresses
	link  *http.Transport
	proxy *httputil.ReverseProxy
	dice  *mathrand.Rand // which answers get lost
	lost  int
}

func newBalancer(seed uint64) *balancer {
	b := &balancer{link: &http.Transport{MaxIdleConnsPerHost: 200}, dice: mathrand.New(mathrand.NewPCG(seed, 11))}
	b.proxy = &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "instance"}) },
		Transport: b,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	return b
}

func (b *balancer) add(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.back = append(b.back, address)
}

func (b *balancer) remove(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.back = slices.DeleteFunc(b.back, func(a string) bool { return a == address })
}

// order is in which the instances are tried.
func (b *balancer) order() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.back) == 0 {
		return nil
	}
	b.turn = (b.turn + 1) % len(b.back)
	return append(slices.Clone(b.back[b.turn:]), b.back[:b.turn]...)
}

// RoundTrip sends a request to the first instance to which a connection can be made.
func (b *balancer) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	err = errors.New("no instance is there")
	for _, address := range b.order() {
		request.URL.Host = address
		request.Body = io.NopCloser(strings.NewReader(string(body)))
		request.ContentLength = int64(len(body))
		var answer *http.Response
		if answer, err = b.link.RoundTrip(request); err == nil {
			return b.passOn(answer)
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return nil, err
		}
	}
	return nil, err
}
