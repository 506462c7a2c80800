package callbacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	// jobRetry is when a job that failed is tried again.
	jobRetry = 5 * time.Minute
	// jobLease is how long one instance has a job to itself.
	jobLease = 5 * time.Minute
)

// A HousekeeperStore erases personal data, counts for the report, and knows when jobs ran.
type HousekeeperStore interface {
	// HoldingPersonalData lists lines and desks that still hold personal data of ended callbacks, of messages or of
	// call records.
	HoldingPersonalData(ctx context.Context) ([]Desk, error)
	// RecordingsOf lists the recordings that Erase would forget.
	RecordingsOf(ctx context.Context, d Desk, before time.Time) (sids []string, err error)
	// Erase removes the personal data of a desk's callbacks that ended before the instant, of their
	// attempts and SMS, and of messages and call records from before it. The rows stay. It returns how many
	// callbacks, messages and call records were erased.
	Erase(ctx context.Context, d Desk, before, now time.Time) (int, error)
	// Forget removes what limits no longer count: requests and wrong proofs from before the instant, and silences that
	// have ended by now.
	Forget(ctx context.Context, before, now time.Time) error
	// Report counts what happened in [from, to), a row a line, ordered by line.
	Report(ctx context.Context, from, to time.Time) ([]Report, error)
	// LastRun is when a housekeeping job ran last; zero if never.
	LastRun(ctx context.Context, job string) (time.Time, error)
	// BeginJob takes a job that ran last at that time, for as long as the lease: of several housekeepers one gets it.
	// It is false when another has it, or has run it since.
	BeginJob(ctx context.Context, job string, last, now time.Time, lease time.Duration) (bool, error)
	// SetLastRun remembers when a job ran, and gives it free.
	SetLastRun(ctx context.Context, job string, at time.Time) error
}

// A HousekeeperConfig is what a [Housekeeper] needs. Store, Plans and Now are required.
type HousekeeperConfig struct {
	Store HousekeeperStore
	Plans Plans
	Now   func() time.Time
	// Recordings deletes recordings before what names them is erased. Nil: they are left alone.
	Recordings Recordings
	// Reconcile looks up calls without news, as the dispatcher does. Nil: nobody does.
	Reconcile func(ctx context.Context) error
	Log       *slog.Logger
}

// A Housekeeper does what is due by the calendar: a daily report of counts, the erasing of personal data after
// [Policy.Retention], the reconciling of calls without news, and what [Housekeeper.Add] gives it. Cron
// expressions wake it; when a job ran last is in the store, so a restart neither skips one nor runs it twice, and of
// several instances on one store one runs it.
type Housekeeper struct {
	config HousekeeperConfig
	jobs   []job
	// retry holds jobs that failed off until then.
	retry map[string]time.Time
}

// Recordings deletes recordings where they are kept. The provider's REST client implements it.
type Recordings interface {
	// Delete deletes one for good. One that is not there (any more) is no error.
	Delete(ctx context.Context, sid string) error
}

type job struct {
	name string
	when cron.Schedule
	run  func(ctx context.Context, last, now time.Time) error
}

// NewHousekeeper makes a Housekeeper.
func NewHousekeeper(c HousekeeperConfig) (*Housekeeper, error) {
	c.Log = orDiscard(c.Log)
	h := &Housekeeper{config: c, retry: map[string]time.Time{}}
	err := errors.Join(h.Add("report", "0 7 * * *", h.report), h.Add("retention", "30 3 * * *", h.erase))
	if c.Reconcile != nil {
		err = errors.Join(err, h.Add("reconcile", "*/15 * * * *", func(ctx context.Context, _, _ time.Time) error {
			return c.Reconcile(ctx)
		}))
	}
	return h, err
}

// Add gives the housekeeper another job, before it runs. name tells the job apart in the store, for all instances and
// for ever; spec is a cron expression of five fields, UTC. run is called with when the job ran last and the clock's
// reading. If it fails, or its process dies in it, it is called again some minutes later, maybe by another instance; it
// should take less than five minutes.
func (h *Housekeeper) Add(name, spec string, run func(ctx context.Context, last, now time.Time) error) error {
	if name == "" || slices.ContainsFunc(h.jobs, func(j job) bool { return j.name == name }) {
		return fmt.Errorf("callbacks: schedule: job %q: the name is empty or taken, "+
			"and when a job ran is known by its name", name)
	}
	when, err := cron.ParseStandard("CRON_TZ=UTC " + spec)
	if err != nil {
		return fmt.Errorf("callbacks: schedule: %s: %q: %w", name, spec, err)
	}
	h.jobs = append(h.jobs, job{name: name, when: when, run: run})
	return nil
}

