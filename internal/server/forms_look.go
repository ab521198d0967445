package server

import (
	"mime"
	"net/http"
	"path/filepath"
	"strings"

	"doorstep/internal/console"
	"doorstep/internal/problem"
)

// checkForm tells what a workbook would be as the next version, and fails where its publication would. Nothing is stored.
func checkForm(r *request) error {
	w, err := r.workbook()
	if err != nil {
		return err
	}
	in, err := r.Library.Check(r.App, w, r.Now())
	if err != nil {
		return err
	}
	return r.send(console.LookAt(r.known(), in), nil)
}

// oneForm shows a version as checkForm shows a workbook.
func oneForm(r *request) error {
	in, ok := r.Library.Get(r.path("form"), r.path("version"))
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	return r.send(console.LookAt(r.known(), in), nil)
}

// formWorkbook gives the workbook that a version was published from, as it was brought.
func formWorkbook(r *request) error {
	in, ok := r.Library.Get(r.path("form"), r.path("version"))
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	w, err := in.Workbook(r.db())
	if err != nil {
		return err
	}
	name := in.Form.ID + "-" + in.Version + strings.ToLower(filepath.Ext(w.Name))
	r.Response.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return r.Blob(http.StatusOK, "application/octet-stream", w.Raw)
}
