package hooks

import (
	"context"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// blockEverybody writes blocking keys of those who have none, beside the work of the day; the end of the server stops it. The
// operator is told in the log which keys are too full to find anybody by.
func (d *Doorstep) blockEverybody(e *core.ServeEvent) error {
	app := e.App
	ctx, stop := context.WithCancel(context.Background())
	on(app.OnTerminate(), "doorstep.blocking.stop", 5, func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
	routine.FireAndForget(func() {
		if err := identity.Backfill(ctx, app, func(int) {}); err != nil && ctx.Err() == nil {
			app.Logger().Error("write blocking keys", "error", err.Error())
			return
		}
		if full, err := identity.FullKeys(collections.Read(app)); err == nil && len(full) > 0 {
			app.Logger().Warn("blocking keys that too many people have open nobody", "keys", full)
		}
	})
	return e.Next()
}
