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
	query := `SELECT source, id FROM ` + entriesOf + ` WHERE ?='' OR (created, id)` + behind + `(?, ?)
		ORDER BY created` + down + `, id` + down + ` LIMIT ?`
	type place struct{ source, id string }
	var places []place
	err = collections.Each(db, query, []any{id, id, id, ask.Cursor, after.Place, after.ID, ask.Limit + 1}, func(rows *sql.Rows) error {
		var p place
		err := rows.Scan(&p.source, &p.id)
		places = append(places, p)
		return err
	})
	page = []Entry{}
	for size := 0; err == nil && len(page) < min(len(places), ask.Limit) && size < collections.PageBytes; {
		var e Entry
		if e, err = words(db, places[len(page)].source, places[len(page)].id); err == nil {
			page, size = append(page, e), size+len(e.Before)+len(e.After)+len(e.Comment)
		}
	}
	if n := len(page); err == nil && n < len(places) {
		cursor := territory.Position{Place: page[n-1].At, ID: page[n-1].ID}.Cursor()
		next = &cursor
	}
	return page, next, err
}

// wordsOf are the statements that read an entry by its id: what a record proposes names whose field it is.
var wordsOf = map[string]string{
	collections.Reviews: `SELECT e.created, 'review', reviewer, COALESCE(w.name,''), record_rev, decision, comment, '', '', '', '', sealed
		FROM reviews e LEFT JOIN workers w ON w.id=e.reviewer WHERE e.id=?`,
	collections.Edits: `SELECT e.created, kind, worker, COALESCE(w.name,''), record_rev, '', '',
		IIF(kind='proposal', collection||'/'||record||'/', '')||field, before, after, e.status, sealed
		FROM edits e LEFT JOIN workers w ON w.id=e.worker WHERE e.id=?`,
}

// words reads an entry by its id. Of a damaged one it tells that there was a change, and not which.
func words(db collections.DB, source, id string) (Entry, error) {
	e := Entry{ID: id}
	var before, after, sealed string
	_, err := collections.One(db, wordsOf[source], []any{id}, &e.At, &e.Kind, &e.By, &e.Name, &e.Rev, &e.Decision, &e.Comment,
		&e.Field, &before, &after, &e.Status, &sealed)
	if err != nil {
		return e, fmt.Errorf("%s %s: %w", source, id, err)
	}
	opened, _, err := collections.OpenWhole(db, source, id, sealed)
	if err != nil {
		return e, err
	}
	opened.Fill("comment", &e.Comment)
	opened.Fill("before", &before)
	opened.Fill("after", &after)
	if source == collections.Edits {
		e.Before, e.After = quote(before), quote(after)
	}
	return e, nil
}

func quote(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`""`)
	}
	return b
}
