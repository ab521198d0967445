package retention

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// rawCopies is the policy for what arrived, kept beside the records that it became.
const rawCopies = collections.Submissions

// policy is how long one collection keeps what it got.
type policy struct {
	id, collection, campaign string
	days                     int
}

// Report counts what is due by each policy in force and leaves one open report for each that has something due. It
// erases nothing: a manager approves a report, and until then each run brings its count and its cutoff up to date.
func Report(ctx context.Context, app core.App, library *instrument.Library, now time.Time) error {
	tables, err := read(app, library)
	if err != nil {
		return err
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		all, err := collections.All(db, `SELECT id, collection, campaign, days FROM retention_policies
			WHERE active`, nil, func(rows *sql.Rows, p *policy) error {
			return rows.Scan(&p.id, &p.collection, &p.campaign, &p.days)
		})
		if err != nil {
			return fmt.Errorf("retention policies: %w", err)
		}
		for _, p := range all {
			if err := p.report(db, tables, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p policy) report(db collections.DB, tables schema, now time.Time) error {
	if _, ok := tables.record(p.collection); !ok && p.collection != rawCopies {
		return nil // of a form that was never published here
	}
	cutoff := collections.Stamp(midnight(now).AddDate(0, 0, -p.days))
	where, args := due(p.collection, p.campaign, cutoff)
	var count int64
	if _, err := collections.One(db, `SELECT COUNT(*) FROM "`+p.collection+`" WHERE `+where, args, &count); err != nil {
		return fmt.Errorf("due in %s: %w", p.collection, err)
	}
	if count == 0 {
		_, err := db.Exec(`DELETE FROM retention_reports WHERE policy=? AND status='open'`, p.id)
		return err
	}
	id, at := collections.NewID(), collections.Stamp(now)
	_, err := db.Exec(`INSERT INTO retention_reports (id, policy, collection, campaign, cutoff, due, erased, status, decided_by, created,
		updated) VALUES (?,?,?,?,?,?,0,'open','',?,?)
		ON CONFLICT (policy) WHERE status='open' DO UPDATE SET cutoff=excluded.cutoff, due=excluded.due, updated=excluded.updated`,
		id, p.id, p.collection, p.campaign, cutoff, count, at, at)
	if err != nil {
		return fmt.Errorf("retention report: %w", err)
	}
	return nil
}

// midnight is when the day of a moment began where the survey takes place: what a policy keeps for some days goes by days.
func midnight(at time.Time) time.Time {
	y, m, d := at.In(survey.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, survey.Zone)
}

// due selects what was received before the cutoff and still says something.
func due(collection, campaign, cutoff string) (where string, args []any) {
	where, args = `received_at<? AND NOT EXISTS (SELECT 1 FROM erasures e
		WHERE e.kind='record' AND e.subject="`+collection+`".id AND e.rev>="`+collection+`".rev)`, []any{cutoff}
	if collection == rawCopies {
		where, args = `received_at<? AND (raw!='' OR sealed!='') AND outcome!='quarantined'`, []any{cutoff}
		if campaign != "" {
			return where + ` AND form IN (SELECT form FROM campaigns WHERE id=?)`, append(args, campaign)
		}
		return where, args
	}
	if campaign != "" {
		return where + ` AND campaign=?`, append(args, campaign)
	}
	return where, args
}

// Result is what an approval did.
type Result struct {
	Erased int64 `json:"erased"`
	Left   int64 `json:"left"` // due, but outside of the manager's territory
}

// step is how many records one transaction erases: other writers wait no longer than for these.
const step = 50

// Approve erases what a report counted, as far as it lies in the actor's territory. It can be repeated: what was erased
// before a crash stays so. It fails with problem.NotFound, or with problem.BadTransition when the report is done.
func Approve(ctx context.Context, app core.App, library *instrument.Library, act access.Act, id string) (Result, error) {
	tables, err := read(app, library)
	if err != nil {
		return Result{}, err
	}
	var p policy
	var cutoff, status string
	found, err := collections.One(collections.Read(app), `SELECT policy, collection, campaign, cutoff, status FROM retention_reports
		WHERE id=?`, []any{id}, &p.id, &p.collection, &p.campaign, &cutoff, &status)
	switch {
	case err != nil:
		return Result{}, err
	case !found:
		return Result{}, problem.New(problem.NotFound, "")
	case status != "open":
		return Result{}, problem.New(problem.BadTransition, status)
	}
	all, err := p.due(collections.Read(app), act.Actor, cutoff)
	if err != nil {
		return Result{}, err
	}
	e := &eraser{schema: tables, actor: act.Actor, basis: "retention", now: act.Now, began: time.Now()}
	var done Result
	for some := range slices.Chunk(all, step) {
		n, err := e.batch(ctx, app, p, cutoff, some)
		if err != nil {
			return done, err
		}
		done.Erased += n
	}
	if err := e.dropFiles(app); err != nil {
		return done, err
	}
	return done, e.close(ctx, app, report{p, id, cutoff}, &done)
}

// due lists what is due in the actor's territory, the oldest first.
func (p policy) due(db collections.DB, actor access.Actor, cutoff string) (ids []string, err error) {
	where, args := due(p.collection, p.campaign, cutoff)
	where, args = within(actor, where, args)
	return collections.Column[string](db, `SELECT id FROM "`+p.collection+`" WHERE `+where+` ORDER BY received_at`, args...)
}

// batch erases some of what was due, as far as it still is, and tells how many.
func (e *eraser) batch(ctx context.Context, app core.App, p policy, cutoff string, ids []string) (n int64, err error) {
	where, args := due(p.collection, p.campaign, cutoff)
	where, args = within(e.actor, where, args)
	err = collections.Write(ctx, app, func(db collections.DB) error {
		e.db, n = db, 0
		for _, id := range ids {
			var one int
			still, err := collections.One(db, `SELECT 1 FROM "`+p.collection+`" WHERE id=? AND `+where, append([]any{id}, args...), &one)
			if err == nil && still {
				n++
				err = e.due(p.collection, id)
			}
			if err != nil {
				return err
			}
		}
		return e.unnamed()
	})
	return n, err
}

func (e *eraser) due(collection, id string) error {
	if collection != rawCopies {
		t, _ := e.schema.record(collection)
		return e.record(t, id)
	}
	if _, err := e.db.Exec(`UPDATE submissions SET raw='', sealed='', updated=? WHERE id=?`, e.at(), id); err != nil {
		return fmt.Errorf("raw copy %s: %w", id, err)
	}
	return nil
}

// report is what was counted as due by a policy.
type report struct {
	policy
	id, cutoff string
}

// close notes what was done; the report stays open for the managers of the rest.
func (e *eraser) close(ctx context.Context, app core.App, r report, done *Result) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		where, args := due(r.collection, r.campaign, r.cutoff)
		if _, err := collections.One(db, `SELECT COUNT(*) FROM "`+r.collection+`" WHERE `+where, args, &done.Left); err != nil {
			return err
		}
		status := "open"
		if done.Left == 0 {
			status = "done"
		}
		if _, err := db.Exec(`UPDATE retention_reports SET erased=erased+?, due=?, status=?, decided_by=?, updated=? WHERE id=?`,
			done.Erased, done.Left, status, e.actor.ID, e.at(), r.id); err != nil {
			return fmt.Errorf("retention report %s: %w", r.id, err)
		}
		return audit.Append(db, e.now, audit.Entry{
			Actor: e.actor.ID, Role: string(e.actor.Role), Action: "retention.approve", Collection: Reports, Record: r.id,
			Area: access.Common(e.actor.Territory), Purpose: audit.Administration,
			Detail: map[string]any{"collection": r.collection, "erased": done.Erased, "left": done.Left},
		})
	})
}

// within narrows a condition to the actor's territory.
func within(actor access.Actor, where string, args []any) (string, []any) {
	if actor.Where(access.Erase) == access.Anywhere {
		return where, args
	}
	inside, codes := territory.Within(`+area`, territory.Of(actor.Territory))
	return where + ` AND ` + inside, append(args, codes...)
}
