package server

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/openrosa"
	"doorstep/internal/problem"
	"doorstep/internal/signin"
)

// fieldCall is one call by a worker's ODK app.
type fieldCall struct {
	*core.RequestEvent
	*Server
	openrosa.Caller
}

type (
	fieldHandler   func(*fieldCall) error
	requestHandler = func(*core.RequestEvent) error
)

const (
	byToken    = "/v1/key/{token}/projects/{campaign}"
	byPassword = "/openrosa/{campaign}"
)

// odkRoute is a path that an app reads from.
type odkRoute struct {
	path   string
	handle fieldHandler
}

// odkRoutes are the paths below a project, as ODK Central lays them out.
var odkRoutes = []odkRoute{
	{"/formList", odkForms},
	{"/forms/{file}", odkForm},
	{"/forms/{form}/manifest", odkManifest},
	{"/forms/{form}/attachments/{name}", odkFile},
	{"/forms/{form}/versions/{file}", odkForm},
	{"/forms/{form}/versions/{version}/manifest", odkManifest},
	{"/forms/{form}/versions/{version}/attachments/{name}", odkFile},
	{"/datasets/{list}/entities.csv", odkEntities},
	{"/datasets/{list}/integrity", odkIntegrity},
}

// OpenRosa binds the ODK door. Its requests never reach the activity log when they succeed, and never with their token.
// Limits per address do not hold for it: all tablets of a city may come from one.
func (s *Server) OpenRosa(e *core.ServeEvent) error {
	e.Router.Bind(middleware("doorstep.mask", apis.DefaultActivityLoggerMiddlewarePriority-1, maskToken))
	s.odkBind(e, byToken, "", odkRoutes, s.withToken)
	s.odkBind(e, byPassword, "", odkRoutes, s.withPassword)
	s.odkBind(e, byDraft, "/draft", draftRoutes, s.withDraftToken)
	return e.Next()
}

// odkBind binds the paths below a prefix; project is where formList and submission are below it.
func (s *Server) odkBind(e *core.ServeEvent, prefix, project string, routes []odkRoute, admit func(fieldHandler) requestHandler) {
	for _, r := range routes {
		read := e.Router.Route(http.MethodGet, prefix+r.path, admit(r.handle))
		read.Bind(apis.SkipSuccessActivityLog(), apis.Gzip()).Unbind(apis.DefaultRateLimitMiddlewareId, shareID)
	}
	for method, handle := range map[string]fieldHandler{http.MethodHead: odkLength, http.MethodPost: odkSubmit} {
		submit := e.Router.Route(method, prefix+project+"/submission", admit(handle)).Bind(apis.SkipSuccessActivityLog())
		submit.Unbind(apis.DefaultBodyLimitMiddlewareId, apis.DefaultRateLimitMiddlewareId, shareID)
	}
	e.Router.Any(prefix+project+"/submission", admit(odkWrongMethod)).Unbind(shareID)
	e.Router.Any(prefix+"/{rest...}", admit(odkNothing)).Unbind(shareID)
}

const tokenKey = "doorstep.token"

// maskToken takes the token out of the URL before anything can log it: routing is done by then. It looks at every
// request, because a mistyped path with a token in it ends at the router's last resort, which is logged too.
func maskToken(re *core.RequestEvent) error {
	re.Set(tokenKey, re.Request.PathValue("token"))
	if masked, found := withoutToken(re.Request.URL); found {
		re.Request.URL = masked
	}
	if from, err := url.Parse(re.Request.Referer()); err == nil {
		if masked, found := withoutToken(from); found {
			re.Request.Header.Set("Referer", masked.String())
		}
	}
	return re.Next()
}

// withoutToken replaces the path segment after "key" or "test", and the query parameter st that Enketo passes on.
func withoutToken(u *url.URL) (*url.URL, bool) {
	segments := strings.Split(u.Path, "/")
	found := false
	for i, s := range segments[:len(segments)-1] {
		if strings.EqualFold(s, "key") || strings.EqualFold(s, "test") {
			segments[i+1], found = "***", true
		}
	}
	q := u.Query()
	if q.Has("st") {
		q.Set("st", "***")
		found = true
	}
	if !found {
		return u, false
	}
	masked := *u
	masked.Path, masked.RawPath = strings.Join(segments, "/"), ""
	if q.Has("st") {
		masked.RawQuery = q.Encode()
	}
	return &masked, true
}

func (s *Server) withToken(handle fieldHandler) func(*core.RequestEvent) error {
	return func(re *core.RequestEvent) error {
		token, _ := re.Get(tokenKey).(string)
		actor, device, err := openrosa.Admit(re.Request.Context(), re.App, token, s.Now())
		if err != nil {
			return s.odkTurnedAway(re, err)
		}
		return s.handleField(re, handle, actor, device, "/v1/key/"+url.PathEscape(token)+"/projects/")
	}
}

