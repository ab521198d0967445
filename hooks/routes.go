package hooks

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/klauspost/compress/gzhttp"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/body"
	"doorstep/internal/coverage"
	"doorstep/internal/dataset"
	"doorstep/internal/devicesync"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/signin"
	"doorstep/internal/upload"
)

// request is one call by somebody who may make it.
type request struct {
	*core.RequestEvent
	actor access.Actor
	room  *body.Room
}

// Route is one URL, what it lets an actor do, and who answers. Access decides by the action and, inside the handler, by
// the territory of the record.
type Route struct {
	Method, Path string
	Do           access.Action
	handle       func(*Doorstep, *request) error
}

// Routes is every custom URL of the server.
var Routes = slices.Concat(routesOfWork, consoleRoutes)

var routesOfWork = []Route{
	{http.MethodPost, "/api/sync/v1/devices", access.Sync, (*Doorstep).registerDevice},
	{http.MethodPost, "/api/sync/v1/push", access.Sync, (*Doorstep).push},
	{http.MethodGet, "/api/sync/v1/pull", access.Sync, (*Doorstep).pull},
	{http.MethodGet, "/api/sync/v1/digest", access.Sync, (*Doorstep).digest},
	{http.MethodGet, "/api/sync/v1/repair", access.Sync, (*Doorstep).repair},
	{http.MethodPost, "/api/sync/v1/sealed", access.HandIn, (*Doorstep).handIn},
	{http.MethodPost, "/api/sync/v1/files/have", access.Sync, (*Doorstep).lackingFiles},
	{http.MethodPost, upload.BasePath, access.Sync, (*Doorstep).upload},
	{http.MethodHead, uploadPath, access.Sync, (*Doorstep).upload},
	{http.MethodPatch, uploadPath, access.Sync, (*Doorstep).upload},
	{http.MethodDelete, uploadPath, access.Sync, (*Doorstep).upload},
	{http.MethodGet, "/api/sync/v1/forms/{form}/{version}", access.ReadForm, (*Doorstep).formXML},

	{http.MethodGet, "/api/doorstep/v1/quarantine", access.ReadQuarantine, (*Doorstep).listQuarantine},
	{http.MethodPost, "/api/doorstep/v1/quarantine/{id}/release", access.DecideQuarantine, (*Doorstep).release},
	{http.MethodPost, "/api/doorstep/v1/quarantine/{id}/discard", access.DecideQuarantine, (*Doorstep).discard},
	{http.MethodPost, "/api/doorstep/v1/records/{collection}/{id}/review", access.ReviewRecord, (*Doorstep).review},
	{http.MethodPost, "/api/doorstep/v1/records/{collection}/{id}/put-back", access.ReviewRecord, (*Doorstep).putBack},
	{http.MethodGet, "/api/doorstep/v1/records/{collection}/{id}/history", access.ReviewRecord, (*Doorstep).history},
	{http.MethodGet, "/api/doorstep/v1/attachments/{id}", access.ReadAttachment, (*Doorstep).attachment},
	{http.MethodPost, "/api/doorstep/v1/reveal", access.Reveal, (*Doorstep).reveal},
	{http.MethodPost, "/api/doorstep/v1/duplicates/{id}/decide", access.DecideDuplicate, (*Doorstep).decideDuplicate},
	{http.MethodGet, "/api/doorstep/v1/coverage", access.ReadCoverage, (*Doorstep).coverage},
	{http.MethodGet, "/api/doorstep/v1/export/{form}", access.Export, (*Doorstep).export},

	{http.MethodPost, "/api/doorstep/v1/search/person", access.SearchPerson, (*Doorstep).searchPerson},
	{http.MethodPost, "/api/doorstep/v1/break-glass", access.BreakGlass, (*Doorstep).breakGlass},
	{http.MethodGet, "/api/doorstep/v1/break-glass/{id}", access.BreakGlass, (*Doorstep).behindGlass},
	{http.MethodPost, "/api/doorstep/v1/export-requests", access.ExportIdentified, (*Doorstep).askExport},
	{http.MethodPost, "/api/doorstep/v1/export-requests/{id}/approve", access.ApproveExport, (*Doorstep).approveExport},
	{http.MethodGet, "/api/doorstep/v1/audit", access.ReadAudit, (*Doorstep).verifyAudit},
	{http.MethodGet, "/api/doorstep/v1/persons/{id}/audit", access.ReadAudit, (*Doorstep).whoSaw},

	{http.MethodPost, "/api/doorstep/v1/forms", access.PublishForm, (*Doorstep).publishForm},
	{http.MethodPost, "/api/doorstep/v1/forms/convert", access.ConvertForm, (*Doorstep).convertForm},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/preview", access.PublishForm, (*Doorstep).previewForm},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/{version}/status", access.PublishForm, (*Doorstep).formStatus},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/files", access.PublishForm, (*Doorstep).uploadFormFile},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/draft/token", access.PublishForm, (*Doorstep).issueDraftToken},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/draft/qr", access.PublishForm, (*Doorstep).draftQR},
	{http.MethodPost, "/api/doorstep/v1/areas", access.ImportAreas, (*Doorstep).importAreas},
	{http.MethodPost, "/api/doorstep/v1/devices/{id}/revoke", access.ManageDevice, (*Doorstep).revokeDevice},
	{http.MethodPost, factorRoutes, access.EnrolFactor, (*Doorstep).enrolFactor},
	{http.MethodPost, factorRoutes + "/confirm", access.EnrolFactor, (*Doorstep).confirmFactor},
	{http.MethodPost, "/api/doorstep/v1/workers/{id}/second-factor/reset", access.ManageWorker, (*Doorstep).resetFactor},
	{http.MethodPost, "/api/doorstep/v1/workers/{id}/revoke", access.ManageWorker, (*Doorstep).endWorker},
	{http.MethodPost, "/api/doorstep/v1/workers/{id}/token", access.ManageToken, (*Doorstep).issueToken},
	{http.MethodPost, "/api/doorstep/v1/workers/{id}/qr", access.ManageToken, (*Doorstep).tokenQR},
	{http.MethodPost, "/api/doorstep/v1/tokens/{id}/revoke", access.ManageToken, (*Doorstep).revokeToken},

	{http.MethodPost, "/api/doorstep/v1/backups", access.Backup, (*Doorstep).makeBackup},
	{http.MethodGet, "/api/doorstep/v1/backups", access.Backup, (*Doorstep).listBackups},
	{http.MethodGet, "/api/doorstep/v1/backups/{name}", access.Backup, (*Doorstep).fetchBackup},

	{http.MethodPost, "/api/doorstep/v1/persons/{id}/erase", access.Erase, (*Doorstep).erasePerson},
	{http.MethodPost, "/api/doorstep/v1/retention/{id}/approve", access.Erase, (*Doorstep).approveRetention},
}

