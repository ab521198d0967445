package work

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Settlement is a supervisor's word on a mandatory report: what was done, or why it is open again.
type Settlement struct {
	Task    string `json:"-"`
	Settled bool   `json:"settled"`
	Note    string `json:"note"`
}

// Settle ends a mandatory report, or opens it again. It fails without saying what was done, and where it stands so already.
func Settle(ctx context.Context, app core.App, act access.Act, said Settlement) error {
	if err := problem.Reason(said.Note); err != nil {
		return err
	}
	action, from, to, by, at := "report.reopen", "done", "open", "", ""
	if said.Settled {
		action, from, to, by, at = "report.settle", "open", "done", act.ID, collections.Stamp(act.Now)
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		var area, assignee, status, record, household string
		var rev int64
		found, err := collections.One(db, `SELECT area, assignee, status, record, household, rev FROM tasks
			WHERE id=? AND kind='follow_up' AND priority='urgent'`, []any{said.Task}, &area, &assignee, &status, &record, &household, &rev)
		if err != nil {
			return err
		}
		if !found || !act.May(access.ReviewRecord, area, "") {
			return problem.New(problem.NotFound, "")
		}
		if status != from {
			return problem.New(problem.BadTransition, "")
		}
		row := collections.Row{{Column: "status", Value: to}, {Column: "note", Value: said.Note}, {Column: "confirmed_by", Value: by},
			{Column: "confirmed_at", Value: at}}
		if err := (handover{said.Task, assignee, assignee, rev + 1}).write(db, act.Now, row); err != nil {
			return err
		}
		entry := act.DidTo(action, collections.Tasks, said.Task, area, record)
		if household != "" {
			entry.Subjects = append(entry.Subjects, household)
		}
		entry.Purpose = audit.FollowUp
		return audit.Append(db, act.Now, entry)
	})
}
