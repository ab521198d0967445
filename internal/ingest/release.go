package ingest

import (
	"context"
	"database/sql"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Release takes a quarantined submission through the stages once more, in the name of the worker who sent it, for
// example after the missing form was published. by must cover the worker's area. A submission that still cannot be a
// record stays in quarantine and the receipt says why.
func Release(ctx context.Context, app core.App, intake *Intake, by access.Actor, submission string) (Receipt, error) {
	var receipt Receipt
	err := collections.Write(ctx, app, func(db collections.DB) error {
		q, err := quarantined(db, by, submission)
		if err != nil {
			return err
		}
		if err := q.orphan(db); err != nil {
			return err
		}
		d := prepare(ctx, intake, q.sender, &q.op)
		if q.code == problem.ForeignRecord || q.code == problem.OutOfScope || q.code == problem.HandedOver {
			q.sender.Actor = by // the supervisor answers for the change
		}
		now := intake.Now()
		if d.code != "" {
			receipt = quarantineReceipt(d.op, d.code)
			return nil
		}
		if err := makeRoom(db, submission, d, by.ID, now); err != nil {
			return err
		}
		if receipt, err = begin(db, intake, q.sender, d).store(ctx); err != nil {
			return err
		}
		if d.form != nil { // only a visit has files
			if err := adoptFiles(db, submission, d.op.instance(), receipt, now); err != nil {
				return err
			}
		}
		entry := by.DidTo("quarantine.release", collections.Submissions, submission, q.area, receipt.subjects()...)
		entry.Purpose, entry.Detail = audit.Review, map[string]string{"status": receipt.Status, "code": string(receipt.Code)}
		return audit.Append(db, now, entry)
	})
	return receipt, err
}

// ReleaseKnown takes submissions that waited for a form through the stages, each in the name of its sender, once the
// form is known. It returns how many there were.
func ReleaseKnown(ctx context.Context, app core.App, intake *Intake) (released int, err error) {
	began := intake.Now()
	known, err := waitingForms(collections.Read(app), intake)
	for _, v := range known {
		for n := releasedTogether; err == nil && n == releasedTogether; released += n {
			n, err = releaseSome(ctx, app, intake, v, began)
		}
	}
	return released, err
}

// waitingForms lists the known ones among the versions that submissions wait for.
func waitingForms(db collections.DB, intake *Intake) (known []awaited, err error) {
	waiting := map[formVersion]bool{}
	err = collections.Each(db, `SELECT DISTINCT form, form_version FROM submissions
		WHERE outcome='quarantined' AND code='`+string(problem.UnknownForm)+`'`, nil, func(rows *sql.Rows) error {
		var v formVersion
		err := rows.Scan(&v.form, &v.version)
		waiting[v] = true
		return err
	})
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	for _, in := range intake.Instruments.Every() {
		for _, v := range []formVersion{{in.Form.ID, in.Version}, {in.Form.ID, ""}} {
			if _, ok := intake.Instruments.Get(v.form, v.version); !ok {
				continue
			}
			for _, kept := range v.spellings(db) {
				if waiting[kept] {
					known = append(known, awaited{v, kept})
					delete(waiting, kept)
				}
			}
		}
	}
	return known, nil
}

const releasedTogether = 20 // in one transaction, so that tablets need not wait for long

// releaseSome takes the oldest of those that came before a moment, so that none is looked at twice.
func releaseSome(ctx context.Context, app core.App, intake *Intake, v awaited, before time.Time) (int, error) {
	n := 0
	err := collections.Write(ctx, app, func(db collections.DB) error {
		held, err := heldFor(db, v.kept, before)
		n = len(held)
		if err != nil || n == 0 {
			return err
		}
		subjects, err := releaseAll(ctx, db, app, intake, held)
		if err != nil {
			return err
		}
		return audit.Append(db, intake.Now(), audit.Entry{Action: "quarantine.release", Collection: collections.Submissions,
			Purpose: audit.Capture, Subjects: subjects, Detail: map[string]any{"form": v.form, "version": v.version, "released": n}})
	})
	return n, err
}

// releaseAll takes submissions out of quarantine, each in the name of its sender, and returns whom and what they are about.
func releaseAll(ctx context.Context, db collections.DB, app core.App, intake *Intake, ids []string) (subjects []string, err error) {
	for _, id := range ids {
		receipt, err := releaseHeld(ctx, db, intake, id)
		if err != nil {
			return nil, err
		}
		if receipt.cause != nil {
			app.Logger().Error("operation failed", "submission", id, "code", receipt.Code, "error", receipt.cause.Error())
		}
		subjects = append(subjects, receipt.subjects()...)
	}
	return subjects, nil
}

func heldFor(db collections.DB, v formVersion, before time.Time) (ids []string, err error) {
	return collections.Column[string](db, `SELECT id FROM submissions
		WHERE form=? AND form_version=? AND outcome='quarantined' AND code='`+string(problem.UnknownForm)+`' AND received_at<?
		ORDER BY received_at LIMIT ?`, v.form, v.version, collections.Stamp(before), releasedTogether)
}

// Outcomes and decisions that end what waits in quarantine.
const (
	released        = "released"
	discarded       = "discarded"
	decisionDiscard = "discard"
	decisionAssign  = "assign"
)

// Discard ends a quarantined submission without making it a record; what arrived is kept, and beside it who ended it and why.
func Discard(ctx context.Context, app core.App, act access.Act, submission, reason string) error {
	if err := problem.Words(reason); err != nil {
		return err
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		q, err := quarantined(db, act.Actor, submission)
		if err != nil {
			return err
		}
		if err := collections.Update(db, collections.Submissions, submission, collections.Row{
			{Column: "outcome", Value: discarded}, {Column: "decided_by", Value: act.ID}, {Column: "updated", Value: collections.Stamp(act.Now)},
		}); err != nil {
			return err
		}
		if err := q.decided(db, act, submission, verdict{decisionDiscard, discarded, reason}); err != nil {
			return err
		}
		entry := act.DidTo("quarantine.discard", collections.Submissions, submission, q.area, q.op.ID)
		entry.Purpose = audit.Review
		return audit.Append(db, act.Now, entry)
	})
}