// drained is how much of an unread body the HTTP server surely throws away before the next request.
const drained = 64 << 10

// packedRoutes give long answers, which are sent as gzip or zstd to who accepts that.
var packedRoutes = []string{"/api/sync/v1/push", "/api/sync/v1/pull", "/api/sync/v1/digest", "/api/sync/v1/repair"}

func (d *Doorstep) routes(e *core.ServeEvent) error {
	packed, err := gzhttp.NewWrapper(gzhttp.MinSize(1400), gzhttp.EnableZstd(true))
	if err != nil {
		return err
	}
	for _, r := range Routes {
		route := e.Router.Route(r.Method, r.Path, func(re *core.RequestEvent) error {
			err := d.cut(re, func() error { return d.answer(r, re) })
			if noted := d.refused(re, string(r.Do), err); noted != nil {
				err = noted
			}
			if err != nil {
				return writeProblem(re, err)
			}
			return nil
		})
		if slices.Contains(boundRoutes, r.Method+" "+r.Path) {
			route.Unbind(apis.DefaultBodyLimitMiddlewareId)
		} else {
			route.Bind(d.limitFile())
		}
		if slices.Contains(packedRoutes, r.Path) {
			route.BindFunc(apis.WrapStdMiddleware(func(next http.Handler) http.Handler { return packed(next) }))
		}
	}
	return e.Next()
}

