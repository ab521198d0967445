package hooks

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// longest is how long a read may take that is answered as a whole.
const longest = 2 * time.Second

// Long is every route that reads for as long as it takes, and why; whatever else reads is cut after Doorstep.Longest.
var Long = map[string]string{
	"GET /api/sync/v1/pull":                                 "sent while it is read, page by page",
	"GET /api/sync/v1/repair":                               "sent while it is read",
	"GET /api/sync/v1/digest":                               "a tablet could not go on without it",
	"GET /api/doorstep/v1/attachments/{id}":                 "a file",
	"GET /api/doorstep/v1/export/{form}":                    "sent while it is read",
	"GET /api/doorstep/v1/audit":                            "the whole chain is looked at",
	"GET /api/doorstep/v1/backups":                          "operators alone",
	"GET /api/doorstep/v1/backups/{name}":                   "a file",
	"GET /api/sync/v1/forms/{form}/{version}":               "in memory, as long as it is",
	"GET /api/doorstep/v1/forms/{form}/{version}/questions": "in memory",
}

// cutLists bounds the lists of PocketBase's own route.
func (d *Doorstep) cutLists(re *core.RequestEvent) error {
	if re.Request.Pattern != listRoute {
		return re.Next()
	}
	err := d.cut(re, re.Next)
	if problem.As(err).Code == problem.TooLong {
		return writeProblem(re, err)
	}
	return err
}

// cut calls read, and ends what it asks of the database when that takes too long; it fails with problem.TooLong then. Operators,
// Long routes and whatever changes something have the time that they need.
func (d *Doorstep) cut(re *core.RequestEvent, read func() error) error {
	if re.HasSuperuserAuth() || re.Request.Method != http.MethodGet || Long[re.Request.Pattern] != "" {
		return read()
	}
	ctx, cancel := context.WithTimeout(re.Request.Context(), d.Longest)
	defer cancel()
	whole := re.App
	re.App = collections.Within(ctx, whole)
	defer func() { re.App = whole }()
	err := read()
	var said *problem.Problem
	if err != nil && !errors.As(err, &said) && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return problem.New(problem.TooLong, "")
	}
	return err
}
