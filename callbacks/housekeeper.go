package callbacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	// jobRetry is when a job that failed is tried again.
	jobRetry = 5 * time.Minute
	// jobLease is how long one instance has a job to itself.
	jobLease = 5 * time.Minute
)

// A Schedule says when the housekeeper works, as cron expressions of five fields in a named zone.
// Choose hours that no clock change skips: a reading that does not occur is not made up for until the next day.
type Schedule struct {
	// Zone is an IANA name, for example "Asia/Jakarta". Empty is UTC.
	Zone string
	// Report, Retention and Reconcile are when the jobs run; defaults "0 7 * * *", "30 3 * * *", "*/15 * * * *".
	Report, Retention, Reconcile string
}

// A Housekeeper does what is due by the calendar: a daily report of counts, the erasing of personal data after
// [Policy.Retention], the reconciling of calls of which nothing is heard, and what [Housekeeper.Add] gives it. Cron
// expressions wake it; when a job ran last is in the store, so a restart neither skips one nor runs it twice, and of
// several instances on one store one runs it.
type Housekeeper struct {
	store Store
	plans Plans
	zone  string
	now   func() time.Time
	log   *slog.Logger
	jobs  []job
	// retry holds jobs that failed off until then.
	retry map[string]time.Time
	// recordings may be nil.
	recordings Recordings
}

// Recordings deletes recordings where they are kept. The provider's REST client implements it.
type Recordings interface {
	// Delete deletes one for good. One that is not there (any more) is no error.
	Delete(ctx context.Context, sid string) error
}

// UseRecordings makes the housekeeper delete recordings before it erases what names them.
func (h *Housekeeper) UseRecordings(recordings Recordings) { h.recordings = recordings }

type job struct {
	name string
	when cron.Schedule
	run  func(ctx context.Context, last, now time.Time) error
}

