package server

import (
	"context"
	"errors"
	"net/http"

	"doorstep/collections"
	"doorstep/internal/job"
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
	if err := r.dropJobFiles(); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// approveRetention erases what a report counted.
func approveRetention(r *request) error {
	done, err := retention.Approve(r.ctx(), r.App, r.Library, r.act(), r.path("id"))
	if err == nil {
		err = r.dropJobFiles()
	}
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, done)
}

// dropJobFiles removes what finished jobs were given and have made: somebody who was forgotten may stand in it. An export can be
// made again.
func (r *request) dropJobFiles() error {
	var files []string
	err := collections.Write(context.WithoutCancel(r.ctx()), r.App, func(db collections.DB) (err error) {
		files, err = job.ForgetFiles(db)
		return err
	})
	for _, sha := range files {
		err = errors.Join(err, collections.Files(r.App).Remove(sha))
	}
	return err
}
