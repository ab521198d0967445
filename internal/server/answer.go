package server

import (
	"encoding/json"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/body"
	"doorstep/internal/console"
	"doorstep/internal/coverage"
	"doorstep/internal/dataset"
	"doorstep/internal/devicesync"
	"doorstep/internal/problem"
	"doorstep/internal/signin"
)

// request is one call by somebody who may make it.
type request struct {
	*core.RequestEvent
	*Server
	actor access.Actor
}

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
		return r.handle(&request{re, s, access.Actor{}})
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
	return r.handle(&request{re, s, Caller(re)})
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
		re.App.Logger().Error("request failed", "path", re.Request.Pattern, "request", re.Response.Header().Get(RequestID), "error", err.Error())
	}
	if n := re.Request.ContentLength; n < 0 || n > drained {
		re.Response.Header().Set("Connection", "close") // what is left of the body must not be read as the next request
	}
	if after := p.RetryAfter(); after != "" {
		re.Response.Header().Set("Retry-After", after)
	}
	return re.JSON(p.Status(), p)
}

func (r *request) bind(into any) error {
	said, err := body.Read(r.Request, maxJSON, r.bodies, holder(r.RequestEvent))
	defer said.Release()
	if err != nil || len(said.Bytes) == 0 {
		return err
	}
	if err := json.Unmarshal(said.Bytes, into); err != nil {
		return problem.New(problem.BadEnvelope, "json")
	}
	return nil
}

func registerDevice(r *request) error {
	var in devicesync.Registration
	if err := r.bind(&in); err != nil {
		return err
	}
	registered, err := devicesync.Register(r.Request.Context(), r.App, r.actor, in, r.Now())
	if err != nil {
		return err
	}
	token, err := signin.Token(r.App, r.Auth, registered.Device)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, struct {
		devicesync.Registered
		Token string `json:"token"` // good on this tablet alone
	}{registered, token})
}

// DeviceHeader names the tablet that a sync request comes from.
const DeviceHeader = "X-Doorstep-Device"

func formXML(r *request) error {
	in, ok := r.Library.Get(r.Request.PathValue("form"), r.Request.PathValue("version"))
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	r.Response.Header().Set("ETag", `"`+in.MD5+`"`)
	if r.Request.Header.Get("If-None-Match") == `"`+in.MD5+`"` {
		return r.NoContent(http.StatusNotModified)
	}
	return r.Blob(http.StatusOK, "text/xml; charset=utf-8", in.XML)
}

func readCoverage(r *request) error {
	level := r.Request.URL.Query().Get("level")
	if level == "" {
		level = "community"
	}
	rows, err := coverage.Report(collections.Read(r.App), console.Ranges(r.actor, r.query("within")), level)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": rows})
}

// workersCoverage tells what each worker has brought from the caller's territory.
func workersCoverage(r *request) error {
	rows, err := coverage.Workers(collections.Read(r.App), console.Ranges(r.actor, r.query("within")))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": rows})
}

func export(r *request) error {
	in, ok := r.Library.Get(r.Request.PathValue("form"), "")
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	if err := approved(r); err != nil {
		return err
	}
	return dataset.ServeHTTP(r.Response, r.Request, r.App, in, r.actor, r.Now())
}
