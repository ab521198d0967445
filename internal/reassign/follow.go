package reassign

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
)

// follow lets what names areas that were split, merged or recoded name what became of them: the territories of workers and campaigns,
// and the tasks of whole areas. It happens once for each change, before records move: what somebody says later of a territory stays.
// A worker whose area ended with nothing in its place keeps the code, and is told of.
func (w *work) follow(ctx context.Context, app core.App) error {
	return app.RunInTransaction(func(tx core.App) (err error) {
		db, err := collections.From(tx)
		if err == nil {
			err = w.begin(db)
		}
		if err != nil {
			return err
		}
		became, err := w.changed()
		if err != nil || len(became) == 0 {
			return err
		}
		for _, collection := range []string{collections.Workers, collections.Campaigns} {
			if err := w.holders(ctx, tx, collection, became); err != nil {
				return fmt.Errorf("territories of %s: %w", collection, err)
			}
		}
		for _, code := range slices.Sorted(maps.Keys(became)) {
			if err := w.wholeAreas(code, became[code]); err != nil {
				return fmt.Errorf("tasks of %s: %w", code, err)
			}
		}
		return nil
	})
}

// changed are the areas that the change which asked for the job has divided or ended, with those that lie there now.
func (w *work) changed() (map[string][]string, error) {
	codes, err := collections.Column[string](w.db,
		`SELECT code FROM area_revisions WHERE valid_to=? AND kind IN ('split','merged','recoded','ended')`, w.job.Created)
	became := map[string][]string{}
	for _, code := range codes {
		if err == nil {
			became[code], err = w.heirs(code)
		}
	}
	return became, err
}

// heirs are the areas in use that lie where one lay before it changed last, the largest part first.
func (w *work) heirs(code string) (found []string, err error) {
	left, err := w.became(code)
	for seen := map[string]bool{}; err == nil && len(left) > 0; {
		next := left[0]
		left = left[1:]
		if seen[next] {
			continue
		}
		seen[next] = true
		if _, known := w.index.Area(next); known {
			found = append(found, next)
			continue
		}
		var more []string
		more, err = w.became(next)
		left = append(left, more...)
	}
	return found, err
}

// holders are workers, or campaigns.
func (w *work) holders(ctx context.Context, tx core.App, collection string, became map[string][]string) error {
	type holder struct{ id, territory string }
	all, err := collections.All(w.db, `SELECT id, COALESCE(territory,'[]') FROM "`+collection+`"`, nil,
		func(rows *sql.Rows, h *holder) error { return rows.Scan(&h.id, &h.territory) })
	if err != nil {
		return err
	}
	for _, h := range all {
		before := access.ParseTerritory(h.territory)
		after, concerned := followedBy(before, became)
		if !concerned {
			continue
		}
		if !slices.Equal(before, after) {
			r, err := tx.FindRecordById(collection, h.id)
			if err != nil {
				return err
			}
			r.Set("territory", after)
			if err := tx.SaveWithContext(ctx, r); err != nil {
				return err
			}
		}
		if err := w.followedTo(collection, h.id, before, after); err != nil {
			return err
		}
	}
	return nil
}

// followedBy puts what became of areas in their place; concerned is false where a territory names none of them.
func followedBy(territory []string, became map[string][]string) (after []string, concerned bool) {
	for _, code := range territory {
		heirs, changed := became[code]
		concerned = concerned || changed
		if len(heirs) == 0 {
			heirs = []string{code}
		}
		for _, heir := range heirs {
			if !slices.Contains(after, heir) {
				after = append(after, heir)
			}
		}
	}
	return after, concerned
}

// followedTo notes what followed, for the managers and in the audit trail.
func (w *work) followedTo(collection, id string, before, after []string) error {
	from, to := collections.JSONList(before), collections.JSONList(after)
	if _, err := w.db.Exec(`INSERT OR REPLACE INTO area_follows (job, collection, record, area, before, after) VALUES (?,?,?,?,?,?)`,
		w.job.ID, collection, id, access.Common(before), from, to); err != nil {
		return err
	}
	return audit.Append(w.db, w.now, audit.Entry{Actor: w.job.By, Action: "areas.follow", Collection: collection, Record: id,
		Area: access.Common(after), Purpose: audit.Administration, Detail: map[string]any{"job": w.job.ID, "from": before, "to": after}})
}

// wholeTask is a task of a whole area.
type wholeTask struct {
	id, kind, assignee, title, form, due, status, priority, by, campaign, confirmedBy, confirmedAt, sealed string
	target, rev                                                                                            int64
}

