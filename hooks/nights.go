package hooks

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/audit"
	"doorstep/internal/retention"
)

// backUpByNight makes a backup every night. One that fails is reported and the next night's is made all the same.
func (d *Doorstep) backUpByNight(e *core.ServeEvent) error {
	app := e.App
	if d.Backups.At == "" {
		return e.Next()
	}
	err := app.Cron().Add("doorstep.backup", d.Backups.At, func() {
		if _, err := d.BackUp(app, audit.Entry{}, d.Folder(app).MakeNightly); err != nil {
			app.Logger().Error("backup by night", "error", err.Error())
		}
	})
	if err != nil {
		return err
	}
	return e.Next()
}

// reportRetention counts every night what is due to go; nothing goes before a manager has approved it.
func (d *Doorstep) reportRetention(e *core.ServeEvent) error {
	app := e.App
	err := app.Cron().Add("doorstep.retention", "43 3 * * *", func() {
		if err := retention.Report(context.Background(), app, d.Library, d.Now()); err != nil {
			app.Logger().Error("retention report", "error", err.Error())
		}
	})
	if err != nil {
		return err
	}
	return e.Next()
}
