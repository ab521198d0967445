package server

import (
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
		return workbookProblem(err)
	}
	return r.private(console.LookAt(r.known(), in))
}

// oneForm shows a version as checkForm shows a workbook.
func oneForm(r *request) error {
	in, ok := r.Library.Get(r.path("form"), r.path("version"))
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	return r.private(console.LookAt(r.known(), in))
}
