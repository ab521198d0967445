package server

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/ingest"
)

// PurposeHeader is where a client states why it looks; see audit.Purposes.
const PurposeHeader = "X-Doorstep-Purpose"

// links are the columns by which a row names whom it concerns.
var links = []string{"person", "household", "record", "visit", "a", "b", "merged_into", "entity"}

// Subjects are the ids of a record and of whom it concerns.
func Subjects(r *core.Record) []string {
	ids := []string{r.Id}
	for _, column := range links {
		if f := r.Collection().Fields.GetByName(column); f != nil {
			ids = append(ids, r.GetString(column))
		}
	}
	return ids
}

// Caller is who makes a request; the zero Actor is nobody.
func Caller(re *core.RequestEvent) access.Actor {
	actor, _ := access.Of(re.Auth)
	actor.Device, _ = re.Get(tabletKey).(string)
	return actor
}

// Saw records a read before the answer is given. Nothing seen, nothing recorded.
func (s *Server) Saw(re *core.RequestEvent, usual audit.Purpose, e audit.Entry) error {
	if len(e.Subjects) == 0 {
		return nil
	}
	e.Purpose = audit.Stated(re.Request.Header.Get(PurposeHeader), usual)
	return s.Note(re.Request.Context(), re.App, e)
}

// Note writes an entry in a transaction of its own, which is on the disk when it returns.
func (s *Server) Note(ctx context.Context, app core.App, e audit.Entry) error {
	return collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error { return audit.Append(db, s.Now(), e) })
}

// listed returns the audit entry for rows that were shown through a door, each about its subject, or about nobody where that is "".
func listed[T any](actor access.Actor, door string, rows []T, subject func(T) string) audit.Entry {
	e := actor.Did(audit.ReadMany)
	e.Detail = map[string]any{"door": door, "rows": len(rows)}
	for _, row := range rows {
		if id := subject(row); id != "" {
			e.Subjects = append(e.Subjects, id)
		}
	}
	return e
}

// pulled returns the audit entry for a part of a page that a tablet was given.
func pulled(actor access.Actor, ids []string) audit.Entry {
	return listed(actor, "pull", ids, func(id string) string { return id })
}

// heldSeen returns the audit entry for submissions of the quarantine that were shown.
func heldSeen(actor access.Actor, rows []ingest.Held) audit.Entry {
	e := actor.Did(audit.ReadMany)
	e.Collection, e.Detail = collections.Submissions, map[string]any{"door": "quarantine", "rows": len(rows)}
	for _, h := range rows {
		e.Subjects = append(e.Subjects, h.ID, h.Instance)
	}
	return e
}

// listSeen returns the audit entry for the rows of an entity list that a worker's app was given.
func listSeen(actor access.Actor, list string, ids []string) audit.Entry {
	e := listed(actor, "openrosa", ids, func(id string) string { return id })
	e.Collection = list
	return e
}

// configuredWorker records what was done to a worker's account.
func (s *Server) configuredWorker(db collections.DB, by access.Actor, worker, action string) error {
	e := by.DidTo(action, collections.Workers, worker, "")
	e.Purpose = audit.Administration
	return audit.Append(db, s.Now(), e)
}

func (r *request) saw(usual audit.Purpose, e audit.Entry) error {
	return r.Saw(r.RequestEvent, usual, e)
}

func (r *request) note(e audit.Entry) error { return r.Note(r.ctx(), r.App, e) }

func (c *fieldCall) saw(usual audit.Purpose, e audit.Entry) error {
	return c.Saw(c.RequestEvent, usual, e)
}
