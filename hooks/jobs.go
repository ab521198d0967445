package hooks

import (
	"context"
	"strconv"

	"github.com/pocketbase/pocketbase/core"
)

// runJobs does the long work that people ask for, beside the work of the day. It begins with a look at what an earlier server left in the
// middle, which is noted as interrupted: who began it may start it again.
func (d *Doorstep) runJobs(e *core.ServeEvent) error {
	runner, rows := d.Jobs()
	for i, kinds := range rows {
		besideWhenAsked(e.App, "doorstep.jobs."+strconv.Itoa(i), d.JobsWait[i],
			func(ctx context.Context, app core.App) error { return runner.Run(ctx, app, kinds...) })
	}
	return e.Next()
}
