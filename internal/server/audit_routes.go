package server

import (
	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/problem"
)

// verifyAudit proves the chain to a manager, who may note its head.
func verifyAudit(r *request) error {
	return r.send(audit.Verify(r.db(), r.query("anchor")))
}

// whoSaw answers a guardian's question about a person of the manager's territory, a page of lines at a time. Whoever is not there
// now is not found.
func whoSaw(r *request) error {
	id := r.path("id")
	trace, found, err := audit.Who(r.db(), id, func(area string) bool { return r.actor.May(access.ReadAudit, area, "") })
	if err != nil {
		return err
	}
	if !found || !r.actor.May(access.ReadAudit, trace.Area, "") {
		return problem.New(problem.NotFound, "")
	}
	if !trace.Page(r.query("cursor"), r.page(), r.query("sort") == console.Newest) {
		return problem.New(problem.BadCursor, "")
	}
	entry := r.actor.DidTo(audit.WhoSaw, collections.Persons, id, trace.Area, trace.Persons...)
	return r.send(trace, r.saw(audit.GuardianRequest, entry))
}
