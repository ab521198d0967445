package work

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// task finds the open task of a part, of a household wherever the task lies. Of an area that was split each worker has one.
func (a *assigning) task(db collections.DB, s step) (step, *Fault, error) {
	tasks, about, of := 0, `household=?`, s.Household
	if of == "" {
		about, of = `household='' AND area=?`, s.Area
	}
	err := collections.Each(db, `SELECT id, assignee, rev, target=? AND due=? FROM tasks
		WHERE campaign=? AND campaign!='' AND `+about+` AND kind='visit' AND status='open'`,
		[]any{s.Target, s.Due, a.campaign, of}, func(rows *sql.Rows) error {
			var one step
			if err := rows.Scan(&one.task, &one.from, &one.rev, &one.same); err != nil {
				return err
			}
			if tasks++; tasks == 1 || one.from == s.Worker {
				s.task, s.from, s.rev, s.same = one.task, one.from, one.rev, one.same
			}
			return nil
		})
	if err == nil && tasks > 1 && s.from != s.Worker {
		return s, wrong("area", s.Area, "该区划已分给几名采集员，请先收回。", "The area is split between workers: take it back first."), nil
	}
	return s, nil, err
}

// take writes the steps.
func (a *assigning) take(db collections.DB, steps []step) error {
	for _, s := range steps {
		var err error
		switch {
		case s.task == "":
			err = a.add(db, s.Part)
		case s.from != s.Worker || !s.same:
			err = handover{s.task, s.from, s.Worker, s.rev + 1}.write(db, a.Now, collections.Row{{Column: "target", Value: s.Target},
				{Column: "due", Value: s.Due}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *assigning) add(db collections.DB, p Part) error {
	title := "走访整个网格 · visit the whole area"
	if p.Household != "" {
		title = "入户走访 · visit"
	}
	return a.insert(db, p.Worker, collections.Row{
		{Column: "kind", Value: "visit"}, {Column: "title", Value: title}, {Column: "target", Value: p.Target},
		{Column: "household", Value: p.Household},
		{Column: "form", Value: a.form}, {Column: "area", Value: p.Area}, {Column: "due", Value: p.Due},
	})
}

// insert makes an open task of the campaign, and tells the tablets of its worker, "" for nobody yet.
func (a *assigning) insert(db collections.DB, worker string, row collections.Row) error {
	id, at := collections.NewID(), collections.Stamp(a.Now)
	err := collections.Insert(db, collections.Tasks, append(collections.Row{
		{Column: "id", Value: id}, {Column: "priority", Value: "normal"}, {Column: "assignee", Value: worker},
		{Column: "campaign", Value: a.campaign},
		{Column: "status", Value: "open"}, {Column: "created_by", Value: a.ID}, {Column: "rev", Value: 1}, {Column: "created", Value: at},
		{Column: "updated", Value: at},
	}, row...))
	if err != nil || worker == "" {
		return err
	}
	return collections.Announce(db, collections.RevisionOf(collections.Tasks, id, 1), collections.ToWorker(worker), collections.Upsert, a.Now)
}

// handover gives a task from one worker to another, "" for nobody, and makes a revision of it.
type handover struct {
	task, from, to string
	rev            int64
}

// write writes the task with row, and announces it: the tablets of the one are told that it left, which takes nothing
// away that they have not sent, and those of the other that it came.
func (h handover) write(db collections.DB, now time.Time, row collections.Row) error {
	row = append(row, collections.Row{{Column: "assignee", Value: h.to}, {Column: "rev", Value: h.rev},
		{Column: "updated", Value: collections.Stamp(now)}}...)
	if err := collections.Update(db, collections.Tasks, h.task, row); err != nil {
		return err
	}
	if h.from != "" && h.from != h.to {
		if err := collections.Announce(db, collections.RevisionOf(collections.Tasks, h.task, h.rev), collections.ToWorker(h.from),
			collections.Leave, now); err != nil {
			return err
		}
	}
	if h.to == "" {
		return nil
	}
	return collections.Announce(db, collections.RevisionOf(collections.Tasks, h.task, h.rev), collections.ToWorker(h.to), collections.Upsert,
		now)
}

// assigned is a part as it stands.
type assigned struct {
	assigning
	Part
	id, status, kind   string
	collection, record string // that a re-interview is about
	rev                int64
}

// deed is what is done to a task, as the audit trail calls it.
type deed struct{ task, action string }

// give hands the part over, with what else changes of it.
func (t *assigned) give(db collections.DB, to string, row collections.Row) error {
	return handover{t.id, t.Worker, to, t.rev + 1}.write(db, t.Now, row)
}

// change does something to one part within the actor's reach, with an entry in the audit trail.
func change(ctx context.Context, app core.App, act access.Act, what deed, do func(collections.DB, *assigned) error) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		t := assigned{assigning: assigning{Act: act, workers: map[string]worker{}}, id: what.task}
		found, err := collections.One(db, `SELECT campaign, area, household, assignee, target, due, status, kind, collection, record, rev
			FROM tasks WHERE id=? AND campaign!=''`, []any{what.task},
			&t.campaign, &t.Area, &t.Household, &t.Worker, &t.Target, &t.Due, &t.status, &t.kind, &t.collection, &t.record, &t.rev)
		if err != nil {
			return err
		}
		if !found || !act.May(access.AssignWork, t.Area, "") {
			return problem.New(problem.NotFound, "")
		}
		if err := do(db, &t); err != nil {
			return err
		}
		done := act.DidTo(what.action, collections.Tasks, what.task, t.Area)
		done.Purpose = audit.Administration
		return audit.Append(db, act.Now, done)
	})
}

// TakeBack takes a part from its worker; it stays in the campaign's target. It fails where the part is not open.
func TakeBack(ctx context.Context, app core.App, act access.Act, id string) error {
	return change(ctx, app, act, deed{id, "work.take_back"}, func(db collections.DB, t *assigned) error {
		if t.status != "open" {
			return problem.New(problem.BadTransition, "")
		}
		return t.give(db, "", nil)
	})
}

// Handing gives one task to another worker.
type Handing struct {
	Task, Worker string
	Tables       []string // of records
}

// Give gives an open part, attempt or re-interview to another worker. It fails where they may not work there, and where somebody would
// ask again what they asked themselves.
func Give(ctx context.Context, app core.App, act access.Act, h Handing) error {
	return change(ctx, app, act, deed{h.Task, "work.give"}, func(db collections.DB, t *assigned) error {
		if t.status != "open" {
			return problem.New(problem.BadTransition, "")
		}
		w, err := t.worker(db, h.Worker)
		if err != nil {
			return err
		}
		if !w.fit || !w.territory.Covers(t.Area) {
			return problem.New(problem.BadParameter, "worker")
		}
		if t.kind == "recheck" {
			var asked string
			if !slices.Contains(h.Tables, t.collection) {
				return problem.New(problem.NotFound, "")
			}
			if _, err := collections.One(db, `SELECT worker FROM "`+t.collection+`" WHERE id=?`, []any{t.record}, &asked); err != nil {
				return err
			} else if asked == w.id {
				return problem.New(problem.BadParameter, "worker")
			}
		}
		return t.give(db, w.id, nil)
	})
}

// Share is one worker's part of a split.
type Share struct {
	Worker string `json:"worker"`
	Target int    `json:"target"`
}

// Split divides an open part between workers; the first share keeps its task. It fails where somebody may not work there.
func Split(ctx context.Context, app core.App, act access.Act, id string, shares []Share) error {
	if len(shares) < 2 || len(shares) > 50 {
		return problem.New(problem.BadParameter, "shares")
	}
	return change(ctx, app, act, deed{id, "work.split"}, func(db collections.DB, t *assigned) error {
		if t.status != "open" || t.Household != "" || t.kind != "visit" {
			return problem.New(problem.BadTransition, "")
		}
		if err := t.open(db, t.campaign); err != nil {
			return err
		}
		seen := map[string]bool{}
		for i, share := range shares {
			w, err := t.worker(db, share.Worker)
			if err != nil {
				return err
			}
			if !w.fit || !w.territory.Covers(t.Area) || seen[w.id] || share.Target < 0 {
				return problem.New(problem.BadParameter, "shares")
			}
			seen[w.id] = true
			if i == 0 {
				err = t.give(db, w.id, collections.Row{{Column: "target", Value: share.Target}})
			} else {
				err = t.add(db, Part{Area: t.Area, Worker: w.id, Target: share.Target, Due: t.Due})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Confirmation is a supervisor's word on a part that its worker says is finished: it is, or it is not and why.
type Confirmation struct {
	Task     string `json:"-"`
	Finished bool   `json:"finished"`
	Comment  string `json:"comment"`
}

// Confirm ends a finished part, or opens it again. It fails where the worker has not said so.
func Confirm(ctx context.Context, app core.App, act access.Act, said Confirmation) error {
	if err := problem.Words(said.Comment); err != nil {
		return err
	}
	action := "work.confirm"
	if !said.Finished {
		action = "work.reopen"
	}
	return change(ctx, app, act, deed{said.Task, action}, func(db collections.DB, t *assigned) error {
		if t.status != "done" || t.Worker == act.ID {
			return problem.New(problem.BadTransition, "")
		}
		row := collections.Row{{Column: "confirmed_by", Value: act.ID}, {Column: "confirmed_at", Value: collections.Stamp(act.Now)}}
		if !said.Finished {
			if said.Comment == "" {
				return problem.New(problem.BadParameter, "comment")
			}
			row = collections.Row{{Column: "status", Value: "open"}, {Column: "note", Value: said.Comment}, {Column: "confirmed_by", Value: ""},
				{Column: "confirmed_at", Value: ""}}
		}
		return t.give(db, t.Worker, row)
	})
}
