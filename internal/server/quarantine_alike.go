package server

import (
	"doorstep/internal/ingest"
)

// countAlike tells how many submissions wait for the same cause as one of them.
func countAlike(r *request) error {
	return r.send(ingest.CountAlike(r.db(), r.act(), r.path("id")))
}

// decideAlike releases or discards the next of them. It is asked again until none are left.
func decideAlike(r *request) error {
	ask := ingest.AlikeTo{Submission: r.path("id")}
	if err := r.bind(&ask.Together); err != nil {
		return err
	}
	return r.send(ingest.DecideAlike(r.ctx(), r.App, r.Intake(), r.actor, ask))
}
