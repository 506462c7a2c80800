package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

// sees writes what an instance says of itself now.
func (o *office) sees(i callbacks.Instance) {
	o.t.Helper()
	i.Since, i.Seen = o.now, o.now
	if err := o.store.SeeInstance(o.t.Context(), i); err != nil {
		o.t.Fatal(err)
	}
}

// Two supervisors publish different files at the same time, and the instance takes both up at once: each is told that
// theirs is in force. What does not hold an edit, or was in force before it, is not taken for it.
func TestTwoPublishAtTheSameTime(t *testing.T) {
	o := newOffice(t)
	first, second := o.draft(friday, longFriday), o.draft()
	apptest.Replace(t, filepath.Join(second, "hours", "okpay.yaml"), okpayFriday, okpayLongFriday)
	o.works("Written", "publish", first)
	alone, err := config.Load(os.DirFS(o.live))
	if err != nil {
		t.Fatal(err)
	}
	o.works("Written", "publish", second)
	o.takesUp()
	both := o.publisher.State()
	o.sees(callbacks.Instance{ID: "a/1", Hash: both.Hash})
	text := []byte(apptest.Read(t, o.live, "hours/gopay.yaml"))
	const soon = 50 * time.Millisecond
	for _, c := range []struct {
		name   string
		data   []byte
		before int64
		limit  time.Duration
		want   string
	}{
		{"both", text, 1, time.Minute,
			"In force on 1 running instance together with a later edit (version 2): configuration " + both.Hash},
		{"other bytes", append(text, '\n'), 1, soon, "[a/1]"},
		{"a file removed that is there", nil, 1, soon, "[a/1]"},
		{"in force before", text, 2, soon, "[a/1]"},
	} {
		var out bytes.Buffer
		a := &session{store: o.store, now: func() time.Time { return o.now }, latest: c.before}
		edit := publish.Edit{"hours/gopay.yaml": c.data}
		if err := awaitInForce(t.Context(), &out, a, alone.Hash, edit, c.limit); err != nil {
			out.WriteString(err.Error())
		}
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: want %q, got %s", c.name, c.want, out.String())
		}
	}
}

// A falteringStore answers so many questions about instances, and then no more before the time is over.
type falteringStore struct {
	app.Store
	answers int
}

func (s *falteringStore) Instances(ctx context.Context, since time.Time) ([]callbacks.Instance, error) {
	if s.answers--; s.answers < 0 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Store.Instances(ctx, since)
}

// When time is over it is told who is waited for, and why: as the store said it last. When it never did, what was
// written is no failure.
func TestWaitingForAStoreThatFalters(t *testing.T) {
	o := newOffice(t)
	o.sees(callbacks.Instance{ID: "a/1", Hash: "0123456789abcdef", Problem: "hours/okpay.yaml:3: zone\n"})
	for answers, want := range map[int]string{
		1: "not every instance has it in force: [a/1]; hotline status shows what each runs\ninstance a/1 refuses an " +
			"edit:\nhours/okpay.yaml:3: zone",
		0: "Whether it is in force cannot be seen from here: the database does not answer",
	} {
		var out bytes.Buffer
		a := &session{store: &falteringStore{o.store, answers}, now: func() time.Time { return o.now }}
		err := awaitInForce(t.Context(), &out, a, "fedcba9876543210", nil, 200*time.Millisecond)
		if err != nil {
			out.WriteString(err.Error())
		}
		if (err != nil) != (answers > 0) || !strings.Contains(out.String(), want) {
			t.Errorf("%d answers: %s", answers, out.String())
		}
	}
}

// The directory is the truth: with a database that does not answer a draft is compared and published all the same, and
// it is told what could not be seen. What is in the database alone cannot be compared.
func TestPublishWithoutTheDatabase(t *testing.T) {
	o := newOffice(t)
	draft := o.draft(friday, longFriday)
	t.Setenv("HOTLINE_STORE", "postgres://anna:secret@127.0.0.1:1/hotline")
	out := o.works("Callbacks were not looked at: the database does not answer: ", "diff", o.live, draft)
	if strings.Count(out, "does not answer") != 1 || !strings.HasSuffix(out, ".\n") ||
		strings.Contains(out, "secret") || !strings.Contains(out, "Fridays") {
		t.Errorf("printed is\n%s", out)
	}
	o.refuses("127.0.0.1:1", "diff", "live", draft)
	out = o.works("Whether it is in force cannot be seen from here: the database does not answer: ", "publish", draft)
	if !strings.Contains(out, "Written: 1 file") ||
		!strings.Contains(apptest.Read(t, o.live, "hours/gopay.yaml"), longFriday) {
		t.Errorf("printed is\n%s", out)
	}
}

// A silencedStore opens, and answers nothing.
type silencedStore struct{ app.Store }

var errSilenced = errors.New("the connection was lost")

func (silencedStore) Overrides(context.Context, time.Time) ([]callbacks.DeclaredOverride, error) {
	return nil, errSilenced
}

func TestDiffWithAStoreThatFails(t *testing.T) {
	books(t)
	var out bytes.Buffer
	root := New(strings.NewReader(""), &out, &out)
	for _, c := range root.Commands() {
		if c.Name() == "diff" {
			root.RemoveCommand(c)
		}
	}
	root.AddCommand(newDiff(func(ctx context.Context, name string) (app.Store, error) {
		store, err := app.OpenStore(ctx, name)
		return silencedStore{store}, err
	}))
	root.SetArgs([]string{"diff", draft(t), draft(t, longRing)})
	if err := root.ExecuteContext(t.Context()); err != nil ||
		!strings.Contains(out.String(),
			"not looked at: the database does not answer: the overrides: the connection was lost.\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// Right after an edit an instance that has not said yet what it runs does not differ; one that refuses it does, and one
// that still says so a little later.
func TestStatusRightAfterAnEdit(t *testing.T) {
	o := newOffice(t)
	old := o.publisher.State().Hash
	o.now = o.now.Add(time.Hour)
	o.works("Written", "publish", o.draft(friday, longFriday))
	o.takesUp()
	o.now = o.publisher.State().Since.Add(14 * time.Second)
	o.sees(callbacks.Instance{ID: "a/1", Hash: old})
	if out := o.works("is taking it up", "status", "--config", o.live); strings.Contains(out, "DIFFERS") {
		t.Errorf("printed is\n%s", out)
	}
	o.sees(callbacks.Instance{ID: "a/1", Hash: old, Offered: o.publisher.State().Hash,
		Problem: "calls/x.yaml:7: want to hear"})
	o.refuses("DIFFERS", "status")
	o.sees(callbacks.Instance{ID: "a/1", Hash: old})
	o.now = o.now.Add(time.Second)
	o.refuses("DIFFERS", "status")
}
