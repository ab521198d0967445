package server

import (
	"doorstep/internal/reassign"
)

// placeRecord takes a reviewer's word for where a record lies, or takes it back.
func placeRecord(r *request) error {
	say := reassign.Saying{}
	if err := r.bind(&say); err != nil {
		return err
	}
	say.Collection, say.Record = r.path("collection"), r.path("id")
	runner := reassign.Runner{Forms: r.Library, Areas: r.Areas, Now: r.Now}
	return r.send(runner.Place(r.ctx(), r.App, r.actor, say))
}
