// Package reassign puts records into the areas that they lie in after areas have changed: some hundred at a time, beside the
// work of the day, and again from where it stopped after a crash.
package reassign

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// Job is one look at the records of some areas.
type Job struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Done    int    `json:"done"`  // records that were looked at
	Total   int    `json:"total"` // records to look at, counted when it began
	Moved   int    `json:"moved"`
	Skipped int    `json:"skipped"` // records that could not be looked at, and lie where they lay
	By      string `json:"created_by"`
	Created string `json:"created"`
	Updated string `json:"updated"`
}

const (
	// atOnce is how many records one transaction looks at: tablets that sync meanwhile wait no longer than for these.
	atOnce = 200
	// lease is how long a job is its runner's after a batch; another may go on with it then.
	lease = time.Minute
)

// Runner runs jobs, one at a time.
type Runner struct {
	Forms *instrument.Library
	Areas *grid.Live
	Now   func() time.Time
	Show  func(Job) // after each batch; may be nil
}

// Run does what waits to be done, and what was left by a process that is no more. It ends with ctx, which leaves the job to be
// taken up again.
func (r *Runner) Run(ctx context.Context, app core.App) error {
	id := collections.NewID()
	for {
		w := &work{Runner: r, runner: id, most: atOnce}
		claimed := false
		err := collections.Write(ctx, app, func(db collections.DB) (err error) {
			claimed, err = w.claim(db)
			return err
		})
		if err != nil || !claimed {
			return err
		}
		if w.at == (place{}) {
			if err := w.follow(ctx, app); err != nil {
				return fmt.Errorf("job %s: what names its areas: %w", w.job.ID, err)
			}
		}
		if err := w.run(ctx, app); err != nil {
			return fmt.Errorf("job %s: %w", w.job.ID, err)
		}
	}
}

// work is one job under way.
type work struct {
	*Runner
	runner string
	job    Job
	areas  []string
	at     place
	all    []stage

	db          collections.DB // of the transaction
	index       *grid.Index    // of the areas as the transaction sees them
	now         time.Time
	territories map[string][]string // by worker
	moves       []move
	most        int    // records of the next batch
	looking     record // that is looked at; none where the batch has not begun to look
}

// claim takes the first job that waits, or whose runner has not been heard of for a lease.
func (w *work) claim(db collections.DB) (bool, error) {
	now := w.Now()
	var areas, at string
	found, err := collections.One(db, `SELECT id, status, areas, place, done, total, moved, created_by, created FROM jobs
		WHERE status IN ('waiting','running') AND kind='reassign' AND (status='waiting' OR until<? OR runner=?) LIMIT 1`,
		[]any{collections.Stamp(now), w.runner}, &w.job.ID, &w.job.Status, &areas, &at, &w.job.Done, &w.job.Total, &w.job.Moved, &w.job.By,
		&w.job.Created)
	if err != nil || !found {
		return false, err
	}
	if err := json.Unmarshal([]byte(areas), &w.areas); err != nil {
		return false, fmt.Errorf("areas of job %s: %w", w.job.ID, err)
	}
	w.at.read(at)
	w.job.Status, w.now, w.db = collections.JobRunning, now, db
	return true, w.save()
}

// save writes how far the job is.
func (w *work) save() error {
	err := collections.Update(w.db, collections.Jobs, w.job.ID, collections.Row{
		{Column: "status", Value: w.job.Status}, {Column: "place", Value: w.at.String()}, {Column: "done", Value: w.job.Done},
		{Column: "total", Value: w.job.Total}, {Column: "moved", Value: w.job.Moved},
		{Column: "runner", Value: w.runner}, {Column: "until", Value: collections.Stamp(w.now.Add(lease))},
		{Column: "updated", Value: collections.Stamp(w.now)},
	})
	if err != nil {
		return fmt.Errorf("note how far it is: %w", err)
	}
	return nil
}

