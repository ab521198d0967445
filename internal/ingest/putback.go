package ingest

import (
	"context"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Restoring asks to make an answer that a check took out the answer again.
type Restoring struct {
	Collection string `json:"-"`
	Record     string `json:"-"`
	Entry      string `json:"entry"`   // of the history
	Value      string `json:"value"`   // what the reviewer reads in it, where it cannot be stored as it was sent; "" for as it was sent
	Comment    string `json:"comment"` // kept with the decision
	Rev        int64  `json:"rev"`     // revision that was looked at; 0 for any
}

// Restored is the record after an answer was put back.
type Restored struct {
	ReviewState string         `json:"review_state"`
	Rev         int64          `json:"rev"`
	Issues      []survey.Issue `json:"issues"`
}

// Restore puts back what a check took out of a record or computed otherwise: a new revision, which the tablets get. It stays
// until an answer changes that decides about it. It fails with a *problem.Problem: not found (also outside the actor's
// territory), the actor's own record, decided already, changed since, the answer stands, or it does not fit its question.
func Restore(ctx context.Context, app core.App, intake *Intake, by access.Actor, ask Restoring) (out Restored, err error) {
	if err := problem.Words(ask.Comment); err != nil {
		return out, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		v, theirs, err := intake.atTheDesk(db, by, collections.RevisionOf(ask.Collection, ask.Record, ask.Rev))
		if err != nil {
			return err
		}
		entry, err := v.sent(ask)
		if err != nil {
			return err
		}
		if err := v.restore(theirs, entry); err != nil {
			return err
		}
		if err := v.putBack(by, ask, entry); err != nil {
			return err
		}
		out = v.restored()
		return nil
	})
	return out, err
}

// atTheDesk reads a record that a reviewer changes, and finds whether they may now. Rev of what they looked at is 0 for any.
func (intake *Intake) atTheDesk(db collections.DB, by access.Actor, of collections.Revision) (revising, *survey.Node, error) {
	in, ok := intake.Instruments.ByTable(of.Collection)
	if !ok {
		return revising{}, nil, problem.New(problem.NotFound, "")
	}
	before, theirs, found, err := in.Whole.Find(db, of.Record)
	if err != nil {
		return revising{}, nil, err
	}
	switch {
	case !found || !by.May(access.ReviewRecord, before.Area, ""):
		return revising{}, nil, problem.New(problem.NotFound, "")
	case before.Worker == by.ID:
		return revising{}, nil, problem.New(problem.OwnRecord, "")
	case of.Rev != 0 && of.Rev != before.Rev:
		return revising{}, nil, problem.New(problem.StaleRevision, "")
	case !slices.Contains(collections.Undecided, before.ReviewState):
		return revising{}, nil, problem.New(problem.BadTransition, before.ReviewState)
	}
	if own, _ := intake.Instruments.ForRecord(of.Collection, before.FormVersion); own != in {
		in = own
		if before, theirs, _, err = in.Whole.Find(db, of.Record); err != nil {
			return revising{}, nil, err
		}
	}
	collector, err := senderOf(db, before.Worker)
	if err != nil {
		return revising{}, nil, err
	}
	d := &prepared{op: &Operation{Op: OpSubmit, ID: before.ID, Form: in.Form.ID, Version: in.Version, Campaign: before.Campaign},
		knows: formVersion{in.Form.ID, in.Version}, form: in, sent: in, merged: true}
	d.inst = &survey.Instance{FormID: in.Form.ID, Version: in.Version, ID: before.ID, Root: theirs}
	d.point.WorkerTerritory = collector.Actor.Territory
	s := begin(db, intake, Sender{Channel: Dashboard, Actor: by, Device: before.Device}, d)
	s.before, s.exists = before, true
	s.stored = readRow(in.Whole, theirs, before.Rows)
	return revising{s}, theirs, nil
}

// restored is what the record says after the change.
func (v revising) restored() Restored {
	return Restored{v.d.rec.ReviewState, v.d.rec.Rev, append([]survey.Issue{}, v.d.issues...)}
}

// sentEntry is what the history says of an answer that a check took out.
type sentEntry struct{ field, where, value, worker string }

// sent reads the entry of the history. Who gives an answer a value of their own answers for it.
func (v revising) sent(ask Restoring) (e sentEntry, err error) {
	var status, sealed string
	found, err := collections.One(v.db, `SELECT field, "row", before, status, worker, sealed FROM edits
		WHERE id=? AND record=? AND kind='check'`, []any{ask.Entry, v.d.op.ID},
		&e.field, &e.where, &e.value, &status, &e.worker, &sealed)
	switch {
	case err != nil:
		return e, err
	case !found:
		return e, problem.New(problem.NotFound, "entry")
	case status != statusDone:
		return e, problem.New(problem.AnswerStands, "")
	}
	opened, whole, err := collections.OpenWhole(v.db, collections.Edits, ask.Entry, sealed)
	if err != nil {
		return e, err
	}
	if opened.Fill("before", &e.value); !whole {
		return e, problem.New(problem.Damaged, "")
	}
	if v.author = e.worker; ask.Value != "" {
		e.value, v.author = ask.Value, v.sender.Actor.ID
	}
	return e, nil
}

