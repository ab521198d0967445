package server

import (
	"net/http"

	"doorstep/internal/retention"
)

// erasePerson forgets a person on request.
func erasePerson(r *request) error {
	var in struct {
		Basis string `json:"basis"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if err := retention.Person(r.ctx(), r.App, r.Library, r.act(), retention.Erasure{Person: r.path("id"), Basis: in.Basis}); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// approveRetention erases what a report counted.
func approveRetention(r *request) error {
	done, err := retention.Approve(r.ctx(), r.App, r.Library, r.act(), r.path("id"))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, done)
}
