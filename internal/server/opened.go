package server

import (
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/problem"
)

// Opened is every route of PocketBase's own that answers, and why. Whatever else it brings, now or after an upgrade, is
// closed: batches, subscriptions, raw SQL, file downloads, e-mails, foreign sign-in, one-time passwords, impersonation.
var Opened = map[string]string{
	"GET /api/health": "probes of the operator",

	"GET /api/collections/{collection}/records":         "rules of each collection, tested by the access matrix",
	"GET /api/collections/{collection}/records/{id}":    "rules of each collection, tested by the access matrix",
	"POST /api/collections/{collection}/records":        "rules of each collection, tested by the access matrix",
	"PATCH /api/collections/{collection}/records/{id}":  "rules of each collection, tested by the access matrix",
	"DELETE /api/collections/{collection}/records/{id}": "rules of each collection, tested by the access matrix",

	"GET /api/collections/{collection}/auth-methods":        "the dashboard's sign-in asks for it",
	"POST /api/collections/{collection}/auth-with-password": "sign-in of workers and operators",
	"POST /api/collections/{collection}/auth-refresh":       "longer sessions for who is signed in",

	"GET /_/{path...}":     "the operator's dashboard",
	"GET /_/extensions.js": "the operator's dashboard",
	"GET /api/settings":    "operators alone",
	"PATCH /api/settings":  "operators alone",
	"GET /api/collections": "operators alone",
	"GET /api/logs":        "operators alone",
	"GET /api/logs/stats":  "operators alone",
	"GET /api/logs/{id}":   "operators alone",
	"GET /api/crons":       "operators alone",
	"POST /api/crons/{id}": "operators alone",

	"GET /api/collections/{collection}":          "operators alone",
	"GET /api/collections/meta/scaffolds":        "operators alone",
	"GET /api/collections/meta/oauth2-providers": "operators alone, a list of names that the dashboard shows",
}

// CloseOthers binds the middleware that closes PocketBase's other routes, before anybody's token is looked at.
func (s *Server) CloseOthers(e *core.ServeEvent) error {
	e.Router.Bind(middleware("doorstep.opened", apis.DefaultPanicRecoverMiddlewarePriority+1, func(re *core.RequestEvent) error {
		if pattern := re.Request.Pattern; foreign(pattern) && Opened[pattern] == "" {
			return writeProblem(re, problem.New(problem.NotFound, ""))
		}
		return re.Next()
	}))
	return e.Next()
}

// foreign reports whether a route is PocketBase's: it keeps to /api and /_, and there we have two prefixes.
func foreign(pattern string) bool {
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		path = pattern // a route for all methods
	}
	if strings.HasPrefix(path, "/api/sync/") || strings.HasPrefix(path, "/api/doorstep/") {
		return false
	}
	return strings.HasPrefix(path, "/api") || strings.HasPrefix(path, "/_")
}
