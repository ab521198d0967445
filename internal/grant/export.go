package grant

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Export says which identified export is asked for: an approval is good for this one alone.
type Export struct{ Form, States, Campaign string }

func (e Export) filter() string {
	return fmt.Sprintf("form=%s states=%s campaign=%s", e.Form, e.States, e.Campaign)
}

// AskExport asks for an identified export of the actor's territory. It fails with problem.ReasonNeeded.
func AskExport(ctx context.Context, app core.App, actor access.Actor, e Export, reason string, now time.Time) (Grant, error) {
	if err := reasoned(reason); err != nil {
		return Grant{}, err
	}
	g := Grant{Collection: e.Form, Area: access.Common(actor.Territory), Until: collections.Stamp(now.Add(ExportHours * time.Hour))}
	err := collections.Write(ctx, app, func(db collections.DB) error {
		if err := g.insert(db, actor, row{kind: "export", reason: reason, status: "asked", filter: e.filter()}, now); err != nil {
			return err
		}
		return note(db, actor, "export.ask", g.ID, g.Area, now)
	})
	return g, err
}

// ApproveExport is the second pair of eyes: another manager, whose territory holds that of the one who asks.
func ApproveExport(ctx context.Context, app core.App, actor access.Actor, id string, now time.Time) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		var worker, area, status, until string
		found, err := collections.One(db, `SELECT worker, area, status, until FROM access_grants WHERE id=? AND kind='export'`, []any{id},
			&worker, &area, &status, &until)
		switch {
		case err != nil:
			return err
		case !found || !actor.May(access.ApproveExport, area, ""):
			return problem.New(problem.NotFound, "")
		case worker == actor.ID || status != "asked" || until <= collections.Stamp(now):
			return problem.New(problem.GrantState, "")
		}
		err = collections.Update(db, Table, id, collections.Row{
			{Column: "status", Value: "approved"}, {Column: "approved_by", Value: actor.ID},
			{Column: "until", Value: collections.Stamp(now.Add(ExportHours * time.Hour))}, {Column: "updated", Value: collections.Stamp(now)},
		})
		if err != nil {
			return err
		}
		return note(db, actor, "export.approve", id, area, now)
	})
}

// SpendExport uses an approval up, before the first byte goes out. It fails with problem.ApprovalNeeded.
func SpendExport(ctx context.Context, app core.App, actor access.Actor, id string, e Export, now time.Time) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		at := collections.Stamp(now)
		done, err := db.Exec(`UPDATE access_grants SET status='used', updated=?
			WHERE id=? AND kind='export' AND worker=? AND status='approved' AND until>? AND filter=?`, at, id, actor.ID, at, e.filter())
		if err != nil {
			return fmt.Errorf("spend an approval: %w", err)
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return problem.New(problem.ApprovalNeeded, "")
		}
		return note(db, actor, "export.spend", id, access.Common(actor.Territory), now)
	})
}

func note(db collections.DB, actor access.Actor, action, id, area string, now time.Time) error {
	entry := actor.DidTo(action, Table, id, area)
	entry.Purpose = audit.Statistics
	return audit.Append(db, now, entry)
}
