//go:build conformance && linux

package cluster

import (
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// startProxy is nginx with the configuration that we ship, in front of these instances. It returns its address.
func startProxy(t *testing.T, instances []string) string {
	t.Helper()
	dir := t.TempDir()
	address := freeAddresses(t, 1)[0]
	var servers []string
	for _, instance := range instances {
		servers = append(servers, "    server "+instance+" max_fails=1 fail_timeout=5s;")
	}
	ours := read(t, "nginx.conf")
	for from, to := range map[string]string{
		"listen 443 ssl": "listen " + address + " ssl", "/etc/nginx/tls": dir,
		"    server hotline-1:8080 max_fails=1 fail_timeout=5s;\n": strings.Join(servers, "\n"),
		"    server hotline-2:8080 max_fails=1 fail_timeout=5s;":   "",
	} {
		if !strings.Contains(ours, from) {
			t.Fatalf("nginx.conf has nothing of %q", from)
		}
		ours = strings.ReplaceAll(ours, from, to)
	}
	writeCertificate(t, dir)
	file, errors := filepath.Join(dir, "nginx.conf"), filepath.Join(dir, "errors")
	main := "daemon off;\nmaster_process off;\npid " + dir + "/pid;\nerror_log " + errors + ";\n" +
		"events { worker_connections 4096; }\nhttp {\nadd_header X-Instance $upstream_addr always;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		main += kind + "_temp_path " + dir + "/" + kind + ";\n"
	}
	if err := os.WriteFile(file, []byte(main+ours+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("/usr/sbin/nginx", "-e", errors, "-c", file)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	for t.Context().Err() == nil { // until it listens
		if connection, err := net.Dial("tcp", address); err == nil {
			_ = connection.Close()
			return address
		}
	}
	t.Fatalf("nginx does not listen: %s", tail(errors))
	return ""
}

// writeCertificate writes one and its key as nginx reads them.
func writeCertificate(t *testing.T, dir string) {
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
