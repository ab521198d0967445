// Package work gives the households and areas of a campaign to workers: a campaign's target is a list of parts, each a household or
// a whole area, and each part is a task, which reaches its worker's tablet as every task does.
package work

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Part is a part of a campaign's target.
type Part struct {
	Area      string `json:"area"`      // of a household it may be left out
	Household string `json:"household"` // "" for the whole area
	Worker    string `json:"worker"`    // id or staff number; "" for nobody yet
	Target    int    `json:"target"`    // interviews wanted; 0 for none said
	Due       string `json:"due"`       // day, or ""

	row int // of the list that it was read from; 0 where it was not
}

// Report says what became of the parts, or would become of them.
type Report struct {
	Written bool    `json:"written"`
	Added   int     `json:"added"`
	Moved   int     `json:"moved"` // from one worker to another, or to nobody
	Changed int     `json:"changed"`
	Same    int     `json:"same"`
	Wrong   []Fault `json:"wrong"`
}

// Fault tells what is wrong with a part. Row is its row in the list that it was read from, or counts the parts from 1 where there is none.
type Fault struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Value  string `json:"value"`
	Text   struct {
		ZH string `json:"zh"`
		EN string `json:"en"`
	} `json:"text"`
}

const (
	mostParts = 20000
	mostWrong = 200
)

// Target is what a campaign's work is to be.
type Target struct {
	Campaign string
	Parts    []Part
	Check    bool // only look
}

// Assign brings a campaign's target to what the parts say: a part that is there keeps its task and its state, and moves to the
// worker named; others are added. With one mistake nothing is written, nor with Check. What a worker did on a part before it
// moved stays: visits belong to who made them.
func Assign(ctx context.Context, app core.App, act access.Act, target Target) (Report, error) {
	if len(target.Parts) > mostParts {
		return Report{}, problem.New(problem.BadParameter, "parts")
	}
	a := assigning{Act: act, report: Report{Wrong: []Fault{}}, workers: map[string]worker{}}
	if err := a.open(collections.Read(app), target.Campaign); err != nil {
		return a.report, err
	}
	steps, err := a.plan(collections.Read(app), target.Parts)
	if err != nil || target.Check || len(a.report.Wrong) > 0 {
		return a.report, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		// Planned again inside: somebody may have assigned meanwhile, and looking before writing is safe only here.
		a.report = Report{Wrong: []Fault{}}
		if err := a.open(db, target.Campaign); err != nil {
			return err
		}
		if steps, err = a.plan(db, target.Parts); err != nil || len(a.report.Wrong) > 0 {
			return err
		}
		if err := a.take(db, steps); err != nil {
			return err
		}
		a.report.Written = true
		return a.record(db, "work.assign", map[string]int{"added": a.report.Added, "moved": a.report.Moved, "changed": a.report.Changed})
	})
	return a.report, err
}

// record puts what was done to the campaign's work into the audit trail.
func (a *assigning) record(db collections.DB, action string, detail any) error {
	done := a.Did(action)
	done.Collection, done.Record, done.Purpose, done.Detail = collections.Campaigns, a.campaign, audit.Administration, detail
	return audit.Append(db, a.Now, done)
}

// assigning is one call of Assign.
type assigning struct {
	access.Act
	campaign string
	form     string
	place    access.Actor // covers the campaign's territory
	report   Report
	workers  map[string]worker
}

type worker struct {
	id, area  string
	territory access.Actor
	fit       bool // an active field worker within reach
}

// step is what is done about one part.
type step struct {
	Part
	task, from string // task that is there, and who has it
	rev        int64
	same       bool
}

func (a *assigning) open(db collections.DB, campaign string) error {
	var status, territory string
	found, err := collections.One(db, `SELECT form, status, COALESCE(territory,'[]') FROM campaigns WHERE id=?`, []any{campaign},
		&a.form, &status, &territory)
	switch {
	case err != nil:
		return err
	case !found:
		return problem.New(problem.NotFound, "campaign")
	case status != "open":
		return problem.New(problem.BadParameter, "campaign")
	}
	a.campaign, a.place = campaign, access.Actor{Territory: access.ParseTerritory(territory)}
	return nil
}