// verdict is what somebody decided about a submission in quarantine: what became of it, and why.
type verdict struct{ decision, state, reason string }

// decided keeps a verdict, the reason sealed.
func (h *held) decided(db collections.DB, act access.Act, submission string, v verdict) error {
	id, at := collections.NewID(), collections.Stamp(act.Now)
	return collections.Insert(db, collections.Reviews, collections.Row{
		{Column: "id", Value: id}, {Column: "collection", Value: collections.Submissions}, {Column: "record", Value: submission},
		{Column: "decision", Value: v.decision},
		{Column: "comment", Value: v.reason}, {Column: "reviewer", Value: act.ID}, {Column: "from_state", Value: Quarantined},
		{Column: "to_state", Value: v.state}, {Column: "area", Value: h.area},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
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
	found, err := collections.One(db,
		`SELECT s.raw, s.sealed, s.raw_type, s.outcome, s.device, s.worker, s.channel, s.code, s.area, s.instance, s.deprecated,
			COALESCE(w.territory,'[]'), COALESCE(w.role,'')
		FROM submissions s LEFT JOIN workers w ON w.id=s.worker WHERE s.id=?`, []any{submission},
		&raw, &sealed, &rawType, &h.outcome, &h.sender.Device, &h.sender.Actor.ID, &h.sender.Channel, &code, &h.area, &instance, &deprecated,
		&territory, &role)
	if err == nil {
		err = unsealRaw(db, submission, sealed, &raw)
	}
	if err != nil || !found {
		return h, found, err
	}
	h.code = problem.Code(code)
	h.sender.Actor.Role, h.sender.Actor.Territory = access.Role(role), access.ParseTerritory(territory)
	if rawType == "xml" {
		h.op = Operation{Op: OpSubmit, ID: instance, Corrects: deprecated, XML: raw, Raw: []byte(raw)}
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
