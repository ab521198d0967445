package console

import (
	"cmp"
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
)

// Watch is what managers keep an eye on: who opened what outside of their territory or took identified data, and what is due to go.
type Watch struct {
	Grants    []Grant     `json:"grants"`    // the newest first
	Retention []Retention `json:"retention"` // the newest first
}

// Grant is leave to see one record, or to take data with names, for some hours.
type Grant struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"` // break_glass, export
	Worker     string `json:"worker"`
	WorkerName string `json:"worker_name"`
	Collection string `json:"collection"`
	AreaName   string `json:"area_name"`
	Reason     string `json:"reason"`
	Status     string `json:"status"`
	ApprovedBy string `json:"approved_by"` // name
	Until      string `json:"until"`
	Created    string `json:"created"`
}

// Retention is a count of records whose time is over.
type Retention struct {
	ID         string `json:"id"`
	Collection string `json:"collection"`
	Cutoff     string `json:"cutoff"`
	Due        int64  `json:"due"`
	Erased     int64  `json:"erased"`
	Status     string `json:"status"`
	Created    string `json:"created"`
}

// mostWatched is how many of each are listed.
const mostWatched = 200

// ReadWatch lists the grants in the actor's territory, and the reports.
func ReadWatch(db collections.DB, k Known, actor access.Actor) (Watch, error) {
	w := Watch{Grants: []Grant{}, Retention: []Retention{}}
	rows := territory.Rows{Columns: `g.id, g.kind, g.worker, COALESCE((SELECT name FROM workers w WHERE w.id=g.worker),''), g.collection, g.area, g.reason, g.status,
		COALESCE((SELECT name FROM workers w WHERE w.id=g.approved_by),''), g.until, g.created, g.sealed`, From: `access_grants g`, Place: `g.area`, ID: `g.created`, Ranges: Ranges(actor, ""), Limit: mostWatched}
	err := rows.Each(db, func(r *sql.Rows) error {
		var g Grant
		var area, sealed string
		if err := r.Scan(&g.ID, &g.Kind, &g.Worker, &g.WorkerName, &g.Collection, &area, &g.Reason, &g.Status, &g.ApprovedBy, &g.Until, &g.Created, &sealed); err != nil {
			return err
		}
		opened, _, err := collections.OpenWhole(db, collections.Grants, g.ID, sealed)
		opened.Fill("reason", &g.Reason)
		g.AreaName = nameOf(k.Areas, area)
		w.Grants = append(w.Grants, g)
		return err
	})
	if err != nil {
		return w, err
	}
	slices.SortFunc(w.Grants, func(a, b Grant) int { return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(a.ID, b.ID)) })
	return w, collections.Each(db, `SELECT id, collection, cutoff, due, erased, status, created FROM retention_reports ORDER BY rowid DESC LIMIT ?`, []any{mostWatched}, func(rows *sql.Rows) error {
		var r Retention
		err := rows.Scan(&r.ID, &r.Collection, &r.Cutoff, &r.Due, &r.Erased, &r.Status, &r.Created)
		w.Retention = append(w.Retention, r)
		return err
	})
}
