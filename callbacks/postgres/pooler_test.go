//go:build conformance

package postgres_test

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// pooled is the URL of a database through PgBouncer in transaction mode: each transaction of a connection may go over
// another one to the server, of which there are few.
func pooled(t *testing.T, database string) string {
	t.Helper()
	direct, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	settings := fmt.Sprintf(`[databases]
* = host=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s/users
pool_mode = transaction
default_pool_size = 4
%s
`, direct.Query().Get("host"), address.Port, dir, ignored(t))
	for name, text := range map[string]string{"users": `"hotline" ""`, "pgbouncer.ini": settings} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("/usr/sbin/pgbouncer", filepath.Join(dir, "pgbouncer.ini"))
	if os.Geteuid() == 0 { // it will not
		command.SysProcAttr = &syscall.SysProcAttr{Credential: nobody(t)}
		for path := dir; path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
			if err := os.Chmod(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	var log bytes.Buffer
	command.Stderr = &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("pgbouncer: %s", log.String()[max(0, log.Len()-3000):])
		}
	})
	for t.Context().Err() == nil { // until it listens
		if connection, err := net.Dial("tcp", address.String()); err == nil {
			_ = connection.Close()
			break
		}
	}
	return fmt.Sprintf("postgres://hotline@%s%s?sslmode=disable&default_query_exec_mode=exec", address, direct.Path)
}

func nobody(t *testing.T) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// ignored is PgBouncer's setting as the page for operators has it.
func ignored(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "config", "deploy", "instances.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "ignore_startup_parameters = ") {
			return line
		}
	}
	t.Fatal("the page has nothing of ignore_startup_parameters")
	return ""
}

// The suite of every store, through PgBouncer.
func TestConformanceThroughPgBouncer(t *testing.T) {
	direct := cluster.Database(t)
	url, db := pooled(t, direct), another(t, direct)
	var starts sync.WaitGroup
	for range 4 { // at once, on no tables
		starts.Go(func() {
			s, err := postgres.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	s := open(t, url)
	storetest.Run(t, func(t *testing.T) storetest.Store {
		empty(t, db)
		return s
	})
}

// A database that says "done" before it is on the disk is refused, where our own setting does not reach it.
func TestADatabaseThatForgetsIsRefused(t *testing.T) {
	direct := cluster.Database(t)
	url, db := pooled(t, direct), another(t, direct)
	open(t, url)
	var name string
	if err := db.QueryRow("SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("ALTER DATABASE " + name + " SET synchronous_commit = off"); err != nil {
		t.Fatal(err)
	}
	other := pooled(t, direct) // with new connections
	if s, err := postgres.Open(t.Context(), other); err == nil || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("opened: %v, %v", s, err)
	}
	open(t, direct)
}

// Tables to which a later release has added are this program's too: it does all of its work on them.
func TestConformanceOnTablesOfALaterRelease(t *testing.T) {
	url := cluster.Database(t)
	db := another(t, url)
	open(t, url)
	if _, err := db.Exec(pgtest.LaterRelease); err != nil {
		t.Fatal(err)
	}
	s := open(t, url)
	storetest.Run(t, func(t *testing.T) storetest.Store {
		empty(t, db)
		return s
	})
}
