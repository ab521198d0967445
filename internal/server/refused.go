package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// refusals are the problems that say that somebody tried more than they may.
var refusals = map[problem.Code]bool{problem.NotAllowed: true, problem.TooManySearches: true, problem.NotListed: true}

// refused records that somebody was kept from something, when err says so.
func (s *Server) refused(re *core.RequestEvent, what string, err error) error {
	code := problem.As(err).Code
	if re.Auth == nil || !refusals[code] {
		return nil
	}
	entry := Caller(re).Did(audit.Refused)
	entry.Purpose, entry.Detail = audit.Administration, map[string]string{"what": what, "why": string(code)}
	if c, err := re.App.FindCachedCollectionByNameOrId(re.Request.PathValue("collection")); err == nil {
		entry.Collection = c.Name
	}
	return collections.Write(context.WithoutCancel(re.Request.Context()), re.App, func(db collections.DB) error {
		return audit.AppendRefusal(db, s.Now(), entry)
	})
}

// watched are PocketBase's routes by which an operator sees or starts what is no record: records are noted by their own hooks.
var watched = map[string]string{
	"GET /api/settings": audit.Read, "GET /api/logs": audit.Read, "GET /api/logs/{id}": audit.Read, "POST /api/crons/{id}": audit.Configure,
}

// watch records what PocketBase's own routes are asked: what an operator looks at, before the answer begins, and what the
// framework keeps somebody from.
func (s *Server) watch(re *core.RequestEvent) error {
	pattern := re.Request.Pattern
	if action := watched[pattern]; action != "" && re.HasSuperuserAuth() {
		entry := Caller(re).Did(action)
		entry.Purpose, entry.Detail = audit.Administration, map[string]string{"what": pattern}
		if err := s.Note(re.Request.Context(), re.App, entry); err != nil {
			return writeProblem(re, err)
		}
	}
	err := re.Next()
	var told *router.ApiError
	if foreign(pattern) && errors.As(err, &told) && told.Status == http.StatusForbidden {
		if noted := s.refused(re, pattern, problem.New(problem.NotAllowed, "")); noted != nil {
			return noted
		}
	}
	return err
}
