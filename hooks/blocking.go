package hooks

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// blockEverybody writes blocking keys of those who have none, beside the work of the day. The operator is told in the log which keys are
// too full to find anybody by.
func (d *Doorstep) blockEverybody(e *core.ServeEvent) error {
	beside(e.App, "doorstep.blocking", func(ctx context.Context, app core.App) error {
		if err := identity.Backfill(ctx, app, func(int) {}); err != nil {
			return err
		}
		full, err := identity.FullKeys(collections.Read(app))
		if len(full) > 0 {
			app.Logger().Warn("blocking keys that too many people have open nobody", "keys", full)
		}
		return err
	})
	return e.Next()
}
