package devicesync

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/xform"
)

// Page sizes of a pull.
const (
	DefaultPage = 500
	MaxPage     = 1000
)

// Change is one line of a page. Data is there for an upsert.
type Change struct {
	Seq        int64           `json:"seq"`
	Collection string          `json:"collection"`
	ID         string          `json:"id"`
	Rev        int64           `json:"rev"`
	Op         string          `json:"op"`
	Data       json.RawMessage `json:"data,omitempty"`
}

// Page is the next part of what changed. Reset asks the client to forget what it holds and is not in the pages that
// follow, except its own unsent work: the first page ever, after a restored backup, or after a change of territory.
type Page struct {
	Epoch   string   `json:"epoch"`
	Cursor  string   `json:"cursor"`
	More    bool     `json:"more"`
	Reset   bool     `json:"reset,omitempty"`
	Changes []Change `json:"changes"`
}

// Pull reads the page after a cursor; "" begins. It fails with problem.BadCursor.
func Pull(db collections.DB, library *instrument.Library, actor access.Actor, at string, limit int) (*Page, error) {
	epoch, err := Epoch(db)
	if err != nil {
		return nil, err
	}
	p := &puller{db: db, library: library, actor: actor, limit: min(max(limit, 1), MaxPage), page: &Page{Epoch: epoch, Changes: []Change{}}}
	start := cursor{epoch: epoch, scope: scopeKey(actor), snapshot: true}
	c := start
	if at != "" {
		if c, err = parseCursor(at); err != nil {
			return nil, err
		}
	}
	if at == "" || c.epoch != epoch || c.scope != start.scope {
		c = start
		p.page.Reset = true
		if _, err := collections.One(db, `SELECT COALESCE(MAX(seq),0) FROM changes`, nil, &c.seq); err != nil {
			return nil, err
		}
	}
	if c.snapshot {
		c, err = p.snapshot(c)
	} else {
		c, err = p.feed(c)
	}
	p.page.Cursor = c.String()
	return p.page, err
}

type puller struct {
	db      collections.DB
	library *instrument.Library
	actor   access.Actor
	limit   int
	page    *Page
}

// snapshot fills the page from the tables themselves, phase after phase.
func (p *puller) snapshot(c cursor) (cursor, error) {
	phases := p.phases()
	for c.phase < len(phases) && len(p.page.Changes) < p.limit {
		ph := phases[c.phase]
		before := len(p.page.Changes)
		want := p.limit - before
		if err := p.rows(ph, c, want); err != nil {
			return c, fmt.Errorf("pull %s: %w", ph.collection, err)
		}
		if got := len(p.page.Changes) - before; got == want {
			c.last = p.page.Changes[len(p.page.Changes)-1].ID
		} else {
			c.phase, c.last = c.phase+1, ""
		}
	}
	if c.phase >= len(phases) {
		c.snapshot = false
		more, err := p.anyAfter(c.seq)
		p.page.More = more
		return c, err
	}
	p.page.More = true
	return c, nil
}

func (p *puller) rows(ph phase, c cursor, want int) error {
	where, args := ph.where(p)
	query := `SELECT id, rev FROM "` + ph.collection + `" WHERE id>? AND (` + where + `) ORDER BY id LIMIT ?`
	args = append(append([]any{c.last}, args...), want)
	var found []Change
	err := collections.Each(p.db, query, args, func(rows *sql.Rows) error {
		ch := Change{Seq: c.seq, Collection: ph.collection, Op: collections.Upsert}
		if err := rows.Scan(&ch.ID, &ch.Rev); err != nil {
			return err
		}
		found = append(found, ch)
		return nil
	})
	if err != nil {
		return err
	}
	return p.fill(found)
}

// feed fills the page with what was committed after the cursor.
func (p *puller) feed(c cursor) (cursor, error) {
	query, args := p.feedQuery(c.seq)
	var found []Change
	err := collections.Each(p.db, query+` ORDER BY seq LIMIT ?`, append(args, p.limit+1), func(rows *sql.Rows) error {
		var ch Change
		if err := rows.Scan(&ch.Seq, &ch.Collection, &ch.ID, &ch.Rev, &ch.Op); err != nil {
			return err
		}
		found = append(found, ch)
		return nil
	})
	if err != nil {
		return c, err
	}
	if len(found) > p.limit {
		found, p.page.More = found[:p.limit], true
	}
	if len(found) > 0 {
		c.seq = found[len(found)-1].Seq
	}
	return c, p.fill(found)
}

