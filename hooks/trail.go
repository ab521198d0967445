package hooks

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/internal/audit"
)

// indexTrail keeps the index of who was seen close behind the audit trail, beside the work of the day; the end of the server stops it.
func indexTrail(e *core.ServeEvent) error {
	app := e.App
	ctx, stop := context.WithCancel(context.Background())
	on(app.OnTerminate(), "doorstep.trail.stop", 5, func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
	routine.FireAndForget(func() {
		for ctx.Err() == nil {
			if err := audit.Index(ctx, app); err != nil && ctx.Err() == nil {
				app.Logger().Error("index the audit trail", "error", err.Error())
			}
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
			}
		}
	})
	return e.Next()
}
