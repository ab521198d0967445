// Package attachment gives the files of records to those who review them.
package attachment

import (
	"mime"
	"net/http"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// File is an attachment that is in the store.
type File struct {
	Name, SHA256, MIME string
	Record, Area       string // of the record that it belongs to
	Updated            time.Time
}

// Find reads an attachment that the actor may see. Outside of the territory it is not found; one that has not been
// uploaded is problem.FileMissing, and one of a dangerous type problem.FileQuarantined.
func Find(db collections.DB, actor access.Actor, id string) (File, error) {
	var f File
	var state, worker, updated, sealed string
	found, err := collections.One(db, `SELECT name, sha256, mime, state, record, area, worker, updated, sealed FROM attachments WHERE id=?`,
		[]any{id},
		&f.Name, &f.SHA256, &f.MIME, &state, &f.Record, &f.Area, &worker, &updated, &sealed)
	switch {
	case err != nil:
		return f, err
	case !found || !actor.May(access.ReadAttachment, f.Area, worker):
		return f, problem.New(problem.NotFound, "")
	case state == "declared":
		return f, problem.New(problem.FileMissing, "")
	case state != "stored":
		return f, problem.New(problem.FileQuarantined, "")
	}
	// a file whose name is damaged is a file still
	if err := collections.Fill(db, collections.Attachments, id, sealed, map[string]*string{"name": &f.Name}); err != nil {
		return f, err
	}
	f.Updated, err = time.Parse(collections.TimeLayout, updated)
	return f, err
}

// Headers are what keeps a file from being more than bytes to a browser: it is saved, not shown, and its type is not
// guessed.
func Headers(h http.Header, f File) {
	h.Set("Content-Type", f.MIME)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+f.SHA256+`"`)
}
