package instrument

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
)

// Workbook is a form to publish: the file's name, whose extension says what it is, and its bytes.
type Workbook struct {
	Name string
	Raw  []byte
}

// Convert reads a workbook into a compiled form and its XForm. It fails with survey.Problems, all of them at once.
func Convert(w Workbook, now time.Time) (*Instrument, error) {
	f, err := readWorkbook(w.Name, w.Raw)
	if err != nil {
		return nil, err
	}
	if f.Version == "" {
		f.Version = now.UTC().Format("20060102150405") // a form without a version still needs one to be told from the next
	}
	in, err := Compile(f)
	if err != nil {
		return nil, err
	}
	var xml bytes.Buffer
	if err := xform.Write(&xml, f); err != nil {
		return nil, fmt.Errorf("write the XForm of %s: %w", f.ID, err)
	}
	sum := md5.Sum(xml.Bytes())
	in.XML, in.MD5 = xml.Bytes(), hex.EncodeToString(sum[:])
	return in, nil
}

// Publish stores a version, makes or extends its collections, and announces it, in one transaction. The same workbook
// again changes nothing. status is Draft or Published; by is a worker's id or "".
func (l *Library) Publish(app core.App, w Workbook, status, by string, now time.Time) (*Instrument, error) {
	in, err := Convert(w, now)
	if err != nil {
		return nil, err
	}
	in.Status = status
	err = app.RunInTransaction(func(tx core.App) error { return store(tx, in, w, by, now) })
	if err != nil {
		return nil, err
	}
	return in, l.Load(app)
}

func store(tx core.App, in *Instrument, w Workbook, by string, now time.Time) error {
	db, err := collections.From(tx)
	if err != nil {
		return err
	}
	var md5sum, status string
	known, err := collections.One(db, `SELECT md5, status FROM forms WHERE form_id=? AND version=?`, []any{in.Form.ID, in.Version}, &md5sum, &status)
	if err != nil {
		return err
	}
	if known && md5sum == in.MD5 && status == in.Status {
		return nil
	}
	if known && status != Draft {
		return survey.Problems{versionTaken(in.Form)}
	}
	if in.Status != Draft {
		if err := ensureSchema(tx, in.Form); err != nil {
			return err
		}
	}
	id, err := saveForm(db, in, w, by, known, now)
	if err != nil {
		return err
	}
	if err := collections.Announce(db, collections.Forms, id, collections.Everyone, collections.Upsert, 1, now); err != nil {
		return err
	}
	return collections.Log(db, by, "form."+in.Status, collections.Forms, id, "", map[string]string{"form": in.Form.ID, "version": in.Version}, now)
}

func ensureSchema(tx core.App, f *survey.Form) error {
	if err := collections.EnsureTables(tx, f); err != nil {
		return err
	}
	return collections.EnsureViews(tx, f)
}

func versionTaken(f *survey.Form) survey.Problem {
	return survey.Problem{
		Code: "form.version_taken", Sheet: "settings", Column: "version",
		ZH: fmt.Sprintf("版本“%s”已经发布过,内容不同。请在 settings 表换一个版本号。", f.Version),
		EN: fmt.Sprintf("Version %q was published before with another content. Give it a new version in the settings sheet.", f.Version),
	}
}

func saveForm(db collections.DB, in *Instrument, w Workbook, by string, known bool, now time.Time) (string, error) {
	warnings, err := json.Marshal(in.Form.Warnings)
	if err != nil {
		return "", err
	}
	at := collections.Stamp(now)
	row := collections.Row{
		{Column: "title", Value: in.Form.Title}, {Column: "status", Value: in.Status}, {Column: "tablename", Value: in.Layout.Main().Name}, {Column: "source_name", Value: w.Name},
		{Column: "source", Value: base64.StdEncoding.EncodeToString(w.Raw)}, {Column: "xml", Value: string(in.XML)}, {Column: "md5", Value: in.MD5}, {Column: "warnings", Value: string(warnings)},
		{Column: "published_by", Value: by}, {Column: "published_at", Value: at}, {Column: "rev", Value: 1}, {Column: "updated", Value: at},
	}
	if known {
		var id string
		if _, err := collections.One(db, `SELECT id FROM forms WHERE form_id=? AND version=?`, []any{in.Form.ID, in.Version}, &id); err != nil {
			return "", err
		}
		return id, collections.Update(db, collections.Forms, id, row)
	}
	id, err := collections.NewID()
	if err != nil {
		return "", err
	}
	head := collections.Row{{Column: "id", Value: id}, {Column: "form_id", Value: in.Form.ID}, {Column: "version", Value: in.Version}, {Column: "created", Value: at}}
	return id, collections.Insert(db, collections.Forms, append(head, row...))
}

// transitions is the life of a form version.
var transitions = map[string][]string{Draft: {Published}, Published: {Closing, Closed}, Closing: {Published, Closed}, Closed: {Closing}}

// SetStatus moves a version along its life.
func (l *Library) SetStatus(app core.App, form, version, status, by string, now time.Time) error {
	in, ok := l.Get(form, version)
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	allowed := false
	for _, to := range transitions[in.Status] {
		allowed = allowed || to == status
	}
	if !allowed {
		return problem.New(problem.BadFormState, in.Status+" → "+status)
	}
	err := app.RunInTransaction(func(tx core.App) error {
		if in.Status == Draft {
			if err := ensureSchema(tx, in.Form); err != nil {
				return err
			}
		}
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		var id string
		var rev int64
		if _, err := collections.One(db, `SELECT id, rev FROM forms WHERE form_id=? AND version=?`, []any{form, version}, &id, &rev); err != nil {
			return err
		}
		if err := collections.Update(db, collections.Forms, id, collections.Row{{Column: "status", Value: status}, {Column: "rev", Value: rev + 1}, {Column: "updated", Value: collections.Stamp(now)}}); err != nil {
			return err
		}
		if err := collections.Announce(db, collections.Forms, id, collections.Everyone, collections.Upsert, rev+1, now); err != nil {
			return err
		}
		return collections.Log(db, by, "form."+status, collections.Forms, id, "", map[string]string{"form": form, "version": version}, now)
	})
	if err != nil {
		return err
	}
	return l.Load(app)
}
