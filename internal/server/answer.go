package server

import (
	"net/http"
	"slices"

	"github.com/klauspost/compress/gzhttp"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// drained is how much of an unread body the HTTP server surely throws away before the next request.
const drained = 64 << 10

// Route binds the custom routes, each with what its line of the table says.
func (s *Server) Route(e *core.ServeEvent) error {
	packed, err := gzhttp.NewWrapper(gzhttp.MinSize(1400), gzhttp.EnableZstd(true))
	if err != nil {
		return err
	}
	for _, r := range Routes {
		route := e.Router.Route(r.Method, r.Path, func(re *core.RequestEvent) error {
			err := s.cut(re, r.Slow != "", func() error { return s.answer(r, re) })
			if noted := s.refused(re, string(r.Do), err); noted != nil {
				err = noted
			}
			if err != nil {
				return writeProblem(re, err)
			}
			return nil
		})
		if r.stream {
			route.Unbind(apis.DefaultBodyLimitMiddlewareId)
		} else {
			route.Bind(s.limitFile())
		}
		if r.pack {
			route.BindFunc(apis.WrapStdMiddleware(func(next http.Handler) http.Handler { return packed(next) }))
		}
	}
	return e.Next()
}

func (s *Server) answer(r Route, re *core.RequestEvent) error {
	if r.Do == access.HandIn {
		return r.handle(&request{re, s, access.Actor{}, 0})
	}
	actor, ok := access.Of(re.Auth)
	if !ok {
		return stranger(re)
	}
	if actor.Where(r.Do) == access.Nowhere {
		return problem.New(problem.NotAllowed, "")
	}
	if allowed, err := actor.Allowed(collections.Read(re.App), r.Do); err != nil {
		return err
	} else if !allowed {
		return problem.New(problem.ForTheWhole, "")
	}
	req := &request{re, s, Caller(re), 0}
	if err := req.readLimit(); err != nil {
		return err
	}
	if by := req.query("sort"); by != "" && len(r.Sorts) > 0 && !slices.Contains(r.Sorts, by) {
		return problem.New(problem.BadParameter, "sort")
	}
	return r.handle(req)
}

// told is what a client is told of an error.
func told(err error) *problem.Problem {
	p := problem.As(err)
	if p.Code == problem.Internal && collections.Damaged(err) {
		p = problem.New(problem.Damaged, "")
	}
	return p
}

func writeProblem(re *core.RequestEvent, err error) error {
	p := told(err)
	if p.Fault() {
		logFailure(re, err.Error())
	}
	if n := re.Request.ContentLength; n < 0 || n > drained {
		re.Response.Header().Set("Connection", "close") // what is left of the body must not be read as the next request
	}
	if after := p.RetryAfter(); after != "" {
		re.Response.Header().Set("Retry-After", after)
	}
	return re.JSON(p.Status(), p)
}

// logFailure logs why a request failed that should not have, by the id that its answer names.
func logFailure(re *core.RequestEvent, why string) {
	re.App.Logger().Error("request failed", "path", re.Request.Pattern, "request", re.Response.Header().Get(requestID), "error", why)
}

// middleware is fn under an id, in its place among those of PocketBase.
func middleware(id string, priority int, fn func(*core.RequestEvent) error) *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{Id: id, Priority: priority, Func: fn}
}
