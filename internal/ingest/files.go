package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
)

// owner is the record that files belong to; a submission in quarantine owns its files by its own id.
type owner struct{ collection, record, area, worker string }

// Attach adds files that are in the store to what an earlier submission made: the next part of a large record, or the
// files of one that waits in quarantine.
func (intake *Intake) Attach(ctx context.Context, app core.App, sender Sender, instance string, files []File) error {
	if len(files) == 0 {
		return nil
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		own, err := ownerOfInstance(db, sender, instance)
		if err != nil {
			return err
		}
		now := intake.Now()
		var changed []replacement
		for _, f := range files {
			r, err := saveFile(db, own, f, now)
			if err != nil {
				return err
			}
			if r.before != "" {
				changed = append(changed, r)
			}
		}
		if len(changed) > 0 && own.collection != "" {
			if err := own.changed(db, sender, changed, now); err != nil {
				return err
			}
		}
		return own.recount(db)
	})
}

// changed makes a revision of a record whose files are others now: it is to be reviewed again, and the history tells which
// they were.
func (own owner) changed(db collections.DB, sender Sender, files []replacement, now time.Time) error {
	var rev int64
	if _, err := collections.One(db, `SELECT rev FROM "`+own.collection+`" WHERE id=?`, []any{own.record}, &rev); err != nil {
		return fmt.Errorf("files of %s: %w", own.record, err)
	}
	past := edits{db: db, of: collections.RevisionOf(own.collection, own.record, rev+1), area: own.area, by: sender.Actor.ID, now: now}
	for _, f := range files {
		if err := past.keep(f.difference(), kindCorrection, statusDone); err != nil {
			return err
		}
	}
	row := collections.Row{{Column: "rev", Value: rev + 1}, {Column: "review_state", Value: collections.Edited},
		{Column: "updated", Value: collections.Stamp(now)}}
	if err := collections.Update(db, own.collection, own.record, row); err != nil {
		return err
	}
	if err := collections.CloseCorrections(db, own.record, "done", now); err != nil {
		return err
	}
	return collections.Announce(db, collections.RevisionOf(own.collection, own.record, rev+1), collections.ToWorker(own.worker),
		collections.Upsert, now)
}

// ownerOfInstance is the record that an instance of this sender made. What waits for a supervisor keeps its files under
// its own id; where a record has that id, which is somebody else's, under that of the submission.
func ownerOfInstance(db collections.DB, sender Sender, instance string) (owner, error) {
	var record, held string
	own := owner{record: instance, area: access.Common(sender.Actor.Territory), worker: sender.Actor.ID}
	_, err := collections.One(db, `SELECT record FROM submissions
		WHERE instance=? AND worker=? AND kind=? AND record!='' AND rev>0 AND outcome IN ('stored','conflict') ORDER BY rev DESC`,
		[]any{instance, sender.Actor.ID, OpSubmit}, &record)
	if err != nil {
		return owner{}, err
	}
	if record != "" {
		return ownerOf(db, record)
	}
	other, _, err := recordOf(db, instance)
	if err != nil || other == "" {
		return own, err
	}
	_, err = collections.One(db, `SELECT id FROM submissions WHERE instance=? AND worker=? AND outcome='quarantined'
		ORDER BY received_at DESC`, []any{instance, sender.Actor.ID}, &held)
	own.record = held
	return own, err
}

// ownerOf returns a record with its area and its worker, whoever has changed it since.
func ownerOf(db collections.DB, record string) (owner, error) {
	own := owner{record: record}
	known, err := collections.One(db, `SELECT collection, area, worker FROM submissions WHERE record=? AND collection!=''
		ORDER BY rev DESC LIMIT 1`, []any{record}, &own.collection, &own.area, &own.worker)
	if err != nil || !known {
		return own, err
	}
	_, err = collections.One(db, `SELECT area, worker FROM "`+own.collection+`" WHERE id=?`, []any{record}, &own.area, &own.worker)
	return own, err
}