// wholeAreas gives each part of an area its share of the tasks of the whole, and its state.
func (w *work) wholeAreas(code string, heirs []string) error {
	if len(heirs) == 0 {
		return nil
	}
	all, err := collections.All(w.db, `SELECT id, kind, assignee, title, form, due, status, priority, created_by, campaign,
		confirmed_by, confirmed_at, sealed, target, rev
		FROM tasks WHERE area=? AND household='' AND person='' AND record='' AND kind='visit' AND status IN ('open','done')`, []any{code},
		func(rows *sql.Rows, t *wholeTask) error {
			return rows.Scan(&t.id, &t.kind, &t.assignee, &t.title, &t.form, &t.due, &t.status, &t.priority, &t.by, &t.campaign,
				&t.confirmedBy, &t.confirmedAt, &t.sealed, &t.target, &t.rev)
		})
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := collections.Fill(w.db, collections.Tasks, t.id, t.sealed, map[string]*string{"title": &t.title}); err != nil {
			return err
		}
		for i, heir := range heirs {
			share := t.target*int64(i+1)/int64(len(heirs)) - t.target*int64(i)/int64(len(heirs))
			if err := w.wholeArea(t, i == 0, heir, share); err != nil {
				return err
			}
		}
		if err := w.followedTo(collections.Tasks, t.id, []string{code}, heirs); err != nil {
			return err
		}
	}
	return nil
}

// wholeArea moves a task to an area, or makes another one like it there. Where its worker has an open task of the whole area already,
// as after a merger, the two become one.
func (w *work) wholeArea(t wholeTask, moves bool, area string, target int64) (err error) {
	joined, err := w.join(t, area, target)
	if err != nil || joined && !moves {
		return err
	}
	if joined {
		target, t.status = 0, "cancelled"
	}
	at := collections.Stamp(w.now)
	row := collections.Row{{Column: "area", Value: area}, {Column: "target", Value: target}, {Column: "status", Value: t.status},
		{Column: "rev", Value: t.rev + 1}, {Column: "updated", Value: at}}
	if moves {
		err = collections.Update(w.db, collections.Tasks, t.id, row)
	} else {
		t.id = collections.NewID()
		err = collections.Insert(w.db, collections.Tasks, append(row,
			collections.Field{Column: "id", Value: t.id}, collections.Field{Column: "kind", Value: t.kind},
			collections.Field{Column: "assignee", Value: t.assignee}, collections.Field{Column: "title", Value: t.title},
			collections.Field{Column: "form", Value: t.form}, collections.Field{Column: "due", Value: t.due},
			collections.Field{Column: "priority", Value: t.priority},
			collections.Field{Column: "created_by", Value: t.by}, collections.Field{Column: "campaign", Value: t.campaign},
			collections.Field{Column: "confirmed_by", Value: t.confirmedBy}, collections.Field{Column: "confirmed_at", Value: t.confirmedAt},
			collections.Field{Column: "created", Value: at}))
	}
	if err != nil || t.assignee == "" {
		return err
	}
	return collections.Announce(w.db, collections.RevisionOf(collections.Tasks, t.id, t.rev+1), collections.ToWorker(t.assignee),
		collections.Upsert, w.now)
}

// join adds what is wanted of an open task of a campaign to the one that its worker has for the whole area already, with the earlier day;
// it reports whether there is one.
func (w *work) join(t wholeTask, area string, target int64) (bool, error) {
	if t.campaign == "" || t.status != "open" {
		return false, nil
	}
	var other wholeTask
	found, err := collections.One(w.db, `SELECT id, target, due, rev FROM tasks
		WHERE area=? AND campaign=? AND kind=? AND assignee=? AND form=? AND household='' AND person='' AND record='' AND status='open'
		AND id!=? ORDER BY id LIMIT 1`,
		[]any{area, t.campaign, t.kind, t.assignee, t.form, t.id}, &other.id, &other.target, &other.due, &other.rev)
	if err != nil || !found {
		return false, err
	}
	if other.due == "" || t.due != "" && t.due < other.due {
		other.due = t.due
	}
	if err := collections.Update(w.db, collections.Tasks, other.id, collections.Row{{Column: "target", Value: other.target + target},
		{Column: "due", Value: other.due}, {Column: "rev", Value: other.rev + 1}, {Column: "updated", Value: collections.Stamp(w.now)},
	}); err != nil || t.assignee == "" {
		return true, err
	}
	return true, collections.Announce(w.db, collections.RevisionOf(collections.Tasks, other.id, other.rev+1), collections.ToWorker(t.assignee),
		collections.Upsert, w.now)
}

// Follow is something that named an area which is no more, and what it names since; To is From where nothing lies there now.
type Follow struct {
	Collection string   `json:"collection"`
	Record     string   `json:"record"`
	Name       string   `json:"name"` // of a worker or a campaign
	From       []string `json:"from"`
	To         []string `json:"to"`
}

// Follows are those of a job that an actor may know of.
func Follows(db collections.DB, job string, actor access.Actor) ([]Follow, error) {
	all := []Follow{}
	err := collections.Each(db, `SELECT f.collection, f.record, COALESCE(w.name, c.name, ''), f.area, f.before, f.after FROM area_follows f
		LEFT JOIN workers w ON f.collection='workers' AND w.id=f.record LEFT JOIN campaigns c ON f.collection='campaigns' AND c.id=f.record
		WHERE f.job=? ORDER BY f.collection, f.area, f.record`, []any{job}, func(rows *sql.Rows) error {
		var f Follow
		var area, from, to string
		if err := rows.Scan(&f.Collection, &f.Record, &f.Name, &area, &from, &to); err != nil || !actor.May(access.ReadWorker, area, "") {
			return err
		}
		f.From, f.To = access.ParseTerritory(from), access.ParseTerritory(to)
		all = append(all, f)
		return nil
	})
	return all, err
}
