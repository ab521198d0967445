package hooks

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
	"doorstep/internal/reassign"
	"doorstep/internal/survey"
)

// areaRoutes are about areas that change.
var areaRoutes = []Route{
	{http.MethodPost, "/api/doorstep/v1/areas", access.ImportAreas, (*Doorstep).importAreas},
	{http.MethodGet, "/api/doorstep/v1/areas/{code}/history", access.ReadCoverage, (*Doorstep).areaHistory},
	{http.MethodGet, "/api/doorstep/v1/coverage/workers", access.ReadWorker, (*Doorstep).workersCoverage},
	{http.MethodGet, areaJobs, access.ReadCoverage, (*Doorstep).listAreaJobs},
	{http.MethodPost, areaJobs, access.ImportAreas, (*Doorstep).lookAgain},
	{http.MethodGet, areaJobs + "/{id}", access.ReadCoverage, (*Doorstep).areaJob},
	{http.MethodGet, areaJobs + "/{id}/moves", access.ReviewRecord, (*Doorstep).areaMoves},
	{http.MethodPost, areaJobs + "/{id}/cancel", access.ImportAreas, (*Doorstep).cancelAreaJob},
	{http.MethodPost, areaJobs + "/{id}/resume", access.ImportAreas, (*Doorstep).resumeAreaJob},
}

const areaJobs = "/api/doorstep/v1/area-jobs"

// importAreas answers a dry run with all that is wrong and all that would change, and an import with what it did.
func (d *Doorstep) importAreas(r *request) error {
	o := grid.Options{Territory: r.actor.Territory, Dry: r.query("dry") == "1" || r.query("check") == "1", Replace: r.query("replace") == "1", Anyway: r.query("anyway") == "1", By: r.actor.ID, Now: d.Now()}
	if said := r.query("crs"); said != "" {
		var err error
		if o.Datum, err = grid.ParseDatum(said); err != nil {
			return problem.New(problem.BadParameter, "crs")
		}
	}
	file, err := r.uploaded()
	if err != nil {
		return err
	}
	report, err := grid.Import(r.Request.Context(), r.App, grid.File{Name: file.name, Data: file.raw}, o)
	var mistakes survey.Problems
	switch {
	case errors.Is(err, grid.ErrChanged):
		return problem.New(problem.Busy, "")
	case errors.As(err, &mistakes):
		return workbookProblem(mistakes[:min(len(mistakes), survey.MostProblems)])
	case err != nil:
		return err
	}
	report.Mistakes = report.Mistakes[:min(len(report.Mistakes), survey.MostProblems)]
	if !o.Dry {
		if err := d.Areas.Load(r.App); err != nil {
			return err
		}
		d.kickAreas()
	}
	return r.JSON(http.StatusOK, report)
}

// areaHistory tells what an area was, and what became of it. Areas are public places.
func (d *Doorstep) areaHistory(r *request) error {
	all, err := reassign.History(collections.Read(r.App), r.Request.PathValue("code"))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return problem.New(problem.NotFound, "")
	}
	return r.JSON(http.StatusOK, map[string]any{"items": all})
}

func (d *Doorstep) listAreaJobs(r *request) error {
	all, err := reassign.Jobs(collections.Read(r.App))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": all, "next": nil})
}

// areaJob tells how far a job is, and how many records of the caller's territory it has moved from where to where.
func (d *Doorstep) areaJob(r *request) error {
	db := collections.Read(r.App)
	job, found, err := reassign.Find(db, r.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if !found {
		return problem.New(problem.NotFound, "")
	}
	ways, err := reassign.Ways(db, job.ID, console.Ranges(r.actor, ""))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, struct {
		reassign.Job
		Ways []reassign.Way `json:"ways"`
	}{job, ways})
}

