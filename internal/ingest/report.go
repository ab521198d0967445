package ingest

import (
	"slices"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// MandatoryReport is the issue that must be acted on at once, whatever the review state (Law on the Protection of
// Minors, article 11).
const MandatoryReport = "report.mandatory"

// announce tells the worker's tablets.
func (s *settling) announce() error {
	return collections.Announce(s.db, s.table(), s.d.op.ID, collections.ToWorker(s.d.rec.Worker), collections.Upsert, s.d.rec.Rev, s.now)
}

// report opens an urgent follow-up for the territory's supervisors and queues the notice, once per record.
func (s *settling) report() error {
	if !slices.ContainsFunc(s.d.issues, func(i survey.Issue) bool { return i.Code == MandatoryReport }) {
		return nil
	}
	var already string
	found, err := collections.One(s.db, `SELECT id FROM tasks WHERE record=? AND kind='follow_up' LIMIT 1`, []any{s.d.op.ID}, &already)
	if err != nil || found {
		return err
	}
	id, err := collections.NewID()
	if err != nil {
		return err
	}
	at := collections.Stamp(s.now)
	if err := collections.Insert(s.db, collections.Tasks, collections.Row{
		{Column: "id", Value: id}, {Column: "kind", Value: "follow_up"}, {Column: "priority", Value: "urgent"}, {Column: "title", Value: "强制报告 · mandatory report"},
		{Column: "household", Value: s.d.rec.Household}, {Column: "collection", Value: s.table()}, {Column: "record", Value: s.d.op.ID}, {Column: "form", Value: s.d.rec.Form}, {Column: "area", Value: s.d.rec.Area},
		{Column: "status", Value: "open"}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	return collections.Enqueue(s.db, MandatoryReport, s.d.op.ID, map[string]string{"collection": s.table(), "record": s.d.op.ID, "area": s.d.rec.Area, "task": id}, s.now)
}
