package hooks

import (
	"context"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
)

// rowDamaged is the audit's word for a sealed row that does not open any more.
const rowDamaged = "row.damaged"

// watchDamage reports within a minute what readers passed over.
func (d *Doorstep) watchDamage(e *core.ServeEvent) error {
	return byClock(e, "doorstep.damaged", eachMinute, d.ReportDamage)
}

// ReportDamage logs the rows that did not open when they were read last, and notes them in the audit: one entry a row, however
// often it is read.
func (d *Doorstep) ReportDamage(ctx context.Context, app core.App) error {
	for _, place := range collections.KeysOf(app).DamagedRows() {
		table, id, _ := strings.Cut(place, "/")
		if _, told := d.damaged.Load(place); told || strings.Contains(id, "/") {
			continue
		}
		err := collections.Write(ctx, app, func(db collections.DB) error {
			var seq int64
			const noted = `SELECT seq FROM audit WHERE record=? AND collection=? AND action=?`
			known, err := collections.One(db, noted, []any{id, table, rowDamaged}, &seq)
			if err != nil || known {
				return err
			}
			app.Logger().Error("a row is damaged and passed over", "collection", table, "record", id)
			entry := audit.Entry{Action: rowDamaged, Collection: table, Record: id, Purpose: audit.Administration, Subjects: []string{id}}
			return audit.Append(db, d.Now(), entry)
		})
		if err != nil {
			return err
		}
		d.damaged.Store(place, true)
	}
	return nil
}
