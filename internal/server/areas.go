package server

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
	"doorstep/internal/reassign"
	"doorstep/internal/survey"
)

// importAreas answers a check with all that is wrong and all that would change, and an import with what it did.
func importAreas(r *request) error {
	in, err := r.list()
	if err != nil {
		return err
	}
	o := in.areas(r.actor, r.Now())
	o.Check = in.Check || r.query("dry") == "1"
	o.Picture = o.Check
	file, err := r.uploaded()
	if err != nil {
		return err
	}
	report, err := grid.Import(r.ctx(), r.App, grid.File{Name: file.name, Data: file.raw}, o)
	if errors.Is(err, grid.ErrChanged) {
		return problem.New(problem.Busy, "")
	}
	if err != nil {
		return err
	}
	report.Mistakes = report.Mistakes[:min(len(report.Mistakes), survey.MostProblems)]
	if !o.Check {
		r.areasChanged(r.App)
	}
	return r.JSON(http.StatusOK, report)
}

// areasChanged shows what an import has written, and lets its job begin, which reads the areas too where they cannot be read here.
func (s *Server) areasChanged(app core.App) {
	if err := s.Areas.Load(app); err != nil {
		app.Logger().Error("read the areas that were imported", "error", err.Error())
	}
	s.KickAreas()
}

// importHouseCodes answers a check with all that is wrong, and an import with what it did.
func importHouseCodes(r *request) error {
	file, err := r.uploaded()
	if err != nil {
		return err
	}
	o := grid.Options{Check: r.query("dry") == "1", By: r.actor.ID, Now: r.Now()}
	report, err := grid.ImportHouseCodes(r.ctx(), r.App, grid.File{Name: file.name, Data: file.raw}, o)
	if err != nil {
		return err
	}
	if !o.Check {
		r.KickAreas()
	}
	return r.JSON(http.StatusOK, report)
}

// areaHistory tells what an area was, and what became of it. Areas are public places.
func areaHistory(r *request) error {
	all, err := reassign.History(r.db(), r.path("code"))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return problem.New(problem.NotFound, "")
	}
	return r.JSON(http.StatusOK, map[string]any{"items": all})
}

func listAreaJobs(r *request) error {
	limit := r.page()
	all, err := reassign.Jobs(r.db(), r.query("cursor"), limit)
	if err != nil {
		return err
	}
	var next any
	if len(all) == limit {
		next = all[limit-1].ID
	}
	return r.JSON(http.StatusOK, map[string]any{"items": all, "next": next})
}

// areaJob tells how far a job is, and how many records of the caller's territory it has moved from where to where.
func areaJob(r *request) error {
	db := r.db()
	job, err := reassign.Find(db, r.path("id"))
	if err != nil {
		return err
	}
	ways, err := reassign.Ways(db, job.ID, r.actor.Ranges(""))
	if err != nil {
		return err
	}
	follows, err := reassign.Follows(db, job.ID, r.actor)
	return r.send(struct {
		reassign.Job
		Ways    []reassign.Way    `json:"ways"`
		Follows []reassign.Follow `json:"follows"`
	}{job, ways, follows}, err)
}

// areaJobOutlines gives the borders that the change before a job has drawn anew, and what they were.
func areaJobOutlines(r *request) error {
	job, err := reassign.Find(r.db(), r.path("id"))
	if err != nil {
		return err
	}
	return r.send(console.ReadRedrawn(r.db(), r.actor, job.Created))
}

// areaMoves lists the records that went from one area to another, for the supervisors of both.
func areaMoves(r *request) error {
	from, to := r.query("from"), r.query("to")
	if !r.actor.May(access.ReviewRecord, from, "") && !r.actor.May(access.ReviewRecord, to, "") {
		return problem.New(problem.NotFound, "")
	}
	limit := r.page()
	all, err := reassign.List(r.db(), reassign.Between{Job: r.path("id"), From: from, To: to}, r.query("cursor"), limit)
	if err != nil {
		return err
	}
	var next any
	if len(all) == limit {
		next = all[limit-1].Collection + "/" + all[limit-1].ID
	}
	return r.JSON(http.StatusOK, map[string]any{"items": all, "next": next})
}

// lookAgain begins a job over all areas that there are or were: what it finds should be as it is.
func lookAgain(r *request) error {
	var id string
	err := collections.Write(r.ctx(), r.App, func(db collections.DB) (err error) {
		if id, err = reassign.Begin(db, r.actor.ID, r.Now()); err != nil {
			return err
		}
		return audit.Append(db, r.Now(), r.actor.DidTo("areas.reassign", collections.Jobs, id, ""))
	})
	if err != nil {
		return err
	}
	r.KickAreas()
	return r.JSON(http.StatusOK, map[string]string{"id": id})
}

func cancelAreaJob(r *request) error {
	return turnAreaJob(r, reassign.Cancel, "areas.reassign.cancel")
}

func resumeAreaJob(r *request) error {
	return turnAreaJob(r, reassign.Resume, "areas.reassign.resume")
}

func turnAreaJob(r *request, turn func(collections.DB, string, time.Time) (bool, error), did string) error {
	id := r.path("id")
	err := collections.Write(r.ctx(), r.App, func(db collections.DB) error {
		turned, err := turn(db, id, r.Now())
		if err == nil && !turned {
			err = problem.New(problem.NotFound, "")
		}
		if err != nil {
			return err
		}
		return audit.Append(db, r.Now(), r.actor.DidTo(did, collections.Jobs, id, ""))
	})
	if err != nil {
		return err
	}
	r.KickAreas()
	return r.NoContent(http.StatusNoContent)
}
