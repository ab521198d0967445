package server

import (
	"io"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/body"
	"doorstep/internal/problem"
	"doorstep/internal/upload"
)

const (
	maxUpload   = 32 << 20
	maxJSON     = 1 << 20  // of requests other than a push
	maxStranger = 64 << 10 // of who is not signed in
)

// filesADay bounds the bytes of files that one account brings in a day, unless the operator sets another bound. A month without a
// network is about 18 GB of photos (decision 679).
const filesADay = 20 << 30

// BoundDay bounds what one account brings in a day: so many bytes of files, and a tenth of that in records.
func (s *Server) BoundDay(files int64) { s.Files.Most, s.Records.Most = files, files/10 }

// countedBody is a body that tells how much was read of it.
type countedBody struct {
	io.ReadCloser
	n int64
}

func (c *countedBody) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.n += int64(n)
	return n, err
}

// Rooms of all requests together, in bytes.
const (
	// roomForBodies is how many bytes of JSON and XML are read and worked on at once. Memory for about three times as much
	// is needed: beside the bytes there are the operations, which keep them as they came, and what was read from them.
	roomForBodies = 48 << 20
	// roomForFiles is for workbooks and maps, which are read in memory. One person has room for one of the largest at a time.
	roomForFiles = 96 << 20
	// parsed is what the framework makes of a byte of JSON: objects of empty objects grow so much.
	parsed = 16
)

// BoundBodies binds the limits of what requests bring: how slowly, before anybody's token is looked at, and how much.
func (s *Server) BoundBodies(e *core.ServeEvent) error {
	e.Router.Bind(
		middleware("doorstep.pace", apis.DefaultActivityLoggerMiddlewarePriority-3, steady),
		middleware("doorstep.bodies", apis.DefaultLoadAuthTokenMiddlewarePriority+3, s.boundForeign),
	)
	return e.Next()
}

// steady ends bodies that do not keep coming, and reads to its end one that was answered before: a connection that is closed while its body
// still comes is reset, and its sender never sees the answer. Uploads have a pace of their own.
func steady(re *core.RequestEvent) error {
	again, ok := re.Request.Body.(*router.RereadableReadCloser)
	if !ok || re.Request.ContentLength == 0 {
		return re.Next()
	}
	coming, connection := again.ReadCloser, http.NewResponseController(re.Response)
	if !strings.HasPrefix(re.Request.URL.Path, upload.BasePath) {
		again.ReadCloser = body.Pace(coming, connection)
	}
	err := re.Next()
	if re.Request.ProtoMajor == 1 && re.Request.Header.Get("Expect") == "" { // who waits for leave to send it sends nothing
		_, _ = io.CopyN(io.Discard, body.Pace(coming, connection), mostUnread)
	}
	return err
}

// mostUnread is how much of a body is read after it was answered.
const mostUnread = 64 << 20

// boundForeign bounds the bodies of PocketBase's own routes, which read them whole. Operators have the framework's limits.
func (s *Server) boundForeign(re *core.RequestEvent) error {
	if re.Request.ContentLength == 0 || !foreign(re.Request.Pattern) || re.Auth != nil && re.Auth.IsSuperuser() {
		return re.Next()
	}
	most := int64(maxJSON)
	if re.Auth == nil {
		most = maxStranger
	}
	if re.Request.ContentLength > most {
		return writeProblem(re, problem.New(problem.TooLarge, ""))
	}
	held := s.bodies.For(holder(re))
	defer held.Release()
	re.Request.Body = held.Reader(re.Request.Body, most, parsed, APIError)
	return re.Next()
}

// holder is in whose name a request holds room: the account's, else the address's.
func holder(re *core.RequestEvent) string {
	if re.Auth != nil {
		return re.Auth.Id
	}
	return re.RealIP()
}

// limitFile bounds the files that our own routes read in memory. It takes the place of PocketBase's limit, whose refusal has
// no code of the catalogue, and of its copy of the body.
func (s *Server) limitFile() *hook.Handler[*core.RequestEvent] {
	return middleware(apis.DefaultBodyLimitMiddlewareId, apis.DefaultBodyLimitMiddlewarePriority, func(re *core.RequestEvent) error {
		if re.Request.ContentLength > maxUpload {
			return writeProblem(re, problem.New(problem.TooLarge, ""))
		}
		held := s.files.For(holder(re))
		defer held.Release()
		whole := http.MaxBytesReader(re.Response, once(re.Request.Body), maxUpload)
		re.Request.Body = held.Reader(whole, maxUpload+1, 1, func(err error) error { return err })
		return re.Next()
	})
}