func (p *puller) feedQuery(after int64) (string, []any) {
	const head = `SELECT seq, collection, record, record_rev, op FROM changes WHERE `
	parts := []string{head + `target IN (?,?) AND seq>?`}
	args := []any{collections.Everyone, collections.ToWorker(p.actor.ID), after}
	for _, r := range access.Ranges(p.actor.Territory) {
		parts = append(parts, head+`target>=? AND target<? AND seq>?`)
		args = append(args, r.Lo, r.Hi, after)
	}
	return strings.Join(parts, ` UNION ALL `), args
}

func (p *puller) anyAfter(seq int64) (bool, error) {
	query, args := p.feedQuery(seq)
	var one int64
	return collections.One(p.db, `SELECT seq FROM (`+query+`) LIMIT 1`, args, &one)
}

// fill adds each record as it is now; one that is gone or not the worker's any more becomes a delete or a leave.
func (p *puller) fill(found []Change) error {
	for _, ch := range found {
		if ch.Op == collections.Upsert {
			data, rev, err := p.data(ch)
			if err != nil {
				return fmt.Errorf("pull %s %s: %w", ch.Collection, ch.ID, err)
			}
			if data == nil {
				ch.Op = collections.Leave
			} else {
				ch.Data, ch.Rev = data, rev
			}
		}
		p.page.Changes = append(p.page.Changes, ch)
	}
	return nil
}

func (p *puller) data(ch Change) (json.RawMessage, int64, error) {
	if query, ok := documents[ch.Collection]; ok {
		return p.document(query, ch)
	}
	if _, ok := p.library.ByTable(ch.Collection); !ok {
		return nil, 0, nil
	}
	var version string
	found, err := collections.One(p.db, `SELECT form_version FROM "`+ch.Collection+`" WHERE id=?`, []any{ch.ID}, &version)
	if err != nil || !found {
		return nil, 0, err
	}
	in, ok := p.library.ForRecord(ch.Collection, version)
	if !ok {
		return nil, 0, nil
	}
	return p.visit(in, ch)
}

func (p *puller) document(query string, ch Change) (json.RawMessage, int64, error) {
	where, args := "1", []any{}
	for _, ph := range p.phases() {
		if ph.collection == ch.Collection {
			where, args = ph.where(p)
		}
	}
	var text string
	var rev int64
	found, err := collections.One(p.db, query+` AND (`+where+`)`, append([]any{ch.ID}, args...), &rev, &text)
	if err != nil || !found {
		return nil, 0, err
	}
	return json.RawMessage(text), rev, nil
}

// visit is one of the worker's own records, with what the supervisor said of it last.
func (p *puller) visit(in *instrument.Instrument, ch Change) (json.RawMessage, int64, error) {
	rec, root, found, err := in.Layout.Find(p.db, ch.ID)
	if err != nil || !found || rec.Worker != p.actor.ID {
		return nil, 0, err
	}
	answers, err := xform.ToJSON(in.Form, root)
	if err != nil {
		return nil, 0, err
	}
	comment := ""
	if _, err := collections.One(p.db, `SELECT comment FROM reviews WHERE record=? ORDER BY created DESC, id DESC LIMIT 1`, []any{ch.ID}, &comment); err != nil {
		return nil, 0, err
	}
	data, err := json.Marshal(map[string]any{
		"form": rec.Form, "version": rec.FormVersion, "campaign": rec.Campaign, "household": rec.Household, "person": rec.Person, "area": rec.Area, "outcome": rec.Outcome,
		"review_state": rec.ReviewState, "comment": comment, "issues": rec.Issues, "received_at": rec.ReceivedAt, "answers": json.RawMessage(answers),
	})
	return data, rec.Rev, err
}
