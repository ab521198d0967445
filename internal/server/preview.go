package server

import (
	"doorstep/internal/audit"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// previewForm tells what a workbook would make of last month's records of the manager's territory: how many would get another
// grade. Nothing is stored but that somebody looked.
func previewForm(r *request) error {
	current, err := current(r)
	if err != nil {
		return err
	}
	form := current.Form.ID
	w, err := r.workbook()
	if err != nil {
		return err
	}
	proposed, err := r.Library.Try(w, r.Now())
	if err != nil {
		return err
	}
	if proposed.Form.ID != form {
		return problem.New(problem.BadParameter, "form_id")
	}
	now := r.Now()
	lately := instrument.Arrived{Since: now.AddDate(0, -1, 0), Ranges: r.actor.Ranges("")}
	preview, err := current.Preview(r.ctx(), r.db(), proposed, lately, now)
	if err != nil {
		return err
	}
	entry := r.actor.Did("form.preview")
	entry.Purpose, entry.Detail = audit.Administration, map[string]string{"form": form, "version": proposed.Version}
	return r.send(preview, r.note(entry))
}