// areaMoves lists the records that went from one area to another, for the supervisors of both.
func (d *Doorstep) areaMoves(r *request) error {
	from, to := r.query("from"), r.query("to")
	if !r.actor.May(access.ReviewRecord, from, "") && !r.actor.May(access.ReviewRecord, to, "") {
		return problem.New(problem.NotFound, "")
	}
	limit, err := r.limit()
	if err != nil {
		return err
	}
	if limit == 0 || limit > 200 {
		limit = 200
	}
	all, err := reassign.List(collections.Read(r.App), r.Request.PathValue("id"), from, to, r.query("cursor"), limit)
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
func (d *Doorstep) lookAgain(r *request) error {
	var id string
	err := collections.Write(r.Request.Context(), r.App, func(db collections.DB) (err error) {
		if id, err = reassign.Begin(db, r.actor.ID, d.Now()); err != nil {
			return err
		}
		return audit.Append(db, d.Now(), r.actor.DidTo("areas.reassign", collections.AreaJobs, id, ""))
	})
	if err != nil {
		return err
	}
	d.kickAreas()
	return r.JSON(http.StatusOK, map[string]string{"id": id})
}

func (d *Doorstep) cancelAreaJob(r *request) error {
	return d.turnAreaJob(r, reassign.Cancel, "areas.reassign.cancel")
}

func (d *Doorstep) resumeAreaJob(r *request) error {
	return d.turnAreaJob(r, reassign.Resume, "areas.reassign.resume")
}

func (d *Doorstep) turnAreaJob(r *request, turn func(collections.DB, string, time.Time) (bool, error), did string) error {
	id := r.Request.PathValue("id")
	err := collections.Write(r.Request.Context(), r.App, func(db collections.DB) error {
		turned, err := turn(db, id, d.Now())
		if err == nil && !turned {
			err = problem.New(problem.NotFound, "")
		}
		if err != nil {
			return err
		}
		return audit.Append(db, d.Now(), r.actor.DidTo(did, collections.AreaJobs, id, ""))
	})
	if err != nil {
		return err
	}
	d.kickAreas()
	return r.NoContent(http.StatusNoContent)
}

// areasRedrawn asks for a look at the records when somebody draws an area anew by hand, in the transaction of that.
func (d *Doorstep) areasRedrawn(e *core.RecordEvent) error {
	before := e.Record.Original()
	if before.GetString("boundary") == e.Record.GetString("boundary") && before.GetBool("active") == e.Record.GetBool("active") {
		return e.Next()
	}
	return inTransaction(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		db, err := collections.From(e.App)
		if err != nil {
			return err
		}
		list, err := d.Areas.Index().Affected(db, e.Record.GetString("code"))
		if err != nil || len(list) == 0 {
			return err
		}
		by, _ := e.Record.Get(collections.By).(access.Actor)
		_, err = grid.BeginJob(db, list, by.ID, d.Now())
		return err
	})
}

// kickAreas lets the jobs of areas begin now instead of within a minute.
func (d *Doorstep) kickAreas() {
	select {
	case d.areaJobs <- struct{}{}:
	default: // it has been asked for
	}
}

// Reassign does what changed areas leave to be done, and returns when nothing is left.
func (d *Doorstep) Reassign(ctx context.Context, app core.App) error {
	if err := d.Areas.Refresh(app); err != nil {
		return err
	}
	r := reassign.Runner{Forms: d.Library, Areas: d.Areas, Now: d.Now}
	return r.Run(ctx, app)
}

// watchAreas notices within a minute what the command areas import has done in another process, and runs the jobs that areas
// leave when they change, beside the work of the day; the end of the server stops it, and the next one goes on.
func (d *Doorstep) watchAreas(e *core.ServeEvent) error {
	app := e.App
	ctx, stop := context.WithCancel(context.Background())
	on(app.OnTerminate(), "doorstep.reassign.stop", 5, func(e *core.TerminateEvent) error {
		stop()
		return e.Next()
	})
	routine.FireAndForget(func() {
		minute := time.NewTicker(time.Minute)
		defer minute.Stop()
		for ctx.Err() == nil {
			if err := d.Reassign(ctx, app); err != nil && ctx.Err() == nil {
				app.Logger().Error("put records into their areas", "error", err.Error())
			}
			select {
			case <-minute.C:
			case <-d.areaJobs:
			case <-ctx.Done():
			}
		}
	})
	return e.Next()
}
