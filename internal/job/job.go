// Package job does what takes longer than anybody waits at a screen: exports, imports, decisions about many records. A job
// is a row with its progress; what it was given and what it made are files of the store. It may be stopped, and outlives the
// page that asked for it. Package reassign runs the jobs of its own kind.
package job

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Job is one piece of work.
type Job struct {
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`
	Status  string          `json:"status"`
	Name    string          `json:"name"` // of the file or form that it is about
	Done    int             `json:"done"`
	Total   int             `json:"total"` // 0 while that is not known
	Result  json.RawMessage `json:"result"`
	Problem json.RawMessage `json:"problem"`
	File    bool            `json:"file"` // there is something to fetch, for who may
	Again   bool            `json:"again"`
	By      string          `json:"created_by"`
	ByName  string          `json:"created_by_name"`
	Created string          `json:"created"`
	Updated string          `json:"updated"`

	area, input, kept, sha, upload string

	made access.Actor // who the file was made for, as they were then
}

// body is the sealed part of a job.
type body struct {
	Name    string          `json:"name"`
	Input   json.RawMessage `json:"input,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Problem json.RawMessage `json:"problem,omitempty"`
	Kept    json.RawMessage `json:"kept,omitempty"` // what another job may go on with; nobody is told

	Role      access.Role `json:"role,omitempty"` // of who began it, when it was done
	Territory []string    `json:"territory,omitempty"`
}

// Asked is what somebody wants to be done.
type Asked struct {
	Kind, Name string
	Input      any    // kept as JSON
	Upload     string // digest of a stored file; "" for none
}

// mostUnfinished is how many jobs of one person may wait or run.
const mostUnfinished = 5

// roomFor fails with problem.TooManyRequests where as many of the actor's jobs as may are not done yet.
func roomFor(db collections.DB, actor access.Actor) error {
	var n int
	const unfinished = `SELECT COUNT(*) FROM jobs WHERE created_by=? AND status IN ('waiting','running') AND kind!='reassign'`
	_, err := collections.One(db, unfinished, []any{actor.ID}, &n)
	if err == nil && n >= mostUnfinished {
		err = problem.New(problem.TooManyRequests, "jobs")
	}
	return err
}