// NewHousekeeper checks the schedule; every mistake is in the error. A nil dispatcher reconciles nothing.
func NewHousekeeper(store Store, dispatcher *Dispatcher, plans Plans, schedule Schedule, now func() time.Time, log *slog.Logger) (*Housekeeper, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if schedule.Zone == "" {
		schedule.Zone = "UTC"
	}
	if _, err := time.LoadLocation(schedule.Zone); err != nil || schedule.Zone == "Local" {
		return nil, fmt.Errorf("callbacks: schedule: zone %q: not an IANA name such as \"Asia/Jakarta\"", schedule.Zone)
	}
	h := &Housekeeper{store: store, plans: plans, zone: schedule.Zone, now: now, log: log, retry: map[string]time.Time{}}
	err := errors.Join(
		h.add("report", orDefault(schedule.Report, "0 7 * * *"), h.report),
		h.add("retention", orDefault(schedule.Retention, "30 3 * * *"), h.erase),
		h.add("reconcile", orDefault(schedule.Reconcile, "*/15 * * * *"), func(ctx context.Context, _, now time.Time) error {
			return h.reconcile(ctx, dispatcher, now)
		}),
	)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func orDefault(spec, fallback string) string {
	if spec == "" {
		return fallback
	}
	return spec
}

// Add gives the housekeeper another job, before it runs. name tells the job apart in the store, for all instances and for
// ever; spec is a cron expression of five fields in the zone of the [Schedule]. run is called with the clock's reading. If
// it fails, or its process dies in it, it is called again some minutes later, maybe by another instance; it should take
// less than five minutes.
func (h *Housekeeper) Add(name, spec string, run func(ctx context.Context, now time.Time) error) error {
	return h.add(name, spec, func(ctx context.Context, _, now time.Time) error { return run(ctx, now) })
}

// add parses a cron expression. A zone inside it is refused: some values make the parser panic, and the zone
// has a field of its own.
func (h *Housekeeper) add(name, spec string, run func(context.Context, time.Time, time.Time) error) error {
	if name == "" || slices.ContainsFunc(h.jobs, func(j job) bool { return j.name == name }) {
		return fmt.Errorf("callbacks: schedule: there is a job %q already, or it has no name; when a job ran is known by its name", name)
	}
	if strings.Contains(spec, "TZ=") {
		return fmt.Errorf("callbacks: schedule: %s: %q: name the zone in its own field", name, spec)
	}
	when, err := cron.ParseStandard("CRON_TZ=" + h.zone + " " + spec)
	if err != nil {
		return fmt.Errorf("callbacks: schedule: %s: %q: %w", name, spec, err)
	}
	if when.Next(h.now()).IsZero() {
		return fmt.Errorf("callbacks: schedule: %s: %q: this day never comes", name, spec)
	}
	h.jobs = append(h.jobs, job{name: name, when: when, run: run})
	return nil
}

// Tick runs the jobs that are due and returns when the next one is. A job missed while the process was down
// runs once. It must not run concurrently with itself.
func (h *Housekeeper) Tick(ctx context.Context) (next time.Time) {
	var wait earliest
	now := h.now()
	for _, j := range h.jobs {
		if until := h.retry[j.name]; until.After(now) {
			wait.at(until)
			continue
		}
		at, err := h.tickOne(ctx, j, now)
		if err != nil {
			h.log.ErrorContext(ctx, "housekeeping failed; trying again", "job", j.name, "error", err, "after", jobRetry)
			at = now.Add(jobRetry)
			h.retry[j.name] = at
		}
		wait.at(at)
	}
	return wait.t
}

// tickOne runs one job if it is due and returns when it is due next.
func (h *Housekeeper) tickOne(ctx context.Context, j job, now time.Time) (next time.Time, err error) {
	last, err := h.store.LastRun(ctx, j.name)
	if err != nil {
		return next, err
	}
	if last.IsZero() {
		last = now // the first start of all: nothing was missed
		if err := h.store.SetLastRun(ctx, j.name, now); err != nil {
			return next, err
		}
	}
	if due := j.when.Next(last); due.After(now) {
		return due, nil
	}
	mine, err := h.store.BeginJob(ctx, j.name, last, now, jobLease)
	if err != nil {
		return next, err
	}
	if !mine { // another instance is at it; should it die, its lease ends
		return now.Add(jobLease), nil
	}
	if err := j.run(ctx, last, now); err != nil {
		return next, err
	}
	if err := h.store.SetLastRun(ctx, j.name, now); err != nil {
		return next, err
	}
	return j.when.Next(now), nil
}

// Run ticks until ctx ends.
func (h *Housekeeper) Run(ctx context.Context, timer Timer) { run(ctx, h.Tick, h.now, nil, timer) }

// report logs what became of callbacks since the last report.
func (h *Housekeeper) report(ctx context.Context, last, now time.Time) error {
	lines, err := h.store.Report(ctx, last, now)
	if err != nil {
		return err
	}
	for _, r := range lines {
		h.log.InfoContext(ctx, "report of callbacks", "line", r.Line, "from", last, "to", now, "called", r.Called,
			"done", r.Done, "cancelled", r.Cancelled, "expired", r.Expired, "undialable", r.Undialable,
			"open", r.Open, "messages", r.Messages, "contacts", r.CallRecords)
	}
	return nil
}

// erase removes personal data whose time is over, desk by desk. A desk that is not configured any more
// keeps its data for the default time.
func (h *Housekeeper) erase(ctx context.Context, _, now time.Time) error {
	desks, err := h.store.HoldingPersonalData(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range desks {
		k := newDecision(h.plans, Callback{Line: d.Line, Desk: d.Desk}, now)
		before := now.Add(-k.plan.Policy.Retention)
		if err := h.deleteRecordings(ctx, d, before); err != nil {
			errs = append(errs, err) // what names them is kept, so that they can be deleted the next time
			continue
		}
		n, err := h.store.Erase(ctx, d, before, now)
		errs = append(errs, err)
		if n > 0 {
			h.log.InfoContext(ctx, "personal data erased", "line", d.Line, "desk", d.Desk, "rows", n)
		}
	}
	return errors.Join(append(errs, h.store.Forget(ctx, now.Add(-countedFor), now))...)
}

// countedFor is how long requests and wrong proofs are kept: limits count a day, and clocks may differ by some minutes.
const countedFor = 25 * time.Hour

func (h *Housekeeper) deleteRecordings(ctx context.Context, d Desk, before time.Time) error {
	if h.recordings == nil {
		return nil
	}
	sids, err := h.store.RecordingsOf(ctx, d, before)
	if err != nil {
		return err
	}
	for _, sid := range sids {
		if err := h.recordings.Delete(ctx, sid); err != nil {
			return fmt.Errorf("callbacks: a recording of line %s, desk %s cannot be deleted, so nothing of it is erased yet: %w", d.Line, d.Desk, err)
		}
	}
	return nil
}

// reconcile looks calls up, and says which are still unknown.
func (h *Housekeeper) reconcile(ctx context.Context, dispatcher *Dispatcher, now time.Time) error {
	if dispatcher == nil {
		return nil
	}
	dispatcher.Reconcile(ctx)
	attempts, err := h.store.ActiveAttempts(ctx)
	if err != nil {
		return err
	}
	unknown := 0
	for _, a := range attempts {
		if a.SID == "" && now.Sub(a.Created) > a.Ring+answerGrace {
			unknown++
		}
	}
	if unknown > 0 {
		h.log.ErrorContext(ctx, "calls of which nobody knows whether they were placed; their targets stay busy", "attempts", unknown)
	}
	return nil
}
