package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"doorstep/collections"
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
	if err != nil || receipt.Status == Quarantined || d.fresh {
		return receipt, err
	}
	return receipt, s.releaseEdits(ctx, instance)
}

// recordOf finds the record that a submission went into, and the revision that it made; "" for none.
func recordOf(db collections.DB, instance string) (record string, rev int64, err error) {
	_, err = collections.One(db, `SELECT record, rev FROM submissions
		WHERE instance=? AND record!='' AND rev>0 AND outcome IN ('stored','conflict') ORDER BY rev DESC LIMIT 1`,
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

// releaseEdits takes the edits that waited for a worker's submission, oldest first, each through the stages as if it came
// now. Those of other workers, wherever they are, wait on: nobody's record is theirs to edit.
func (s *storing) releaseEdits(ctx context.Context, instance string) error {
	var waiting []string
	err := collections.Each(s.db, `SELECT id FROM submissions WHERE deprecated=? AND deprecated!='' AND worker=? AND outcome='quarantined'
		AND code=? ORDER BY received_at, id`,
		[]any{instance, s.sender.Actor.ID, string(problem.ParentMissing)}, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			waiting = append(waiting, id)
			return err
		})
	if err != nil {
		return err
	}
	for _, id := range waiting {
		receipt, err := releaseHeld(ctx, s.db, s.intake, id)
		if err != nil {
			return err
		}
		s.d.cause = cmp.Or(s.d.cause, receipt.cause)
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