// withPassword admits clients that have no token, over TLS only: a password would be read on the way, and the digest
// scheme needs a copy of it that is as good as the password (decision 56). It is for field workers; the right password of
// anybody else is answered as a wrong one.
func (s *Server) withPassword(handle fieldHandler) func(*core.RequestEvent) error {
	return func(re *core.RequestEvent) error {
		if !openrosa.Secure(re.Request) {
			return openrosa.Reply(re.Response, http.StatusForbidden, "请用 https 地址登录。 Sign in over https.")
		}
		actor, device, err := s.admitBasic(re)
		if err != nil {
			if problem.As(err).Code == problem.NotSignedIn {
				re.Response.Header().Set("WWW-Authenticate", `Basic realm="Doorstep", charset="UTF-8"`)
			}
			return s.odkFailed(re, err)
		}
		return s.handleField(re, handle, actor, device, "/openrosa/")
	}
}

func (s *Server) admitBasic(re *core.RequestEvent) (access.Actor, string, error) {
	none := access.Actor{}
	end, err := s.begin(re, "")
	if err != nil {
		return none, "", err
	}
	defer end()
	staffNo, password, _ := re.Request.BasicAuth()
	if staffNo == "" {
		return none, "", problem.New(problem.NotSignedIn, "") // every client's first request
	}
	worker, err := signin.Account(re.App, staffNo)
	if err != nil {
		return none, "", err
	}
	try := signin.Try{Door: "openrosa", Collection: collections.Workers, Identity: staffNo, Password: password, Account: worker}
	if try.From, err = placeOf(re, worker); err != nil {
		return none, "", err
	}
	actor, active := access.Of(worker)
	if active && actor.Where(access.Sync) != access.Nowhere {
		enrolled, _, err := factorOf(collections.Read(re.App), worker)
		if err != nil {
			return none, "", err
		}
		try.Fits = !enrolled // a code cannot be shown here
	}
	return actor, try.From.Device, s.passwords.Basic(re.Request.Context(), re.App, try, s.Now)
}

func (s *Server) handleField(re *core.RequestEvent, handle fieldHandler, actor access.Actor, device, prefix string) error {
	end, err := s.begin(re, actor.ID)
	if err != nil {
		return s.odkFailed(re, err)
	}
	defer end()
	campaign := re.Request.PathValue("campaign")
	caller := openrosa.NewCaller(re.Request, actor, device, campaign, prefix+url.PathEscape(campaign))
	if err := handle(&fieldCall{re, s, caller}); err != nil {
		return s.odkFailed(re, err)
	}
	return nil
}

// odkTurnedAway answers who showed a token that does not hold, in the turn of the address.
func (s *Server) odkTurnedAway(re *core.RequestEvent, wrong error) error {
	end, err := s.begin(re, "")
	if err != nil {
		return s.odkFailed(re, err)
	}
	defer end()
	return s.odkFailed(re, wrong)
}

// odkNothing answers for addresses that do not exist in words that the app shows.
func odkNothing(*fieldCall) error { return problem.New(problem.NotFound, "address") }

func odkWrongMethod(c *fieldCall) error {
	c.Response.Header().Set("Allow", "HEAD, POST")
	return openrosa.Reply(c.Response, http.StatusMethodNotAllowed, "这个地址只接收记录。 This address only takes records.")
}

// odkFailed answers in OpenRosa's words; the cause of an internal error goes to the log.
func (s *Server) odkFailed(re *core.RequestEvent, err error) error {
	if problem.As(err).Fault() {
		re.App.Logger().Error("request failed", "path", re.Request.Pattern, "error", err.Error())
	}
	retryAfter(re.Response.Header(), err)
	return openrosa.Fail(re.Response, err)
}

func issueToken(r *request) error {
	t, _, err := issue(r)
	return r.send(t, err)
}

// tokenQR issues a token and draws the code that signs Collect in with it: a token cannot be shown later.
func tokenQR(r *request) error {
	t, campaign, err := issue(r)
	if err != nil {
		return err
	}
	address := openrosa.ProjectURL(openrosa.Origin(r.Request), t.Secret, campaign)
	return r.qr(openrosa.Setup{ServerURL: address, Project: "Doorstep", Username: t.StaffNo})
}

// qr answers with a code as an image that is stored nowhere.
func (r *request) qr(setup openrosa.Setup) error {
	var png bytes.Buffer
	if err := setup.WritePNG(&png); err != nil {
		return err
	}
	return r.Blob(http.StatusOK, "image/png", png.Bytes())
}

// tokenRequest is what a token is asked for with.
type tokenRequest struct {
	Label    string `json:"label"`
	Campaign string `json:"campaign"`
}

func issue(r *request) (openrosa.Token, string, error) {
	var in tokenRequest
	if err := r.bind(&in); err != nil {
		return openrosa.Token{}, "", err
	}
	if in.Campaign == "" {
		in.Campaign = openrosa.AllForms
	}
	t, err := openrosa.Issue(r.ctx(), r.App, r.act(), openrosa.Asked{Worker: r.path("id"), Label: in.Label, Random: rand.Reader})
	return t, in.Campaign, err
}

func revokeToken(r *request) error {
	return r.done(openrosa.Revoke(r.ctx(), r.App, r.act(), r.path("id")))
}
