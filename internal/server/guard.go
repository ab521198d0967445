package server

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/problem"
	"doorstep/internal/signin"
)

// Guard binds what holds for every request.
func (s *Server) Guard(e *core.ServeEvent) error {
	e.Router.Bind(
		middleware("doorstep.unlogged", apis.DefaultActivityLoggerMiddlewarePriority+1, withoutQuery),
		middleware("doorstep.failures", apis.DefaultActivityLoggerMiddlewarePriority+2, failures),
		middleware(apis.DefaultLoadAuthTokenMiddlewareId, apis.DefaultLoadAuthTokenMiddlewarePriority, loadToken),
		middleware("doorstep.restrict", apis.DefaultLoadAuthTokenMiddlewarePriority+1, restrict),
		middleware(shareID, apis.DefaultLoadAuthTokenMiddlewarePriority+1, s.inTurn),
		middleware("doorstep.lists", apis.DefaultLoadAuthTokenMiddlewarePriority+2, s.askable),
		middleware("doorstep.forms", apis.DefaultLoadAuthTokenMiddlewarePriority+3, noSpill),
		middleware("doorstep.longest", apis.DefaultLoadAuthTokenMiddlewarePriority+3, s.cutLists),
		middleware("doorstep.watch", apis.DefaultLoadAuthTokenMiddlewarePriority+4, s.watch),
	)
	e.InstallerFunc = nil // its sign-in would be by a token of PocketBase's own; the command superuser makes operators
	return e.Next()
}

// loadToken takes the place of PocketBase's own loader of tokens, whose secrets lie in the database: with a copy of it anybody
// could make tokens.
func loadToken(re *core.RequestEvent) error {
	if token := bearer(re.Request); token != "" {
		account, err := signin.Whose(re.App, token)
		if err != nil {
			return writeProblem(re, err)
		}
		re.Auth = account
	}
	return re.Next()
}

// failures tells whoever asks of a failure of ours as one: PocketBase says 400 of whatever keeps a record from being saved, and who is
// told that does not try again.
func failures(re *core.RequestEvent) error {
	err := re.Next()
	var told *router.ApiError
	switch {
	case err == nil, errors.Is(err, sql.ErrNoRows), errors.Is(err, fs.ErrNotExist):
		return err // PocketBase says that there is nothing
	case !errors.As(err, &told):
		return APIError(err)
	}
	if cause, failed := told.RawData().(error); failed && problem.OfDatabase(cause) {
		return APIError(cause)
	}
	return err
}

// withoutQuery keeps what somebody looks for out of the activity log, which runs after it: filters are in the query, and
// names and numbers in the filters; the square of a map tells where somebody reads. What an error cites is left out with it.
func withoutQuery(re *core.RequestEvent) error {
	err := re.Next()
	masked := *re.Request.URL
	masked.RawQuery, masked.ForceQuery = "", false
	if before, _, found := strings.Cut(re.Request.Pattern, "{z}"); found {
		_, masked.Path, _ = strings.Cut(before, " ")
		masked.RawPath = ""
	}
	re.Request.URL = &masked
	if from, cut, found := strings.Cut(re.Request.Referer(), "?"); found && cut != "" {
		re.Request.Header.Set("Referer", from)
	}
	var told *router.ApiError
	if errors.As(err, &told) {
		if told.Status >= http.StatusInternalServerError { // a mistake of ours, or of the framework: its cause is for the log alone
			logFailure(re, fmt.Sprint(told.RawData()))
		}
		return &router.ApiError{Data: told.Data, Message: told.Message, Status: told.Status}
	}
	return err
}
