package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/dataset"
	"doorstep/internal/grid"
	"doorstep/internal/ingest"
	"doorstep/internal/job"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/roster"
	"doorstep/internal/staff"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// Kinds of jobs.
const (
	exports      = "export"
	approvals    = "approve"
	reopenings   = "reopen"
	heldTogether = "alike"
	staffLists   = "workers"
	rosters      = "roster"
	areaFiles    = "areas"
)

// works is how jobs of each kind are done.
func (s *Server) works() map[string]job.Work {
	return map[string]job.Work{
		exports:      {Do: access.Export, Run: s.makeExport},
		approvals:    {Do: access.ReviewRecord, Run: s.approveAll},
		reopenings:   {Do: access.ReviewRecord, Run: s.reopenAll},
		heldTogether: {Do: access.DecideQuarantine, Run: s.decideAllAlike},
		staffLists:   {Do: access.ManageWorker, Run: importStaff},
		rosters:      {Do: access.EditRegister, Run: importRoster},
		areaFiles:    {Do: access.ImportAreas, Run: s.importAreaFile},
	}
}

// Jobs are the kinds that run one after the other. Exports, which only read, have a queue of their own: nobody's decision waits
// until the whole city is written.
func (s *Server) Jobs() (all *job.Runner, rows [][]string) {
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(s.jobs.Works)), func(kind string) bool { return kind == exports })
	return s.jobs, [][]string{{exports}, rest}
}

// exported is what came of an export: its file, and the counts of rows and small cells.
type exported struct {
	File string `json:"file"`
	dataset.Report
}

func (s *Server) makeExport(ctx context.Context, t *job.Task) (any, error) {
	var in exportAsked
	if err := t.Read(&in); err != nil {
		return nil, err
	}
	form, ok := s.Library.Get(in.Form, "")
	if !ok {
		return nil, problem.New(problem.NotFound, "")
	}
	if isIdentified(in.query()) && in.Area != access.Common(t.Actor.Territory) {
		return nil, problem.New(problem.ApprovalNeeded, "") // what was approved is that of another territory
	}
	o := dataset.Order{Act: access.Act{Actor: t.Actor, Now: t.Now}, In: form, Query: in.query(),
		Progress: func(done, total int64) { t.Step(ctx, int(done), int(total)) }}
	out := exported{File: o.Name()}
	err := t.Keep(func(w io.Writer) (err error) {
		out.Report, err = o.Zip(ctx, t.App, w)
		return err
	})
	return out, err
}

// decided is what came of many decisions.
type decided struct {
	N       int `json:"n"`
	Refused int `json:"refused"` // somebody else was faster, or they are not the actor's to decide
}

func (s *Server) approveAll(ctx context.Context, t *job.Task) (any, error) {
	var in cleanAsked
	if err := t.Read(&in); err != nil {
		return nil, err
	}
	set, err := console.CleanSet(collections.Read(t.App), s.known(), t.Actor, in.Filter, in.Before)
	if err != nil {
		return nil, err
	}
	out, did := decided{}, []approval{}
	all := set.First(set.N)
	for i, item := range all {
		one := review.Decision{Collection: item.Collection, Record: item.ID, Decision: review.Approve, Rev: item.Rev}
		var done bool
		if done, err = s.decideOne(ctx, t, one); err != nil {
			break
		}
		if out.count(done); done {
			did = append(did, approval{item.Collection, item.ID})
		}
		t.Step(ctx, i+1, len(all))
	}
	t.ToKeep = did
	return out, errors.Join(err, s.sawAll(ctx, t, did))
}

func (d *decided) count(done bool) {
	if done {
		d.N++
	} else {
		d.Refused++
	}
}

func (s *Server) reopenAll(ctx context.Context, t *job.Task) (any, error) {
	var in reopenAsked
	if err := t.Read(&in); err != nil {
		return nil, err
	}
	var out decided
	for i, r := range in.Records {
		one := review.Decision{Collection: r.Collection, Record: r.ID, Decision: review.Reopen, Comment: in.Comment}
		done, err := s.decideOne(ctx, t, one)
		if err != nil {
			return out, err
		}
		out.count(done)
		t.Step(ctx, i+1, len(in.Records))
	}
	return out, s.sawAll(ctx, t, in.Records)
}

// decideOne reports whether a decision was taken; one that is not the actor's to take is none.
func (s *Server) decideOne(ctx context.Context, t *job.Task, d review.Decision) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	_, err := review.Decide(ctx, t.App, s.Library.Surveys(), access.Act{Actor: t.Actor, Now: s.Now()}, d)
	var p *problem.Problem
	if errors.As(err, &p) && !p.Fault() {
		return false, nil
	}
	return err == nil, err
}

// sawAll records whose records a job has decided.
func (s *Server) sawAll(ctx context.Context, t *job.Task, records []approval) error {
	if len(records) == 0 {
		return nil
	}
	seen := listed(t.Actor, "job", records, func(one approval) string { return one.ID })
	seen.Purpose = audit.Review
	return s.Note(ctx, t.App, seen)
}