// run goes through the stages, giving way to others after each batch.
func (w *work) run(ctx context.Context, app core.App) error {
	w.all = w.stages()
	if w.job.Total == 0 {
		if err := w.count(collections.Read(app)); err != nil {
			return err
		}
	}
	for w.job.Status == collections.JobRunning {
		begun := time.Now()
		if err := w.next(ctx, app); err != nil {
			return err
		}
		if w.Show != nil {
			w.Show(w.job)
		}
		select {
		case <-time.After(time.Since(begun)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// begin makes ready for a transaction.
func (w *work) begin(db collections.DB) (err error) {
	w.db, w.now, w.moves, w.territories = db, w.Now(), nil, map[string][]string{}
	w.index, err = w.Areas.At(db)
	return err
}

// batch looks at the next records and moves those that lie elsewhere, all in one transaction with the note of how far it is.
func (w *work) batch(db collections.DB) error {
	if err := w.begin(db); err != nil {
		return err
	}
	var status, runner string
	if _, err := collections.One(db, `SELECT status, runner FROM jobs WHERE id=?`, []any{w.job.ID}, &status, &runner); err != nil {
		return err
	}
	if status != collections.JobRunning || runner != w.runner { // it was cancelled, or is another's by now
		w.job.Status = collections.JobCancelled
		return nil
	}
	before, total := w.at, w.job
	if err := w.records(); err != nil {
		w.at, w.job = before, total
		return err
	}
	return w.save()
}

// records looks at the next ones. What a stage has found is written before the next one looks.
func (w *work) records() error {
	for left := w.most; left > 0 && w.at.stage < len(w.all); {
		stage := w.at.stage
		n, err := w.step(left)
		if err != nil {
			return err
		}
		left -= n
		w.job.Done += n
		if w.at.stage != stage || left == 0 {
			if err := w.settle(); err != nil {
				return err
			}
		}
	}
	if w.at.stage >= len(w.all) {
		w.job.Status = collections.JobDone
	}
	return nil
}

// step looks at records of one area in one stage, and goes on to the next area when there are no more.
func (w *work) step(most int) (n int, err error) {
	s := w.all[w.at.stage]
	keys := w.areas
	if s.keys != nil {
		keys = s.keys
	}
	if w.at.key >= len(keys) {
		w.at = place{stage: w.at.stage + 1}
		return 0, nil
	}
	var last string
	n, last, err = s.look(w, keys[w.at.key], w.at.after, most)
	if w.at.after = last; err == nil && n < most {
		w.at.key, w.at.after = w.at.key+1, ""
	}
	return n, err
}

// place is how far a job is: the stage, the area within it, and the id of the last record that was looked at.
type place struct {
	stage, key int
	after      string
}

func (p place) String() string { return fmt.Sprintf("%d %d %s", p.stage, p.key, p.after) }

func (p *place) read(s string) {
	fmt.Sscanf(s, "%d %d %s", &p.stage, &p.key, &p.after) // nothing yet is the beginning
}

// stage is one way in which records are found and placed. look reads the records of a key after an id, at most so many, and
// returns how many there were and the id of the last.
type stage struct {
	table string
	keys  []string // instead of the job's areas
	look  func(w *work, key, after string, most int) (n int, last string, err error)
}

// doubtful are the findings of records that an area may be found for elsewhere than among those of the job.
var doubtful = []string{grid.Unplaced, grid.PointOutside, grid.AccuracyLow, grid.HouseholdMismatch, grid.HouseCodeMismatch, grid.NearBorder}

// stages are households first, since visits follow them; then visits, by their area and by what was found about them; then what
// has stayed behind in areas that are no more.
func (w *work) stages() []stage {
	all := []stage{{table: collections.Households, look: (*work).households}}
	for _, table := range w.Forms.Tables() {
		all = append(all, stage{table: table, look: func(w *work, area, after string, most int) (int, string, error) {
			return w.visits(table, `m.area=? AND m.id>? ORDER BY m.area, m.id`, area, after, most)
		}})
	}
	for _, table := range w.Forms.Tables() {
		all = append(all, stage{table: table, keys: doubtful, look: func(w *work, code, after string, most int) (int, string, error) {
			return w.doubtful(table, code, after, most)
		}})
	}
	return append(all, stage{table: collections.Persons, look: (*work).persons}, stage{look: (*work).leftovers})
}

// count is how many records there are to look at.
func (w *work) count(db collections.DB) error {
	for _, s := range w.all {
		if s.table == "" || s.table == collections.Persons {
			continue
		}
		keys, query := w.areas, `SELECT COUNT(*) FROM "`+s.table+`" WHERE area=?`
		if s.keys != nil {
			keys, query = s.keys, `SELECT COUNT(*) FROM record_issues WHERE code=? AND collection='`+s.table+`'`
		}
		for _, key := range keys {
			var n int
			if _, err := collections.One(db, query, []any{key}, &n); err != nil {
				return fmt.Errorf("count %s: %w", s.table, err)
			}
			w.job.Total += n
		}
	}
	return nil
}

// territory is what a worker has, with what became of its areas.
func (w *work) territory(worker string) ([]string, error) {
	if codes, known := w.territories[worker]; known {
		return codes, nil
	}
	var text string
	if _, err := collections.One(w.db, `SELECT territory FROM workers WHERE id=?`, []any{worker}, &text); err != nil {
		return nil, err
	}
	var codes []string
	if err := json.Unmarshal([]byte(text), &codes); err != nil {
		codes = nil
	}
	w.territories[worker] = codes
	return codes, w.followed(codes)
}

// followed puts in the place of areas that are no more what became of them, where that is one.
func (w *work) followed(codes []string) error {
	for i, code := range codes {
		if now, sole, err := w.successor(code); err != nil {
			return err
		} else if sole {
			codes[i] = now
		}
	}
	return nil
}

// successor is what became of an area: itself while it is in use, the only one that lies where it lay, or, where there are
// several or none, the finest one in use that held it; sole is false then.
func (w *work) successor(code string) (now string, sole bool, err error) {
	for range 20 { // no chain of names is longer
		if _, known := w.index.Area(code); known || code == "" {
			return code, true, nil
		}
		became, err := w.became(code)
		if err != nil {
			return "", false, err
		}
		if len(became) != 1 || became[0] == code {
			break
		}
		code = became[0]
	}
	for above := code; above != ""; above = above[:len(above)-1] {
		if _, known := w.index.Area(above); known {
			return above, false, nil
		}
	}
	return code, false, nil
}

// became are the codes of the areas that lie where one lay when it changed last.
func (w *work) became(code string) (became []string, err error) {
	var text string
	found, err := collections.One(w.db, `SELECT became FROM area_revisions WHERE code=? AND kind NOT IN ('renamed','unused')
		ORDER BY valid_to DESC LIMIT 1`, []any{code}, &text)
	if err != nil || !found {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &became); err != nil {
		return nil, fmt.Errorf("what became of %s: %w", code, err)
	}
	return became, nil
}

// unplaced adds the finding that no area was found for a record, or takes it away.
func unplaced(issues []survey.Issue, add bool, field []string) []survey.Issue {
	return told(issues, grid.Unplaced, add, field)
}

// ofPlace are the findings that follow from the evidence and the areas as they are; the others are of the day of the visit.
var ofPlace = []string{grid.PointOutside, grid.AccuracyLow, grid.HouseCodeMismatch, grid.HouseholdMismatch, grid.NearBorder}

// placed brings the findings about a record's place up to those of a new look.
func placed(issues []survey.Issue, warnings, field []string) []survey.Issue {
	for _, code := range ofPlace {
		issues = told(issues, code, slices.Contains(warnings, code), field)
	}
	return issues
}

func told(issues []survey.Issue, code string, add bool, field []string) []survey.Issue {
	is := func(i survey.Issue) bool { return i.Code == code }
	switch has := slices.ContainsFunc(issues, is); {
	case has && !add:
		return slices.DeleteFunc(slices.Clone(issues), is)
	case add && !has:
		return append(slices.Clone(issues), grid.Issue(code, strings.Join(field, "/")))
	}
	return issues
}

func codesOf(issues []survey.Issue) (codes []string) {
	for _, i := range issues {
		codes = append(codes, i.Code)
	}
	return codes
}