func (a *assigning) plan(db collections.DB, parts []Part) ([]step, error) {
	var steps []step
	seen := map[string]bool{}
	for i, p := range parts {
		s, fault, err := a.look(db, p)
		if err != nil {
			return nil, err
		}
		if key := s.Area + "\n" + s.Household + "\n" + s.Worker; fault == nil && seen[key] {
			fault = wrong("area", p.Area, "这一行与前面的重复。", "This row repeats an earlier one.")
		} else {
			seen[key] = true
		}
		if fault != nil {
			fault.Row = cmp.Or(p.row, i+1)
			if a.report.Wrong = append(a.report.Wrong, *fault); len(a.report.Wrong) >= mostWrong {
				return steps, nil
			}
			continue
		}
		a.count(s)
		steps = append(steps, s)
	}
	return steps, nil
}

func (a *assigning) count(s step) {
	switch {
	case s.task == "":
		a.report.Added++
	case s.from != s.Worker:
		a.report.Moved++
	case !s.same:
		a.report.Changed++
	default:
		a.report.Same++
	}
}

// look finds the task of a part; fault is what is wrong with the part, nil for nothing.
func (a *assigning) look(db collections.DB, p Part) (s step, fault *Fault, err error) {
	s.Part = p
	if p.Household != "" {
		if known, err := collections.One(db, `SELECT area FROM households WHERE id=? AND merged_into='' AND active=TRUE`, []any{p.Household},
			&s.Area); err != nil {
			return s, nil, err
		} else if !known || !a.May(access.AssignWork, s.Area, "") || p.Area != "" && p.Area != s.Area {
			return s, wrong("household", p.Household, "没有这户，或不在您的辖区、不在所写区划内。", "No such household in your territory and that area."), nil
		}
	}
	_, known, err := collections.AreaName(db, s.Area)
	switch {
	case err != nil:
		return s, nil, err
	case !known || !a.May(access.AssignWork, s.Area, ""):
		return s, wrong("area", s.Area, "没有这个区划代码，或不在您的辖区。", "No such area in your territory."), nil
	case len(a.place.Territory) > 0 && !a.place.Covers(s.Area):
		return s, wrong("area", s.Area, "不在该批次的范围内。", "Not in the campaign's territory."), nil
	case p.Target < 0 || p.Target > 1_000_000:
		return s, wrong("target", fmt.Sprint(p.Target), "数目不正确。", "Not a number of interviews."), nil
	}
	if _, err := time.Parse(time.DateOnly, p.Due); err != nil && p.Due != "" {
		return s, wrong("due", p.Due, "日期应为 YYYY-MM-DD。", "A day is YYYY-MM-DD."), nil
	}
	if p.Worker != "" {
		w, err := a.worker(db, p.Worker)
		if err != nil || !w.fit || !w.territory.Covers(s.Area) {
			return s, wrong("worker", p.Worker, "没有这名在岗采集员，或该区划不在其负责范围内。", "No such active field worker with that area in their territory."), err
		}
		s.Worker = w.id
	}
	return a.task(db, s)
}

func (a *assigning) worker(db collections.DB, name string) (worker, error) {
	if w, known := a.workers[name]; known {
		return w, nil
	}
	var w worker
	var role, territory string
	var active bool
	_, err := collections.One(db, `SELECT id, area, role, active, COALESCE(territory,'[]') FROM workers WHERE id=? OR staff_no=? LIMIT 1`,
		[]any{name, name}, &w.id, &w.area, &role, &active, &territory)
	w.territory = access.Actor{Territory: access.ParseTerritory(territory)}
	w.fit = active && role == string(access.Field) && a.May(access.AssignWork, w.area, "")
	a.workers[name] = w
	return w, err
}

func wrong(column, value, zh, en string) *Fault {
	f := &Fault{Column: column, Value: value}
	f.Text.ZH, f.Text.EN = zh, en
	return f
}
