package hooks

import (
	"context"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/audit"
	"doorstep/internal/coverage"
)

// keepBehind keeps the index of who was seen close behind the audit trail, and the counts of how cases ended close behind the records.
func (d *Doorstep) keepBehind(e *core.ServeEvent) error {
	app := e.App
	if err := byClock(app, "doorstep.trail", eachMinute, func(ctx context.Context) error { return audit.Index(ctx, app) }); err != nil {
		return err
	}
	err := byClock(app, "doorstep.coverage", eachMinute, func(ctx context.Context) error { return coverage.Keep(ctx, app, d.Library) })
	if err != nil {
		return err
	}
	return e.Next()
}

const eachMinute = "* * * * *"

// byClock does something at the times of a cron expression, beside the work of the day and one at a time. The end of the server stops
// it and waits for it, because the database closes then; after that nothing begins.
func byClock(app core.App, name, times string, do func(context.Context) error) error {
	ctx, stop := context.WithCancel(context.Background())
	var going sync.Mutex
	on(app.OnTerminate(), name+".stop", 5, func(e *core.TerminateEvent) error {
		stop()
		going.Lock()
		defer going.Unlock()
		return e.Next()
	})
	return app.Cron().Add(name, times, func() {
		if !going.TryLock() {
			return
		}
		defer going.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err := do(ctx); err != nil && ctx.Err() == nil {
			app.Logger().Error(name, "error", err.Error())
		}
	})
}
