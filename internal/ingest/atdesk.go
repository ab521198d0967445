package ingest

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// corrected is the decision under which a review keeps why somebody changed answers at the desk.
const corrected = "correct"

// AtDesk is what a reviewer corrects in a record, and why.
type AtDesk struct {
	Collection string   `json:"-"`
	Record     string   `json:"-"`
	Answers    []Answer `json:"answers"`
	Reason     string   `json:"reason"` // ten characters at least
	Rev        int64    `json:"rev"`    // revision that was looked at; 0 for any
}

// Answer is what a question is to say. Ref is the path as findings name it, Value as the form writes it; "" for no answer.
type Answer struct {
	Ref   string `json:"ref"`
	Value string `json:"value"`
}

// wrongAnswer is why an answer cannot be taken as it is.
type wrongAnswer struct {
	Ref  string `json:"ref"`
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

const (
	mostCorrected = 200
	longestAnswer = 10_000 // characters
)

// CorrectAtDesk changes answers of a record at a supervisor's desk and takes it through the stages, as a correction from a tablet
// goes: a new revision, which the worker's tablets get, with both values in the history. Somebody else reviews it. It fails with
// a *problem.Problem: not found (also outside the actor's territory), the actor's own record, decided already, changed since,
// no reason, an answer that is not asked or not typed, or problem.BadCorrection with what is wrong with each answer.
func CorrectAtDesk(ctx context.Context, app core.App, intake *Intake, by access.Actor, ask AtDesk) (out Restored, err error) {
	if err := problem.Reason(ask.Reason); err != nil {
		return out, err
	}
	if len(ask.Answers) == 0 || len(ask.Answers) > mostCorrected {
		return out, problem.New(problem.BadParameter, "answers")
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		v, theirs, err := intake.atTheDesk(db, by, collections.RevisionOf(ask.Collection, ask.Record, ask.Rev))
		if err != nil {
			return err
		}
		if err := v.correctAtDesk(theirs, ask.Answers); err != nil {
			return err
		}
		if err := v.decided(by, corrected, ask.Reason, map[string]any{"fields": paths(ask.Answers)}); err != nil {
			return err
		}
		out = v.restored()
		return nil
	})
	return out, err
}

// paths are the questions that answers belong to, without places of rows.
func paths(all []Answer) []string {
	var found []string
	for _, a := range all {
		found = append(found, position.ReplaceAllString(a.Ref, ""))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// spot is where an answer of a record stands.
type spot struct {
	in     *row
	column survey.Column
	Answer
}

func (v revising) correctAtDesk(theirs *survey.Node, answers []Answer) error {
	layout := v.d.form.Whole
	now := v.stored.clone()
	now.number(layout)
	var spots []spot
	for _, a := range answers {
		at, ok := now.spotOf(layout, a)
		if !ok || utf8.RuneCountInString(a.Value) > longestAnswer {
			return problem.New(problem.BadParameter, "answers")
		}
		at.in.said[at.column.Name] = asStored(at.column.Question.Kind, a.Value)
		if a.Value == "" {
			delete(at.in.said, at.column.Name)
		}
		spots = append(spots, at)
	}
	if now.equal(v.stored) {
		return problem.New(problem.AnswerStands, "")
	}
	v.keptBack(now)
	links := v.remade(now, theirs)
	if wrong := v.wrong(links, spots); len(wrong) > 0 {
		return &problem.Problem{Code: problem.BadCorrection, Data: wrong}
	}
	return v.edited(now, links)
}

// spotOf finds the place of an answer; ok is false where the record has no such row, or nobody types that answer.
func (r *row) spotOf(l *collections.Layout, a Answer) (found spot, ok bool) {
	at, known := l.SpotOf(position.ReplaceAllString(a.Ref, ""))
	if !known {
		return spot{}, false
	}
	column := columnOf(l, at.Table.Name, at.Column)
	in := r.rowOf(l, at.Table, a.Ref, column)
	return spot{in, column, a}, in != nil && column.Question.Typed()
}

// rowOf finds the row of a table that an answer is in, by its path.
func (r *row) rowOf(l *collections.Layout, t *survey.Table, ref string, column survey.Column) *row {
	if r.table == t.Name && r.pathOf(l, column.Name) == ref {
		return r
	}
	for _, rows := range r.below {
		for _, one := range rows {
			if found := one.rowOf(l, t, ref, column); found != nil {
				return found
			}
		}
	}
	return nil
}

// wrong lists what the checks say against the corrected answers themselves: an error, or that the record would not say it. What
// they say of other answers are findings of the record.
func (v revising) wrong(links map[*survey.Node]collections.RowLink, spots []spot) []wrongAnswer {
	var all []wrongAnswer
	for _, at := range spots {
		i := slices.IndexFunc(v.d.issues, func(i survey.Issue) bool { return i.Field == at.Ref && i.Severity == survey.Error })
		switch {
		case i >= 0:
			found := v.d.issues[i]
			all = append(all, wrongAnswer{at.Ref, found.Code, found.ZH, found.EN})
		case !v.says(links, at.in, at.column.Name, at.Value):
			text := problem.Catalogue[problem.NotAsked]
			all = append(all, wrongAnswer{at.Ref, string(problem.NotAsked), text.ZH, text.EN})
		}
	}
	return all
}
