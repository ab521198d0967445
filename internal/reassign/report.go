package reassign

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
)

const selectJobs = `SELECT id, status, done, total, moved, created_by, created, updated,
	(SELECT COUNT(*) FROM area_job_skips WHERE job=jobs.id) FROM jobs WHERE kind='reassign' AND `

// columns are where what selectJobs reads goes.
func (j *Job) columns() []any {
	return []any{&j.ID, &j.Status, &j.Done, &j.Total, &j.Moved, &j.By, &j.Created, &j.Updated, &j.Skipped}
}

// Jobs lists at most so many jobs before one, the newest first; "" is behind them all.
func Jobs(db collections.DB, before string, most int) ([]Job, error) {
	return collections.All(db, selectJobs+`id<? ORDER BY id DESC LIMIT ?`, []any{cmp.Or(before, "~"), most},
		func(rows *sql.Rows, j *Job) error { return rows.Scan(j.columns()...) })
}

// Find reads one job. It fails with problem.NotFound.
func Find(db collections.DB, id string) (j Job, err error) {
	found, err := collections.One(db, selectJobs+`id=?`, []any{id}, j.columns()...)
	if err == nil && !found {
		err = problem.New(problem.NotFound, "")
	}
	return j, err
}

// Unfinished reports whether a job waits or is under way.
func Unfinished(db collections.DB) (bool, error) {
	var one int
	return collections.One(db, `SELECT 1 FROM jobs WHERE status IN ('waiting','running') AND kind='reassign' LIMIT 1`, nil, &one)
}

// Way is how many records of a table went from one area to another.
type Way struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Collection string `json:"collection"`
	N          int    `json:"n"`
}

// Ways are the moves of a job of which one side at least lies within the ranges.
func Ways(db collections.DB, job string, ranges []territory.Range) ([]Way, error) {
	from, args := territory.Within("+area_from", ranges)
	to, more := territory.Within("+area", ranges)
	return collections.All(db, `SELECT area_from, area, collection, COUNT(*) FROM area_moves
		WHERE job=? AND (`+from+` OR `+to+`) GROUP BY area_from, area, collection ORDER BY area_from, area, collection`,
		append(append([]any{job}, args...), more...),
		func(rows *sql.Rows, w *Way) error { return rows.Scan(&w.From, &w.To, &w.Collection, &w.N) })
}

// Moved is one record that went elsewhere.
type Moved struct {
	ID         string `json:"-"`
	Collection string `json:"collection"`
	Record     string `json:"record"`
	From       string `json:"from"`
	To         string `json:"to"`
	At         string `json:"at"`
}

// Between names the records of a job that went from one area to another.
type Between struct{ Job, From, To string }

// List gives at most so many records after one.
func List(db collections.DB, b Between, after string, most int) ([]Moved, error) {
	return collections.All(db, `SELECT id, collection, record, area_from, area, moved FROM area_moves
		WHERE job=? AND area_from=? AND area=? AND (collection||'/'||id)>? ORDER BY collection, id LIMIT ?`,
		[]any{b.Job, b.From, b.To, after, most},
		func(rows *sql.Rows, m *Moved) error {
			return rows.Scan(&m.ID, &m.Collection, &m.Record, &m.From, &m.To, &m.At)
		})
}

// Cancel stops a job after the batch that it is at; it reports whether there was one to stop.
func Cancel(db collections.DB, id string, now time.Time) (bool, error) {
	return turn(db, id, `status IN ('waiting','running')`, collections.JobCancelled, now)
}

// Resume lets a cancelled job go on where it stopped.
func Resume(db collections.DB, id string, now time.Time) (bool, error) {
	return turn(db, id, `status='cancelled'`, collections.JobWaiting, now)
}

func turn(db collections.DB, id, where, status string, now time.Time) (bool, error) {
	result, err := db.Exec(`UPDATE jobs SET status=?, updated=? WHERE id=? AND kind='reassign' AND `+where, status, collections.Stamp(now), id)
	if err != nil {
		return false, fmt.Errorf("job %s: %w", id, err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Revision is what an area was for a time; the one without an end is what it is.
type Revision struct {
	Code      string          `json:"code"`
	Name      string          `json:"name"`
	Level     string          `json:"level"`
	ValidFrom string          `json:"valid_from"`
	ValidTo   string          `json:"valid_to"`
	Kind      string          `json:"kind"`   // how it ended; "" for what it is
	Became    []string        `json:"became"` // what lies there since
	Outline   json.RawMessage `json:"outline"`
}

// History gives what an area was, the oldest first, and what it is.
func History(db collections.DB, code string) (all []Revision, err error) {
	for _, query := range []string{
		`SELECT code, name, level, valid_from, valid_to, kind, became, boundary FROM area_revisions WHERE code=? AND kind!='unused'
			ORDER BY valid_to`,
		`SELECT code, name, level, COALESCE((SELECT MAX(valid_to) FROM area_revisions r
			WHERE r.code=a.code), created), '', '', '[]', COALESCE(boundary,'null') FROM areas a WHERE code=? AND active`,
	} {
		some, err := collections.All(db, query, []any{code}, scanRevision)
		if err != nil {
			return nil, fmt.Errorf("history of %s: %w", code, err)
		}
		all = append(all, some...)
	}
	return all, nil
}

func scanRevision(rows *sql.Rows, r *Revision) error {
	var became, outline string
	if err := rows.Scan(&r.Code, &r.Name, &r.Level, &r.ValidFrom, &r.ValidTo, &r.Kind, &became, &outline); err != nil {
		return err
	}
	r.Outline = json.RawMessage(outline)
	return json.Unmarshal([]byte(became), &r.Became)
}

// Begin asks for a look at the records of all areas that there are or were.
func Begin(db collections.DB, by string, now time.Time) (string, error) {
	codes, err := collections.Column[string](db, `SELECT code FROM areas UNION SELECT code FROM area_revisions ORDER BY 1`)
	if err != nil {
		return "", err
	}
	return grid.BeginJob(db, codes, by, now)
}
