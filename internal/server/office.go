package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/devicesync"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
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
	r.ReleaseKnown(r.Request.Context(), r.App)
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
	form, version := r.Request.PathValue("form"), r.Request.PathValue("version")
	if err := r.Library.SetStatus(r.App, form, version, in.Status, r.actor.ID, r.Now()); err != nil {
		return workbookProblem(err)
	}
	return r.NoContent(http.StatusNoContent)
}

func revokeDevice(r *request) error {
	if err := devicesync.Revoke(r.Request.Context(), r.App, r.actor, r.Request.PathValue("id"), r.Now()); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// ReleaseKnown makes records of what waited for a form that is known by now.
func (s *Server) ReleaseKnown(ctx context.Context, app core.App) {
	if _, err := ingest.ReleaseKnown(ctx, app, s.Intake()); err != nil {
		app.Logger().Error("release what waited for a form", "error", err.Error())
	}
}
