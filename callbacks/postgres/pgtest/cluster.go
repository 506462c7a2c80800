//go:build conformance

// Package pgtest starts a PostgreSQL for tests.
package pgtest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// A Cluster is a PostgreSQL for tests alone: on a socket in a directory of its own, as another user where the tests run
// as root, because PostgreSQL will not.
type Cluster struct {
	dir, bin string
	as       *syscall.SysProcAttr
	server   *exec.Cmd
	log      bytes.Buffer
	made     atomic.Int32
}

// binaries finds the programs of the newest PostgreSQL: in the PATH, or where Debian puts them.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(real), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("there is no initdb in the PATH or in /usr/lib/postgresql; install postgresql (%v)", err)
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// Start makes a cluster. The error holds what the server said. Stop it, also after an error.
func Start() (c *Cluster, err error) { return StartIn("") }

// StartIn makes a cluster in a directory of its own below parent; empty is the system's for temporary files.
func StartIn(parent string) (c *Cluster, err error) {
	c = &Cluster{}
	if err := c.start(parent); err != nil {
		return c, fmt.Errorf("PostgreSQL does not start: %w\n%s", err, c.log.String())
	}
	return c, nil
}

func (c *Cluster) start(parent string) (err error) {
	if c.bin, err = binaries(); err != nil {
		return err
	}
	if err := c.makeDir(parent); err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	if out, err := c.command("initdb", "-D", data, "-U", "hotline", "-A", "trust", "-E", "UTF8", "--locale=C",
		"--no-sync").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return c.Resume()
}

// makeDir makes a directory of the cluster's own, and settles whose it is.
func (c *Cluster) makeDir(parent string) (err error) {
	if c.dir, err = os.MkdirTemp(parent, "hotline-postgres-"); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, _ := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
		c.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(c.dir, int(uid), int(gid)); err != nil {
			return err
		}
	}
	return nil
}

// Standby makes a second server that follows this one: what is committed here is there before anybody is told of it. It
// is stopped when the test ends.
func (c *Cluster) Standby(t TB) *Cluster {
	t.Helper()
	s := &Cluster{bin: c.bin, as: c.as}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := s.follow(c); err != nil {
		t.Fatal(fmt.Errorf("the standby does not start: %w\n%s", err, s.log.String()))
	}
	return s
}

func (c *Cluster) follow(primary *Cluster) (err error) {
	if err := c.makeDir(filepath.Dir(primary.dir)); err != nil {
		return err
	}
	if out, err := c.command("pg_basebackup", "-h", primary.dir, "-U", "hotline", "-D", filepath.Join(c.dir, "data"),
		"-R", "--no-sync", "-c", "fast").CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %w\n%s", err, out)
	}
	if err := c.Resume(); err != nil {
		return err
	}
	db, err := sql.Open("pgx", primary.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for _, order := range []string{"ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"} {
		if _, err := db.Exec(order); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for synchronous := false; !synchronous; {
		if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')`).
			Scan(&synchronous); err != nil {
			return err
		}
	}
	return nil
}

// Promote makes a standby a server of its own, and returns when it takes writes.
func (c *Cluster) Promote() error {
	out, err := c.command("pg_ctl", "promote", "-w", "-D", filepath.Join(c.dir, "data")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_ctl promote: %w\n%s", err, out)
	}
	return nil
}

// Resume starts the server again after Halt, on the same socket, and returns when it answers.
func (c *Cluster) Resume() error {
	c.server = c.command("postgres", "-D", filepath.Join(c.dir, "data"), "-k", c.dir, "-c", "listen_addresses=",
		"-c", "max_connections=200")
	c.server.Stdout, c.server.Stderr = &c.log, &c.log
	if err := c.server.Start(); err != nil {
		return err
	}
	return c.wait()
}

// Halt ends the server at once, as a crash would: what was going on is lost, what was committed is found again by
// Resume.
func (c *Cluster) Halt() error {
	if err := c.server.Process.Signal(syscall.SIGQUIT); err != nil { // its "immediate shutdown"
		return err
	}
	var told *exec.ExitError
	if err := c.server.Wait(); err != nil && !errors.As(err, &told) { // it says that it was not told to finish
		return err
	}
	c.server = nil
	return nil
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.SysProcAttr, cmd.Dir = c.as, c.dir
	return cmd
}

// URL is that of a database of the cluster, or of several of which one takes writes.
func (c *Cluster) URL(database string, others ...*Cluster) string {
	url := fmt.Sprintf("postgres://hotline@/%s?host=%s", database, c.dir)
	for _, other := range others {
		url += "," + other.dir
	}
	if len(others) > 0 {
		url += "&target_session_attrs=read-write"
	}
	return url
}

// wait asks until the server answers; it says itself how long it takes.
func (c *Cluster) wait() error {
	db, err := sql.Open("pgx", c.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if err = db.PingContext(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// Stop stops the server and removes its directory.
func (c *Cluster) Stop() error {
	if c.server == nil || c.server.Process == nil {
		return os.RemoveAll(c.dir)
	}
	if err := c.server.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	if err := c.server.Wait(); err != nil {
		return err
	}
	return os.RemoveAll(c.dir)
}

// LaterRelease does to the tables what the migration of a later release may do.
const LaterRelease = `DO $$
DECLARE name TEXT;
BEGIN
	FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
		EXECUTE format('ALTER TABLE %I ADD COLUMN later INTEGER NOT NULL DEFAULT 1', name);
	END LOOP;
	CREATE TABLE of_a_later_release (id BIGINT);
	INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, TRUE FROM goose_db_version;
END $$`

// TB is what a database needs of a test; *rapid.T has it too.
type TB interface {
	Helper()
	Error(args ...any)
	Fatal(args ...any)
	Cleanup(f func())
}

// New is [NewIn] with the system's directory for temporary files.
func New(t TB) *Cluster {
	t.Helper()
	return NewIn(t, "")
}

// NewIn is [StartIn] for one test, which fails if that does not work; the cluster is stopped when the test ends.
func NewIn(t TB, parent string) *Cluster {
	t.Helper()
	c, err := StartIn(parent)
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Database makes an empty one that is dropped when the test ends, and returns its URL.
func (c *Cluster) Database(t TB) string {
	t.Helper()
	return c.database(t, "template1")
}

// Copy is Database, but like another one, to which nobody may be connected. It is quicker than to make the tables anew.
func (c *Cluster) Copy(t TB, url string) string {
	t.Helper()
	settings, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	return c.database(t, settings.Database)
}

func (c *Cluster) database(t TB, like string) string {
	t.Helper()
	name := fmt.Sprintf("test%d", c.made.Add(1))
	db, err := sql.Open("pgx", c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE DATABASE " + name + " TEMPLATE " + like); err != nil {
		t.Fatal(errors.Join(err, db.Close()))
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return c.URL(name)
}
