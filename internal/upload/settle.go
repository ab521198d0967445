package upload

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/tus/tusd/v2/pkg/handler"

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
	open, err := filepath.Glob(filepath.Join(d.dir, sender.Device, "*.info"))
	if err != nil || len(open) >= MaxOpen {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, refuse(problem.New(problem.Busy, "uploads"))
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: sender.Device + "/" + strings.ReplaceAll(uuid.NewString(), "-", ""), MetaData: meta}, nil
}

// finished is called with the last byte, before it is acknowledged.
func (d *Door) finished(e handler.HookEvent) (handler.HTTPResponse, error) {
	sender, _ := e.Context.Value(senderKey{}).(ingest.Sender)
	if err := d.settle(e.Context, sender, e.Upload); err != nil {
		if problem.As(err).Code == problem.Internal {
			d.app.Logger().Error("settle an upload", "error", err.Error())
		}
		return handler.HTTPResponse{}, refuse(err)
	}
	return handler.HTTPResponse{}, nil
}

// settle checks a whole file against its digest and gives it to the store and to the records that wait for it. It may be
// repeated: the upload stays until it expires, so that a tablet that lost the last answer finds that all has come. A
// file with another digest is dropped.
func (d *Door) settle(ctx context.Context, sender ingest.Sender, info handler.FileInfo) error {
	crash.At("file: all bytes are here")
	got, err := d.take(ctx, info)
	if errors.Is(err, blob.ErrDigest) {
		return errors.Join(problem.New(problem.WrongDigest, got.SHA256), drop(filepath.Join(d.dir, info.ID)))
	}
	if err != nil {
		return err
	}
	crash.At("file: between file and row")
	f := ingest.File{SHA256: got.SHA256, Size: got.Size, MIME: string(got.Type), Here: true, Suspect: !got.Type.Harmless()}
	err = ingest.Deliver(ctx, d.app, sender, f, d.now())
	crash.At("file: before the answer")
	return err
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
	return d.store.SaveAs(r, info.MetaData[metaSHA256])
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

// refuse says a problem of the catalogue in the words of the tus handler.
func refuse(err error) error {
	p := problem.As(err)
	body, encode := json.Marshal(p)
	if encode != nil {
		return encode
	}
	cause := handler.NewError(string(p.Code), p.Error(), p.Status())
	cause.HTTPResponse = handler.HTTPResponse{StatusCode: p.Status(), Body: string(body), Header: handler.HTTPHeader{"Content-Type": "application/json"}}
	if p.Status() == http.StatusTooManyRequests {
		cause.HTTPResponse.Header["Retry-After"] = "3600"
	}
	return cause
}
