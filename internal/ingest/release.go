package ingest

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
)

// Release takes a quarantined submission through the stages once more, in the name of the worker who sent it, for
// example after the missing form was published. by must cover the worker's area. A submission that still cannot be a
// record stays in quarantine and the receipt says why.
func Release(ctx context.Context, app core.App, st *Stages, by access.Actor, submission string) (Receipt, error) {
	var receipt Receipt
	err := collections.Write(ctx, app, func(db collections.DB) error {
		q, err := quarantined(db, by, submission)
		if err != nil {
			return err
		}
		if err := q.orphan(db); err != nil {
			return err
		}
		d := prepare(ctx, st, q.sender, &q.op)
		if q.code == problem.ForeignRecord || q.code == problem.OutOfScope || q.code == problem.HandedOver {
			q.sender.Actor = by // the supervisor answers for the change
		}
		now := st.Now()
		if d.code == problem.BadSequence {
			d.code = ""
		}
		if d.code != "" {
			receipt = quarantineReceipt(d.op, d.code)
			return nil
		}
		if err := makeRoom(db, submission, d, by.ID, now); err != nil {
			return err
		}
		if receipt, err = settle(ctx, db, st, q.sender, d); err != nil {
			return err
		}
		if d.form != nil { // only a visit has files
			if err := adoptFiles(db, d.op.instance(), receipt, now); err != nil {
				return err
			}
		}
		entry := by.DidTo("quarantine.release", collections.Submissions, submission, q.area, receipt.subjects()...)
		entry.Purpose, entry.Detail = audit.Review, map[string]string{"status": receipt.Status, "code": string(receipt.Code)}
		return audit.Append(db, now, entry)
	})
	return receipt, err
}

// Discard ends a quarantined submission without making it a record; what arrived is kept.
func Discard(ctx context.Context, app core.App, by access.Actor, submission string, now time.Time) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		q, err := quarantined(db, by, submission)
		if err != nil {
			return err
		}
		if err := collections.Update(db, collections.Submissions, submission, collections.Row{
			{Column: "outcome", Value: "discarded"}, {Column: "decided_by", Value: by.ID}, {Column: "updated", Value: collections.Stamp(now)},
		}); err != nil {
			return err
		}
		entry := by.DidTo("quarantine.discard", collections.Submissions, submission, q.area, q.op.ID)
		entry.Purpose = audit.Review
		return audit.Append(db, now, entry)
	})
}

type held struct {
	op      Operation
	sender  Sender
	code    problem.Code
	area    string
	outcome string
}

func quarantined(db collections.DB, by access.Actor, submission string) (held, error) {
	h, found, err := readHeld(db, submission)
	switch {
	case err != nil:
		return h, err
	case !found || !by.May(access.DecideQuarantine, h.area, h.sender.Actor.ID):
		return h, problem.New(problem.NotFound, "")
	case h.outcome != Quarantined:
		return h, problem.New(problem.NotQuarantined, "")
	}
	return h, nil
}

// orphan makes an edit whose parent never came a record of its own: it holds all answers.
func (h *held) orphan(db collections.DB) error {
	if h.code != problem.ParentMissing {
		return nil
	}
	record, _, err := recordOf(db, h.op.Corrects)
	if err == nil && record == "" {
		h.op.Corrects = ""
	}
	return err
}

// readHeld reads a submission as it came, with its sender as they are now.
func readHeld(db collections.DB, submission string) (held, bool, error) {
	var raw, sealed, rawType, code, territory, role, instance, deprecated string
	var h held
	found, err := collections.One(db, `SELECT s.raw, s.sealed, s.raw_type, s.outcome, s.device, s.worker, s.channel, s.code, s.area, s.instance, s.deprecated, COALESCE(w.territory,'[]'), COALESCE(w.role,'')
		FROM submissions s LEFT JOIN workers w ON w.id=s.worker WHERE s.id=?`, []any{submission},
		&raw, &sealed, &rawType, &h.outcome, &h.sender.Device, &h.sender.Actor.ID, &h.sender.Channel, &code, &h.area, &instance, &deprecated, &territory, &role)
	if err == nil {
		err = unsealRaw(db, submission, sealed, &raw)
	}
	if err != nil || !found {
		return h, found, err
	}
	h.code = problem.Code(code)
	h.sender.Actor.Role, h.sender.Actor.Territory = access.Role(role), access.ParseTerritory(territory)
	if rawType == "xml" {
		h.op = Operation{Op: OpSubmit, ID: instance, Corrects: deprecated, XML: raw, Raw: []byte(raw), Datum: grid.WGS84}
		return h, true, nil
	}
	if h.op, err = decodeOperation(raw); err != nil {
		return h, true, problem.New(problem.BadAnswers, "")
	}
	return h, true, nil
}

// unsealRaw opens what arrived, of one submission.
func unsealRaw(db collections.DB, submission, sealed string, raw *string) error {
	row, err := collections.Open(db, collections.Submissions, submission, sealed)
	row.Fill("raw", raw)
	return err
}
