package hooks

import (
	"net/http"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/identity"
	"doorstep/internal/ingest"
	"doorstep/internal/review"
)

// reviewRoutes are what supervisors decide with.
var reviewRoutes = []Route{
	{http.MethodGet, "/api/doorstep/v1/quarantine", access.ReadQuarantine, (*Doorstep).listQuarantine},
	{http.MethodPost, "/api/doorstep/v1/quarantine/{id}/release", access.DecideQuarantine, (*Doorstep).release},
	{http.MethodPost, "/api/doorstep/v1/quarantine/{id}/discard", access.DecideQuarantine, (*Doorstep).discard},
	{http.MethodPost, "/api/doorstep/v1/records/{collection}/{id}/review", access.ReviewRecord, (*Doorstep).review},
	{http.MethodPost, "/api/doorstep/v1/records/{collection}/{id}/put-back", access.ReviewRecord, (*Doorstep).putBack},
	{http.MethodPost, "/api/doorstep/v1/records/{collection}/{id}/correct", access.ReviewRecord, (*Doorstep).correct},
	{http.MethodGet, "/api/doorstep/v1/records/{collection}/{id}/history", access.ReviewRecord, (*Doorstep).history},
	{http.MethodGet, "/api/doorstep/v1/attachments/{id}", access.ReadAttachment, (*Doorstep).attachment},
	{http.MethodPost, "/api/doorstep/v1/reveal", access.Reveal, (*Doorstep).reveal},
	{http.MethodPost, "/api/doorstep/v1/duplicates/{id}/decide", access.DecideDuplicate, (*Doorstep).decideDuplicate},
	{http.MethodPost, "/api/doorstep/v1/search/person", access.SearchPerson, (*Doorstep).searchPerson},
	{http.MethodPost, "/api/doorstep/v1/search/heard", access.ReviewRecord, (*Doorstep).searchHeard},
	{http.MethodPost, "/api/doorstep/v1/break-glass", access.BreakGlass, (*Doorstep).breakGlass},
	{http.MethodGet, "/api/doorstep/v1/break-glass/{id}", access.BreakGlass, (*Doorstep).behindGlass},
}

func (d *Doorstep) listQuarantine(r *request) error {
	rows, err := ingest.ListQuarantine(collections.Read(r.App), r.actor)
	if err != nil {
		return err
	}
	if err := d.saw(r.RequestEvent, audit.Review, heldSeen(r.actor, rows)); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": rows})
}

func (d *Doorstep) release(r *request) error {
	receipt, err := ingest.Release(r.Request.Context(), r.App, d.Intake(), r.actor, r.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, receipt)
}

func (d *Doorstep) discard(r *request) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if err := ingest.Discard(r.Request.Context(), r.App, r.actor, r.Request.PathValue("id"), in.Reason, d.Now()); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

func (d *Doorstep) review(r *request) error {
	var in struct {
		Decision string          `json:"decision"`
		Comment  string          `json:"comment"`
		Fields   []review.Remark `json:"fields"`
		Rev      int64           `json:"rev"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	out, err := review.Decide(r.Request.Context(), r.App, d.Library.Surveys(), r.actor, review.Decision{
		Collection: r.Request.PathValue("collection"), Record: r.Request.PathValue("id"), Decision: in.Decision, Comment: in.Comment, Fields: in.Fields, Rev: in.Rev,
	}, d.Now())
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, out)
}

func (d *Doorstep) putBack(r *request) error {
	ask := ingest.Restoring{}
	if err := r.bind(&ask); err != nil {
		return err
	}
	ask.Collection, ask.Record = r.Request.PathValue("collection"), r.Request.PathValue("id")
	out, err := ingest.Restore(r.Request.Context(), r.App, d.Intake(), r.actor, ask)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, out)
}

func (d *Doorstep) correct(r *request) error {
	ask := ingest.AtDesk{}
	if err := r.bind(&ask); err != nil {
		return err
	}
	ask.Collection, ask.Record = r.Request.PathValue("collection"), r.Request.PathValue("id")
	out, err := ingest.CorrectAtDesk(r.Request.Context(), r.App, d.Intake(), r.actor, ask)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, out)
}

func (d *Doorstep) history(r *request) error {
	collection, id := r.Request.PathValue("collection"), r.Request.PathValue("id")
	entries, err := review.History(r.App, r.actor, collection, id)
	if err != nil {
		return err
	}
	seen := r.actor.DidTo(audit.Read, collection, id, "", id)
	seen.Detail = map[string]string{"part": "history"}
	if err := d.saw(r.RequestEvent, audit.Review, seen); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": entries})
}

func (d *Doorstep) decideDuplicate(r *request) error {
	var in identity.Decision
	if err := r.bind(&in); err != nil {
		return err
	}
	in.Pair = r.Request.PathValue("id")
	verdict, err := identity.Decide(r.Request.Context(), r.App, r.actor, in, d.Now())
	switch {
	case err != nil:
		return err
	case verdict.Waits:
		return r.JSON(http.StatusAccepted, verdict)
	default:
		return r.NoContent(http.StatusNoContent)
	}
}
