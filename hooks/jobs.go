package hooks

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/internal/job"
)

// runJobs does the long work that people ask for, beside the work of the day. What a server before left in the middle is said to
// be interrupted; who began it may start it again.
func (d *Doorstep) runJobs(e *core.ServeEvent) error {
	app := e.App
	if err := job.Interrupt(context.Background(), app, d.Now()); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	on(app.OnTerminate(), "doorstep.jobs.stop", 5, func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
	runner, rows := d.Jobs()
	for i, kinds := range rows {
		routine.FireAndForget(func() {
			minute := time.NewTicker(time.Minute)
			defer minute.Stop()
			for ctx.Err() == nil {
				if err := runner.Run(ctx, app, kinds...); err != nil && ctx.Err() == nil {
					app.Logger().Error("run jobs", "error", err.Error())
				}
				select {
				case <-minute.C:
				case <-d.JobsWait[i]:
				case <-ctx.Done():
				}
			}
		})
	}
	return e.Next()
}
