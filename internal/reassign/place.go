package reassign

import (
	"context"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/grid"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// Saying is what a reviewer says of where a record lies, and why. Without an area it takes back what was said before: the evidence
// counts again.
type Saying struct {
	Collection string `json:"-"`
	Record     string `json:"-"`
	Area       string `json:"area"`
	Reason     string `json:"reason"`
	Rev        int64  `json:"rev"` // that was looked at; 0 for any
}

// Placed is where a record lies then.
type Placed struct {
	Area   string `json:"area"`
	Method string `json:"area_method"`
	Rev    int64  `json:"rev"`
}

// The decisions under which a review keeps why.
const (
	decidedPlace   = "place"
	decidedUnplace = "unplace"
)

// Place puts a record where a reviewer says that it lies, with all that belongs to it. That holds against every later look until it is
// taken back, and against corrections. Whoever says so must reach the area that it comes from and the one that it goes to.
func (r *Runner) Place(ctx context.Context, app core.App, by access.Actor, say Saying) (out Placed, err error) {
	if err := problem.Reason(say.Reason); err != nil {
		return out, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		p := &placing{work: work{Runner: r, job: Job{By: by.ID}}, by: by, say: say}
		if err := p.begin(db); err != nil {
			return err
		}
		out, err = p.do()
		return err
	})
	return out, err
}

// placing is one saying under way.
type placing struct {
	work
	by  access.Actor
	say Saying
	in  *instrument.Instrument
	v   visit
}

func (p *placing) do() (out Placed, err error) {
	var state string
	var rev int64
	if state, rev, err = p.find(); err != nil {
		return out, err
	}
	to, a, err := p.goal()
	if err != nil {
		return out, err
	}
	if !p.by.MayMove(access.ReviewRecord, p.v.area, to.area, "") {
		return out, problem.New(problem.OtherTerritory, "area")
	}
	if err := grid.Keep(p.db, p.v.id, a, false); err != nil {
		return out, err
	}
	m := move{collection: p.say.Collection, record: p.v.id, from: p.v.lying, to: to, worker: p.v.worker, issues: findings(p.in, p.v, to, a)}
	p.note(m)
	if err := p.settle(); err != nil {
		return out, err
	}
	if out = (Placed{to.area, to.method, rev}); m.elsewhere() {
		out.Rev++
	}
	return out, p.remember(state, rev, to)
}

// find reads the record, and whether the reviewer may say where it lies.
func (p *placing) find() (state string, rev int64, err error) {
	table := p.say.Collection
	if _, known := p.Forms.ByTable(table); !known {
		return "", 0, problem.New(problem.NotFound, "")
	}
	all, err := collections.All(p.db, `SELECT `+visitColumns+` FROM "`+table+`" m WHERE m.id=?`, []any{p.say.Record}, scanVisit)
	if err != nil {
		return "", 0, err
	}
	if len(all) == 0 || !p.by.May(access.ReviewRecord, all[0].area, "") {
		return "", 0, problem.New(problem.NotFound, "")
	}
	if p.v = all[0]; p.v.worker == p.by.ID {
		return "", 0, problem.New(problem.OwnRecord, "")
	}
	p.in, _ = p.Forms.ForRecord(table, p.v.version)
	if _, err := collections.One(p.db, `SELECT review_state, rev FROM "`+table+`" WHERE id=?`, []any{p.v.id}, &state, &rev); err != nil {
		return "", 0, err
	}
	if p.say.Rev != 0 && p.say.Rev != rev {
		return "", 0, problem.New(problem.StaleRevision, "")
	}
	return state, rev, nil
}

// goal is where the record goes, and why.
func (p *placing) goal() (to lying, a grid.Assignment, err error) {
	opened, whole, err := collections.OpenWhole(p.db, p.say.Collection, p.v.id, p.v.sealed)
	if err != nil {
		return to, a, err
	}
	if !whole {
		return to, a, problem.New(problem.Damaged, "")
	}
	said, _, err := p.said(p.in, p.v, opened)
	if err != nil {
		return to, a, err
	}
	if p.say.Area != "" {
		if _, known := p.index.Area(p.say.Area); !known {
			return to, a, problem.New(problem.BadParameter, "area")
		}
		a = grid.Assignment{Area: p.say.Area, Method: grid.ByHand, Confidence: 1,
			Warnings: p.v.found(grid.HouseCodeMismatch, grid.HouseholdMismatch, grid.PointOutside, grid.AccuracyLow)}
		a.Why = grid.Why{Reasons: []string{grid.SaidByHand}, Candidates: []grid.Candidate{}, Territory: said.WorkerTerritory}
		return lying{a.Area, string(a.Method), a.Confidence}, a, nil
	}
	if p.v.method != string(grid.ByHand) {
		return to, a, problem.New(problem.BadParameter, "area")
	}
	if a = grid.Assign(p.index, said); a.Area == "" {
		return lying{p.v.area, string(grid.Unassigned), 0}, a, nil
	}
	return lying{a.Area, string(a.Method), a.Confidence}, a, nil
}

// found are those of some findings that a visit has.
func (v visit) found(codes ...string) (has []string) {
	for _, code := range codes {
		if strings.Contains(v.issues, strconv.Quote(code)) {
			has = append(has, code)
		}
	}
	return has
}

// remember keeps who said so and why, in the record's history and in the audit trail.
func (p *placing) remember(state string, rev int64, to lying) error {
	decision := decidedPlace
	if p.say.Area == "" {
		decision = decidedUnplace
	}
	at := collections.Stamp(p.now)
	if err := collections.Insert(p.db, collections.Reviews, collections.Row{
		{Column: "id", Value: collections.NewID()}, {Column: "collection", Value: p.say.Collection}, {Column: "record", Value: p.v.id},
		{Column: "decision", Value: decision}, {Column: "comment", Value: p.say.Reason},
		{Column: "reviewer", Value: p.by.ID}, {Column: "from_state", Value: state}, {Column: "to_state", Value: state},
		{Column: "record_rev", Value: rev}, {Column: "area", Value: to.area},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	entry := p.by.DidTo("review."+decision, p.say.Collection, p.v.id, to.area, p.v.id, p.v.household)
	entry.Purpose, entry.Detail = audit.Review, map[string]any{"from": p.v.area, "to": to.area, "rev": rev}
	return audit.Append(p.db, p.now, entry)
}
