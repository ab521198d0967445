package hooks

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/reassign"
)

// areasRedrawn asks for a look at the records when somebody draws an area anew by hand, in the transaction of that.
func (d *Doorstep) areasRedrawn(e *core.RecordEvent) error {
	before := e.Record.Original()
	if before.GetString("boundary") == e.Record.GetString("boundary") && before.GetBool("active") == e.Record.GetBool("active") {
		return e.Next()
	}
	return inTransaction(e, func(db collections.DB) error {
		if err := e.Next(); err != nil {
			return err
		}
		list, err := d.Areas.Index().Affected(db, e.Record.GetString("code"))
		if err != nil || len(list) == 0 {
			return err
		}
		by, _ := e.Record.Get(collections.By).(access.Actor)
		_, err = grid.BeginJob(db, list, by.ID, d.Now())
		return err
	})
}

// Reassign does what changed areas leave to be done, and returns when nothing is left.
func (d *Doorstep) Reassign(ctx context.Context, app core.App) error {
	if err := d.Areas.Load(app); err != nil {
		return err
	}
	r := reassign.Runner{Forms: d.Library, Areas: d.Areas, Now: d.Now}
	return r.Run(ctx, app)
}

// watchAreas notices within a minute what the command areas import has done in another process, and runs the jobs that areas
// leave when they change.
func (d *Doorstep) watchAreas(e *core.ServeEvent) error {
	besideWhenAsked(e.App, "doorstep.reassign", d.AreaJobs, d.Reassign)
	return e.Next()
}
