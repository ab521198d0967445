package server

import (
	"errors"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/problem"
	"doorstep/internal/review"
)

// approvedTogether is how many records one request approves: each is a decision of its own, kept and told as any other.
const approvedTogether = 50

// cleanSet tells what would be approved together. It names no record: nobody is to know which are held back.
func cleanSet(r *request) error {
	return r.send(console.CleanSet(r.db(), r.known(), r.actor, r.filter(), collections.Stamp(r.Now())))
}

// approveClean approves the next records of a set that was looked at. It is asked again until none are left.
func approveClean(r *request) error {
	before := r.query("before")
	if before == "" {
		return problem.New(problem.BadParameter, "before")
	}
	set, err := console.CleanSet(r.db(), r.known(), r.actor, r.filter(), before)
	if err != nil {
		return err
	}
	approved, refused := []approval{}, 0
	for _, item := range set.First(approvedTogether) {
		approve := review.Decision{Collection: item.Collection, Record: item.ID, Decision: review.Approve, Rev: item.Rev}
		_, err := review.Decide(r.ctx(), r.App, r.Library.Surveys(), r.act(), approve)
		var p *problem.Problem
		switch {
		case err == nil:
			approved = append(approved, approval{item.Collection, item.ID})
		case errors.As(err, &p) && !p.Fault():
			refused++ // somebody else was faster, or it is the actor's own
		default:
			return err
		}
	}
	seen := listed(r.actor, "clean", approved, func(one approval) string { return one.ID })
	if err := r.saw(audit.Review, seen); err != nil {
		return err
	}
	left := set.N - len(approved) - refused
	if len(approved) == 0 {
		left = 0 // what cannot be approved is not tried for ever
	}
	return r.send(map[string]any{"approved": approved, "refused": refused, "left": left}, nil)
}

// approval names a record that was approved.
type approval struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
}
