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
	if err := eachMinute(app, "doorstep.trail", func(ctx context.Context) error { return audit.Index(ctx, app) }); err != nil {
		return err
	}
	if err := eachMinute(app, "doorstep.coverage", func(ctx context.Context) error { return coverage.Keep(ctx, app, d.Library) }); err != nil {
		return err
	}
	return e.Next()
}

// eachMinute does something every minute beside the work of the day, unless it still goes on; the end of the server stops it.
func eachMinute(app core.App, name string, do func(context.Context) error) error {
	ctx, stop := context.WithCancel(context.Background())
	on(app.OnTerminate(), name+".stop", 5, func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
	var going sync.Mutex
	return app.Cron().Add(name, "* * * * *", func() {
		if !going.TryLock() {
			return
		}
		defer going.Unlock()
		if err := do(ctx); err != nil && ctx.Err() == nil {
			app.Logger().Error(name, "error", err.Error())
		}
	})
}
