package hooks

import (
	"net/http"
	"strconv"

	"doorstep/internal/access"
	"doorstep/internal/devicesync"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// officeRoutes are what managers, analysts and operators call.
var officeRoutes = []Route{
	{http.MethodGet, "/api/doorstep/v1/coverage", access.ReadCoverage, (*Doorstep).coverage},
	{http.MethodGet, "/api/doorstep/v1/export/{form}", access.Export, (*Doorstep).export},
	{http.MethodPost, "/api/doorstep/v1/export-requests", access.ExportIdentified, (*Doorstep).askExport},
	{http.MethodPost, "/api/doorstep/v1/export-requests/{id}/approve", access.ApproveExport, (*Doorstep).approveExport},
	{http.MethodGet, "/api/doorstep/v1/audit", access.ReadAudit, (*Doorstep).verifyAudit},
	{http.MethodGet, "/api/doorstep/v1/persons/{id}/audit", access.ReadAudit, (*Doorstep).whoSaw},
	{http.MethodPost, "/api/doorstep/v1/forms", access.PublishForm, (*Doorstep).publishForm},
	{http.MethodPost, "/api/doorstep/v1/forms/convert", access.ConvertForm, (*Doorstep).convertForm},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/preview", access.PublishForm, (*Doorstep).previewForm},
	{http.MethodGet, "/api/doorstep/v1/forms/{form}/points", access.PublishForm, (*Doorstep).formPoints},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/points", access.PublishForm, (*Doorstep).editPoints},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/{version}/status", access.PublishForm, (*Doorstep).formStatus},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/files", access.PublishForm, (*Doorstep).uploadFormFile},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/draft/token", access.PublishForm, (*Doorstep).issueDraftToken},
	{http.MethodPost, "/api/doorstep/v1/forms/{form}/draft/qr", access.PublishForm, (*Doorstep).draftQR},
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

func (d *Doorstep) revokeDevice(r *request) error {
	if err := devicesync.Revoke(r.Request.Context(), r.App, r.actor, r.Request.PathValue("id"), d.Now()); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}
