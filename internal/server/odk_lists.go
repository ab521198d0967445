package server

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"strings"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/openrosa"
	"doorstep/internal/problem"
)

const (
	textXML = "text/xml; charset=utf-8"
	csvType = "text/csv; charset=utf-8"
)

// unchanged sets what caches need, and reports whether the client holds these bytes already. Collect keeps a disk cache:
// without no-cache it would guess how long an answer stays good.
func (c *fieldCall) unchanged(tag string) bool {
	openrosa.Headers(c.Response)
	h := c.Response.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+tag+`"`)
	for _, known := range strings.Split(c.Request.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(known), "W/") == `"`+tag+`"` {
			return true
		}
	}
	return false
}

// send answers with bytes whose MD5 is known, or with 304.
func (c *fieldCall) send(contentType, tag string, body []byte) error {
	if c.unchanged(tag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, contentType, body)
}

func (c *fieldCall) sendXML(body []byte, err error) error {
	if err != nil {
		return err
	}
	sum := md5.Sum(body)
	return c.send(textXML, hex.EncodeToString(sum[:]), body)
}

func odkForms(c *fieldCall) error {
	if c.Trial {
		in, err := form(c)
		if err != nil {
			return err
		}
		return c.sendXML(openrosa.DraftList(collections.Read(c.App), c.Caller, in))
	}
	body, err := openrosa.FormList(collections.Read(c.App), c.Library, c.hashes, c.Caller, c.Request.URL.Query().Get("formID"))
	return c.sendXML(body, err)
}

// form finds the form of the URL, with or without a version in it, or its draft.
func form(c *fieldCall) (*instrument.Instrument, error) {
	if c.Trial {
		in, ok := c.Library.Draft(c.Request.PathValue("form"))
		if !ok {
			return nil, problem.New(problem.NotFound, "draft")
		}
		return in, nil
	}
	return openrosa.Form(c.Library, c.Request.PathValue("form"), c.Request.PathValue("version"))
}

func odkForm(c *fieldCall) error {
	name, isXML := strings.CutSuffix(c.Request.PathValue("file"), ".xml")
	if !isXML {
		return problem.New(problem.NotFound, "form")
	}
	form, version := c.Request.PathValue("form"), name
	if form == "" {
		form, version = name, ""
	}
	if raw, correction, err := openrosa.CorrectionXML(collections.Read(c.App), c.Library, c.Caller, form); correction {
		if err == nil {
			err = sawCorrection(c, form)
		}
		return c.sendXML(raw, err)
	}
	in, err := openrosa.Form(c.Library, form, version)
	if err != nil {
		return err
	}
	return c.send(textXML, in.MD5, in.XML)
}

// sawCorrection records that a worker's app gets a returned record with its answers.
func sawCorrection(c *fieldCall, form string) error {
	of, _ := ingest.ParseCorrection(form)
	return c.saw(audit.Capture, c.Actor.DidTo(audit.Read, "", of.Record, "", of.Record))
}

func odkManifest(c *fieldCall) error {
	in, err := form(c)
	if err != nil {
		return err
	}
	body, err := openrosa.Manifest(collections.Read(c.App), c.hashes, c.Caller, in)
	return c.sendXML(body, err)
}

func odkFile(c *fieldCall) error {
	in, err := form(c)
	if err != nil {
		return err
	}
	f, err := openrosa.FindFile(collections.Read(c.App), in, c.Request.PathValue("name"))
	if err != nil {
		return err
	}
	if f.Raw != nil {
		return c.send(f.MIME, f.MD5, f.Raw)
	}
	if c.unchanged(f.MD5) {
		return c.NoContent(http.StatusNotModified)
	}
	stored, err := collections.Files(c.App).Open(f.SHA256)
	if err != nil {
		return err
	}
	defer stored.Close()
	return c.Stream(http.StatusOK, f.MIME, stored)
}

// odkEntities streams a list. When reading fails half-way the connection is cut: a list that ends well is the whole
// truth to an app.
func odkEntities(c *fieldCall) error {
	db, list := collections.Read(c.App), c.Request.PathValue("list")
	tag, err := c.hashes.Of(db, c.Caller, list)
	if err != nil {
		return err
	}
	if c.unchanged(tag) {
		return c.NoContent(http.StatusNotModified)
	}
	if c.Trial {
		rows, err := openrosa.Examples(list)
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, csvType, rows)
	}
	ids, err := openrosa.ListIDs(db, c.Actor, list)
	if err != nil {
		return err
	}
	if err := c.saw(audit.Capture, listSeen(c.Actor, list, ids)); err != nil {
		return err
	}
	c.Response.Header().Set("Content-Type", csvType)
	if err := openrosa.WriteList(c.Response, db, c.Caller, list, ids); err != nil {
		c.App.Logger().Error("entity list", "list", list, "error", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

func odkIntegrity(c *fieldCall) error {
	var ids []string
	for _, id := range strings.Split(c.Request.URL.Query().Get("id"), ",") {
		if id != "" && !c.Trial { // whose rows are nobody's
			ids = append(ids, id)
		}
	}
	body, err := openrosa.Integrity(collections.Read(c.App), c.Actor, c.Request.PathValue("list"), ids)
	return c.sendXML(body, err)
}

// uploadFormFile keeps a file that a form shows or chooses from.
func uploadFormFile(r *request) error {
	w, err := r.workbook()
	if err != nil {
		return err
	}
	return r.send(openrosa.SaveFormFile(r.ctx(), r.App, r.act(),
		openrosa.NewFile{Form: r.path("form"), Name: w.Name, Bytes: bytes.NewReader(w.Raw)}))
}
