//go:build conformance

package deploy

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// The files, as the programs read them for which they are meant. .ci/tools installs these programs.

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestAlertRules(t *testing.T) {
	run(t, ".", "promtool", "check", "config", "prometheus.yml")
	run(t, ".", "promtool", "check", "rules", "alerts.yml")
	run(t, ".", "promtool", "test", "rules", "alerts_test.yml")
}

// exposed is how much systemd finds exposed at most, of 10. What is left is the network, which a server needs.
const exposed = "12" // tenths

func TestServiceUnit(t *testing.T) {
	unit := filepath.Join(t.TempDir(), "hotline.service")
	text := strings.Replace(read(t, "hotline.service"), "/usr/local/bin/hotline", "/bin/true", 1) // it has to be there
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := run(t, ".", "systemd-analyze", "verify", unit); out != "" {
		t.Errorf("systemd-analyze verify: %s", out)
	}
	run(t, ".", "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+exposed, unit)
}

// The schema is the one that the authors of the format publish.
func TestComposeFile(t *testing.T) {
	command := exec.Command("go", "mod", "download", "-json", "github.com/compose-spec/compose-go/v2@v2.16.2")
	out, err := command.Output()
	var module struct{ Dir string }
	if err := errors.Join(err, json.Unmarshal(out, &module)); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(module.Dir, "schema", "compose-spec.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &document); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(instance); err != nil {
		t.Error(err)
	}
}

// A proxy is nginx with our configuration in front of two instances.
type proxy struct {
	url    string
	client *http.Client
}

// newProxy starts nginx with shorter time-outs and the addresses of two instances.
func newProxy(t *testing.T, first, second string) proxy {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { // its workers are another user
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	certificate(t, dir)
	ours := read(t, "nginx.conf")
	for from, to := range map[string]string{
		"listen 443 ssl": "listen " + address + " ssl", "/etc/nginx/tls": dir,
		"hotline-1:8080": first, "hotline-2:8080": second, "_timeout 4400ms": "_timeout 300ms",
	} {
		if !strings.Contains(ours, from) {
			t.Fatalf("nginx.conf has nothing of %q", from)
		}
		ours = strings.ReplaceAll(ours, from, to)
	}
	main := "daemon off;\nmaster_process off;\npid " + dir + "/pid;\nerror_log stderr;\nevents {}\nhttp {\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		main += kind + "_temp_path " + dir + "/" + kind + ";\n"
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(main+ours+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	nginx := "/usr/sbin/nginx"
	run(t, dir, nginx, "-t", "-q", "-e", "stderr", "-c", file)
	command := exec.Command(nginx, "-e", "stderr", "-c", file)
	command.Stderr = t.Output()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	p := proxy{"https://" + address, client}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil { // until it listens
		if connection, err := net.Dial("tcp", address); err == nil {
			_ = connection.Close()
			return p
		}
	}
	t.Fatal("nginx does not listen")
	return p
}

// certificate writes one and its key as nginx reads them.
func certificate(t *testing.T, dir string) {
	t.Helper()
	server := httptest.NewTLSServer(nil) // has one
	defer server.Close()
	pair := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		"hotline.crt": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]},
		"hotline.key": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (p proxy) post(t *testing.T, path string) (int, string) {
	t.Helper()
	answer, err := p.client.Post(p.url+path, "application/x-www-form-urlencoded", strings.NewReader("CallSid=CA1"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// With one instance gone, or hanging, every webhook is answered by the other one, and whole.
func TestProxy(t *testing.T) {
	var asked atomic.Int32
	well := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, r.URL.Path, " ", r.FormValue("CallSid"))
	}))
	t.Cleanup(well.Close)
	over := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(hangs.Close)
	t.Cleanup(func() { close(over) })
	gone := httptest.NewServer(nil)
	gone.Close()
	address := func(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }
	for name, other := range map[string]*httptest.Server{"gone": gone, "hangs": hangs} {
		p := newProxy(t, address(other), address(well))
		for range 4 {
			if status, body := p.post(t, "/voice/incoming"); status != http.StatusOK || body != "/voice/incoming CA1" {
				t.Errorf("one %s: %d %s", name, status, body)
			}
		}
		before := asked.Load()
		for _, path := range []string{"/metrics", "/readyz", "/healthz", "/"} {
			if status, _ := p.post(t, path); status != http.StatusNotFound || asked.Load() != before {
				t.Errorf("%s: %d, from outside", path, status)
			}
		}
	}
}
