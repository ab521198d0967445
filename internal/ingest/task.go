package ingest

import (
	"encoding/json"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// settleTask sets the status of one of the worker's tasks.
func settleTask(db collections.DB, sender Sender, d *draft, now time.Time) (Receipt, error) {
	var said struct {
		Status string `json:"status"`
		Note   string `json:"note"`
	}
	if err := json.Unmarshal(d.op.Answers, &said); err != nil || said.Status != "open" && said.Status != "done" && said.Status != "cancelled" {
		return quarantine(db, sender, d, problem.BadAnswers, now)
	}
	var assignee, area string
	var rev int64
	found, err := collections.One(db, `SELECT assignee, area, rev FROM tasks WHERE id=?`, []any{d.op.ID}, &assignee, &area, &rev)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case !found:
		return quarantine(db, sender, d, problem.UnknownTask, now)
	case assignee != sender.Actor.ID && !sender.Actor.May(access.DecideQuarantine, area, assignee):
		return handOver(db, sender, d, collections.Tasks, area, now)
	}
	row := collections.Row{{Column: "status", Value: said.Status}, {Column: "rev", Value: rev + 1}, {Column: "updated", Value: collections.Stamp(now)}}
	if said.Note != "" {
		row = append(row, collections.Field{Column: "note", Value: said.Note})
	}
	if err := collections.Update(db, collections.Tasks, d.op.ID, row); err != nil {
		return Receipt{}, err
	}
	if err := collections.Announce(db, collections.Tasks, d.op.ID, collections.ToWorker(assignee), collections.Upsert, rev+1, now); err != nil {
		return Receipt{}, err
	}
	r := Receipt{Seq: d.op.Seq, ID: d.op.ID, Status: Stored, Rev: rev + 1, Area: area}
	_, err = keep(db, sender, d, r, kept{outcome: Stored, collection: collections.Tasks, record: d.op.ID, area: area, rev: r.Rev}, now)
	return r, err
}

// changeTask writes columns of a task, raises its revision and tells its assignee's tablets.
func changeTask(db collections.DB, id string, now time.Time, row collections.Row) error {
	var assignee string
	var rev int64
	found, err := collections.One(db, `SELECT assignee, rev FROM tasks WHERE id=?`, []any{id}, &assignee, &rev)
	if err != nil || !found {
		return err
	}
	row = append(row, collections.Field{Column: "rev", Value: rev + 1}, collections.Field{Column: "updated", Value: collections.Stamp(now)})
	if err := collections.Update(db, collections.Tasks, id, row); err != nil || assignee == "" {
		return err
	}
	return collections.Announce(db, collections.Tasks, id, collections.ToWorker(assignee), collections.Upsert, rev+1, now)
}
