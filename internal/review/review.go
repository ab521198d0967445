// Package review is the supervisor's state machine: approve, return, reject, reopen.
package review

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/crash"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
)

// Decisions of a supervisor.
const (
	Approve = "approve"
	Return  = "return"
	Reject  = "reject"
	Reopen  = "reopen"
)

type step struct {
	from    []string
	to      string
	comment bool // the worker must be told why
}

var steps = map[string]step{
	Approve: {from: collections.Undecided, to: collections.Approved},
	Return:  {from: collections.Undecided, to: collections.Returned, comment: true},
	Reject: {from: append(slices.Clone(collections.Undecided), collections.Returned),
		to: collections.Rejected, comment: true},
	Reopen: {from: []string{collections.Approved, collections.Rejected, collections.Returned}, to: collections.Received, comment: true},
}

// Decision is what a supervisor says of one record. Rev, when not 0, is the revision that was looked at.
type Decision struct {
	Collection, Record, Decision, Comment string
	Fields                                []Remark
	Rev                                   int64
}

// Remark is what a supervisor says of one answer.
type Remark struct {
	Ref     string `json:"ref"` // path of the answer, as findings name it: children[1]/child_basic/child_name
	Comment string `json:"comment"`
}

// Bounds of remarks.
const (
	mostRemarks   = 100
	longestRemark = problem.MostWords
)

// remarkCode is the finding that tells a tablet at which questions there are remarks; what they say stands in the task's note,
// which is sealed.
const remarkCode = "review.remark"

var remarkText = [2]string{"审核人对此题有意见，见退回说明。", "The reviewer has a remark at this question: see the note."}

// Texts are the findings of a review by code, in Chinese and in English.
func Texts() map[string][2]string { return map[string][2]string{remarkCode: remarkText} }

// Outcome is the record's new state.
type Outcome struct {
	ReviewState string `json:"review_state"`
	Rev         int64  `json:"rev"`
}

// Decide moves a record along, tells its worker, and keeps the decision. It fails with a *problem.Problem: not found
// (also outside the actor's territory), the actor's own work, not allowed from this state, changed since, or no comment.
func Decide(ctx context.Context, app core.App, surveys collections.Surveys, act access.Act, d Decision) (out Outcome, err error) {
	if err := d.check(); err != nil {
		return out, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		out, err = DecideIn(db, surveys, act, d)
		return err
	})
	return out, err
}

// DecideIn is Decide in a transaction of the caller's, who takes it back after an error.
func DecideIn(db collections.DB, surveys collections.Surveys, act access.Act, d Decision) (Outcome, error) {
	if err := d.check(); err != nil {
		return Outcome{}, err
	}
	r, err := find(db, act.Actor, d.Collection, d.Record)
	if err != nil {
		return Outcome{}, err
	}
	own, err := r.enteredBy(db, d.Record, act.Actor)
	if err != nil {
		return Outcome{}, err
	}
	s := steps[d.Decision]
	if p := r.hindrance(s, own); p != nil {
		return Outcome{}, p
	}
	if d.Rev != 0 && d.Rev != r.rev {
		return Outcome{}, problem.New(problem.StaleRevision, "")
	}
	out := Outcome{ReviewState: s.to, Rev: r.rev + 1}
	return out, r.apply(db, surveys, act, d, out)
}

// check finds what is wrong with a decision whatever the record.
func (d Decision) check() error {
	s, ok := steps[d.Decision]
	switch {
	case !ok:
		return problem.New(problem.BadParameter, "decision")
	case s.comment && strings.TrimSpace(d.Comment) == "" && len(d.Fields) == 0:
		return problem.New(problem.CommentNeeded, "")
	case !wellFormed(d.Fields):
		return problem.New(problem.BadParameter, "fields")
	}
	return problem.Words(d.Comment)
}

// hindrance is why nobody, or not this actor, takes a step with the record now; nil for nothing.
func (r record) hindrance(s step, own bool) *problem.Problem {
	switch {
	case own:
		return problem.New(problem.OwnRecord, "")
	case !slices.Contains(s.from, r.state):
		return problem.New(problem.BadTransition, r.state+" → "+s.to)
	}
	return nil
}

// Hindrances tells of each decision why the actor cannot take it now; nil where they can.
func Hindrances(db collections.DB, actor access.Actor, collection, id string) (map[string]*problem.Problem, error) {
	r, err := find(db, actor, collection, id)
	if err != nil {
		return nil, err
	}
	own, err := r.enteredBy(db, id, actor)
	if err != nil {
		return nil, err
	}
	all := map[string]*problem.Problem{}
	for decision, s := range steps {
		all[decision] = r.hindrance(s, own)
	}
	return all, nil
}

type record struct {
	state, area, worker, form, issues, household string
	rev                                          int64
}

