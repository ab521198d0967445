package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/coverage"
	"doorstep/internal/dataset"
	"doorstep/internal/devicesync"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// workbook reads the uploaded file of a multipart request, field "file".
func (r *request) workbook() (instrument.Workbook, error) {
	file, err := r.uploaded()
	if err != nil {
		return instrument.Workbook{}, err
	}
	return instrument.Workbook{Name: file.name, Raw: file.raw}, nil
}

func publishForm(r *request) error {
	w, err := r.workbook()
	if err != nil {
		return err
	}
	status := r.Request.FormValue("status")
	if status == "" {
		status = instrument.Published
	}
	if status != instrument.Published && status != instrument.Draft {
		return problem.New(problem.BadParameter, "status")
	}
	in, err := r.Library.Publish(r.App, w, status, r.actor.ID, r.Now())
	if err != nil {
		return workbookProblem(err)
	}
	r.ReleaseKnown(r.ctx(), r.App)
	return r.JSON(http.StatusOK, describe(in))
}

func convertForm(r *request) error {
	w, err := r.workbook()
	if err != nil {
		return err
	}
	in, err := instrument.Convert(w, r.Now())
	if err != nil {
		return workbookProblem(err)
	}
	r.Response.Header().Set("X-Doorstep-Warnings", strconv.Itoa(len(in.Form.Warnings)+len(in.Obstacles)))
	return r.Blob(http.StatusOK, "text/xml; charset=utf-8", in.XML)
}

func formStatus(r *request) error {
	var in struct {
		Status string `json:"status"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	form, version := r.path("form"), r.path("version")
	if err := r.Library.SetStatus(r.App, instrument.Step{Form: form, Version: version, Status: in.Status}, r.actor.ID, r.Now()); err != nil {
		return workbookProblem(err)
	}
	return r.NoContent(http.StatusNoContent)
}

func revokeDevice(r *request) error {
	if err := devicesync.Revoke(r.ctx(), r.App, r.act(), r.path("id")); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// ReleaseKnown makes records of what waited for a form that is known by now, or for a submission that has come.
func (s *Server) ReleaseKnown(ctx context.Context, app core.App) {
	if _, err := ingest.ReleaseKnown(ctx, app, s.Intake()); err != nil {
		app.Logger().Error("release what waited for a form", "error", err.Error())
	}
	if err := ingest.ReleaseEdits(ctx, app, s.Intake()); err != nil {
		app.Logger().Error("release edits that waited", "error", err.Error())
	}
}

func readCoverage(r *request) error {
	level := r.Request.URL.Query().Get("level")
	if level == "" {
		level = "community"
	}
	rows, err := r.coverage(r.actor.Ranges(r.query("within")), level)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": rows})
}

// coverage counts under the areas that there are, or that there were at the end of the day that the request names.
func (r *request) coverage(ranges []territory.Range, level string) ([]coverage.Area, error) {
	if r.query("at") == "" {
		return coverage.Report(r.db(), r.Areas.Index(), ranges, level)
	}
	day, err := time.ParseInLocation(time.DateOnly, r.query("at"), survey.Zone)
	if err != nil {
		return nil, problem.New(problem.BadParameter, "at")
	}
	past := coverage.Past{At: collections.Stamp(day.AddDate(0, 0, 1)), Tables: r.Library.Tables(), Interviews: r.Library.Interviews()}
	return coverage.ReportAt(r.db(), ranges, level, past)
}

// workersCoverage tells what each worker has brought from the caller's territory.
func workersCoverage(r *request) error {
	rows, err := coverage.Workers(r.db(), r.actor.Ranges(r.query("within")))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": rows})
}

func export(r *request) error {
	in, ok := r.Library.Get(r.path("form"), "")
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	if err := approved(r, r.path("form"), r.Request.URL.Query()); err != nil {
		return err
	}
	o := dataset.Order{Act: r.act(), In: in, Query: r.Request.URL.Query()}
	return dataset.ServeHTTP(r.Response, r.Request, r.App, o)
}