// restore makes the record with the answer in it, and takes it through the stages. What the check takes out again, because its column
// cannot hold it, does not fit.
func (v revising) restore(theirs *survey.Node, e sentEntry) error {
	d, layout := v.d, v.d.form.Whole
	at := pastOf(layout, d.op.ID, v.stored)
	if v.stands(e) {
		return problem.New(problem.AnswerStands, "")
	}
	in, column := at.takeBack(e.field, e.where, e.value)
	if in == nil {
		return problem.New(problem.DoesNotFit, position.ReplaceAllString(e.field, ""))
	}
	now := at.row
	v.keptBack(now)
	v.stay(in.pathOf(layout, column), in.where)
	links := v.remade(now, theirs)
	if !v.says(links, in, column, e.value) {
		return problem.New(problem.DoesNotFit, position.ReplaceAllString(e.field, ""))
	}
	return v.edited(now, links)
}

// keptBack lets what was put back earlier stay in the record as it will be.
func (v revising) keptBack(now *row) {
	layout := v.d.form.Whole
	back := putBackIn(layout, v.stored, v.before.Issues)
	now.number(layout)
	v.keepPutBack(back, now)
}

// remade makes the tree of the changed record and has it checked; nothing moves to another place by that. It returns the links of
// the rows.
func (v revising) remade(now *row, theirs *survey.Node) map[*survey.Node]collections.RowLink {
	links := map[*survey.Node]collections.RowLink{}
	home := v.d.point.WorkerTerritory
	v.rebuild(now, links)
	v.stayPlaced(theirs)
	v.d.point.WorkerTerritory = home
	return links
}

// says reports whether the checked record has a value in a column of a row.
func (v revising) says(links map[*survey.Node]collections.RowLink, in *row, column, value string) bool {
	layout := v.d.form.Whole
	rows := map[string]*row{"": readRow(layout, v.d.inst.Root, links)}
	rows[""].index(rows)
	return rows[in.id] != nil && rows[in.id].said[column] == asStored(columnOf(layout, in.table, column).Question.Kind, value)
}

// edited takes the changed record through the stages.
func (v revising) edited(now *row, links map[*survey.Node]collections.RowLink) error {
	d := v.d
	d.rec.Rows, d.were = links, v.earlier(now, d.form.Keys, links)
	d.name()
	return v.stages(v.write)
}

// stands reports whether the answer is the record's already.
func (v revising) stands(e sentEntry) bool {
	at := pastOf(v.d.form.Whole, v.d.op.ID, v.stored)
	at.takeBack(e.field, e.where, e.value)
	return at.row.equal(v.stored)
}

// putBack keeps who put the answer back and why.
func (v revising) putBack(by access.Actor, ask Restoring, e sentEntry) error {
	at := collections.Stamp(v.now)
	if err := collections.Update(v.db, collections.Edits, ask.Entry, collections.Row{{Column: "status", Value: putBack},
		{Column: "updated", Value: at}}); err != nil {
		return err
	}
	return v.decided(by, putBack, ask.Comment, map[string]any{"field": position.ReplaceAllString(e.field, ""), "as_sent": ask.Value == ""})
}

// decided keeps what a reviewer did to the record at the desk, and why. detail goes into the audit trail.
func (v revising) decided(by access.Actor, decision, comment string, detail map[string]any) error {
	at, rec := collections.Stamp(v.now), &v.d.rec
	if err := collections.Insert(v.db, collections.Reviews, collections.Row{
		{Column: "id", Value: collections.NewID()}, {Column: "collection", Value: v.table()}, {Column: "record", Value: rec.ID},
		{Column: "decision", Value: decision}, {Column: "comment", Value: comment},
		{Column: "reviewer", Value: by.ID}, {Column: "from_state", Value: v.before.ReviewState}, {Column: "to_state", Value: rec.ReviewState},
		{Column: "record_rev", Value: v.before.Rev}, {Column: "area", Value: rec.Area},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	detail["rev"] = rec.Rev
	entry := by.DidTo("review."+decision, v.table(), rec.ID, rec.Area, rec.ID, rec.Household)
	entry.Purpose, entry.Detail = audit.Review, detail
	return audit.Append(v.db, v.now, entry)
}