// find reads the record's envelope; one outside the actor's territory is as good as none.
func find(db collections.DB, actor access.Actor, collection, id string) (record, error) {
	var r record
	ok, err := isSurvey(db, collection)
	if err != nil {
		return r, err
	}
	if !ok {
		return r, problem.New(problem.NotFound, "")
	}
	found, err := collections.One(db, `SELECT review_state, area, worker, form, COALESCE(issues,'[]'), household, rev FROM "`+collection+`"
		WHERE id=?`, []any{id},
		&r.state, &r.area, &r.worker, &r.form, &r.issues, &r.household, &r.rev)
	if err != nil {
		return r, err
	}
	if !found || !actor.May(access.ReviewRecord, r.area, "") {
		return r, problem.New(problem.NotFound, "")
	}
	return r, nil
}

// enteredBy reports whether somebody collected the record or changed an answer of it: nobody reviews that of their own.
func (r record) enteredBy(db collections.DB, id string, actor access.Actor) (bool, error) {
	if r.worker == actor.ID {
		return true, nil
	}
	var one int
	return collections.One(db, `SELECT 1 FROM edits WHERE record=? AND worker=? LIMIT 1`, []any{id, actor.ID}, &one)
}

// isSurvey keeps a collection name from a URL out of SQL unless a form has that table.
func isSurvey(db collections.DB, collection string) (bool, error) {
	var one int
	return collections.One(db, `SELECT 1 FROM forms WHERE tablename=? AND tablename!='' LIMIT 1`, []any{collection}, &one)
}

func (r record) apply(db collections.DB, surveys collections.Surveys, act access.Act, d Decision, out Outcome) error {
	at := collections.Stamp(act.Now)
	if err := collections.Update(db, d.Collection, d.Record, collections.Row{{Column: "review_state", Value: out.ReviewState},
		{Column: "rev", Value: out.Rev}, {Column: "updated", Value: at}}); err != nil {
		return err
	}
	if err := collections.Insert(db, collections.Reviews, collections.Row{
		{Column: "id", Value: collections.NewID()}, {Column: "collection", Value: d.Collection}, {Column: "record", Value: d.Record},
		{Column: "decision", Value: d.Decision}, {Column: "comment", Value: d.Comment}, {Column: "fields", Value: remarksText(d.Fields)},
		{Column: "reviewer", Value: act.ID}, {Column: "from_state", Value: r.state}, {Column: "to_state", Value: out.ReviewState},
		{Column: "record_rev", Value: r.rev}, {Column: "area", Value: r.area},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	if err := collections.Announce(db, collections.RevisionOf(d.Collection, d.Record, out.Rev), collections.ToWorker(r.worker),
		collections.Upsert, act.Now); err != nil {
		return err
	}
	if err := r.task(db, d, act.Now); err != nil {
		return err
	}
	if err := r.register(db, surveys, act, d); err != nil {
		return err
	}
	crash.At("review: before the commit")
	entry := act.DidTo("review."+d.Decision, d.Collection, d.Record, r.area, d.Record, r.household)
	entry.Purpose, entry.Detail = audit.Review, map[string]any{"from": r.state, "to": out.ReviewState, "rev": out.Rev}
	return audit.Append(db, act.Now, entry)
}

// task gives a returned record back to its worker with the comment and the issues, and takes the task back when the
// decision changes.
func (r record) task(db collections.DB, d Decision, now time.Time) error {
	if d.Decision != Return {
		return collections.CloseCorrections(db, d.Record, "cancelled", now)
	}
	id, at := collections.NewID(), collections.Stamp(now)
	if err := collections.Insert(db, collections.Tasks, collections.Row{
		{Column: "id", Value: id}, {Column: "kind", Value: "correct"}, {Column: "assignee", Value: r.worker},
		{Column: "title", Value: "退回修改 · to correct"}, {Column: "household", Value: r.household},
		{Column: "collection", Value: d.Collection}, {Column: "record", Value: d.Record}, {Column: "form", Value: r.form},
		{Column: "area", Value: r.area}, {Column: "status", Value: "open"}, {Column: "priority", Value: "high"},
		{Column: "note", Value: d.note()}, {Column: "issues", Value: d.pinned(r.issues)}, {Column: "rev", Value: 1},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	return collections.Announce(db, collections.RevisionOf(collections.Tasks, id, 1), collections.ToWorker(r.worker), collections.Upsert, now)
}

// register makes the record's word on people and households count, or takes it back. What lies out of the actor's reach is
// left for somebody who reaches it.
func (r record) register(db collections.DB, surveys collections.Surveys, act access.Act, d Decision) error {
	over := func(area string) bool { return act.May(access.ReviewRecord, area, "") }
	reach := identity.Reach{Over: over, Made: func(_, _, _ string) bool { return false }}
	known := identity.Register{DB: db, Surveys: func() collections.Surveys { return surveys }, Reach: reach, Now: act.Now}
	switch {
	case d.Decision == Approve:
		return known.Approved(d.Record)
	case d.Decision == Reject:
		if err := known.Declined(d.Record); err != nil {
			return err
		}
		return known.Discount(d.Collection, d.Record)
	case d.Decision == Reopen && r.state == collections.Approved:
		return known.TakenBack(d.Record)
	case d.Decision == Reopen && r.state == collections.Rejected:
		if err := known.Reconsidered(d.Record); err != nil {
			return err
		}
		return known.Count(d.Collection, d.Record)
	}
	return nil
}
