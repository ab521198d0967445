package ingest

import (
	"context"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Assignment says which household a submission in quarantine is about, and, of a visit to one person, which of its people.
type Assignment struct {
	Submission string `json:"-"`
	Household  string `json:"household"`
	Person     string `json:"person"` // "" for nobody in particular
	Reason     string `json:"reason"` // ten characters at least
}

// householdCures are the causes that a household cures: the record that was meant is not there, is another's, or is elsewhere.
var householdCures = []problem.Code{problem.ParentMissing, problem.UnknownBase, problem.OtherForm, problem.ForeignRecord, problem.BadID,
	problem.OutOfScope, problem.HandedOver}

// assignable reports whether what waits can be taken in once somebody says which household it is about.
func (h *held) assignable() bool {
	return slices.Contains(householdCures, h.code) && (h.op.Op == OpSubmit || h.op.Op == OpHousehold)
}

// Assign takes a quarantined submission through the stages once more, as the sender's, about a household that the actor covers: a
// visit becomes a record of its own, what is said of a household is said of that one. It fails with a *problem.Problem: not found
// (the submission, the household or the person, also outside the actor's territory), decided already, no reason, a person who is not
// of the household or of a visit to several, or problem.NotAssignable.
func Assign(ctx context.Context, app core.App, intake *Intake, act access.Act, ask Assignment) (receipt Receipt, err error) {
	if err := problem.Reason(ask.Reason); err != nil {
		return receipt, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		q, err := quarantined(db, act.Actor, ask.Submission)
		if err != nil {
			return err
		}
		if err := ask.known(db, act.Actor); err != nil {
			return err
		}
		receipt, err = ask.take(ctx, db, intake, &q, act)
		if err != nil {
			return err
		}
		if err := q.decided(db, act, ask.Submission, verdict{decisionAssign, released, ask.Reason}); err != nil {
			return err
		}
		entry := act.DidTo("quarantine.assign", collections.Submissions, ask.Submission, q.area, append(receipt.subjects(), ask.Household)...)
		entry.Purpose, entry.Detail = audit.Review, map[string]string{"status": receipt.Status, "cause": string(q.code)}
		return audit.Append(db, act.Now, entry)
	})
	return receipt, err
}

// known fails unless the household and the person are there, in the actor's territory, and belong together.
func (ask *Assignment) known(db collections.DB, actor access.Actor) error {
	var area, merged, home string
	found, err := collections.One(db, `SELECT area, merged_into FROM households WHERE id=?`, []any{ask.Household}, &area, &merged)
	if err != nil {
		return err
	}
	if !found || merged != "" || !actor.May(access.DecideQuarantine, area, "") {
		return problem.New(problem.NotFound, "household")
	}
	if ask.Person == "" {
		return nil
	}
	found, err = collections.One(db, `SELECT area, merged_into, household FROM persons WHERE id=?`, []any{ask.Person}, &area, &merged, &home)
	if err != nil {
		return err
	}
	if !found || merged != "" || home != ask.Household || !actor.May(access.DecideQuarantine, area, "") {
		return problem.New(problem.NotFound, "person")
	}
	return nil
}

// take stores what waited. The record has an id of its own; the submission keeps the id and the digest that it came with, by which a
// tablet that sends it again is answered.
func (ask *Assignment) take(ctx context.Context, db collections.DB, intake *Intake, q *held, act access.Act) (Receipt, error) {
	if !q.assignable() {
		return Receipt{}, problem.New(problem.NotAssignable, "")
	}
	came := preparedFrom(&q.op, q.sender.Channel)
	instance := q.op.ID
	taken, _, err := recordOf(db, instance)
	if err != nil {
		return Receipt{}, err
	}
	q.op.ID, q.op.BaseRev, q.op.Corrects = ask.Household, 0, ""
	if q.op.Op == OpSubmit {
		q.op.ID = freshID(ask.Submission, collections.Submissions, "", decisionAssign)
	}
	d := prepare(ctx, intake, q.sender, &q.op)
	if d.code != "" || d.correction != nil {
		return Receipt{}, problem.New(problem.NotAssignable, string(d.code))
	}
	d.op.edit, d.sum, d.answersSum = instance, came.sum, came.answersSum
	if d.form != nil {
		if err := d.giveTo(ask); err != nil {
			return Receipt{}, err
		}
	}
	q.sender.Actor.Territory = act.Territory // whoever assigns it answers for what it changes there
	if q.sender.Actor.Role == "" {
		q.sender.Actor = act.Actor // the account is gone
	}
	if err := makeRoom(db, ask.Submission, d, act.ID, act.Now); err != nil {
		return Receipt{}, err
	}
	receipt, err := begin(db, intake, q.sender, d).store(ctx)
	if err == nil && receipt.Status == Quarantined {
		err = problem.New(problem.NotAssignable, string(receipt.Code)) // all of it waits on as it was
	}
	if err != nil || d.form == nil {
		return receipt, err
	}
	if taken != "" {
		instance = receipt.ID // the files of that record are its own
	}
	return receipt, adoptFiles(db, ask.Submission, instance, receipt, act.Now)
}

// giveTo makes a visit one to the household, and to the person.
func (d *prepared) giveTo(ask *Assignment) error {
	d.rec.Household = ask.Household
	if d.house != nil {
		d.house.claimed, d.house.version = ask.Household, claim{}
	}
	if ask.Person == "" {
		return nil
	}
	if len(d.people) != 1 {
		return problem.New(problem.BadParameter, "person")
	}
	d.people[0].claimed, d.people[0].version = ask.Person, claim{}
	return nil
}

// wasGiven holds for a submission n that somebody gave to a household.
const wasGiven = `EXISTS (SELECT 1 FROM submissions h JOIN reviews v ON v.record=h.id AND v.decision='` + decisionAssign + `'
	WHERE h.instance=n.instance AND h.worker=n.worker AND h.outcome='` + released + `')`

// given finds the record that the sender's submission of an id became when somebody gave it to a household, and the revision that the
// sender made last; "" for none.
func (s *storing) given(instance string) (record string, rev int64, err error) {
	if s.d.fresh || s.d.op.edit != "" {
		return "", 0, nil
	}
	_, err = collections.One(s.db, `SELECT n.record, n.rev FROM submissions n WHERE n.instance=? AND n.worker=? AND n.record!='' AND n.rev>0
		AND n.record!=n.instance AND n.outcome IN ('stored','conflict') AND `+wasGiven+` ORDER BY n.received_at DESC, n.rev DESC LIMIT 1`,
		[]any{instance, s.sender.Actor.ID}, &record, &rev)
	return record, rev, err
}

// keepGiven keeps a correction with the household and the person that somebody gave the visit to: its answers may still name others.
func (s *storing) keepGiven() error {
	d := s.d
	person := slices.IndexFunc(d.people, func(p preparedPerson) bool { return p.node == d.inst.Root })
	elsewhere := d.house != nil && d.house.claimed != "" && d.house.claimed != s.before.Household
	another := person >= 0 && d.people[person].claimed != "" && d.people[person].claimed != s.before.Person
	if !elsewhere && !another {
		return nil
	}
	found, err := collections.One(s.db, `SELECT n.id FROM submissions n WHERE n.record=? AND n.record!=n.instance AND `+wasGiven+` LIMIT 1`,
		[]any{d.op.ID}, new(string))
	if err != nil || !found {
		return err
	}
	if elsewhere {
		d.house.claimed, d.house.version = s.before.Household, claim{}
	}
	if another {
		d.people[person].claimed, d.people[person].version = s.before.Person, claim{}
	}
	return nil
}
