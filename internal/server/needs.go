package server

import (
	"bytes"
	"context"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/needs"
	"doorstep/internal/problem"
)

// personNeeds shows what records say that somebody needs, and what that may entitle to.
func personNeeds(r *request) error {
	out, err := needs.Of(r.db(), r.Library, r.actor, r.path("id"), r.Now())
	if err != nil {
		return err
	}
	entry := r.actor.DidTo(audit.Read, collections.Persons, out.ID, out.Area, out.ID)
	entry.Detail = map[string]any{"door": "needs", "rows": len(out.Needs)}
	return r.send(out, r.saw(audit.Review, entry))
}

// listNeeds lists the needs of an area, person by person.
func listNeeds(r *request) error {
	page, err := needs.List(r.db(), r.Library, r.actor, needs.Filter{Area: r.query("area"), Domain: r.query("domain"), Level: r.query("level"),
		Cursor: r.query("cursor"), Limit: r.limit})
	if err != nil {
		return err
	}
	seen := r.actor.Did(audit.ReadMany)
	seen.Collection, seen.Detail = collections.Needs, map[string]any{"door": "needs", "rows": len(page.Items)}
	for i, n := range page.Items {
		if i == 0 || n.Person != page.Items[i-1].Person {
			seen.Subjects = append(seen.Subjects, n.Person)
		}
	}
	return r.send(page, r.saw(audit.Review, seen))
}

// CountNeeds counts what people need everywhere, so that whoever asks after a start finds it counted.
func (s *Server) CountNeeds(ctx context.Context, app core.App) error {
	_, err := s.needs.Read(collections.Read(collections.Within(ctx, app)), s.Library, access.Shell(), "")
	return err
}

// countNeeds counts people by need and area.
func countNeeds(r *request) error {
	return r.send(r.needs.Read(r.db(), r.Library, r.actor, r.query("area")))
}

// listServices gives the table of the basic services.
func listServices(r *request) error {
	all, err := needs.ListServices(r.db())
	return r.send(map[string]any{"items": all, "rev": needs.Revision(all)}, err)
}

// editServices makes the table what the caller says, or tells what that would change.
func editServices(r *request) error {
	var in struct {
		Services []needs.Service `json:"services"`
		Rev      string          `json:"rev"`
		DryRun   bool            `json:"dry_run"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if len(in.Services) == 0 {
		return problem.New(problem.BadParameter, "services: 1–500")
	}
	for i := range in.Services {
		in.Services[i].Position = i + 1
	}
	return r.tellChanges(needs.Draft{Services: in.Services, Rev: in.Rev, Check: in.DryRun, By: r.actor})
}

// fileServices is editServices of a file, whose revision stands in the address; dry_run=1 only tells what it would change.
func fileServices(r *request) error {
	check := false
	if s := r.query("dry_run"); s != "" {
		var err error
		if check, err = strconv.ParseBool(s); err != nil {
			return problem.New(problem.BadParameter, "dry_run")
		}
	}
	file, err := r.uploaded()
	if err != nil {
		return err
	}
	all, err := needs.ReadTable(file.name, bytes.NewReader(file.raw))
	if err != nil {
		return err
	}
	return r.tellChanges(needs.Draft{Services: all, Rev: r.query("rev"), Check: check, By: r.actor})
}

func (r *request) tellChanges(d needs.Draft) error {
	changes, err := needs.Edit(r.ctx(), r.App, d, r.Now())
	return r.send(map[string]any{"changes": changes, "dry_run": d.Check}, err)
}
