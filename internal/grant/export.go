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
func AskExport(ctx context.Context, app core.App, act access.Act, e Export, reason string) (Grant, error) {
	if err := problem.Reason(reason); err != nil {
		return Grant{}, err
	}
	g := Grant{Collection: e.Form, Area: access.Common(act.Territory), Until: collections.Stamp(act.Now.Add(exportHours * time.Hour))}
	err := collections.Write(ctx, app, func(db collections.DB) error {
		if err := g.insert(db, act, row{kind: "export", reason: reason, status: "asked", filter: e.filter()}); err != nil {
			return err
		}
		return note(db, act, "export.ask", g.ID, g.Area)
	})
	return g, err
}

// ApproveExport is the second pair of eyes: another manager, whose territory holds that of the one who asks. Neither account is of the
// one's making, nor of the same third person's. It fails with problem.NotFound, problem.GrantState or problem.OwnColleague.
func ApproveExport(ctx context.Context, app core.App, act access.Act, id string) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		var worker, area, status, until string
		found, err := collections.One(db, `SELECT worker, area, status, until FROM access_grants WHERE id=? AND kind='export'`, []any{id},
			&worker, &area, &status, &until)
		switch {
		case err != nil:
			return err
		case !found || !act.May(access.ApproveExport, area, ""):
			return problem.New(problem.NotFound, "")
		case worker == act.ID || status != "asked" || until <= collections.Stamp(act.Now):
			return problem.New(problem.GrantState, "")
		}
		one, err := audit.OneMaker(db, act.ID, worker)
		switch {
		case err != nil:
			return err
		case one:
			return problem.New(problem.OwnColleague, "")
		}
		err = collections.Update(db, Table, id, collections.Row{
			{Column: "status", Value: "approved"}, {Column: "approved_by", Value: act.ID},
			{Column: "until", Value: collections.Stamp(act.Now.Add(exportHours * time.Hour))},
			{Column: "updated", Value: collections.Stamp(act.Now)},
		})
		if err != nil {
			return err
		}
		return note(db, act, "export.approve", id, area)
	})
}

// SpendExport uses an approval up, before the first byte goes out. It fails with problem.ApprovalNeeded, also where the territory of the
// one who asked has changed since.
func SpendExport(ctx context.Context, app core.App, act access.Act, id string, e Export) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		at := collections.Stamp(act.Now)
		done, err := db.Exec(`UPDATE access_grants SET status='used', updated=?
			WHERE id=? AND kind='export' AND worker=? AND status='approved' AND until>? AND filter=? AND area=?`, at, id, act.ID, at, e.filter(),
			access.Common(act.Territory))
		if err != nil {
			return fmt.Errorf("spend an approval: %w", err)
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return problem.New(problem.ApprovalNeeded, "")
		}
		return note(db, act, "export.spend", id, access.Common(act.Territory))
	})
}

func note(db collections.DB, act access.Act, action, id, area string) error {
	entry := act.DidTo(action, Table, id, area)
	entry.Purpose = audit.Statistics
	return audit.Append(db, act.Now, entry)
}