// States of an attachment.
const (
	fileDeclared    = "declared"
	fileStored      = "stored"
	fileQuarantined = "quarantined" // here, but of a type that nobody is shown
	fileWithdrawn   = "withdrawn"   // never came, and no answer names it any more
)

// replacement is an attachment whose place other bytes took; before is "" where none did.
type replacement struct{ id, before, after string }

// difference is what the history tells of it; no answer's path begins so. The path has the id of what was replaced, not the name,
// which somebody typed.
func (r replacement) difference() difference {
	return difference{path: "@files/" + r.id, before: r.before, after: r.after}
}

// saveFile declares a file, or notes that it is in the store. Other bytes under a known name take its place; the old ones
// stay beside them, and the audit trail tells which they were.
func saveFile(db collections.DB, own owner, f File, now time.Time) (replacement, error) {
	var none replacement
	var id, sha, state string
	known, err := collections.One(db, `SELECT id, sha256, state FROM attachments WHERE record=? AND name=? AND replaced=FALSE`,
		[]any{own.record, collections.IndexOf(db, collections.Attachments, "name", f.Name)}, &id, &sha, &state)
	if err != nil {
		return none, err
	}
	if f, err = delivered(db, own.worker, f); err != nil {
		return none, err
	}
	at := collections.Stamp(now)
	if !known {
		return none, own.insert(db, f, at)
	}
	if f.SHA256 == "" {
		if state == fileWithdrawn {
			return none, collections.Update(db, collections.Attachments, id, collections.Row{{Column: "state", Value: fileDeclared},
				{Column: "updated", Value: at}})
		}
		return none, nil
	}
	missing := state == fileDeclared || state == fileWithdrawn
	switch {
	case f.SHA256 == sha && !(missing && (f.Here || state == fileWithdrawn)):
		return none, nil // nothing that is not known
	case missing:
		return none, collections.Update(db, collections.Attachments, id, collections.Row{
			{Column: "sha256", Value: f.SHA256}, {Column: "size", Value: f.Size}, {Column: "mime", Value: f.MIME},
			{Column: "state", Value: f.state()}, {Column: "updated", Value: at},
		})
	}
	entry := audit.Entry{
		Actor: own.worker, Role: string(access.Field), Action: replaced, Collection: collections.Attachments, Record: id, Area: own.area,
		Purpose:  audit.Capture,
		Subjects: []string{own.record}, Detail: map[string]string{"from": sha, "to": f.SHA256},
	}
	if err := audit.Append(db, now, entry); err != nil {
		return none, err
	}
	if err := collections.Update(db, collections.Attachments, id, collections.Row{{Column: "replaced", Value: true},
		{Column: "updated", Value: at}}); err != nil {
		return none, err
	}
	return replacement{id, sha, f.SHA256}, own.insert(db, f, at)
}

func (own owner) insert(db collections.DB, f File, at string) error {
	return collections.Insert(db, collections.Attachments, collections.Row{
		{Column: "id", Value: collections.NewID()}, {Column: "collection", Value: own.collection}, {Column: "record", Value: own.record},
		{Column: "name", Value: f.Name}, {Column: "sha256", Value: f.SHA256}, {Column: "size", Value: f.Size},
		{Column: "mime", Value: f.MIME}, {Column: "state", Value: f.state()}, {Column: "area", Value: own.area},
		{Column: "worker", Value: own.worker}, {Column: "created", Value: at}, {Column: "updated", Value: at},
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
	found, err := collections.One(db, `SELECT size, mime, state FROM uploads WHERE worker=? AND sha256=?`, []any{worker, f.SHA256},
		&f.Size, &f.MIME, &state)
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
	_, err := db.Exec(`UPDATE "`+own.collection+`" SET complete=NOT EXISTS (SELECT 1 FROM attachments WHERE record=? AND state='declared')
		WHERE id=?`, own.record, own.record)
	if err != nil {
		return fmt.Errorf("files of %s: %w", own.record, err)
	}
	return nil
}
