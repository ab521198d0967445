package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/attachment"
	"doorstep/internal/audit"
	"doorstep/internal/blob"
	"doorstep/internal/devicesync"
	"doorstep/internal/ingest"
	"doorstep/internal/job"
	"doorstep/internal/problem"
	"doorstep/internal/protocol"
	"doorstep/internal/upload"
)

// OpenUploads makes the tus door of this data folder.
func (s *Server) OpenUploads(e *core.ServeEvent) error {
	door, err := upload.Open(e.App, s.Now)
	if err != nil {
		return err
	}
	s.uploads = door
	return e.Next()
}

// SweepFiles drops the files of jobs whose time is over, and those that nothing refers to.
func (s *Server) SweepFiles(ctx context.Context, app core.App) error {
	expired := collections.Write(ctx, app, func(db collections.DB) error { return job.Expire(db, s.Now()) })
	dropped, err := s.uploads.Sweep(ctx)
	if dropped > 0 {
		app.Logger().Info("sweep files", "dropped", dropped)
	}
	return errors.Join(expired, err)
}

const mostDigests = 1000

// lackingFiles tells which files the tablet still has to upload.
func lackingFiles(r *request) error {
	db := r.db()
	if err := devicesync.CheckDevice(db, r.actor, r.Request.Header.Get(protocol.DeviceHeader)); err != nil {
		return err
	}
	var in struct {
		SHA256 []string `json:"sha256"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if len(in.SHA256) > mostDigests {
		return problem.New(problem.TooLarge, "sha256")
	}
	for _, sha := range in.SHA256 {
		if !blob.IsDigest(sha) {
			return problem.New(problem.BadParameter, "sha256")
		}
	}
	lacking, err := ingest.Lacking(db, r.actor.ID, in.SHA256)
	return r.send(map[string]any{"lacking": lacking}, err)
}

// uploadPart is every step of tus: who may is asked each time, so that a revoked tablet stops in the middle of a file.
func uploadPart(r *request) error {
	device := r.Request.Header.Get(protocol.DeviceHeader)
	if err := devicesync.CheckDevice(r.db(), r.actor, device); err != nil {
		return err
	}
	brings := r.Request.Method == http.MethodPost || r.Request.Method == http.MethodPatch
	if err := r.Files.Open(r.actor.ID, r.Now()); err != nil && brings {
		return err
	}
	in := &countedBody{ReadCloser: once(r.Request.Body)}
	r.Request.Body = in
	defer func() { r.Files.Add(r.actor.ID, in.n, r.Now()) }()
	sender := ingest.Sender{Actor: r.actor, Device: device, Channel: ingest.Native}
	return r.uploads.Serve(r.Response, r.Request, sender, strings.Trim(r.path("device")+"/"+r.path("upload"), "/"))
}

// readAttachment gives a reviewer a file of a record, or a small picture of it.
func readAttachment(r *request) error {
	db, id := r.db(), r.path("id")
	f, err := attachment.Find(db, r.actor, id)
	if err != nil {
		return err
	}
	if err := r.saw(audit.Review, r.actor.DidTo(audit.ReadFile, collections.Attachments, id, f.Area, id, f.Record)); err != nil {
		return err
	}
	stored, err := collections.Files(r.App).Open(f.SHA256)
	if err != nil {
		return err
	}
	defer stored.Close()
	if r.query("thumb") == "1" {
		return r.thumbnails.Write(r.Response, f, stored)
	}
	attachment.Headers(r.Response.Header(), f)
	http.ServeContent(r.Response, r.Request, "", f.Updated, stored)
	return nil
}
