package seed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/demo"
	"doorstep/internal/ingest"
	"doorstep/internal/review"
)

// comments are what a supervisor writes to a worker, by what is wrong.
var comments = map[demo.Mistake]string{
	demo.IDDigit: "证件号码校验不通过，请对照证件核实。", demo.IDTransposed: "证件号码校验不通过，请对照证件核实。",
	demo.BirthDay: "出生日期与证件号码不一致，请核实。", demo.WrongDatum: "定位与住址相距较远，请到门口重新定位。",
	demo.OutsideArea: "定位不在该户所在网格，请到门口重新定位。", demo.Homophone: "此人像是已登记过，请核对姓名和证件。",
}

var (
	otherComments = []string{"备注过于简单，请写明走访情况。", "请补拍门牌照片。", "联系电话请核对。", "请说明未填项的原因。"}
	rejections    = []string{"同一户已有记录，本条作废。", "不在本次排查范围内。"}
)

// review is the office's morning: most of what has lain for two days is decided on, the rest waits.
func (l *life) review(ctx context.Context, at time.Time) error {
	waiting := l.sent[:0]
	err := collections.Write(ctx, l.app, func(db collections.DB) error {
		for _, rec := range l.sent {
			waits, err := l.decide(db, rec, at)
			if err != nil {
				return err
			}
			if waits {
				waiting = append(waiting, rec)
			}
		}
		return nil
	})
	clear(l.sent[len(waiting):])
	l.sent = waiting
	return err
}

// decide decides on a record, and reports whether it waits for another day.
func (l *life) decide(db collections.DB, rec *record, at time.Time) (waits bool, err error) {
	boss := l.boss(rec.receipt.Area)
	open := rec.state == collections.Received || rec.state == collections.HasIssues || rec.state == collections.Edited
	if !open || rec.shelved || boss == nil || rec.receipt.Status == ingest.Quarantined {
		return false, nil // nobody gets to it
	}
	var decision, comment string
	if at.Sub(rec.at) >= 36*time.Hour {
		decision, comment = l.verdict(rec)
	}
	if decision == "" {
		return true, nil
	}
	d := review.Decision{Collection: l.forms[rec.form].Layout.Main().Name, Record: rec.id, Decision: decision, Comment: comment, Rev: rec.rev}
	out, err := review.DecideIn(db, l.stages.Instruments.Surveys(), access.Act{Actor: boss.actor, Now: at}, d)
	if err != nil {
		return false, fmt.Errorf("%s %s: %w", decision, rec.id, err)
	}
	rec.state, rec.rev = out.ReviewState, out.Rev
	if decision == review.Return && l.r.IntN(4) > 0 {
		rec.by.redo = append(rec.by.redo, rec)
	}
	return false, nil
}

// verdict is what is decided on a record, and why; "" leaves it for another day.
func (l *life) verdict(rec *record) (decision, comment string) {
	n := l.r.IntN(100)
	switch mistaken := len(rec.written.Planted) > 0; {
	case n < 35: // nobody had the time
		return "", ""
	case rec.state == collections.Edited:
		return review.Approve, ""
	case mistaken && n < 85:
		return review.Return, comments[rec.written.Planted[0].Mistake]
	case n < 42:
		return review.Return, otherComments[l.r.IntN(len(otherComments))]
	case n < 45:
		return review.Reject, rejections[l.r.IntN(len(rejections))]
	}
	return review.Approve, ""
}

// boss is who reviews the records of an area: the supervisor of its street, else of its district or city.
func (l *life) boss(area string) *worker {
	for _, code := range slices.Backward(territory.Above(area)) {
		if l.office[code] != nil {
			return l.office[code]
		}
	}
	return nil
}

// assign gives every worker the next doors to knock on in the coming week, and their grids, some of which are finished.
func (l *life) assign(ctx context.Context, today time.Time) error {
	return collections.Write(ctx, l.app, func(db collections.DB) error {
		var campaign string
		if _, err := collections.One(db, `SELECT id FROM campaigns WHERE form=? AND status='open' ORDER BY created, id LIMIT 1`,
			[]any{childVisit}, &campaign); err != nil {
			return err
		}
		for n, w := range l.field {
			for i, h := range w.doors[:min(2, len(l.next(w)))] {
				if err := task(db, w, today, collections.Row{{Column: "title", Value: "入户走访 · visit"}, {Column: "household", Value: h.ID},
					{Column: "area", Value: h.Area},
					{Column: "due", Value: today.AddDate(0, 0, 3+i).Format(time.DateOnly)}, {Column: "status", Value: "open"}}); err != nil {
					return err
				}
			}
			for i, grid := range w.Territory {
				row := collections.Row{{Column: "title", Value: "走访整个网格 · visit the whole area"}, {Column: "campaign", Value: campaign},
					{Column: "area", Value: grid}, {Column: "status", Value: "open"}}
				if boss := l.boss(grid); i == 0 && n%5 == 0 { // finished, says the worker, and of every other one the supervisor too
					row[3].Value = "done"
					if boss != nil && n%10 == 0 {
						row = append(row, collections.Row{{Column: "confirmed_by", Value: boss.actor.ID},
							{Column: "confirmed_at", Value: collections.Stamp(today)}}...)
					}
				}
				if err := task(db, w, today, row); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// task gives a worker something to do.
func task(db collections.DB, w *worker, today time.Time, row collections.Row) error {
	id, at := collections.NewID(), collections.Stamp(today)
	if err := collections.Insert(db, collections.Tasks, append(collections.Row{{Column: "id", Value: id}, {Column: "kind", Value: "visit"},
		{Column: "priority", Value: "normal"}, {Column: "assignee", Value: w.actor.ID},
		{Column: "form", Value: childVisit}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at}},
		row...)); err != nil {
		return err
	}
	return collections.Announce(db, collections.RevisionOf(collections.Tasks, id, 1), collections.ToWorker(w.actor.ID), collections.Upsert,
		today)
}