// Begin puts a job into the queue. It fails with problem.TooManyRequests where too many of the actor's are there already.
func Begin(db collections.DB, actor access.Actor, a Asked, now time.Time) (string, error) {
	if err := roomFor(db, actor); err != nil {
		return "", err
	}
	input, err := json.Marshal(a.Input)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(body{Name: a.Name, Input: input})
	if err != nil {
		return "", err
	}
	id := collections.NewID()
	at, area := collections.Stamp(now), access.Common(actor.Territory)
	err = collections.Insert(db, collections.Jobs, collections.Row{
		{Column: "id", Value: id}, {Column: "kind", Value: a.Kind}, {Column: "status", Value: collections.JobWaiting},
		{Column: "areas", Value: "[]"},
		{Column: "area", Value: area}, {Column: "body", Value: string(text)}, {Column: "upload", Value: a.Upload},
		{Column: "created_by", Value: actor.ID}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
	if err != nil {
		return "", fmt.Errorf("begin a job: %w", err)
	}
	began := actor.DidTo("job.begin", collections.Jobs, id, area)
	began.Purpose, began.Detail = audit.Administration, map[string]string{"kind": a.Kind}
	return id, audit.Append(db, now, began)
}

const columns = `j.id, j.kind, j.status, j.done, j.total, j.created_by, j.created, j.updated, j.area, j.upload, j.file, j.sealed,
	j.body, COALESCE((SELECT w.name FROM workers w WHERE w.id=j.created_by),'')`

func scan(db collections.DB, rows *sql.Rows) (Job, error) {
	var j Job
	var sealed, text string
	err := rows.Scan(&j.ID, &j.Kind, &j.Status, &j.Done, &j.Total, &j.By, &j.Created, &j.Updated, &j.area, &j.upload, &j.sha, &sealed,
		&text, &j.ByName)
	if err != nil {
		return j, err
	}
	if err := collections.Fill(db, collections.Jobs, j.ID, sealed, map[string]*string{"body": &text}); err != nil {
		return j, err
	}
	var b body
	if text != "" && json.Unmarshal([]byte(text), &b) != nil {
		b = body{} // somebody broke it by hand
	}
	j.Name, j.Result, j.Problem, j.input, j.kept, j.File = b.Name, b.Result, b.Problem, string(b.Input), string(b.Kept), j.sha != ""
	j.made = access.Actor{ID: j.By, Role: b.Role, Territory: b.Territory}
	return j, nil
}

// Kept reads what a job has kept for another one.
func (j Job) Kept(into any) error { return json.Unmarshal([]byte(j.kept), into) }

// mayRead reports whether the actor is told of a job: one's own, and as a manager those of who works in the territory.
func (j Job) mayRead(actor access.Actor) bool {
	return j.By == actor.ID || actor.May(access.ReadJob, j.area, j.By)
}

// of is a job as the actor sees it.
func (j Job) of(actor access.Actor) Job {
	own := j.By == actor.ID
	j.File = j.File && own && actor.Role == j.made.Role && len(territory.Minus(j.made.Ranges(""), actor.Ranges(""))) == 0
	j.Again = own && (j.Status == collections.JobFailed || j.Status == collections.JobCancelled || j.Status == collections.JobInterrupted)
	return j
}

// Find reads a job. It fails with problem.NotFound where there is none, or none that the actor is told of.
func Find(db collections.DB, actor access.Actor, id string) (Job, error) {
	j, found, err := find(db, id)
	if err == nil && (!found || !j.mayRead(actor)) {
		err = problem.New(problem.NotFound, "")
	}
	return j.of(actor), err
}

func find(db collections.DB, id string) (j Job, found bool, err error) {
	const query = `SELECT ` + columns + ` FROM jobs j WHERE j.id=? AND j.kind!='reassign'`
	err = collections.Each(db, query, []any{id}, func(rows *sql.Rows) (err error) {
		found = true
		j, err = scan(db, rows)
		return err
	})
	return j, found, err
}

// Page is some jobs, the newest first.
type Page struct {
	Items []Job   `json:"items"`
	Next  *string `json:"next"`
}

// looked is how many jobs are looked at for one page, so that a page of few costs no more than one of many.
const looked = 500

// Which are the jobs that a list is asked for.
type Which struct {
	Kind   string // "" for all
	Cursor string // behind which they stand; "" for the first
	Oldest bool   // they come first
	Limit  int    // of a page
}

// List gives the jobs that the actor is told of, the newest first unless it is asked otherwise.
func List(db collections.DB, actor access.Actor, w Which) (Page, error) {
	p := Page{Items: []Job{}}
	behind, order := "<", "DESC" // ids are in the order of time
	if w.Oldest {
		behind, order = ">", "ASC"
	} else if w.Cursor == "" {
		w.Cursor = "~" // behind every id
	}
	where, args := `j.kind!='reassign' AND j.id`+behind+`?`, []any{w.Cursor}
	if w.Kind != "" {
		where, args = where+` AND j.kind=?`, append(args, w.Kind)
	}
	if actor.Where(access.ReadJob) == access.Own {
		where, args = where+` AND j.created_by=?`, append(args, actor.ID)
	}
	var last string
	n := 0
	query := `SELECT ` + columns + ` FROM jobs j WHERE ` + where + ` ORDER BY j.id ` + order + ` LIMIT ?`
	err := collections.Each(db, query, append(args, looked), func(rows *sql.Rows) error {
		if len(p.Items) == w.Limit {
			return nil
		}
		j, err := scan(db, rows)
		if n, last = n+1, j.ID; err == nil && j.mayRead(actor) {
			p.Items = append(p.Items, j.of(actor))
		}
		return err
	})
	if n == looked || len(p.Items) == w.Limit {
		p.Next = &last
	}
	return p, err
}

// Turn takes a job from one state to another: what waits or runs to cancelled, and what did not end well back to waiting,
// which is for who began it. It fails with problem.NotFound where it is in no such state, and as Begin does.
func Turn(db collections.DB, actor access.Actor, id, to string, now time.Time) error {
	j, err := Find(db, actor, id)
	if err != nil {
		return err
	}
	unfinished := j.Status == collections.JobWaiting || j.Status == collections.JobRunning
	if to == collections.JobCancelled && !unfinished || to == collections.JobWaiting && !j.Again {
		return problem.New(problem.NotFound, "")
	}
	row := collections.Row{{Column: "status", Value: to}, {Column: "updated", Value: collections.Stamp(now)}}
	if to == collections.JobWaiting {
		if err := roomFor(db, actor); err != nil {
			return err
		}
		row = append(row, collections.Field{Column: "done", Value: 0}, collections.Field{Column: "total", Value: 0})
	}
	if err := collections.Update(db, collections.Jobs, id, row); err != nil {
		return err
	}
	turned := actor.DidTo("job."+to, collections.Jobs, id, j.area)
	turned.Purpose = audit.Administration
	return audit.Append(db, now, turned)
}

// File names the file that a job made, for who began it and still has the role and all of the territory that it was made with: its
// digest in the store, and what it is called.
func File(db collections.DB, actor access.Actor, id string) (sha, name string, err error) {
	j, err := Find(db, actor, id)
	if err == nil && !j.File {
		err = problem.New(problem.NotFound, "")
	}
	var said struct {
		File string `json:"file"`
	}
	if j.Result != nil {
		err = cmp.Or(err, json.Unmarshal(j.Result, &said))
	}
	return j.sha, said.File, err
}

// How long what a job made can be fetched, and how long it is told of.
const (
	filesStay = 7 * 24 * time.Hour
	rowsStay  = 90 * 24 * time.Hour
)

// Expire forgets files and jobs whose time is over. The store drops the files when it is swept next.
func Expire(db collections.DB, now time.Time) error {
	const ended = `status NOT IN ('waiting','running')`
	for query, stay := range map[string]time.Duration{
		`UPDATE jobs SET file='', upload='' WHERE (file!='' OR upload!='') AND updated<? AND ` + ended: filesStay,
		`DELETE FROM jobs WHERE kind!='reassign' AND updated<? AND ` + ended:                           rowsStay,
	} {
		if _, err := db.Exec(query, collections.Stamp(now.Add(-stay))); err != nil {
			return fmt.Errorf("expire jobs: %w", err)
		}
	}
	return nil
}

// ForgetFiles lets go of the files of all jobs that have ended, and returns those that no other job was given.
func ForgetFiles(db collections.DB) ([]string, error) {
	const ended = `(file!='' OR upload!='') AND updated<'~' AND status NOT IN ('waiting','running')`
	given, err := filesOf(db, `status IN ('waiting','running')`)
	if err != nil {
		return nil, err
	}
	files, err := filesOf(db, ended)
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec(`UPDATE jobs SET file='', upload='' WHERE ` + ended); err != nil {
		return nil, fmt.Errorf("let go of files of jobs: %w", err)
	}
	return slices.DeleteFunc(files, func(sha string) bool { return sha == "" || slices.Contains(given, sha) }), nil
}

// filesOf are the files that some jobs have made or were given, with "" for each that is not there.
func filesOf(db collections.DB, where string) (files []string, err error) {
	err = collections.Each(db, `SELECT file, upload FROM jobs WHERE `+where, nil, func(rows *sql.Rows) error {
		var made, given string
		err := rows.Scan(&made, &given)
		files = append(files, made, given)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("files of jobs: %w", err)
	}
	return files, nil
}