// Tick runs the jobs that are due and returns when the next one is. A job missed while the process was down
// runs once. It must not run concurrently with itself.
func (h *Housekeeper) Tick(ctx context.Context) (next time.Time) {
	now := h.config.Now()
	soonest := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, j := range h.jobs {
		if until := h.retry[j.name]; until.After(now) {
			soonest(until)
			continue
		}
		at, err := h.tickOne(ctx, j, now)
		if err != nil {
			h.config.Log.ErrorContext(ctx, "housekeeping failed; trying again", "job", j.name, "error", err, "after",
				jobRetry)
			at = now.Add(jobRetry)
			h.retry[j.name] = at
		}
		soonest(at)
	}
	return next
}

// tickOne runs one job if it is due and returns when it is due next.
func (h *Housekeeper) tickOne(ctx context.Context, j job, now time.Time) (next time.Time, err error) {
	last, err := h.config.Store.LastRun(ctx, j.name)
	if err != nil {
		return next, err
	}
	if last.IsZero() {
		last = now // the first start of all: nothing was missed
		if err := h.config.Store.SetLastRun(ctx, j.name, now); err != nil {
			return next, err
		}
	}
	if due := j.when.Next(last); due.After(now) {
		return due, nil
	}
	mine, err := h.config.Store.BeginJob(ctx, j.name, last, now, jobLease)
	if err != nil {
		return next, err
	}
	if !mine { // another instance is at it; should it die, its lease ends
		return now.Add(jobLease), nil
	}
	if err := j.run(ctx, last, now); err != nil {
		return next, err
	}
	if err := h.config.Store.SetLastRun(ctx, j.name, now); err != nil {
		return next, err
	}
	return j.when.Next(now), nil
}

// Run ticks until ctx ends.
func (h *Housekeeper) Run(ctx context.Context, timer Timer) {
	Run(ctx, h.Tick, h.config.Now, nil, timer)
}

// report logs what became of callbacks since the last report.
func (h *Housekeeper) report(ctx context.Context, last, now time.Time) error {
	lines, err := h.config.Store.Report(ctx, last, now)
	if err != nil {
		return err
	}
	for _, r := range lines {
		h.config.Log.InfoContext(ctx, "report of callbacks", "line", r.Line, "from", last, "to", now, "called",
			r.Called,
			"done", r.Done, "cancelled", r.Cancelled, "expired", r.Expired, "undialable", r.Undialable,
			"open", r.Open, "messages", r.Messages, "call_records", r.CallRecords)
	}
	return nil
}

// erase removes personal data whose time is over, desk by desk. A desk that is not configured any more
// keeps its data for the default time.
func (h *Housekeeper) erase(ctx context.Context, _, now time.Time) error {
	desks, err := h.config.Store.HoldingPersonalData(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range desks {
		before := now.Add(-planOf(h.config.Plans, d.Line, d.Desk).Policy.Retention)
		if err := h.deleteRecordings(ctx, d, before); err != nil {
			errs = append(errs, err) // what names them is kept, so that they can be deleted the next time
			continue
		}
		n, err := h.config.Store.Erase(ctx, d, before, now)
		errs = append(errs, err)
		if n > 0 {
			h.config.Log.InfoContext(ctx, "personal data erased", "line", d.Line, "desk", d.Desk, "rows", n)
		}
	}
	return errors.Join(append(errs, h.config.Store.Forget(ctx, now.Add(-countedFor), now))...)
}

// countedFor is how long requests and wrong proofs are kept: limits count a day, and clocks may differ by some minutes.
const countedFor = 25 * time.Hour

func (h *Housekeeper) deleteRecordings(ctx context.Context, d Desk, before time.Time) error {
	if h.config.Recordings == nil {
		return nil
	}
	sids, err := h.config.Store.RecordingsOf(ctx, d, before)
	if err != nil {
		return err
	}
	for _, sid := range sids {
		if err := h.config.Recordings.Delete(ctx, sid); err != nil {
			return fmt.Errorf("callbacks: a recording of line %s, desk %s cannot be deleted, "+
				"so nothing of it is erased yet: %w",
				d.Line, d.Desk, err)
		}
	}
	return nil
}

// A Report is what became of the callbacks of one line in a stretch of time.
type Report struct {
	Line string
	// Called counts callbacks whose caller rang in it; Done to Undialable those that ended in it;
	// Messages those received in it; CallRecords calls that began in it and were put through.
	Called, Done, Cancelled, Expired, Undialable, Messages, CallRecords int
	// Open counts callbacks that are open now.
	Open int
}
