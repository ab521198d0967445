package console

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"runtime"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/survey"
)

// Watch is what managers keep an eye on: who opened what outside of their territory or took identified data, and what is due to go.
type Watch struct {
	Grants    []Grant     `json:"grants"`    // the newest first
	Given     []Given     `json:"given"`     // the newest first
	Retention []Retention `json:"retention"` // the newest first
	Backup    *Backup     `json:"backup"`    // the last one; nil for none
	Operators []SignIn    `json:"operators"` // the newest first
	Server    Server      `json:"server"`
}

// Backup is a copy of everything. It is kept only once it was opened again and proved whole, with its audit trail.
type Backup struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	Files   int    `json:"files"`
	Missing int    `json:"missing"` // files of records that were not there to be copied
	Made    string `json:"made"`
}

// SignIn is a sign-in of an operator, good or not.
type SignIn struct {
	At   string `json:"at"`
	By   string `json:"by"` // address of the account
	Good bool   `json:"good"`
}

// Server is how the program does.
type Server struct {
	Memory  uint64 `json:"memory"`  // bytes that it holds
	Waiting int    `json:"waiting"` // batches of tablets that wait to be stored
}

// Grant is leave to see one record, or to take data with names, for some hours.
type Grant struct {
	ID         string       `json:"id"`
	Kind       string       `json:"kind"` // break_glass, export
	Worker     string       `json:"worker"`
	WorkerName string       `json:"worker_name"`
	Collection string       `json:"collection"`
	Title      survey.Words `json:"title"` // of the form; "" for people and households
	AreaName   string       `json:"area_name"`
	Reason     string       `json:"reason"`
	Status     string       `json:"status"`
	ApprovedBy string       `json:"approved_by"` // name
	Until      string       `json:"until"`
	Created    string       `json:"created"`
}

// Given is an export that somebody was given.
type Given struct {
	At         string       `json:"at"`
	Worker     string       `json:"worker"`
	WorkerName string       `json:"worker_name"` // "" for the operator
	Form       string       `json:"form"`
	Title      survey.Words `json:"title"`
	Version    string       `json:"version"`
	Format     string       `json:"format"`
	AreaName   string       `json:"area_name"` // what it was taken from; "" for everywhere
	States     []string     `json:"states"`
	From       string       `json:"from"`
	To         string       `json:"to"`
	Identified bool         `json:"identified"`
	Suppressed bool         `json:"suppressed"` // small cells were taken out
	Records    int64        `json:"records"`
	Complete   bool         `json:"complete"` // false where it broke off
}

// Retention is a count of records whose time is over.
type Retention struct {
	ID         string       `json:"id"`
	Collection string       `json:"collection"`
	Title      survey.Words `json:"title"` // of the form; "" for people and households
	Cutoff     string       `json:"cutoff"`
	Due        int64        `json:"due"`
	Erased     int64        `json:"erased"`
	Status     string       `json:"status"`
	Created    string       `json:"created"`
}

// mostWatched is how many of each are listed.
const mostWatched = 200

// Bounds of the operators' sign-ins that are listed.
const (
	mostSignIns = 50
	signInsOf   = 30 * 24 * time.Hour
)

// ReadWatch lists the grants in the actor's territory, and the reports.
func ReadWatch(db collections.DB, k Known, act access.Act) (Watch, error) {
	w := Watch{Grants: []Grant{}, Operators: []SignIn{}}
	if err := w.operate(db, act.Now); err != nil {
		return w, err
	}
	if err := w.exports(db, k, act.Actor); err != nil {
		return w, err
	}
	rows := territory.Rows{Columns: `g.id, g.kind, g.worker, COALESCE((SELECT name FROM workers w
		WHERE w.id=g.worker),''), g.collection, g.area, g.reason, g.status,
		COALESCE((SELECT name FROM workers w WHERE w.id=g.approved_by),''), g.until, g.created, g.sealed`,
		From: `access_grants g`, Place: `g.area`, ID: `g.created`, Ranges: act.Actor.Ranges(""), Limit: mostWatched}
	err := rows.Each(db, func(r *sql.Rows) error {
		var g Grant
		var area, sealed string
		if err := r.Scan(&g.ID, &g.Kind, &g.Worker, &g.WorkerName, &g.Collection, &area, &g.Reason, &g.Status, &g.ApprovedBy, &g.Until,
			&g.Created, &sealed); err != nil {
			return err
		}
		err := collections.Fill(db, collections.Grants, g.ID, sealed, map[string]*string{"reason": &g.Reason})
		g.AreaName, g.Title = nameOf(k.Areas, area), k.called(g.Collection)
		w.Grants = append(w.Grants, g)
		return err
	})
	if err != nil {
		return w, err
	}
	slices.SortFunc(w.Grants, func(a, b Grant) int { return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(a.ID, b.ID)) })
	w.Retention, err = collections.All(db, `SELECT id, collection, cutoff, due, erased, status, created FROM retention_reports
		ORDER BY rowid DESC LIMIT ?`, []any{mostWatched}, func(rows *sql.Rows, r *Retention) error {
		err := rows.Scan(&r.ID, &r.Collection, &r.Cutoff, &r.Due, &r.Erased, &r.Status, &r.Created)
		r.Title = k.called(r.Collection)
		return err
	})
	return w, err
}

