package ingest

import (
	"encoding/json"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// storeTask sets the status of one of the worker's tasks.
func (s *storing) storeTask() (Receipt, error) {
	db, d := s.db, s.d
	var said struct {
		Status string `json:"status"`
		Note   string `json:"note"`
	}
	if err := json.Unmarshal(d.op.Answers, &said); err != nil || said.Status != "open" && said.Status != "done" && said.Status != "cancelled" {
		return s.quarantine(problem.BadAnswers)
	}
	var assignee, area string
	var rev int64
	found, err := collections.One(db, `SELECT assignee, area, rev FROM tasks WHERE id=?`, []any{d.op.ID}, &assignee, &area, &rev)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case !found:
		return s.quarantine(problem.UnknownTask)
	case assignee != s.sender.Actor.ID && !s.sender.Actor.May(access.DecideQuarantine, area, assignee):
		return s.handOver(collections.Tasks, area)
	}
	row := collections.Row{{Column: "status", Value: said.Status}, {Column: "confirmed_by", Value: ""}, {Column: "confirmed_at", Value: ""},
		{Column: "rev", Value: rev + 1}, {Column: "updated", Value: collections.Stamp(s.now)}}
	if said.Note != "" {
		row = append(row, collections.Field{Column: "note", Value: said.Note})
	}
	if err := collections.Update(db, collections.Tasks, d.op.ID, row); err != nil {
		return Receipt{}, err
	}
	if err := collections.Announce(db, collections.RevisionOf(collections.Tasks, d.op.ID, rev+1), collections.ToWorker(assignee),
		collections.Upsert, s.now); err != nil {
		return Receipt{}, err
	}
	r := Receipt{Seq: d.op.Seq, ID: d.op.ID, Status: Stored, Rev: rev + 1, Area: area}
	_, err = s.keep(r, kept{outcome: Stored, collection: collections.Tasks, record: d.op.ID, area: area, rev: r.Rev})
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
	return collections.Announce(db, collections.RevisionOf(collections.Tasks, id, rev+1), collections.ToWorker(assignee), collections.Upsert,
		now)
}
