package server

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/openrosa"
)

const (
	// dataPolicy is for answers that are data: whatever they hold, a browser shows and runs nothing of it.
	dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
	// dashboardPolicy lets PocketBase's dashboard work: its styles stand in its pages. Its own policy would also let it
	// fetch maps from other servers, which then knew which household is being looked at.
	dashboardPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	twoYears = "max-age=63072000"
)

// Protect binds the middleware that sets the headers of every answer.
func (s *Server) Protect(e *core.ServeEvent) error {
	e.Router.Bind(middleware("doorstep.headers", apis.DefaultActivityLoggerMiddlewarePriority-2, func(re *core.RequestEvent) error {
		headers(re.Response.Header(), re.Request)
		return re.Next()
	}))
	if e.Server != nil { // none in tests
		limitServer(e.Server)
	}
	return e.Next()
}

// requestID is the header that names one request in the answer and in the log.
const requestID = "X-Request-Id"

// headers tells browsers not to make more of an answer than it is, and caches to keep none of it. A handler that knows better sets its own.
func headers(h http.Header, r *http.Request) {
	h.Set(requestID, uuid.NewString())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if openrosa.Secure(r) {
		h.Set("Strict-Transport-Security", twoYears)
	}
	if strings.HasPrefix(r.URL.Path, "/_/") {
		h.Set("Content-Security-Policy", dashboardPolicy)
		return
	}
	h.Set("Content-Security-Policy", dataPolicy)
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store")
	}
}

// Limits of the server: a client that sends its headers slowly, or leaves its connection idle, does not keep it.
// Request lines of 64 KB must fit, ODK asks for many entities at once.
const (
	headerTime  = 15 * time.Second
	idleTime    = 2 * time.Minute
	headerBytes = 128 << 10
)

func limitServer(s *http.Server) {
	s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes = headerTime, idleTime, headerBytes
}