// called returns the title of a form, named by its id or its table. It is empty for people and households.
func (k Known) called(name string) survey.Words {
	if in, ok := k.Library.ByTable(name); ok {
		return FormTitle(in)
	}
	if in, ok := k.Library.Newest(name); ok {
		return FormTitle(in)
	}
	return survey.Words{}
}

// exports reads what was exported by people who work within the actor's territory, and by the operator.
func (w *Watch) exports(db collections.DB, k Known, actor access.Actor) (err error) {
	here, args := territory.Within(`+area`, actor.Ranges(""))
	query := `SELECT created, actor, COALESCE((SELECT name FROM workers w WHERE w.id=actor),''), collection, area, COALESCE(detail,'{}')
		FROM audit INDEXED BY idx_audit_action WHERE action=? AND (area='' OR ` + here + `) ORDER BY created DESC LIMIT ?`
	all := slices.Concat([]any{audit.Exported}, args, []any{mostWatched})
	w.Given, err = collections.All(db, query, all, func(rows *sql.Rows, g *Given) error {
		var table, area, detail string
		if err := rows.Scan(&g.At, &g.Worker, &g.WorkerName, &table, &area, &detail); err != nil {
			return err
		}
		var said struct {
			Form, Version, Format, From, To string
			States                          []string
			Identified, Suppress, Complete  bool
			Rows                            map[string]int64
		}
		if err := json.Unmarshal([]byte(detail), &said); err != nil {
			return err
		}
		g.Form, g.Title, g.Version, g.Format, g.From, g.To = said.Form, k.called(said.Form), said.Version, said.Format, said.From, said.To
		g.States, g.Identified, g.Suppressed, g.Complete = append([]string{}, said.States...), said.Identified, said.Suppress, said.Complete
		g.Records = said.Rows[table]
		if area != "" {
			g.AreaName = nameOf(k.Areas, area)
		}
		return nil
	})
	return err
}

// operate reads what operators did last: the backup and their sign-ins, and how much memory the program holds.
func (w *Watch) operate(db collections.DB, now time.Time) error {
	var b Backup
	var detail string
	found, err := collections.One(db, `SELECT created, COALESCE(detail,'{}') FROM audit WHERE action='backup' ORDER BY created DESC LIMIT 1`,
		nil, &b.Made, &detail)
	if err != nil {
		return err
	}
	if found && json.Unmarshal([]byte(detail), &b) == nil {
		w.Backup = &b
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.Server.Memory = m.Sys - m.HeapReleased
	return w.signIns(db, collections.Stamp(now.Add(-signInsOf)))
}

// signIns reads those of the operators, who are few, since a moment.
func (w *Watch) signIns(db collections.DB, since string) error {
	addresses, err := collections.Map[string, string](db, `SELECT id, email FROM _superusers`)
	if err != nil {
		return err
	}
	for id, email := range addresses {
		some, err := collections.All(db, `SELECT created, action FROM audit INDEXED BY idx_audit_actor
			WHERE actor=? AND created>=? AND action IN (?,?) ORDER BY created DESC LIMIT ?`,
			[]any{id, since, audit.SignIn, audit.SignInFail, mostSignIns}, func(rows *sql.Rows, s *SignIn) error {
				var action string
				err := rows.Scan(&s.At, &action)
				s.By, s.Good = email, action == audit.SignIn
				return err
			})
		if err != nil {
			return err
		}
		w.Operators = append(w.Operators, some...)
	}
	slices.SortFunc(w.Operators, func(a, b SignIn) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.By, b.By)) })
	w.Operators = w.Operators[:min(len(w.Operators), mostSignIns)]
	return nil
}
