package hooks

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/internal/audit"
	"doorstep/internal/coverage"
)

// indexTrail keeps the index of who was seen close behind the audit trail.
func indexTrail(e *core.ServeEvent) error {
	beside(e.App, "index the audit trail", time.Minute, func(ctx context.Context) error { return audit.Index(ctx, e.App) })
	return e.Next()
}

// keepCoverage keeps the counts of how cases ended close behind the records.
func (d *Doorstep) keepCoverage(e *core.ServeEvent) error {
	beside(e.App, "count cases", 10*time.Second, func(ctx context.Context) error { return coverage.Keep(ctx, e.App, d.Library) })
	return e.Next()
}

// beside does something again and again beside the work of the day; the end of the server stops it.
func beside(app core.App, what string, pause time.Duration, do func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	on(app.OnTerminate(), "doorstep.stop: "+what, 5, func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
	routine.FireAndForget(func() {
		for ctx.Err() == nil {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				app.Logger().Error(what, "error", err.Error())
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	})
}
