package upload

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/tus/tusd/v2/pkg/handler"

	"doorstep/collections"
	"doorstep/internal/blob"
	"doorstep/internal/crash"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
)

// Keys of Upload-Metadata. Only the digest is needed: it binds the file to every record that declares it.
const (
	metaSHA256 = "sha256"
	metaName   = "name"
	metaRecord = "record"
)

const maxMeta = 255

// admit decides on a new upload before anything is written for it.
func (d *Door) admit(e handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	sender, _ := e.Context.Value(senderKey{}).(ingest.Sender)
	meta := handler.MetaData{}
	for _, key := range []string{metaSHA256, metaName, metaRecord} {
		v := e.Upload.MetaData[key]
		if key == metaName {
			v = ingest.FileName(v)
		}
		if len(v) > maxMeta {
			return handler.HTTPResponse{}, handler.FileInfoChanges{}, refuse(problem.New(problem.BadParameter, key))
		} else if v != "" {
			meta[key] = v
		}
	}
	if !blob.IsDigest(meta[metaSHA256]) {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, refuse(problem.New(problem.BadParameter, metaSHA256))
	}
	id := sender.Device + "/" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if err := d.begin(sender.Actor.ID, id, e.Upload.Size); err != nil {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, d.told(err)
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: id, MetaData: meta, Storage: map[string]string{ownerKey: sender.Actor.ID}}, nil
}

// finished is called with the last byte, before it is acknowledged.
func (d *Door) finished(e handler.HookEvent) (handler.HTTPResponse, error) {
	sender, _ := e.Context.Value(senderKey{}).(ingest.Sender)
	return handler.HTTPResponse{}, d.told(d.settle(e.Context, sender, e.Upload))
}

// settle checks a whole file against its digest and gives it to the store and to the records that wait for it. It may be
// repeated. Of the upload nothing stays but word that all has come, for a tablet that lost the last answer. A file with
// another digest is dropped.
func (d *Door) settle(ctx context.Context, sender ingest.Sender, info handler.FileInfo) error {
	crash.At("file: all bytes are here")
	got, err := d.take(ctx, info)
	if errors.Is(err, blob.ErrDigest) {
		d.open.end(sender.Actor.ID, info.ID)
		return errors.Join(problem.New(problem.WrongDigest, got.SHA256), drop(filepath.Join(d.dir, info.ID)))
	}
	if err != nil {
		if u, again := d.parts.GetUpload(ctx, info.ID); again == nil && whole(u.(*part).info) {
			return nil // another request was faster
		}
		return err
	}
	crash.At("file: between file and row")
	f := ingest.File{SHA256: got.SHA256, Size: got.Size, MIME: string(got.Type), Here: true, Suspect: !got.Type.Harmless()}
	if err := ingest.Deliver(ctx, d.app, sender, f, d.now()); err != nil {
		return err
	}
	crash.At("file: before the answer")
	d.open.end(sender.Actor.ID, info.ID)
	if err := d.parts.settled(info); err != nil { // it takes its room until it expires
		d.app.Logger().Error("upload", "error", err.Error())
	}
	return nil
}

func (d *Door) take(ctx context.Context, info handler.FileInfo) (blob.Info, error) {
	u, err := d.parts.GetUpload(ctx, info.ID)
	if err != nil {
		return blob.Info{}, err
	}
	r, err := u.GetReader(ctx)
	if err != nil {
		return blob.Info{}, err
	}
	defer r.Close()
	return collections.Files(d.app).SaveAs(r, info.MetaData[metaSHA256])
}

// drop removes an upload; what is gone already is no error.
func drop(part string) error {
	var failed error
	for _, path := range []string{part, part + ".info"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// told says an error in the words of the tus handler: a problem of the catalogue, whose cause goes to the log. What the
// handler itself says stays.
func (d *Door) told(err error) error {
	var said handler.Error
	if err == nil || errors.As(err, &said) {
		return err
	}
	p := problem.As(err)
	if p.Fault() {
		d.app.Logger().Error("upload", "error", err.Error())
	}
	return refuse(p)
}

// refuse says a problem in the words of the tus handler.
func refuse(p *problem.Problem) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	cause := handler.NewError(string(p.Code), p.Error(), p.Status())
	cause.HTTPResponse = handler.HTTPResponse{StatusCode: p.Status(), Body: string(body),
		Header: handler.HTTPHeader{"Content-Type": "application/json"}}
	if after := p.RetryAfter(); after != "" {
		cause.HTTPResponse.Header["Retry-After"] = after
	}
	return cause
}
