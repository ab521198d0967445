// Package upload takes files from tablets piece by piece, by the tus protocol 1.0 (tus.io): creation, resumption after a
// cut at any byte, termination, expiration. A whole file goes to the store that all doors share.
package upload

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"

	"doorstep/collections"
	"doorstep/internal/blob"
	"doorstep/internal/body"
	"doorstep/internal/disk"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
)

// BasePath is where uploads are made; one upload has the URL BasePath + device + "/" + id.
const BasePath = "/api/sync/v1/files/"

// Limits of one upload; those of all of them are beside unfinished.
const (
	MaxFile  = 256 << 20
	lifetime = 24 * time.Hour // of an upload that gets no more bytes
)

// Door is the tus side of one data folder.
type Door struct {
	app   core.App
	now   func() time.Time
	dir   string
	parts parts
	open  *unfinished
	tus   *handler.UnroutedHandler
}

// Open prepares the folder of unfinished uploads and the protocol's handler.
func Open(app core.App, now func() time.Time) (*Door, error) {
	d := &Door{app: app, now: now, dir: folder(app), open: &unfinished{of: map[string]map[string]*begun{}}}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return nil, err
	}
	d.parts = parts{dir: d.dir, keys: collections.KeysOf(app), spare: func() disk.Spare { return collections.SpareOf(app) }, told: d.told}
	if err := d.recall(); err != nil {
		return nil, fmt.Errorf("unfinished uploads: %w", err)
	}
	composer := handler.NewStoreComposer()
	composer.UseCore(d.parts)
	composer.UseTerminater(d.parts)
	composer.UseLocker(takeover{memorylocker.New()})
	var err error
	d.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: BasePath, MaxSize: MaxFile, DisableDownload: true, DisableConcatenation: true,
		RespectForwardedHeaders: true,
		Cors:                    &handler.CorsConfig{Disable: true}, Logger: logger(app), PreUploadCreateCallback: d.admit,
		PreFinishResponseCallback: d.finished,
	})
	return d, err
}

func folder(app core.App) string { return blob.Uploads(app.DataDir()) }

type senderKey struct{}

// Serve answers a request of a registered device; id is the path below BasePath, "" for a creation. The error is a
// *problem.Problem where the answer is not tus' own.
func (d *Door) Serve(w http.ResponseWriter, r *http.Request, sender ingest.Sender, id string) error {
	connection := &limited{ResponseWriter: w}
	w = connection
	r = r.Clone(context.WithValue(context.WithValue(r.Context(), senderKey{}, sender), connectionKey{}, connection))
	r.URL.Path = id
	r.Body = body.Pace(r.Body, connection)
	w.Header().Set("Upload-Expires", d.now().Add(lifetime).UTC().Format(http.TimeFormat))
	if id == "" {
		d.tus.Middleware(http.HandlerFunc(d.tus.PostFile)).ServeHTTP(w, r)
		return nil
	}
	info, err := d.find(r.Context(), sender, id)
	if err != nil {
		return err
	}
	d.open.touch(sender.Actor.ID, id, d.now())
	if r.Method != http.MethodDelete && info.Offset == info.Size && !whole(info) {
		// The last byte came, and the server died or failed before the file was settled.
		if err := d.settle(r.Context(), sender, info); err != nil {
			return err
		}
	}
	d.tus.Middleware(d.method(r.Method)).ServeHTTP(w, r)
	if r.Method == http.MethodDelete {
		d.open.end(sender.Actor.ID, id)
	}
	return nil
}

func (d *Door) method(name string) http.HandlerFunc {
	switch name {
	case http.MethodPatch:
		return d.tus.PatchFile
	case http.MethodDelete:
		return d.tus.DelFile
	default:
		return d.tus.HeadFile
	}
}

var uploadID = regexp.MustCompile(`^[0-9A-Za-z-]+/[0-9a-f]{32}$`)

// find reads an upload of this device. One of another device, and one that has expired, is not there.
func (d *Door) find(ctx context.Context, sender ingest.Sender, id string) (handler.FileInfo, error) {
	gone := problem.New(problem.NotFound, "upload")
	if !uploadID.MatchString(id) || filepath.Dir(id) != sender.Device {
		return handler.FileInfo{}, gone
	}
	part, err := os.Stat(filepath.Join(d.dir, id))
	if err != nil || part.ModTime().Before(d.now().Add(-lifetime)) {
		return handler.FileInfo{}, gone
	}
	u, err := d.parts.GetUpload(ctx, id)
	if err != nil {
		return handler.FileInfo{}, gone
	}
	return u.GetInfo(ctx)
}
