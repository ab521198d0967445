package ingest

import (
	"context"
	"database/sql"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/survey"
)

// owner is the record that files belong to; a submission in quarantine owns its files by its own id.
type owner struct{ collection, record, area, worker string }

// Attach adds files that are in the store to what an earlier submission made: the next part of a large record, or the
// files of one that waits in quarantine.
func Attach(ctx context.Context, app core.App, st *Stages, sender Sender, instance string, files []File) error {
	if len(files) == 0 {
		return nil
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		own, err := ownerOfInstance(db, sender, instance)
		if err != nil {
			return err
		}
		now := st.Now()
		for _, f := range files {
			if err := saveFile(db, own, f, now); err != nil {
				return err
			}
		}
		return own.recount(db)
	})
}

// ownerOfInstance is the record that an instance made, or what waits under its id for a supervisor of its sender.
func ownerOfInstance(db collections.DB, sender Sender, instance string) (owner, error) {
	record, _, err := recordOf(db, instance)
	switch {
	case err != nil:
		return owner{}, err
	case record != "":
		return ownerOf(db, record)
	}
	return owner{record: instance, area: access.Common(sender.Actor.Territory), worker: sender.Actor.ID}, nil
}

func ownerOf(db collections.DB, record string) (owner, error) {
	own := owner{record: record}
	_, err := collections.One(db, `SELECT collection, area, worker FROM submissions WHERE record=? AND collection!='' ORDER BY rev DESC LIMIT 1`, []any{record}, &own.collection, &own.area, &own.worker)
	return own, err
}

// States of an attachment.
const (
	fileDeclared    = "declared"
	fileStored      = "stored"
	fileQuarantined = "quarantined" // here, but of a type that nobody is shown
)

// saveFile declares a file, or notes that it is in the store. Other bytes under a known name take its place; the old
// ones stay in the store, and the audit trail tells which they were.
func saveFile(db collections.DB, own owner, f File, now time.Time) error {
	var id, sha, state string
	known, err := collections.One(db, `SELECT id, sha256, state FROM attachments WHERE record=? AND name=?`, []any{own.record, f.Name}, &id, &sha, &state)
	if err != nil {
		return err
	}
	if f, err = delivered(db, own.worker, f); err != nil {
		return err
	}
	at := collections.Stamp(now)
	if !known {
		if id, err = collections.NewID(); err != nil {
			return err
		}
		return collections.Insert(db, collections.Attachments, collections.Row{
			{Column: "id", Value: id}, {Column: "collection", Value: own.collection}, {Column: "record", Value: own.record}, {Column: "name", Value: f.Name}, {Column: "sha256", Value: f.SHA256}, {Column: "size", Value: f.Size},
			{Column: "mime", Value: f.MIME}, {Column: "state", Value: f.state()}, {Column: "area", Value: own.area}, {Column: "worker", Value: own.worker}, {Column: "created", Value: at}, {Column: "updated", Value: at},
		})
	}
	if f.SHA256 == "" || f.SHA256 == sha && (state != fileDeclared || !f.Here) {
		return nil // nothing that is not known
	}
	if state != fileDeclared {
		entry := audit.Entry{
			Actor: own.worker, Role: string(access.Field), Action: replaced, Collection: collections.Attachments, Record: id, Area: own.area, Purpose: audit.Capture,
			Subjects: []string{own.record}, Detail: map[string]string{"from": sha, "to": f.SHA256},
		}
		if err := audit.Append(db, now, entry); err != nil {
			return err
		}
	}
	return collections.Update(db, collections.Attachments, id, collections.Row{
		{Column: "sha256", Value: f.SHA256}, {Column: "size", Value: f.Size}, {Column: "mime", Value: f.MIME}, {Column: "state", Value: f.state()}, {Column: "updated", Value: at},
	})
}

// replaced is the audit trail's word for other bytes under a known name.
const replaced = "attachment.replace"

// delivered completes a file that is only declared by what this worker uploaded before. What somebody else uploaded does
// not count: knowing a digest is no proof of having the file.
func delivered(db collections.DB, worker string, f File) (File, error) {
	if f.Here || f.SHA256 == "" {
		return f, nil
	}
	var state string
	found, err := collections.One(db, `SELECT size, mime, state FROM uploads WHERE worker=? AND sha256=?`, []any{worker, f.SHA256}, &f.Size, &f.MIME, &state)
	f.Here, f.Suspect = found, state == fileQuarantined
	return f, err
}

func (f File) state() string {
	switch {
	case !f.Here:
		return fileDeclared
	case f.Suspect:
		return fileQuarantined
	}
	return fileStored
}

// recount tells the record whether all its files are here.
func (own owner) recount(db collections.DB) error {
	if own.collection == "" {
		return nil
	}
	_, err := db.Exec(`UPDATE "`+own.collection+`" SET complete=NOT EXISTS (SELECT 1 FROM attachments WHERE record=? AND state='declared') WHERE id=?`, own.record, own.record)
	if err != nil {
		return fmt.Errorf("files of %s: %w", own.record, err)
	}
	return nil
}

// adoptFiles gives the files and the paradata that came with a quarantined submission to the record that it became.
func adoptFiles(db collections.DB, instance string, r Receipt, now time.Time) error {
	if r.Status == Quarantined {
		return nil
	}
	own, err := ownerOf(db, r.ID)
	if err != nil {
		return err
	}
	held, err := filesOf(db, instance)
	if err != nil {
		return err
	}
	if _, err := db.Exec(`UPDATE paradata SET collection=?, record=?, area=? WHERE instance=?`, own.collection, own.record, own.area, instance); err != nil {
		return fmt.Errorf("adopt paradata of %s: %w", instance, err)
	}
	if instance != own.record {
		for _, f := range held {
			if err := saveFile(db, own, f, now); err != nil {
				return err
			}
		}
		if _, err := db.Exec(`DELETE FROM attachments WHERE record=?`, instance); err != nil {
			return fmt.Errorf("adopt files of %s: %w", instance, err)
		}
	} else if _, err := db.Exec(`UPDATE attachments SET collection=?, area=? WHERE record=?`, own.collection, own.area, own.record); err != nil {
		return fmt.Errorf("adopt files of %s: %w", instance, err)
	}
	return own.recount(db)
}

// expectFiles declares the files that the answers name and that did not come along.
func (d *draft) expectFiles() {
	for _, name := range fileNames(nil, d.inst.Root, d.form.Form.Root) {
		if !slices.ContainsFunc(d.op.Files, func(f File) bool { return f.Name == name }) {
			d.op.Files = append(d.op.Files, File{Name: name})
		}
	}
}

func fileNames(names []string, node *survey.Node, q *survey.Question) []string {
	for _, c := range q.Children {
		for _, n := range node.Children {
			if n.Kind != survey.Element || n.Name != c.Name {
				continue
			}
			switch c.Kind {
			case survey.KindGroup, survey.KindRepeat:
				names = fileNames(names, n, c)
			case survey.KindFile:
				if v := n.Value(); v != "" {
					names = append(names, path.Base(v))
				}
			}
		}
	}
	return names
}

func filesOf(db collections.DB, record string) ([]File, error) {
	var files []File
	err := collections.Each(db, `SELECT name, sha256, size, mime, state FROM attachments WHERE record=?`, []any{record}, func(rows *sql.Rows) error {
		var f File
		var state string
		err := rows.Scan(&f.Name, &f.SHA256, &f.Size, &f.MIME, &state)
		f.Here, f.Suspect = state != fileDeclared, state == fileQuarantined
		files = append(files, f)
		return err
	})
	return files, err
}
