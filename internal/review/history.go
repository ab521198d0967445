package review

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// Entry is one line of a record's history.
type Entry struct {
	At       string          `json:"at"`
	ID       string          `json:"id"`      // of a check, by which what it took out is put back
	Kind     string          `json:"kind"`    // review, correction, conflict, override, check, proposal
	By       string          `json:"by"`      // id
	Name     string          `json:"by_name"` // "" for superusers
	Rev      int64           `json:"rev"`
	Decision string          `json:"decision,omitempty"`
	Comment  string          `json:"comment,omitempty"`
	Field    string          `json:"field,omitempty"`
	Before   json.RawMessage `json:"before,omitempty"`
	After    json.RawMessage `json:"after,omitempty"`
	Status   string          `json:"status,omitempty"`
}

// Page says which entries of a history are asked for.
type Page struct {
	Cursor string
	Newest bool // the newest first instead of the oldest
	Limit  int
}

// entriesOf are the entries of a record by their moment, which takes the record's id three times.
const entriesOf = `(SELECT 'reviews' source, id, created FROM reviews WHERE record=?
	UNION ALL SELECT 'edits', id, created FROM edits WHERE record=?
	UNION ALL SELECT 'edits', id, created FROM edits WHERE source=? AND source!='' AND kind='proposal')`

// History lists decisions and field changes of a record, and what it proposes of people and households: their fields are written as
// persons/ID/name. A page ends after the entry that takes it past collections.PageBytes; next is nil behind the last entry. It fails with
// problem.BadCursor, and with problem.NotFound for who may not review the record.
func History(app core.App, actor access.Actor, collection, id string, ask Page) (page []Entry, next *string, err error) {
	db := collections.Read(app)
	if _, err := find(db, actor, collection, id); err != nil {
		return nil, nil, err
	}
	after, ok := territory.ParseCursor(ask.Cursor)
	if !ok {
		return nil, nil, problem.New(problem.BadCursor, "")
	}
	behind, down := `>`, ``
	if ask.Newest {
		behind, down = `<`, ` DESC`
	}
	query := `SELECT source, id, created FROM ` + entriesOf + ` WHERE ?='' OR (created, id)` + behind + `(?, ?)
		ORDER BY created` + down + `, id` + down + ` LIMIT ?`
	places, err := collections.All(db, query, []any{id, id, id, ask.Cursor, after.Place, after.ID, ask.Limit + 1},
		func(rows *sql.Rows, p *place) error {
			return rows.Scan(&p.source, &p.id, &p.at)
		})
	if err != nil {
		return nil, nil, err
	}
	page, err = collections.ReadPage(min(len(places), ask.Limit), func(i int) (Entry, int, error) {
		e, err := places[i].read(db)
		return e, len(e.Before) + len(e.After) + len(e.Comment), err
	})
	if n := len(page); err == nil && n < len(places) {
		cursor := territory.Position{Place: page[n-1].At, ID: page[n-1].ID}.Cursor()
		next = &cursor
	}
	return page, next, err
}

// place is where an entry stands: the table, and its row's id and moment.
type place struct{ source, id, at string }

// entryOf are the statements that read an entry by its id: what a record proposes names whose field it is.
var entryOf = map[string]string{
	collections.Reviews: `SELECT 'review', reviewer, COALESCE(w.name,''), record_rev, decision, comment, '', '', '', '', sealed
		FROM reviews e LEFT JOIN workers w ON w.id=e.reviewer WHERE e.id=?`,
	collections.Edits: `SELECT kind, worker, COALESCE(w.name,''), record_rev, '', '',
		IIF(kind='proposal', collection||'/'||record||'/', '')||field, before, after, e.status, sealed
		FROM edits e LEFT JOIN workers w ON w.id=e.worker WHERE e.id=?`,
}

// read reads the entry. Of a damaged one it tells that there was a change, and not which.
func (p place) read(db collections.DB) (Entry, error) {
	e := Entry{ID: p.id, At: p.at}
	var before, after, sealed string
	_, err := collections.One(db, entryOf[p.source], []any{p.id}, &e.Kind, &e.By, &e.Name, &e.Rev, &e.Decision, &e.Comment,
		&e.Field, &before, &after, &e.Status, &sealed)
	if err != nil {
		return e, fmt.Errorf("%s %s: %w", p.source, p.id, err)
	}
	err = collections.Fill(db, p.source, p.id, sealed, map[string]*string{"comment": &e.Comment, "before": &before, "after": &after})
	if p.source == collections.Edits {
		e.Before, e.After = quote(before), quote(after)
	}
	return e, err
}

func quote(s string) json.RawMessage { return json.RawMessage(collections.JSON(s)) }
