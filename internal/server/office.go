package server

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/console"
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
	status := cmp.Or(r.Request.FormValue("status"), instrument.Published)
	if status != instrument.Published && status != instrument.Draft {
		return problem.New(problem.BadParameter, "status")
	}
	in, err := r.Library.Publish(r.App, w, status, r.actor.ID, r.Now())
	if err != nil {
		return err
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
		return err
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
	return r.done(r.Library.SetStatus(r.App, instrument.Step{Form: form, Version: version, Status: in.Status}, r.actor.ID, r.Now()))
}

func revokeDevice(r *request) error {
	return r.done(devicesync.Revoke(r.ctx(), r.App, r.act(), r.path("id")))
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

// coverage counts the areas of a level, under the areas that there are, or that there were at the end of the day that the request names.
func (r *request) coverage() ([]coverage.Area, error) {
	ranges, level := r.actor.Ranges(r.query("within")), cmp.Or(r.query("level"), "community")
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

// readCoverage tells how far the areas of a level are, page by page. Each page counts all of them: a level has no more than a page may
// cost.
func readCoverage(r *request) error {
	all, err := r.coverage()
	if err != nil {
		return err
	}
	return r.send(console.PageOfAreas(all, r.query("sort"), r.query("cursor"), r.limit))
}

// english reports whether the headings of a table are asked for in English.
func (r *request) english() (bool, error) {
	switch r.query("lang") {
	case "", "zh":
		return false, nil
	case "en":
		return true, nil
	}
	return false, problem.New(problem.BadParameter, "lang")
}

// coverageFile is the whole list that readCoverage gives in pages, as a table.
func coverageFile(r *request) error {
	english, err := r.english()
	if err != nil {
		return err
	}
	all, err := r.coverage()
	if err != nil {
		return err
	}
	var table bytes.Buffer
	if err := console.WriteAreas(&table, all, r.query("sort"), english); err != nil {
		return err
	}
	return r.table("coverage.csv", table.Bytes())
}

// workersCoverage tells what each worker has brought from the caller's territory, page by page.
func workersCoverage(r *request) error {
	all, err := coverage.Workers(r.db(), r.actor.Ranges(r.query("within")))
	if err != nil {
		return err
	}
	return r.send(console.PageOfWork(r.db(), all, r.query("sort"), r.query("cursor"), r.limit))
}

// workersFile is the whole list that workersCoverage gives in pages, as a table.
func workersFile(r *request) error {
	english, err := r.english()
	if err != nil {
		return err
	}
	all, err := coverage.Workers(r.db(), r.actor.Ranges(r.query("within")))
	if err != nil {
		return err
	}
	var table bytes.Buffer
	if err := console.WriteWork(&table, r.db(), all, r.query("sort"), english); err != nil {
		return err
	}
	return r.table("workers.csv", table.Bytes())
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
