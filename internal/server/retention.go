package server

import (
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
	return r.done(retention.Person(r.ctx(), r.App, r.Library, r.act(), retention.Erasure{Person: r.path("id"), Basis: in.Basis}))
}

// approveRetention erases what a report counted.
func approveRetention(r *request) error {
	return r.send(retention.Approve(r.ctx(), r.App, r.Library, r.act(), r.path("id")))
}
