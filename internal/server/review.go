package server

import (
	"net/http"

	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/identity"
	"doorstep/internal/ingest"
	"doorstep/internal/review"
)

func listQuarantine(r *request) error {
	rows, next, err := ingest.ListQuarantine(r.db(), r.Library, r.actor,
		ingest.HeldAsked{Area: r.query("area"), Form: r.query("form"), Code: r.query("code"),
			Newest: r.query("sort") == console.Newest, Cursor: r.query("cursor"), Limit: r.limit})
	if err != nil {
		return err
	}
	return r.send(map[string]any{"items": rows, "next": next}, r.saw(audit.Review, heldSeen(r.actor, rows)))
}

func release(r *request) error {
	return r.send(ingest.Release(r.ctx(), r.App, r.Intake(), r.actor, r.path("id")))
}

func discard(r *request) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	return r.done(ingest.Discard(r.ctx(), r.App, r.act(), r.path("id"), in.Reason))
}

// assignHeld says which household a submission is about, and takes it in.
func assignHeld(r *request) error {
	ask := ingest.Assignment{Submission: r.path("id")}
	if err := r.bind(&ask); err != nil {
		return err
	}
	return r.send(ingest.Assign(r.ctx(), r.App, r.Intake(), r.act(), ask))
}

func decide(r *request) error {
	var in struct {
		Decision string          `json:"decision"`
		Comment  string          `json:"comment"`
		Fields   []review.Remark `json:"fields"`
		Rev      int64           `json:"rev"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	out, err := review.Decide(r.ctx(), r.App, r.Library.Surveys(), r.act(), review.Decision{
		Collection: r.path("collection"), Record: r.path("id"), Decision: in.Decision, Comment: in.Comment, Fields: in.Fields, Rev: in.Rev,
	})
	return r.send(out, err)
}

func putBack(r *request) error {
	ask := ingest.Restoring{}
	if err := r.bind(&ask); err != nil {
		return err
	}
	ask.Collection, ask.Record = r.path("collection"), r.path("id")
	return r.send(ingest.Restore(r.ctx(), r.App, r.Intake(), r.actor, ask))
}

func correct(r *request) error {
	ask := ingest.AtDesk{}
	if err := r.bind(&ask); err != nil {
		return err
	}
	ask.Collection, ask.Record = r.path("collection"), r.path("id")
	return r.send(ingest.CorrectAtDesk(r.ctx(), r.App, r.Intake(), r.actor, ask))
}

func history(r *request) error {
	collection, id := r.path("collection"), r.path("id")
	ask := review.Page{Cursor: r.query("cursor"), Newest: r.query("sort") == console.Newest, Limit: r.page()}
	entries, next, err := review.History(r.App, r.actor, collection, id, ask)
	if err != nil {
		return err
	}
	seen := r.actor.DidTo(audit.Read, collection, id, "", id)
	seen.Detail = map[string]string{"part": "history"}
	return r.send(map[string]any{"items": entries, "next": next}, r.saw(audit.Review, seen))
}

func decideDuplicate(r *request) error {
	var in identity.Decision
	if err := r.bind(&in); err != nil {
		return err
	}
	in.Pair = r.path("id")
	verdict, err := identity.Decide(r.ctx(), r.App, r.act(), in)
	switch {
	case err != nil:
		return err
	case verdict.Waits:
		return r.JSON(http.StatusAccepted, verdict)
	default:
		return r.NoContent(http.StatusNoContent)
	}
}
