package server

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/dataset"
	"doorstep/internal/grid"
	"doorstep/internal/ingest"
	"doorstep/internal/job"
	"doorstep/internal/problem"
)

func listJobs(r *request) error {
	which := job.Which{Kind: r.query("kind"), Cursor: r.query("cursor"), Oldest: r.query("sort") == console.Oldest, Limit: r.page()}
	return r.send(job.List(r.db(), r.actor, which))
}

func oneJob(r *request) error {
	return r.send(job.Find(r.db(), r.actor, r.path("id")))
}

// jobFile gives what a job made to who began it, and to nobody else: it may hold names, or passwords.
func jobFile(r *request) error {
	sha, name, err := job.File(r.db(), r.actor, r.path("id"))
	if err != nil {
		return err
	}
	stored, err := collections.Files(r.App).Open(sha)
	if err != nil {
		return err
	}
	defer stored.Close()
	if err := r.note(r.actor.DidTo("job.file", collections.Jobs, r.path("id"), access.Common(r.actor.Territory))); err != nil {
		return err
	}
	h := r.Response.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	http.ServeContent(r.Response, r.Request, "", time.Time{}, stored)
	return nil
}

func cancelJob(r *request) error {
	err := turnJob(r, collections.JobCancelled)
	if err == nil {
		r.jobs.Stop(r.path("id"))
	}
	return err
}

func runJobAgain(r *request) error {
	err := turnJob(r, collections.JobWaiting)
	r.kickJobs()
	return err
}

func turnJob(r *request, to string) error {
	return r.done(collections.Write(r.ctx(), r.App, func(db collections.DB) error { return job.Turn(db, r.actor, r.path("id"), to, r.Now()) }))
}

// kickJobs lets jobs begin now.
func (s *Server) kickJobs() {
	for _, waiting := range s.JobsWait {
		select {
		case waiting <- struct{}{}:
		default: // it has been asked for
		}
	}
}

// begin puts a job into the queue and answers with its id. before may be nil; where it fails there is no job.
func (r *request) begin(a job.Asked, before func() error) error {
	if before != nil {
		if err := before(); err != nil {
			return err
		}
	}
	var id string
	err := collections.Write(r.ctx(), r.App, func(db collections.DB) (err error) {
		id, err = job.Begin(db, r.actor, a, r.Now())
		return err
	})
	if err != nil {
		return err
	}
	r.kickJobs()
	return r.JSON(http.StatusOK, map[string]string{"id": id})
}

// beginWith begins a job with the uploaded file.
func (r *request) beginWith(kind string, input any) error {
	file, err := r.uploaded()
	if err != nil {
		return err
	}
	stored, err := collections.Files(r.App).Save(bytes.NewReader(file.raw))
	if err != nil {
		return err
	}
	return r.begin(job.Asked{Kind: kind, Name: file.name, Input: input, Upload: stored.SHA256}, nil)
}

// exportAsked is an export as its job keeps it: the form, the parameters of GET export/{form}, and what it was asked for.
type exportAsked struct {
	Form string            `json:"form"`
	With map[string]string `json:"with"`
	Area string            `json:"area"` // that holds the territory of who asked, as it was then
}

func (e exportAsked) query() url.Values {
	q := url.Values{}
	for name, value := range e.With {
		q.Set(name, value)
	}
	return q
}

// beginExport refuses what is no export before anything waits, and uses an approval up: the job may be run again until it has
// made its file.
func beginExport(r *request) error {
	var in exportAsked
	if err := r.bind(&in); err != nil {
		return err
	}
	form, ok := r.Library.Get(in.Form, "")
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	o := dataset.Order{Act: r.act(), In: form, Query: in.query()}
	if err := o.Check(); err != nil {
		return err
	}
	in.Area = access.Common(r.actor.Territory)
	asked := job.Asked{Kind: exports, Name: console.FormTitle(form).Both(), Input: in}
	return r.begin(asked, func() error { return approved(r, in.Form, o.Query) })
}

// cleanAsked is a set of clean records that was looked at.
type cleanAsked struct {
	Filter console.Filter `json:"filter"`
	Before string         `json:"before"`
}

func beginApproving(r *request) error {
	in := cleanAsked{r.filter(), r.query("before")}
	if in.Before == "" {
		return problem.New(problem.BadParameter, "before")
	}
	return r.begin(job.Asked{Kind: approvals, Input: in}, nil)
}

// reopenAsked are the records to reopen: those that a job has approved.
type reopenAsked struct {
	Job     string     `json:"job"`
	Comment string     `json:"comment"`
	Records []approval `json:"records"`
}

func beginReopening(r *request) error {
	var in reopenAsked
	if err := r.bind(&in); err != nil {
		return err
	}
	if err := problem.Words(in.Comment); err != nil {
		return err
	}
	j, err := job.Find(r.db(), r.actor, in.Job)
	if err != nil {
		return err
	}
	if j.Kind != approvals || j.By != r.actor.ID || j.Kept(&in.Records) != nil {
		return problem.New(problem.NotFound, "")
	}
	return r.begin(job.Asked{Kind: reopenings, Input: in}, nil)
}

func beginAlike(r *request) error {
	var in alikeAsked
	if err := r.bind(&in); err != nil {
		return err
	}
	if _, err := ingest.CountAlike(r.db(), r.act(), in.Submission); err != nil {
		return err
	}
	if err := problem.Words(in.Reason); err != nil {
		return err
	}
	return r.begin(job.Asked{Kind: heldTogether, Input: in}, nil)
}

// alikeAsked is a decision about all that waits for the same cause as one submission.
type alikeAsked struct {
	Submission string `json:"submission"`
	ingest.Together
}

// listAsked is how a list is to be imported.
type listAsked struct {
	Check     bool       `json:"check"`     // look at it, write nothing
	Passwords bool       `json:"passwords"` // make some for new accounts without one
	Datum     grid.Datum `json:"crs"`
	Replace   bool       `json:"replace"`
	Anyway    bool       `json:"anyway"`
}

// list reads how a list is to be imported. It fails with problem.BadParameter where the datum is none.
func (r *request) list() (in listAsked, err error) {
	said := func(name string) bool { return r.query(name) == "1" }
	in = listAsked{Check: said("check"), Passwords: said("passwords"), Replace: said("replace"), Anyway: said("anyway")}
	if crs := r.query("crs"); crs != "" {
		if in.Datum, err = grid.ParseDatum(crs); err != nil {
			return in, problem.New(problem.BadParameter, "crs")
		}
	}
	return in, nil
}

// areas are the options of an import of areas that is not only looked at.
func (in listAsked) areas(by access.Actor, now time.Time) grid.Options {
	return grid.Options{Territory: by.Territory, Datum: in.Datum, Replace: in.Replace, Anyway: in.Anyway, By: by.ID, Now: now}
}

func beginList(kind string) handler {
	return func(r *request) error {
		in, err := r.list()
		if err != nil {
			return err
		}
		if kind == areaFiles && in.Check {
			return problem.New(problem.BadParameter, "check") // POST areas checks them, with a picture
		}
		return r.beginWith(kind, in)
	}
}