func (s *Server) decideAllAlike(ctx context.Context, t *job.Task) (any, error) {
	var in alikeAsked
	if err := t.Read(&in); err != nil {
		return nil, err
	}
	waiting, err := ingest.CountAlike(collections.Read(t.App), access.Act{Actor: t.Actor, Now: s.Now()}, in.Submission)
	if err != nil {
		return nil, err
	}
	ask, sum := ingest.AlikeTo{Submission: in.Submission, Together: in.Together}, ingest.Decided{}
	for next := ""; ; {
		ask.Cursor = next
		got, err := ingest.DecideAlike(ctx, t.App, s.Intake(), t.Actor, ask)
		if err != nil {
			return decided{sum.Done, sum.Held}, err
		}
		sum.Done, sum.Held = sum.Done+got.Done, sum.Held+got.Held
		t.Step(ctx, sum.Done+sum.Held, max(waiting.N, sum.Done+sum.Held))
		if got.Next == nil {
			return decided{sum.Done, sum.Held}, nil
		}
		next = *got.Next
	}
}

// importedStaff is what came of a list of workers. The file holds the passwords that were made.
type importedStaff struct {
	staff.Imported
	File  string `json:"file,omitempty"`
	Check bool   `json:"check"`
}

func importStaff(ctx context.Context, t *job.Task) (any, error) {
	in, given, err := listOf(t)
	if err != nil {
		return nil, err
	}
	defer given.Close()
	out := importedStaff{Check: in.Check}
	o := staff.Options{Check: in.Check, Generate: in.Passwords, Actor: t.Actor, Now: t.Now,
		Show: func(done, total int) { t.Step(ctx, done, total) }}
	o.Keep = func(made []staff.Credential) error {
		out.File = "passwords.csv"
		return t.Keep(func(w io.Writer) error { return staff.WritePasswords(w, made) })
	}
	out.Imported, err = staff.ImportFile(ctx, t.App, tabular.File{Name: t.Name, In: given}, o)
	return out, err
}

// importedRoster is what came of a roster. Of one that is looked at it tells what an import would do with the people of its rows; the
// file has all of them.
type importedRoster struct {
	roster.Imported
	Differs survey.Problems     `json:"differs"`
	Check   bool                `json:"check"`
	Bands   map[roster.Band]int `json:"bands,omitempty"`
	Look    []roster.Judged     `json:"look,omitempty"` // the first of those that may be somebody of the register
	File    string              `json:"file,omitempty"`
}

// mostLooked is how many rows the result of a look names; the file has the others.
const mostLooked = 100

// judged counts a row, and keeps it where it is to be looked at.
func (out *importedRoster) judged(j roster.Judged) {
	out.Bands[j.Band]++
	if j.Band == roster.Look && len(out.Look) < mostLooked {
		out.Look = append(out.Look, j)
	}
}

func importRoster(ctx context.Context, t *job.Task) (any, error) {
	in, given, err := listOf(t)
	if err != nil {
		return nil, err
	}
	defer given.Close()
	out := importedRoster{Check: in.Check}
	o := roster.Options{Check: in.Check, Datum: in.Datum, Actor: t.Actor, Now: t.Now,
		Show: func(done, total int) { t.Step(ctx, done, total) }}
	list := tabular.File{Name: t.Name, In: given}
	if in.Check {
		out.File = "roster.csv"
		err = t.Keep(func(w io.Writer) error { return out.look(ctx, t, w, list, o) })
	} else {
		out.Imported, err = roster.ImportFile(ctx, t.App, list, o)
	}
	out.Differs = out.Imported.Differs[:min(len(out.Imported.Differs), survey.MostProblems)]
	return out, err
}

// look writes what an import would do with the person of each row.
func (out *importedRoster) look(ctx context.Context, t *job.Task, w io.Writer, list tabular.File, o roster.Options) error {
	table, err := roster.NewTable(w)
	if err != nil {
		return err
	}
	out.Bands = map[roster.Band]int{roster.Linked: 0, roster.Look: 0, roster.Fresh: 0}
	o.Each = func(j roster.Judged) error {
		out.judged(j)
		return table.Row(j)
	}
	if out.Imported, err = roster.ImportFile(ctx, t.App, list, o); err != nil {
		return err
	}
	return table.Close()
}

// given is what came with a job.
type given interface {
	io.ReadSeeker
	io.Closer
}

func listOf(t *job.Task) (in listAsked, g given, err error) {
	if err := t.Read(&in); err != nil {
		return in, nil, err
	}
	g, err = t.Given()
	return in, g, err
}

// importedAreas is what came of a file of areas; Job is the look at the records, which goes on by itself.
type importedAreas struct {
	Added   int    `json:"added"`
	Changed int    `json:"changed"`
	Same    int    `json:"same"`
	Ended   int    `json:"ended"`
	Job     string `json:"job"`
}

func (s *Server) importAreaFile(ctx context.Context, t *job.Task) (any, error) {
	in, given, err := listOf(t)
	if err != nil {
		return nil, err
	}
	defer given.Close()
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(given); err != nil {
		return nil, err
	}
	report, err := grid.Import(ctx, t.App, grid.File{Name: t.Name, Data: raw.Bytes()}, in.areas(t.Actor, t.Now))
	if errors.Is(err, grid.ErrChanged) {
		return nil, problem.New(problem.Busy, "")
	}
	if err != nil {
		return nil, err
	}
	s.areasChanged(t.App)
	return importedAreas{Added: report.Added, Changed: report.Changed, Same: report.Same, Ended: report.Ended, Job: report.Job}, nil
}
