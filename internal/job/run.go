package job

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/blob"
	"doorstep/internal/problem"
)

// Work is how jobs of one kind are done.
type Work struct {
	Do  access.Action // which who began it must still be allowed when it runs
	Run func(context.Context, *Task) (result any, err error)
}

// Task is a job that is being done.
type Task struct {
	Job
	App    core.App
	Actor  access.Actor // who began it, with the rights of now
	Now    time.Time
	ToKeep any // for another job; nil for nothing

	told time.Time
	made blob.Info
}

// Read gives what the job was asked for.
func (t *Task) Read(into any) error { return json.Unmarshal([]byte(t.input), into) }

// Given opens the file that came with the job.
func (t *Task) Given() (blob.File, error) { return collections.Files(t.App).Open(t.upload) }

// Keep stores what a job makes while it is written. It can be fetched once the job is done.
func (t *Task) Keep(write func(io.Writer) error) error {
	out, in := io.Pipe()
	defer in.CloseWithError(io.ErrUnexpectedEOF) // no effect unless write panics
	saved := make(chan error, 1)
	go func() {
		var err error
		t.made, err = collections.Files(t.App).Save(out)
		out.CloseWithError(cmp.Or(err, io.ErrClosedPipe)) // the writer is not left waiting
		saved <- err
	}()
	err := write(in)
	in.CloseWithError(err)
	return cmp.Or(err, <-saved)
}

// tellEvery is how often progress is written at most.
const tellEvery = 500 * time.Millisecond

