package hooks

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/audit"
	"doorstep/internal/retention"
)

// backUpByNight makes a backup every night. One that fails is reported and the next night's is made all the same.
func (d *Doorstep) backUpByNight(e *core.ServeEvent) error {
	if d.Backups.At == "" {
		return e.Next()
	}
	return byClock(e, "doorstep.backup", d.Backups.At, func(ctx context.Context, app core.App) error {
		_, err := d.BackUp(ctx, app, audit.Entry{}, d.Folder(app).MakeNightly)
		return err
	})
}

// sweepFiles drops every hour the files that nothing refers to.
func (d *Doorstep) sweepFiles(e *core.ServeEvent) error {
	return byClock(e, "doorstep.files", "17 * * * *", d.SweepFiles)
}

// reportRetention counts every night what is due to go; nothing goes before a manager has approved it.
func (d *Doorstep) reportRetention(e *core.ServeEvent) error {
	return byClock(e, "doorstep.retention", "43 3 * * *", func(ctx context.Context, app core.App) error {
		return retention.Report(ctx, app, d.Library, d.Now())
	})
}
