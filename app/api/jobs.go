package api

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"patio/backend/crm"
)

// EventJob carries a Job whenever one moves on.
const EventJob = "job"

// States of a job.
const (
	JobRunning   = "running"
	JobReady     = "ready" // a review that waits for the user
	JobDone      = "done"
	JobFailed    = "failed"
	JobCancelled = "cancelled"
	JobPaused    = "paused" // an import that was interrupted and can go on
)

// Job is long work: how far it is, and what became of it.
type Job struct {
	ID      string     `json:"id"`
	Kind    string     `json:"kind"` // "open", "review", "import", "export", "undo", "stage", "bulk"
	Name    string     `json:"name"` // the file's
	State   string     `json:"state"`
	Done    int        `json:"done"`
	Total   int        `json:"total"` // 0 while not known
	Error   *crm.Error `json:"error,omitempty"`
	Created int        `json:"created"`
	Merged  int        `json:"merged"`
	Refused int        `json:"refused"`
}

// jobs runs long work beside the calls, one of each id at a time.
type jobs struct {
	emit func(name string, payload any)

	mu   sync.Mutex
	list map[string]*running
	wait sync.WaitGroup
	quit bool
}

type running struct {
	job    Job
	cancel context.CancelFunc
	told   time.Time
}

func newJobs(emit func(string, any)) *jobs { return &jobs{emit: emit, list: map[string]*running{}} }

// every is how often progress is told at most: a person can't read faster.
const every = 100 * time.Millisecond

// work is what a job does; it moves the job on by step.
type work func(ctx context.Context, step func(change func(*Job))) error

// start runs f until it returns. Errors: conflict while one of that id runs.
func (j *jobs) start(job Job, f work) error { return j.begin(job, f, func(error) {}) }

// await runs f, waits for its end and forgets the job unless it waits for the
// user. Errors: f's, and conflict.
func (j *jobs) await(job Job, f work) error {
	ended := make(chan error, 1)
	if err := j.begin(job, f, func(err error) { ended <- err }); err != nil {
		return err
	}
	err := <-ended
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.list[job.ID]; r != nil && r.job.State != JobReady {
		delete(j.list, job.ID)
	}
	return err
}

func (j *jobs) begin(job Job, f work, after func(error)) error {
	ctx, cancel := context.WithCancel(context.Background())
	j.mu.Lock()
	if old := j.list[job.ID]; j.quit || old != nil && old.job.State == JobRunning {
		j.mu.Unlock()
		cancel()
		return crm.NewError(crm.CodeConflict, "id", "id", job.ID)
	}
	job.State = JobRunning
	r := &running{job: job, cancel: cancel}
	j.list[job.ID] = r
	j.wait.Add(1)
	j.mu.Unlock()
	j.emit(EventJob, job)
	go func() {
		defer j.wait.Done()
		defer cancel()
		err := f(ctx, func(change func(*Job)) { j.step(r, change, false) })
		j.step(r, func(job *Job) { settle(job, err) }, true)
		after(err)
	}()
	return nil
}

// settle writes the end of a job. One that is not running any more was settled
// by its own work.
func settle(job *Job, err error) {
	var ours *crm.Error
	switch {
	case err == nil:
		if job.State == JobRunning {
			job.State = JobDone
		}
	case crm.CodeOf(err) == crm.CodeCancelled:
		job.State = JobCancelled
		if job.Kind == "import" {
			job.State = JobPaused
		}
	case errors.As(err, &ours):
		job.State, job.Error = JobFailed, ours
	default:
		job.State, job.Error = JobFailed, crm.NewError(crm.CodeInternal, "").Because(err)
	}
}

func (j *jobs) step(r *running, change func(*Job), always bool) {
	j.mu.Lock()
	change(&r.job)
	job, tell := r.job, always || time.Since(r.told) > every
	if tell {
		r.told = time.Now()
	}
	j.mu.Unlock()
	if tell {
		j.emit(EventJob, job)
	}
}

// cancel asks a job to stop; one that doesn't run is no error.
func (j *jobs) cancel(id string) {
	j.mu.Lock()
	r := j.list[id]
	j.mu.Unlock()
	if r != nil {
		r.cancel()
	}
}

// all answers the jobs, by id.
func (j *jobs) all() []Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]Job, 0, len(j.list))
	for _, r := range j.list {
		out = append(out, r.job)
	}
	slices.SortFunc(out, func(a, b Job) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}

// runs says whether a job of a kind is under way.
func (j *jobs) runs(kind string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range j.list {
		if r.job.Kind == kind && r.job.State == JobRunning {
			return true
		}
	}
	return false
}

// forget drops a job that is over.
func (j *jobs) forget(id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.list[id]; r != nil && r.job.State != JobRunning {
		delete(j.list, id)
	}
}

// close stops all and waits for them.
func (j *jobs) close() error {
	j.mu.Lock()
	j.quit = true
	for _, r := range j.list {
		r.cancel()
	}
	j.mu.Unlock()
	j.wait.Wait()
	return nil
}
