package hooks

import (
	"net/http"

	"doorstep/internal/reveal"
)

// reveal shows masked columns of one record in clear.
func (d *Doorstep) reveal(r *request) error {
	var in reveal.Request
	if err := r.bind(&in); err != nil {
		return err
	}
	shown, err := reveal.Show(r.Request.Context(), r.App, d.Library, r.actor, in, d.Now())
	if err != nil {
		return err
	}
	r.Response.Header().Set("Cache-Control", "no-store")
	return r.JSON(http.StatusOK, map[string]any{"collection": in.Collection, "id": in.ID, "fields": shown})
}
