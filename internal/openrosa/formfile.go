package openrosa

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"mime"
	"path"
	"path/filepath"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/tabular"
)

// NewFile is a file for a form.
type NewFile struct {
	Form, Name string
	Bytes      io.ReadSeeker
}

// SaveFormFile keeps a file for a form, in place of an earlier one of that name; a .csv is kept in UTF-8. Entity lists are the server's
// own. It fails with survey.Problems for a .csv with bytes that are no text.
func SaveFormFile(ctx context.Context, app core.App, act access.Act, in NewFile) (FormFile, error) {
	name := path.Base(filepath.ToSlash(in.Name))
	if name == "." || name == "/" || name == itemsetsName {
		return FormFile{}, problem.New(problem.BadParameter, "name")
	}
	if _, err := findList(strings.TrimSuffix(name, ".csv")); err == nil {
		return FormFile{}, problem.New(problem.BadParameter, "name")
	}
	text, err := tabular.UTF8(name, in.Bytes)
	if err != nil {
		return FormFile{}, err
	}
	announced := md5.New()
	info, err := collections.Files(app).Save(io.TeeReader(text, announced))
	if err != nil {
		return FormFile{}, err
	}
	f := FormFile{Name: name, MD5: hex.EncodeToString(announced.Sum(nil)), SHA256: info.SHA256, MIME: mime.TypeByExtension(path.Ext(name))}
	if f.MIME == "" {
		f.MIME = "application/octet-stream"
	}
	return f, collections.Write(ctx, app, func(db collections.DB) error {
		var known int
		found, err := collections.One(db, `SELECT 1 FROM forms WHERE form_id=? LIMIT 1`, []any{in.Form}, &known)
		if err != nil {
			return err
		}
		if !found {
			return problem.New(problem.NotFound, "form")
		}
		id, at := collections.NewID(), collections.Stamp(act.Now)
		if _, err := collections.One(db, `INSERT INTO form_files (id, form, name, sha256, md5, size, mime, uploaded_by, created, updated)
			VALUES (?,?,?,?,?,?,?,?,?,?)
			ON CONFLICT (form, name) DO UPDATE SET sha256=excluded.sha256, md5=excluded.md5, size=excluded.size, mime=excluded.mime,
			uploaded_by=excluded.uploaded_by, updated=excluded.updated RETURNING id`,
			[]any{id, in.Form, name, f.SHA256, f.MD5, info.Size, f.MIME, act.ID, at, at}, &id); err != nil {
			return err
		}
		entry := act.DidTo("form.file", collections.FormFiles, id, "")
		entry.Purpose, entry.Detail = audit.Administration, map[string]string{"form": in.Form, "sha256": f.SHA256}
		return audit.Append(db, act.Now, entry)
	})
}