func (d *Doorstep) answer(r Route, re *core.RequestEvent) error {
	if r.Do == access.HandIn {
		return r.handle(d, &request{re, access.Actor{}, d.bodies})
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
	return r.handle(d, &request{re, caller(re), d.bodies})
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
	said, err := body.Read(r.Request, maxJSON, r.room, holder(r.RequestEvent))
	defer said.Release()
	if err != nil || len(said.Bytes) == 0 {
		return err
	}
	if err := json.Unmarshal(said.Bytes, into); err != nil {
		return problem.New(problem.BadEnvelope, "json")
	}
	return nil
}

func (d *Doorstep) registerDevice(r *request) error {
	var in devicesync.Registration
	if err := r.bind(&in); err != nil {
		return err
	}
	registered, err := devicesync.Register(r.Request.Context(), r.App, r.actor, in, d.Now())
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

func (d *Doorstep) formXML(r *request) error {
	in, ok := d.Library.Get(r.Request.PathValue("form"), r.Request.PathValue("version"))
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	r.Response.Header().Set("ETag", `"`+in.MD5+`"`)
	if r.Request.Header.Get("If-None-Match") == `"`+in.MD5+`"` {
		return r.NoContent(http.StatusNotModified)
	}
	return r.Blob(http.StatusOK, "text/xml; charset=utf-8", in.XML)
}

func (d *Doorstep) listQuarantine(r *request) error {
	rows, err := ingest.ListQuarantine(collections.Read(r.App), r.actor)
	if err != nil {
		return err
	}
	if err := d.saw(r.RequestEvent, audit.Review, heldSeen(r.actor, rows)); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": rows})
}

func (d *Doorstep) release(r *request) error {
	receipt, err := ingest.Release(r.Request.Context(), r.App, d.Stages(), r.actor, r.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, receipt)
}

func (d *Doorstep) discard(r *request) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if err := ingest.Discard(r.Request.Context(), r.App, r.actor, r.Request.PathValue("id"), in.Reason, d.Now()); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

func (d *Doorstep) review(r *request) error {
	var in struct {
		Decision string          `json:"decision"`
		Comment  string          `json:"comment"`
		Fields   []review.Remark `json:"fields"`
		Rev      int64           `json:"rev"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	out, err := review.Decide(r.Request.Context(), r.App, r.actor, review.Decision{
		Collection: r.Request.PathValue("collection"), Record: r.Request.PathValue("id"), Decision: in.Decision, Comment: in.Comment, Fields: in.Fields, Rev: in.Rev,
	}, d.Now())
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, out)
}

func (d *Doorstep) putBack(r *request) error {
	ask := ingest.Restoring{}
	if err := r.bind(&ask); err != nil {
		return err
	}
	ask.Collection, ask.Record = r.Request.PathValue("collection"), r.Request.PathValue("id")
	out, err := ingest.Restore(r.Request.Context(), r.App, d.Stages(), r.actor, ask)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, out)
}

func (d *Doorstep) history(r *request) error {
	collection, id := r.Request.PathValue("collection"), r.Request.PathValue("id")
	entries, err := review.History(r.App, r.actor, collection, id)
	if err != nil {
		return err
	}
	seen := r.actor.DidTo(audit.Read, collection, id, "", id)
	seen.Detail = map[string]string{"part": "history"}
	if err := d.saw(r.RequestEvent, audit.Review, seen); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": entries})
}

func (d *Doorstep) decideDuplicate(r *request) error {
	var in identity.Decision
	if err := r.bind(&in); err != nil {
		return err
	}
	in.Pair = r.Request.PathValue("id")
	verdict, err := identity.Decide(r.Request.Context(), r.App, r.actor, in, d.Now())
	switch {
	case err != nil:
		return err
	case verdict.Waits:
		return r.JSON(http.StatusAccepted, verdict)
	default:
		return r.NoContent(http.StatusNoContent)
	}
}

func (d *Doorstep) coverage(r *request) error {
	level := r.Request.URL.Query().Get("level")
	if level == "" {
		level = "community"
	}
	rows, err := coverage.Report(collections.Read(r.App), d.Library.Interviews(), territory.Of(r.actor.Territory), level)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": rows})
}

func (d *Doorstep) export(r *request) error {
	in, ok := d.Library.Get(r.Request.PathValue("form"), "")
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	if err := d.approved(r); err != nil {
		return err
	}
	return dataset.ServeHTTP(r.Response, r.Request, r.App, in, r.actor, d.Now())
}

// workbook reads the uploaded file of a multipart request, field "file".
func (r *request) workbook() (instrument.Workbook, error) {
	file, err := r.uploaded()
	if err != nil {
		return instrument.Workbook{}, err
	}
	return instrument.Workbook{Name: file.name, Raw: file.raw}, nil
}

func (d *Doorstep) publishForm(r *request) error {
	w, err := r.workbook()
	if err != nil {
		return err
	}
	status := r.Request.FormValue("status")
	if status == "" {
		status = instrument.Published
	}
	if status != instrument.Published && status != instrument.Draft {
		return problem.New(problem.BadParameter, "status")
	}
	in, err := d.Library.Publish(r.App, w, status, r.actor.ID, d.Now())
	if err != nil {
		return workbookProblem(err)
	}
	d.releaseKnown(r.Request.Context(), r.App)
	return r.JSON(http.StatusOK, describe(in))
}

func (d *Doorstep) convertForm(r *request) error {
	w, err := r.workbook()
	if err != nil {
		return err
	}
	in, err := instrument.Convert(w, d.Now())
	if err != nil {
		return workbookProblem(err)
	}
	r.Response.Header().Set("X-Doorstep-Warnings", strconv.Itoa(len(in.Form.Warnings)+len(in.Obstacles)))
	return r.Blob(http.StatusOK, "text/xml; charset=utf-8", in.XML)
}

func (d *Doorstep) formStatus(r *request) error {
	var in struct {
		Status string `json:"status"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	form, version := r.Request.PathValue("form"), r.Request.PathValue("version")
	if err := d.Library.SetStatus(r.App, form, version, in.Status, r.actor.ID, d.Now()); err != nil {
		return workbookProblem(err)
	}
	return r.NoContent(http.StatusNoContent)
}

func (d *Doorstep) importAreas(r *request) error {
	datum, err := grid.ParseDatum(r.Request.URL.Query().Get("crs"))
	if err != nil {
		return problem.New(problem.BadParameter, "crs")
	}
	file, err := r.uploaded()
	if err != nil {
		return err
	}
	report, err := grid.Import(r.Request.Context(), r.App, bytes.NewReader(file.raw), datum, r.actor.Territory, false, r.actor.ID, d.Now())
	if err != nil {
		return workbookProblem(err)
	}
	if err := d.Areas.Load(r.App); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, report)
}

func (d *Doorstep) revokeDevice(r *request) error {
	if err := devicesync.Revoke(r.Request.Context(), r.App, r.actor, r.Request.PathValue("id"), d.Now()); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}
