package server

import (
	"crypto/rand"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/signin"
)

// known returns what the console reads from memory: forms, their sheets and areas.
func (s *Server) known() console.Known {
	return console.Known{Library: s.Library, Sheets: s.sheets, Areas: s.Areas.Index()}
}

// me tells somebody who they are. An operator has no staff number.
func me(r *request) error {
	db := r.db()
	actions, err := console.Actions(db, r.actor)
	if err != nil {
		return err
	}
	enrolled, required, err := factorOf(db, r.Auth)
	return r.send(console.Me{ID: r.actor.ID, StaffNo: r.Auth.GetString("staff_no"), Name: r.Auth.GetString("name"), Role: r.actor.Role,
		Territory: console.Places(r.Areas.Index(), r.actor.Territory), Actions: actions, SecondFactor: factorWord(enrolled, required)}, err)
}

// factorWord is the state of somebody's second factor.
func factorWord(enrolled, required bool) string {
	switch {
	case enrolled:
		return "on"
	case required:
		return "enrol"
	}
	return "off"
}

// endSessions ends every session of the caller's, this one too.
func endSessions(r *request) error {
	var in struct {
		Everywhere bool `json:"everywhere"` // said, so that nobody ends them by chance
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if !in.Everywhere {
		return problem.New(problem.BadParameter, "everywhere")
	}
	err := collections.Write(r.ctx(), r.App, func(db collections.DB) error {
		if err := signin.End(db, rand.Reader, r.actor.ID); err != nil {
			return err
		}
		return r.configuredWorker(db, r.actor, r.actor.ID, string(access.EndSessions))
	})
	return r.done(err)
}

// queueOf lists the records that the filter of the URL finds.
func queueOf(r *request) error {
	page, err := console.Queue(r.db(), r.known(), r.actor, r.filter())
	if err != nil {
		return err
	}
	for i := range page.Items {
		item := &page.Items[i]
		item.Readers = r.leases.Of(item.ID, r.actor.ID, r.Now())
	}
	return r.send(page, r.saw(audit.Review, listed(r.actor, "queue", page.Items, func(one console.Item) string { return one.ID })))
}

func (r *request) filter() console.Filter {
	f := console.FilterOf(r.query)
	f.Limit = r.limit
	return f
}

func savedQueues(r *request) error {
	all, err := console.SavedQueues(r.db(), r.known(), r.actor)
	return r.send(map[string]any{"items": all}, err)
}

func saveQueue(r *request) error {
	var in console.SavedQueue
	if err := r.bind(&in); err != nil {
		return err
	}
	id, err := console.SaveQueue(r.ctx(), r.App, r.actor, in, r.Now())
	return r.send(map[string]string{"id": id}, err)
}

func dropQueue(r *request) error {
	return r.done(console.DropQueue(r.ctx(), r.App, r.actor, r.path("id")))
}

// flagRecord marks a record for the caller, or for all who review there.
func flagRecord(r *request) error {
	f := review.Flag{}
	if err := r.bind(&f); err != nil {
		return err
	}
	f.Collection, f.Record = r.path("collection"), r.path("id")
	if _, known := r.Library.ByTable(f.Collection); !known {
		return problem.New(problem.NotFound, "")
	}
	return r.done(review.SetFlag(r.ctx(), r.App, r.actor, f, r.Now()))
}

func queueCounts(r *request) error {
	return r.send(console.CountQueue(r.db(), r.Library, r.actor, r.query("form"), r.query("area")))
}

// readRecord shows one record. Whoever reads it holds it for some minutes, which others are told.
func readRecord(r *request) error {
	collection, id := r.path("collection"), r.path("id")
	out, subjects, err := console.Read(r.ctx(), r.db(), r.known(), r.actor, console.Ref{Collection: collection, ID: id})
	if err != nil {
		return err
	}
	if err := r.saw(audit.Review, r.actor.DidTo(audit.Read, collection, id, out.Area.Code, subjects...)); err != nil {
		return err
	}
	out.Readers = r.leases.Read(id, r.actor.ID, r.Auth.GetString("name"), r.Now())
	return r.send(out, nil)
}
