package instrument

import (
	"bytes"
	"crypto/md5"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/queryplan"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
)

// Workbook is a form to publish: the file's name, whose extension says what it is, and its bytes.
type Workbook struct {
	Name string
	Raw  []byte
}

// Converted is a workbook as an XForm. Obstacles are what keeps it from being published: a converter takes forms that no
// tablet can evaluate.
type Converted struct {
	Form      *survey.Form
	XML       []byte
	MD5       string
	Obstacles survey.Problems

	ready *Instrument // nil where expressions are wrong
}

// Instrument is the version, ready for records; nil for one that cannot be evaluated.
func (c *Converted) Instrument() *Instrument { return c.ready }

// Convert reads a workbook. A form without a version gets the moment as its version, because it still needs one to be
// told from the next. It fails with survey.Problems, all of them at once.
func Convert(w Workbook, now time.Time) (*Converted, error) {
	f, err := readWorkbook(w.Name, w.Raw, validate.Options{}, false)
	if err != nil {
		return nil, err
	}
	if f.Version == "" {
		f.Version = now.UTC().Format("20060102150405")
	}
	return convert(f, validate.Options{})
}

func convert(f *survey.Form, values validate.Options) (*Converted, error) {
	c := &Converted{Form: f}
	in, err := Compile(f, values)
	if err != nil && !errors.As(err, &c.Obstacles) {
		return nil, err
	}
	if in != nil {
		c.Obstacles = in.logic.Lacking()
	}
	if c.XML, c.MD5, err = writeXML(f); err != nil {
		return nil, err
	}
	if in != nil {
		in.XML, in.MD5, c.ready = c.XML, c.MD5, in
	}
	return c, nil
}

func writeXML(f *survey.Form) (xml []byte, sum string, err error) {
	var b bytes.Buffer
	if err := xform.Write(&b, f); err != nil {
		return nil, "", fmt.Errorf("write the XForm of %s: %w", f.ID, err)
	}
	digest := md5.Sum(b.Bytes())
	return b.Bytes(), hex.EncodeToString(digest[:]), nil
}

// Publish stores a version, makes or extends its collections, and announces it, in one transaction. The same workbook
// again changes nothing, and is answered with the status that the version has. status is Draft or Published; by is a
// worker's id or "". It fails with survey.Problems.
func (l *Library) Publish(app core.App, w Workbook, status, by string, now time.Time) (*Instrument, error) {
	in, err := l.Try(w, now)
	if err != nil {
		return nil, err
	}
	in.Status = status
	err = app.RunInTransaction(func(tx core.App) error { return l.store(tx, in, w, by, now) })
	if err != nil {
		return nil, err
	}
	l.loadStored(app)
	return in, nil
}

// loadStored reads what was stored just now. Where that fails Refresh does it, within a minute: what is stored was not refused.
func (l *Library) loadStored(app core.App) {
	if err := l.Load(app); err != nil {
		app.Logger().Error("read forms again", "error", err.Error())
	}
}

// version names the version of a workbook that names none: that of the newest one when it is the same, else the moment.
func (l *Library) version(f *survey.Form, now time.Time) (string, error) {
	l.mu.RLock()
	newest := l.newest[f.ID]
	l.mu.RUnlock()
	if newest != nil {
		f.Version = newest.Version
		_, sum, err := writeXML(f)
		if err != nil || sum == newest.MD5 && f.TableName() == newest.Layout.Main().Name {
			return newest.Version, err
		}
	}
	return now.UTC().Format("20060102150405"), nil
}

func (l *Library) store(tx core.App, in *Instrument, w Workbook, by string, now time.Time) error {
	db, err := collections.From(tx)
	if err != nil {
		return err
	}
	v, err := find(db, in.Form.ID, in.Version)
	if err != nil {
		return err
	}
	if v.same(in) && (v.status == in.Status || v.status != Draft) {
		in.Status = v.status
		return nil
	}
	if v.taken(in) {
		return survey.Problems{versionTaken(in.Form)}
	}
	if err := l.prepareTables(tx, db, in); err != nil {
		return err
	}
	if v.id, err = v.save(db, in, w, by, now); err != nil {
		return err
	}
	return tell(db, collections.RevisionOf(collections.Forms, v.id, v.rev+1), in, by, now)
}

// versionRow is a row of forms; id is "" when there is none.
type versionRow struct {
	id, md5, status, table string
	rev                    int64
}

func (v versionRow) same(in *Instrument) bool {
	return v.md5 == in.MD5 && v.table == in.Layout.Main().Name
}