// Step notes how far the job is.
func (t *Task) Step(ctx context.Context, done, total int) {
	t.Done, t.Total = done, total
	if time.Since(t.told) < tellEvery {
		return
	}
	t.told = time.Now()
	err := collections.Write(ctx, t.App, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE jobs SET done=?, total=? WHERE id=? AND status='running'`, done, total, t.ID)
		return err
	})
	if err != nil && ctx.Err() == nil {
		t.App.Logger().Error("note how far a job is", "job", t.ID, "error", err.Error())
	}
}

// Runner does jobs, one after the other.
type Runner struct {
	Works map[string]Work // by kind
	Now   func() time.Time

	mu   sync.Mutex
	stop map[string]context.CancelFunc // of the jobs that run
}

// Interrupt notes the jobs of some kinds that nobody does any more: their server ended, or how they ended could not be written.
func Interrupt(ctx context.Context, app core.App, now time.Time, kinds ...string) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		const left = `UPDATE jobs SET status='interrupted', updated=? WHERE status='running' AND kind IN (SELECT value FROM json_each(?))`
		if _, err := db.Exec(left, collections.Stamp(now), collections.JSONList(kinds)); err != nil {
			return fmt.Errorf("interrupted jobs: %w", err)
		}
		return nil
	})
}

// Run does the waiting jobs of some kinds, one after the other, and returns when none is left or ctx ends, which interrupts the one that
// runs. It first notes as interrupted what an earlier Run has left, so that no two may run for the same kinds at once.
func (r *Runner) Run(ctx context.Context, app core.App, kinds ...string) error {
	if err := Interrupt(ctx, app, r.Now(), kinds...); err != nil {
		return err
	}
	for ctx.Err() == nil {
		t, found, err := r.claim(ctx, app, kinds)
		if err != nil || !found {
			return err
		}
		if err := r.do(ctx, t); err != nil {
			return fmt.Errorf("job %s: %w", t.ID, err)
		}
	}
	return nil
}

func (r *Runner) claim(ctx context.Context, app core.App, kinds []string) (t *Task, found bool, err error) {
	t = &Task{App: app, Now: r.Now()}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		var id string
		const next = `SELECT id FROM jobs WHERE status='waiting' AND kind IN (SELECT value FROM json_each(?)) ORDER BY created LIMIT 1`
		found, err = collections.One(db, next, []any{collections.JSONList(kinds)}, &id)
		if err != nil || !found {
			return err
		}
		if t.Job, found, err = find(db, id); err != nil || !found {
			return err
		}
		return collections.Update(db, collections.Jobs, id, collections.Row{
			{Column: "status", Value: collections.JobRunning}, {Column: "updated", Value: collections.Stamp(t.Now)},
		})
	})
	return t, found, err
}

// do does one job and notes how it ended. One whose server ends is left as it is: the next server calls it interrupted.
func (r *Runner) do(ctx context.Context, t *Task) error {
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	r.running(t.ID, cancel)
	defer r.running(t.ID, nil)
	result, err := r.run(own, t)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return collections.Write(ctx, t.App, func(db collections.DB) error { return t.end(db, r.Now(), result, err) })
}

// run calls the work. It must not end the server, whatever comes in.
func (r *Runner) run(ctx context.Context, t *Task) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	w := r.Works[t.Kind]
	if t.Actor, err = actorOf(t.App, t.By); err != nil {
		return nil, err
	}
	switch allowed, err := t.Actor.Allowed(collections.Read(t.App), w.Do); {
	case err != nil:
		return nil, err
	case !allowed:
		return nil, problem.New(problem.NotAllowed, "")
	}
	return w.Run(ctx, t)
}

// end writes what came of a job. One that was stopped stays so, with what it had done by then, unless it was through.
func (t *Task) end(db collections.DB, now time.Time, result any, failed error) error {
	var status string
	if _, err := collections.One(db, `SELECT status FROM jobs WHERE id=?`, []any{t.ID}, &status); err != nil {
		return err
	}
	b := body{Name: t.Name, Input: json.RawMessage(t.input), Role: t.Actor.Role, Territory: t.Actor.Territory}
	row := collections.Row{{Column: "done", Value: t.Done}, {Column: "total", Value: t.Total},
		{Column: "updated", Value: collections.Stamp(now)}}
	var err error
	switch {
	case failed == nil:
		status = collections.JobDone
		row = append(row, collections.Field{Column: "file", Value: t.made.SHA256}, collections.Field{Column: "upload", Value: ""})
	case status == collections.JobRunning:
		status = collections.JobFailed
		b.Problem, err = t.problem(failed)
	}
	if err == nil && (failed == nil || status == collections.JobCancelled) {
		err = b.came(result, t.ToKeep)
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	row = append(row, collections.Field{Column: "status", Value: status}, collections.Field{Column: "body", Value: string(text)})
	return collections.Update(db, collections.Jobs, t.ID, row)
}

// came notes what came of a job.
func (b *body) came(result, kept any) (err error) {
	if result != nil {
		b.Result, err = json.Marshal(result)
	}
	if kept != nil && err == nil {
		b.Kept, err = json.Marshal(kept)
	}
	return err
}

// problem is what people are told of a failure. A mistake of ours goes to the log.
func (t *Task) problem(failed error) (json.RawMessage, error) {
	p := problem.As(failed)
	if p.Fault() {
		t.App.Logger().Error("job failed", "job", t.ID, "kind", t.Kind, "error", failed.Error())
	}
	return json.Marshal(p)
}

// Stop ends the work of a job that runs.
func (r *Runner) Stop(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if stop := r.stop[id]; stop != nil {
		stop()
	}
}

func (r *Runner) running(id string, stop context.CancelFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop == nil {
		r.stop = map[string]context.CancelFunc{}
	}
	if r.stop[id] = stop; stop == nil {
		delete(r.stop, id)
	}
}

// actorOf is somebody by id, with the rights that they have now. It fails with problem.NotAllowed for who has none any more.
func actorOf(app core.App, id string) (access.Actor, error) {
	for _, accounts := range []string{collections.Workers, core.CollectionNameSuperusers} {
		all, err := app.FindRecordsByIds(accounts, []string{id})
		if err != nil {
			return access.Actor{}, err
		}
		if i := slices.IndexFunc(all, func(r *core.Record) bool { return r.Id == id }); i >= 0 {
			if actor, ok := access.Of(all[i]); ok {
				return actor, nil
			}
		}
	}
	return access.Actor{}, problem.New(problem.NotAllowed, "")
}
