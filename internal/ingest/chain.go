package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// storeSubmission stores a submission, and then the edits of it that came before it did. An edit has an id of its own; the
// record keeps the id of the submission that the chain of edits began with. One whose parent is unknown waits in
// quarantine: it may be uploaded first.
func (s *storing) storeSubmission(ctx context.Context) (Receipt, error) {
	d := s.d
	if d.form.Status == instrument.Draft {
		return s.storeRecord()
	}
	instance := d.op.instance()
	parent := d.op.Corrects
	record, rev, err := s.given(cmp.Or(parent, instance))
	if err != nil {
		return Receipt{}, err
	}
	if record != "" {
		d.becomes(record, rev)
	} else if parent != "" && parent != instance {
		if record, rev, err = recordOf(s.db, parent); err != nil {
			return Receipt{}, err
		}
		if record == "" {
			return s.quarantine(problem.ParentMissing)
		}
		d.becomes(record, rev)
	} else if c := d.correction; c != nil {
		d.becomes(c.Record, c.Rev)
	}
	receipt, err := s.storeRecord()
	if err != nil || receipt.Status == Quarantined || d.fresh || d.waited {
		return receipt, err
	}
	return receipt, s.releaseEdits(ctx, instance)
}

// intoRecord holds for a submission that went into a record.
const intoRecord = `record!='' AND rev>0 AND outcome IN ('stored','conflict')`

// recordOf finds the record that a submission went into, and the revision that it made; "" for none.
func recordOf(db collections.DB, instance string) (record string, rev int64, err error) {
	_, err = collections.One(db, `SELECT record, rev FROM submissions
		WHERE instance=? AND `+intoRecord+` ORDER BY rev DESC LIMIT 1`,
		[]any{instance}, &record, &rev)
	return record, rev, err
}

// becomes makes the submission a correction of a record at a revision; what was made from its own id is made anew.
func (d *prepared) becomes(record string, rev int64) {
	d.op.edit, d.op.ID, d.op.BaseRev = d.op.instance(), record, rev
	d.inst.ID, d.rec.ID, d.fresh = record, record, false
	d.people, d.house, d.rec.Rows = nil, nil, map[*survey.Node]collections.RowLink{}
	d.name()
}

// waitingEdit is an edit that came before what it edits.
type waitingEdit struct{ id, instance string }

// waitingEdits lists the first edits that match a condition among those that wait for what they edit, oldest first. Those of other
// workers, wherever they are, wait on: nobody's record is theirs to edit.
func waitingEdits(db collections.DB, where string, args ...any) (waiting []waitingEdit, err error) {
	waiting, err = collections.All(db, `SELECT h.id, h.instance FROM submissions h INDEXED BY idx_submissions_waiting
		WHERE h.deprecated!='' AND h.outcome='quarantined' AND h.code='`+string(problem.ParentMissing)+`' AND `+where+`
		ORDER BY h.received_at, h.id LIMIT ?`, append(args, releasedTogether), func(rows *sql.Rows, one *waitingEdit) error {
		return rows.Scan(&one.id, &one.instance)
	})
	if err != nil {
		return nil, fmt.Errorf("edits that wait: %w", err)
	}
	return waiting, nil
}

// releaseEdits takes the edits that waited for a worker's submission, each followed by its own, through the stages as if they came
// now. In one transaction those are a few, however many wait: ReleaseEdits takes the others.
func (s *storing) releaseEdits(ctx context.Context, instance string) error {
	const ofWorker = `h.deprecated=? AND h.worker=?`
	waiting, err := waitingEdits(s.db, ofWorker, instance, s.sender.Actor.ID)
	if err != nil {
		return err
	}
	for ; len(waiting) > 0 && s.ahead.released < releasedTogether; s.ahead.released++ {
		receipt, err := releaseHeld(ctx, s.db, s.intake, waiting[0].id)
		if err != nil {
			return err
		}
		s.d.cause = cmp.Or(s.d.cause, receipt.cause)
		below, err := waitingEdits(s.db, ofWorker, waiting[0].instance, s.sender.Actor.ID)
		if err != nil {
			return err
		}
		waiting = append(below, waiting[1:]...)
	}
	return nil
}

// ReleaseEdits takes the edits through the stages whose submission has come and that were too many for its transaction.
func ReleaseEdits(ctx context.Context, app core.App, intake *Intake) error {
	const ready = `EXISTS (SELECT 1 FROM submissions p WHERE p.instance=h.deprecated AND p.worker=h.worker AND ` + intoRecord + `)`
	for n := 1; n > 0; { // what is released may be waited for itself
		err := collections.Write(ctx, app, func(db collections.DB) error {
			waiting, err := waitingEdits(db, ready)
			if n = len(waiting); err != nil || n == 0 {
				return err
			}
			ids := make([]string, n)
			for i := range waiting {
				ids[i] = waiting[i].id
			}
			subjects, err := releaseAll(ctx, db, app, intake, ids)
			if err != nil {
				return err
			}
			return audit.Append(db, intake.Now(), audit.Entry{Action: "quarantine.release", Collection: collections.Submissions,
				Purpose: audit.Capture, Subjects: subjects, Detail: map[string]any{"released": n}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// releaseHeld takes one submission out of quarantine, in the name of its sender, as if it came now.
func releaseHeld(ctx context.Context, db collections.DB, intake *Intake, id string) (Receipt, error) {
	now := intake.Now()
	held, found, err := readHeld(db, id)
	if collections.Damaged(err) { // it stays, and nothing takes it up again by itself
		return Receipt{}, collections.Update(db, collections.Submissions, id, collections.Row{{Column: "code", Value: string(problem.Damaged)},
			{Column: "updated", Value: collections.Stamp(now)}})
	}
	if err != nil || !found {
		return Receipt{}, err
	}
	d := prepare(ctx, intake, held.sender, &held.op)
	d.waited = held.code == problem.ParentMissing
	if err := makeRoom(db, id, d, "", now); err != nil {
		return Receipt{}, err
	}
	receipt, err := begin(db, intake, held.sender, d).storeAlone(ctx)
	if err != nil {
		return Receipt{}, err
	}
	receipt.cause = d.cause
	return receipt, adoptFiles(db, id, d.op.instance(), receipt, now)
}

// makeRoom turns a quarantined row into a released one; its device, its number and its content then belong to the
// record's own submission.
func makeRoom(db collections.DB, submission string, d *prepared, by string, now time.Time) error {
	d.held = submission
	return collections.Update(db, collections.Submissions, submission, collections.Row{
		{Column: "outcome", Value: released}, {Column: "decided_by", Value: by}, {Column: "seq", Value: 0},
		{Column: "sha256", Value: "released:" + d.sum}, {Column: "updated", Value: collections.Stamp(now)},
	})
}
