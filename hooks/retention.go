package hooks

import (
	"context"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/retention"
)

// reportRetention counts every night what is due to go; nothing goes before a manager has approved it.
func (d *Doorstep) reportRetention(e *core.ServeEvent) error {
	app := e.App
	err := app.Cron().Add("doorstep.retention", "43 3 * * *", func() {
		if err := retention.Report(context.Background(), app, d.Library, d.Now()); err != nil {
			app.Logger().Error("retention report", "error", err.Error())
		}
	})
	if err != nil {
		return err
	}
	return e.Next()
}

// erasePerson forgets a person on request.
func (d *Doorstep) erasePerson(r *request) error {
	var in struct {
		Basis string `json:"basis"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if err := retention.Person(r.Request.Context(), r.App, d.Library, r.actor, r.Request.PathValue("id"), in.Basis, d.Now()); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// approveRetention erases what a report counted.
func (d *Doorstep) approveRetention(r *request) error {
	done, err := retention.Approve(r.Request.Context(), r.App, d.Library, r.actor, r.Request.PathValue("id"), d.Now())
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, done)
}
