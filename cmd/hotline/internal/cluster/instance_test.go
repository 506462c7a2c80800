//go:build conformance && linux

package cluster

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
)

const publicURL, token = "https://hotline.example.com", "ffffffffffffffffffffffffffffffff"

// An instance is `hotline serve` at one address, one process after the other.
type instance struct {
	t       *testing.T
	address string
	dir     string // its configuration
	env     []string
	within  []string // words before those of the program: the network namespace that it is in
	log     string   // file, of all its processes
	command *exec.Cmd
	ended   chan error
}

// newInstance is not started. rest is where the simulator answers; settings are further ones, NAME=value.
func newInstance(t *testing.T, address, dir, store, rest string, settings ...string) *instance {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "instance-*.log")
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	i := &instance{t: t, address: address, dir: dir, log: file.Name()}
	i.env = append(append(os.Environ(), asProgram+"=1", "HOTLINE_LISTEN="+address, "HOTLINE_PUBLIC_URL="+publicURL,
		"HOTLINE_STORE="+store, "HOTLINE_STATE_KEYS="+strings.Repeat("A", 43)+"=",
		"HOTLINE_TWILIO_ACCOUNT_SID="+simulate.AccountSID, "HOTLINE_TWILIO_AUTH_TOKEN="+token,
		"HOTLINE_TWILIO_BASE_URL="+rest), settings...)
	t.Cleanup(func() {
		if i.command != nil && i.command.ProcessState == nil {
			i.kill()
		}
		if t.Failed() {
			t.Logf("the log of %s ends with\n%s", i.address, tail(i.log))
		}
	})
	return i
}

// tail is the end of a log, without what is told every day.
func tail(file string) string {
	text, _ := os.ReadFile(file) // what cannot be read has nothing to tell
	var told strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, `"level":"INFO"`) && !strings.Contains(line, `.yaml"`) {
			told.WriteString(line)
		}
	}
	return told.String()[max(0, told.Len()-1500):]
}

// start starts the next process and waits until it serves.
func (i *instance) start() {
	i.t.Helper()
	program, err := os.Executable()
	if err != nil {
		i.t.Fatal(err)
	}
	file, err := os.OpenFile(i.log, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		i.t.Fatal(err)
	}
	words := append(append([]string{}, i.within...), program, "serve", "--config", i.dir)
	i.command = exec.Command(words[0], words[1:]...)
	i.command.Env = i.env
	says, err := i.command.StderrPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := i.command.Start(); err != nil {
		i.t.Fatal(err)
	}
	serving, ended, command := make(chan struct{}), make(chan error, 1), i.command
	i.ended = ended
	go func() {
		lines := bufio.NewScanner(io.TeeReader(says, file))
		lines.Buffer(nil, 1<<20)
		for told := false; lines.Scan(); {
			if !told && strings.Contains(lines.Text(), `"msg":"serving"`) {
				told = true
				close(serving)
			}
		}
		_ = file.Close()
		ended <- command.Wait()
	}()
	select {
	case <-serving:
	case err := <-ended:
		i.t.Fatalf("it ended before it served: %v\n%s", err, tail(i.log))
	}
}

// stop ends the process as an operator does; it has to end by itself, with 0.
func (i *instance) stop() {
	i.t.Helper()
	if err := i.command.Process.Signal(syscall.SIGTERM); err != nil {
		i.t.Fatal(err)
	}
	if err := <-i.ended; err != nil {
		i.t.Errorf("%s did not stop cleanly: %v", i.address, err)
	}
}

func (i *instance) signal(sig syscall.Signal) {
	i.t.Helper()
	if err := i.command.Process.Signal(sig); err != nil {
		i.t.Error(err)
	}
}

// kill ends it without a chance to do anything.
func (i *instance) kill() {
	_ = i.command.Process.Kill()
	<-i.ended
}

// freeAddresses are of ports where nobody listens.
func freeAddresses(t *testing.T, n int) (addresses []string) {
	t.Helper()
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listener.Close() }() // all are held until there are enough: no two are the same
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses
}

// read is a file of config/deploy.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "config", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