// taken reports whether another workbook has the version already, and records may have been made by it.
func (v versionRow) taken(in *Instrument) bool {
	return v.id != "" && v.status != Draft && !v.same(in)
}

func find(db collections.DB, form, version string) (v versionRow, err error) {
	_, err = collections.One(db, `SELECT id, md5, status, tablename, rev FROM forms WHERE form_id=? AND version=?`, []any{form, version},
		&v.id, &v.md5, &v.status, &v.table, &v.rev)
	return v, err
}

// tell announces a version to everyone and notes who changed it. The other published versions are announced with it:
// tablets get the newest alone, and which one that is may just have changed.
func tell(db collections.DB, r collections.Revision, in *Instrument, by string, now time.Time) error {
	revs, err := collections.Map[string, int64](db, `SELECT id, rev FROM forms
		WHERE form_id=? AND id!=? AND status='published'`, in.Form.ID, r.Record)
	if err != nil {
		return err
	}
	revs[r.Record] = r.Rev
	for _, each := range slices.Sorted(maps.Keys(revs)) {
		if err := collections.Announce(db, collections.RevisionOf(collections.Forms, each, revs[each]), collections.Everyone, collections.Upsert,
			now); err != nil {
			return err
		}
	}
	return audit.Append(db, now, audit.Entry{
		Actor: by, Action: "form." + in.Status, Collection: collections.Forms, Record: r.Record, Purpose: audit.Administration,
		Detail: map[string]string{"form": in.Form.ID, "version": in.Version},
	})
}

// prepareTables makes or extends the collections of a version that is to count; those of a draft are only checked.
func (l *Library) prepareTables(tx core.App, db collections.DB, in *Instrument) error {
	if err := beside(db, in.Form); err != nil {
		return err
	}
	if in.Status == Draft {
		return collections.CheckTables(tx, in.Form)
	}
	if err := collections.EnsureTables(tx, in.Form); err != nil {
		return err
	}
	if err := collections.EnsureViews(tx, l.Interviews(in), in.Form.TableName()); err != nil {
		return err
	}
	return queryplan.Plant(db) // of the indexes that are new
}

// beside fails with survey.Problems where a form cannot be a version beside those that records may have.
func beside(db collections.DB, f *survey.Form) error {
	earlier, err := others(db, f)
	if err != nil {
		return err
	}
	if problems := fits(f, earlier); len(problems) > 0 {
		return problems
	}
	return nil
}

// others reads the versions of a form that records may have, besides itself.
func others(db collections.DB, f *survey.Form) ([]*survey.Form, error) {
	return collections.All(db, `SELECT version, source_name, source FROM forms WHERE form_id=? AND version!=? AND status!='draft'
		ORDER BY published_at`, []any{f.ID, f.Version}, func(rows *sql.Rows, other **survey.Form) (err error) {
		var s stored
		if err := rows.Scan(&s.version, &s.name, &s.source); err != nil {
			return err
		}
		if *other, err = s.form(); err != nil {
			return fmt.Errorf("version %s of %s: %w", s.version, f.ID, err)
		}
		return nil
	})
}

func versionTaken(f *survey.Form) survey.Problem {
	return problemAt("settings", 0, "version", "form.version_taken", f.Version)
}

func (v versionRow) save(db collections.DB, in *Instrument, w Workbook, by string, now time.Time) (string, error) {
	at := collections.Stamp(now)
	row := collections.Row{
		{Column: "title", Value: in.Form.Title}, {Column: "status", Value: in.Status}, {Column: "tablename", Value: in.Layout.Main().Name},
		{Column: "source_name", Value: w.Name},
		{Column: "source", Value: base64.StdEncoding.EncodeToString(w.Raw)}, {Column: "xml", Value: string(in.XML)},
		{Column: "md5", Value: in.MD5}, {Column: "warnings", Value: collections.JSON(in.Form.Warnings)},
		{Column: "published_by", Value: by}, {Column: "published_at", Value: at}, {Column: "rev", Value: v.rev + 1},
		{Column: "updated", Value: at},
	}
	if v.id != "" {
		return v.id, collections.Update(db, collections.Forms, v.id, row)
	}
	id := collections.NewID()
	head := collections.Row{{Column: "id", Value: id}, {Column: "form_id", Value: in.Form.ID}, {Column: "version", Value: in.Version},
		{Column: "created", Value: at}}
	return id, collections.Insert(db, collections.Forms, append(head, row...))
}
