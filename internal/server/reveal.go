package server

import (
	"net/http"

	"doorstep/internal/reveal"
)

// revealColumns shows masked columns of one record in clear.
func revealColumns(r *request) error {
	var in reveal.Request
	if err := r.bind(&in); err != nil {
		return err
	}
	shown, err := reveal.Show(r.ctx(), r.App, r.Library, r.act(), in)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"collection": in.Collection, "id": in.ID, "fields": shown})
}
